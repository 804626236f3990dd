"""Numbers and codes in words that a reader knows: percentages, money, reasons."""

import math
from typing import Any, Final

from tidegauge.domain.alerts import Severity, Status
from tidegauge.domain.cases import CloseReason
from tidegauge.domain.decisions import IntakeReason
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.situations import Change, DismissReason, Place

NOTHING: Final = "\N{EN DASH}"
_WHOLE_FROM: Final = 1000  # decimals below it, whole numbers from it on
_STEPS: Final = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
_SYMBOLS: Final = {
    Comparison.AT_LEAST: "at least",
    Comparison.AT_MOST: "at most",
    Comparison.ABOVE: "above",
    Comparison.BELOW: "below",
}

SEVERITY_WORDS: Final = {
    Severity.INFO: "One test is met, or the move only follows the world price. Kept for the record.",
    Severity.WATCH: "Volume and price speak together.",
    Severity.WARNING: "Volume, price and a further witness: the benchmark, or a lasting shift.",
    Severity.CRITICAL: "A second kind of concern is met as well, on final data.",
}
STATUS_WORDS: Final = {
    Status.OPEN: "The rule's conditions are met.",
    Status.UPDATED: "Still met; a key figure, the severity or the status has moved.",
    Status.RESOLVED: "The conditions have been clear for long enough to end the episode.",
    Status.WITHDRAWN: "A correction or a revision removed the cause.",
    Status.SUPERSEDED: "The rules changed; a successor may carry it on.",
}
PLACE_WORDS: Final = {
    Place.NEW: "new today",
    Place.WORSENED: "worse today",
    Place.EARLIER: "from earlier days",
    Place.OVER_LIMIT: "over today's limit",
    Place.WAITING: "waiting from earlier days",
    Place.BELOW_THRESHOLD: "below the desk's threshold",
    Place.IN_CASE: "in a case",
    Place.SNOOZED: "snoozed",
    Place.DISMISSED: "dismissed",
    Place.QUIET: "no live alert",
}
DECISION_WORDS: Final = {
    IntakeReason.SITUATION_OPENED: "Opened a situation on the desk",
    IntakeReason.WORSENED: "Clearly worse: back among today's situations",
    IntakeReason.JOINED: "Joined a situation that is on the desk",
    IntakeReason.UPDATED: "Noted; not clearly worse",
    IntakeReason.ATTACHED: "Attached to the open case",
    IntakeReason.SNOOZED: "Held back: the situation is snoozed",
    IntakeReason.DISMISSED_NOT_WORSE: "Held back: dismissed, and not clearly worse since",
    IntakeReason.RETURNED_WORSE: "Returned: clearly worse than when it was dismissed",
    IntakeReason.BELOW_THRESHOLD: "Kept below the line: severity under the desk's threshold",
    IntakeReason.HISTORICAL: "Historical: its period closed before this installation went live",
    IntakeReason.RESOLVED: "Ended: resolved",
    IntakeReason.WITHDRAWN: "Ended: withdrawn",
    IntakeReason.SUPERSEDED: "Ended: superseded by changed rules",
    IntakeReason.SUCCESSOR: "Carried on under changed rules; nothing new",
    IntakeReason.OUT_OF_ORDER: "Came late: a newer event was here already",
    IntakeReason.DUPLICATE: "Here already",
}
DISMISS_WORDS: Final = {
    DismissReason.WORLD_PRICE: "Follows the world price",
    DismissReason.SEASONAL: "Seasonal",
    DismissReason.NO_INDUSTRY: "No domestic industry",
    DismissReason.TOO_SMALL: "Too small",
    DismissReason.DATA_ERROR: "Error in the data",
    DismissReason.KNOWN: "Known already",
    DismissReason.OTHER: "Other",
}
CLOSE_WORDS: Final = {
    CloseReason.HANDED_OVER: "Handed over to the investigating authority",
    CloseReason.PETITION_FILED: "Petition filed",
    CloseReason.NO_INJURY: "No injury",
    CloseReason.WORLD_PRICE: "Follows the world price",
    CloseReason.DATA_ERROR: "Error in the data",
    CloseReason.DUPLICATE: "Duplicate of another case",
    CloseReason.NO_ACTION: "No action",
}
REASON_WORDS: Final = {
    "world_price_move": "The unit value only follows the world price",
    "no_benchmark": "No benchmark price is at hand for this product",
    "c1_not_testable": "Too early in the year to test for a lasting shift",
    "domestic_production_unknown": "Whether the product is made at home is not known",
    "provisional": "The month is still open: figures are provisional",
}
FIGURE_WORDS: Final = {
    "quantity_change": "quantity",
    "unit_value_change": "unit value",
    "relative_unit_value_change": "unit value beside the benchmark",
    "share": "share",
    "value": "value",
}
AUDIT_WORDS: Final = {
    "opened": "Case opened",
    "review_started": "Review started",
    "note": "Note",
    "closed": "Case closed",
    "reopened": "Case reopened",
    "situation_attached": "Situation attached",
    "situation_detached": "Situation taken out",
}


def plain(code: str) -> str:
    """A code as words: underscores and hyphens become spaces."""
    return code.replace("_", " ")


def signed_percent(fraction: float | None) -> str:
    """A change as a percentage with its sign; a dash where there is none."""
    if fraction is None:
        return NOTHING
    return f"{fraction * 100:+,.1f} %".replace("-", "\N{MINUS SIGN}")


def percent(fraction: float | None) -> str:
    """A fraction as a percentage; a dash where there is none."""
    return NOTHING if fraction is None else f"{fraction * 100:,.1f} %".replace("-", "\N{MINUS SIGN}")


def money(amount: float | None, currency: str) -> str:
    """An amount to three figures, with its currency; a dash where there is none."""
    return NOTHING if amount is None else f"{currency} {short(amount)}".strip()


def short(amount: float) -> str:
    """A number to about three figures with k, m or bn."""
    for step, suffix in _STEPS:
        if abs(amount) >= step:
            decimals = max(2 - int(math.log10(abs(amount) / step)), 0)
            return f"{amount / step:,.{decimals}f} {suffix}"
    return f"{amount:,.3g}"


def figure(value: Any, unit: str, name: str = "") -> str:
    """A figure of the evidence with its unit; a dash where it could not be computed."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit == "fraction":
        return signed_percent(value) if name.endswith("change") else percent(value)
    text = f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:,.4g}"
    if value < 0:
        text = f"\N{MINUS SIGN}{text[1:]}"
    return f"{text} {unit}".strip()


def threshold(comparison: str, value: float | None, unit: str, name: str = "") -> str:
    """What a figure is held to, in words; a dash where it is only shown."""
    if value is None or not comparison:
        return NOTHING
    return f"{_SYMBOLS[Comparison(comparison)]} {figure(value, unit, name)}"


def change(what: Change) -> str:
    """One difference from the last look, in words."""
    if what.what == "severity":
        return f"severity {what.before or 'none'} → {what.after or 'none'}"
    if what.what == "family":
        return f"{plain(str(what.after))} added" if what.after else f"{plain(str(what.before))} gone"
    before, after = (
        short(value) if what.what == "value" else signed_percent(value)
        for value in (float(what.before or 0), float(what.after or 0))
    )
    return f"{FIGURE_WORDS[what.what]} {before} → {after} ({what.rule})"


def instant(text: str) -> str:
    """An RFC 3339 instant as a reader writes it."""
    return f"{text[:10]} {text[11:16]} UTC" if len(text) > len("2024-01-01T00:00") else text
