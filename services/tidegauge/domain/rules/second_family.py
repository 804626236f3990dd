"""What makes an alert critical: the rules of another family that speak of the same subject and month."""

from dataclasses import dataclass
from typing import Final

from tidegauge.domain.alerts import Family
from tidegauge.domain.evidence import Evidence
from tidegauge.domain.periods import month_text
from tidegauge.domain.rules.base import Reason

_FAMILIES_JA: Final = {
    Family.SURGE: "急増",
    Family.PRICE: "価格",
    Family.DUMPING: "ダンピング",
    Family.SUBSIDY: "補助金",
    Family.THREAT: "損害のおそれ",
    Family.DIVERSION: "転換・迂回",
    Family.UNDERVALUATION: "低価申告",
}
_OWN: Final = ("a countervailing duty elsewhere", "他国の相殺関税")  # a family that the rule itself adds


@dataclass(frozen=True, slots=True)
class Speaker:
    """One rule that speaks beside another; no rule where the other itself adds the family."""

    rule: str
    families: tuple[Family, ...]


@dataclass(frozen=True, slots=True)
class SecondFamily:
    """Who spoke, and of which month."""

    month: int
    speakers: tuple[Speaker, ...]


def evidence_of(second: SecondFamily) -> Evidence:
    """The rules and their families as evidence of the alert that they make critical."""
    return Evidence(
        name=str(Reason.SECOND_FAMILY),
        label="Rules of another family that make it critical",
        value=_named(second),
        unit="text",
        window=month_text(second.month),
    )


def sentences_of(second: SecondFamily) -> dict[str, str]:
    """The same in a sentence, in English and in Japanese."""
    said_ja = "、".join(
        f"{one.rule or _OWN[1]}({'・'.join(_FAMILIES_JA[family] for family in one.families)})"
        for one in second.speakers
    )
    month = month_text(second.month)
    return {
        "en": f"Critical, because another family of rules speaks of the same in {month}: {_named(second)}.",
        "ja": f"{month}に別の種類の規則も同じ対象に該当するため重大:{said_ja}。",
    }


def _named(second: SecondFamily) -> str:
    return ", ".join(f"{one.rule or _OWN[0]} ({_listed(one)})" for one in second.speakers)


def _listed(speaker: Speaker) -> str:
    return ", ".join(family.replace("_", " ") for family in speaker.families)
