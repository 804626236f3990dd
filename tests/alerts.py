"""Alerts for tests: one believable alert, any field of which can be changed."""

from dataclasses import replace
from typing import Any

from tidegauge.domain.alerts import (
    Alert,
    Audience,
    Family,
    Severity,
    Status,
    SubjectKind,
    alert_id,
    event_id,
    subject_key,
)
from tidegauge.domain.evidence import Citation, Comparison, Evidence
from tidegauge.domain.periods import closed_at, month_number

REGULATION = Citation("Regulation (EU) 2015/478, surveillance of 2025", "https://example.org/regulation")


def make_evidence(**values: float | None) -> tuple[Evidence, ...]:
    """The row figures, with believable values unless told otherwise; None leaves one out."""
    figures: dict[str, float | None] = {
        "quantity_change": 0.42,
        "unit_value_change": -0.18,
        "relative_unit_value_change": -0.11,
        "share": 0.37,
        "value": 12_500_000.0,
    }
    figures |= values
    window = "2023-01..2023-06 against 2022-01..2022-06"
    shown = {
        "quantity_change": Evidence(
            "quantity_change",
            "Change of quantity",
            None,
            "fraction",
            window,
            Comparison.AT_LEAST,
            0.05,
            True,
            REGULATION,
        ),
        "unit_value_change": Evidence(
            "unit_value_change",
            "Change of unit value",
            None,
            "fraction",
            window,
            Comparison.AT_MOST,
            -0.05,
            True,
            REGULATION,
        ),
        "relative_unit_value_change": Evidence(
            "relative_unit_value_change",
            "Change of unit value beside the benchmark",
            None,
            "fraction",
            window,
        ),
        "share": Evidence(
            "share", "Share of imports", None, "fraction", "2023-01..2023-06", Comparison.AT_LEAST, 0.03, True
        ),
        "value": Evidence("value", "Value of imports", None, "USD", "2023-01..2023-06"),
    }
    return tuple(
        replace(shown[name], value=value)
        for name, value in figures.items()
        if value is not None and name in shown
    )


def make_alert(**changes: Any) -> Alert:
    """An alert; its ids follow from its fields unless given."""
    subject = {"reporter": "BR", "source": "comexstat", "product": "31022100", "origin": "CN"}
    subject |= {name: changes[name] for name in subject if name in changes}
    key = subject_key(subject["reporter"], subject["source"], subject["product"], subject["origin"])
    rule = changes.get("rule", "ec-trade-diversion")
    version = changes.get("rule_version", "ec-trade-diversion@1+ab12cd")
    start = changes.get("episode_start", "2023-04")
    period = changes.get("period", "2023-06")
    identity = changes.get("alert_id") or alert_id(rule, version, subject["source"], key, start)
    seq = changes.get("seq", 1)
    fields: dict[str, Any] = {
        "event_id": event_id(identity, seq),
        "alert_id": identity,
        "seq": seq,
        "rule": rule,
        "rule_version": version,
        "family": Family.SURGE,
        "severity": Severity.WATCH,
        "audience": Audience.PUBLIC,
        "status": Status.OPEN,
        "subject_kind": SubjectKind.SERIES,
        "subject_key": key,
        "nomenclature": "NCM",
        "scope_id": "",
        "episode_start": start,
        "period": period,
        "as_of": closed_at(month_number(period)),
        "observed_at": closed_at(month_number(period)),
        "provisional": False,
        "historical": False,
        "reasons": (),
        "evidence": make_evidence(),
        "threshold": {
            "min_quantity_change": {"value": 0.05, "unit": "fraction", "citation": REGULATION.source}
        },
        "legal_basis": "Regulation (EU) 2015/478, Articles 5 and 10",
        "explanation": {
            "en": "Imports from China rose by 42 % while their unit value fell by 18 %.",
            "ja": "中国からの輸入量は42%増加し、単価は18%下落した。",
        },
        "inputs": ({"record": "flow", "key": f"{key}/2023-06", "vintage": "2023-07-05"},),
    }
    return Alert(**(fields | subject | changes))
