"""Standings as plain JSON values, as they lie in the tables, and back."""

from typing import Any

from tidegauge.domain.alerts import Family, Severity
from tidegauge.domain.situations import LiveAlert, Standing
from tidegauge.intake.tables import AlertRow


def dump(standing: Standing) -> dict[str, Any]:
    """The JSON values of a standing."""
    return {
        "severity": standing.severity,
        "families": list(standing.families),
        "figures": dict(standing.figures),
    }


def load(stored: dict[str, Any] | None) -> Standing:
    """The standing of its JSON values; nothing stored stands for no live alert."""
    if not stored:
        return Standing()
    severity = stored["severity"]
    return Standing(
        severity=Severity(severity) if severity else None,
        families=tuple(Family(family) for family in stored["families"]),
        figures=dict(stored["figures"]),
    )


def live_alert(row: AlertRow) -> LiveAlert:
    """What a situation needs of an alert row."""
    return LiveAlert(
        row.alert_id, row.rule, Family(row.family), Severity(row.severity), row.period, dict(row.figures)
    )
