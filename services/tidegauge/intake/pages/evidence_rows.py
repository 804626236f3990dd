"""The evidence of an alert as rows of its page: what the rule compares, and what it only shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegauge.intake.pages import text


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One figure, spelled out; `note` says why it is unknown."""

    label: str
    note: str
    value: str
    window: tuple[str, ...]  # one or two lines
    held_to: str
    met: str
    source: str  # who published the threshold
    url: str  # empty where there is no address to link to


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    """The two groups of the page, each in the rule's order."""

    compared: tuple[EvidenceRow, ...]
    shown: tuple[EvidenceRow, ...]


def evidence_rows(evidence: Sequence[Mapping[str, Any]]) -> EvidenceRows:
    """The items of a stored alert's `evidence`, those that are held to a threshold apart from the rest."""
    return EvidenceRows(
        tuple(_row(item) for item in evidence if item["comparison"]),
        tuple(_row(item) for item in evidence if not item["comparison"]),
    )


def _row(item: Mapping[str, Any]) -> EvidenceRow:
    reason = item["reason"]
    source, url = _source(item["citation"])
    return EvidenceRow(
        label=item["label"],
        note=text.REASON_WORDS.get(reason, text.plain(reason)) if reason else "",
        value=text.figure(item["value"], item["unit"], item["name"], item["threshold"]),
        window=text.window(item["window"]),
        held_to=text.threshold(item["comparison"], item["threshold"], item["unit"]),
        met="not known" if item["met"] is None else ("yes" if item["met"] else "no"),
        source=source,
        url=url,
    )


def _source(citation: Mapping[str, Any] | None) -> tuple[str, str]:
    """Who published a threshold, and where; an address that is no web address is not linked."""
    if citation is None:
        return "operator's choice", ""
    url = citation.get("url") or ""
    source = citation["source"] + ("" if citation.get("verified", True) else " (unverified)")
    return source, url if url.startswith(("https://", "http://")) else ""
