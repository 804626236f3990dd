"""Numbers and codes in words that a reader knows: percentages, money, reasons."""

import math
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from tidegauge.domain.alerts import Severity, Status
from tidegauge.domain.cases import CloseReason
from tidegauge.domain.country_names import country_name
from tidegauge.domain.decisions import IntakeReason
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.situations import Change, DismissReason, Place

NOTHING: Final = "\N{EN DASH}"
THIN: Final = "\N{NARROW NO-BREAK SPACE}"  # between groups of three digits, as ISO 80000 writes them
_WHOLE_FROM: Final = 1000  # decimals below it, whole numbers from it on
_KG_PER_T: Final = 1000
_SMALLEST_P: Final = 1e-4  # smaller ones say no more
_MOVES: Final = ("change", "effect", "gap", "gain")  # figures that are shown with their sign
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_PERCENT: Final = re.compile(r"(?<=[0-9]) (?=%)")
_COMMA: Final = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
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
    "met": "The rule's conditions are met",
    "conditions_not_met": "The rule's conditions are not met",
    "not_enough_history": "Not enough months have arrived to compare with",
    "no_trade": "No trade in these months",
    "new_over_zero_base": "Nothing was imported in the months to compare with",
    "no_reference_price": "No reference partner has a unit value in these months",
    "reference_mostly_undeclared": "Most of the reference quantity has no declared origin",
    "threshold_not_convertible": "No exchange rate is at hand for the threshold",
    "origin_never_alerts": "This origin raises no alerts",
    "world_price_move": "The unit value only follows the world price",
    "no_benchmark": "No benchmark price is at hand for this product",
    "c1_not_testable": "Too few months to test for a lasting shift",
    "domestic_production_unknown": "Whether the product is made at home is not known",
    "provisional": "The month is still open: figures are provisional",
    "figure_unknown": "A quantity, a value or an exchange rate is missing in these months",
    "rule_switched_off": "The rule is switched off for this product",
    "not_evaluated": "Not computed: a simpler condition was not met",
    "not_applicable": "Has no meaning for all origins together",
    "exports_unknown": "Exports of this product are not known",
    "world_exports_unknown": "World exports of this product are not known",
    "supply_shock": "Less came, at a far higher price: a supply shock",
    "missing_month": "A month is missing in the file",
    "imputed_quantity": "The quantity was computed from the value",
    "unit_change": "The unit of the quantity seems to have changed",
    "late_vintage": "A month was revised long after those around it",
    "its_scope_speaks": "The product lies in a scope, of which the rule speaks instead",
    "no_normal_value": "No normal value is at hand",
    "freight_wedge_unknown": "The freight inside the value is not known",
    "transactions_unknown": "Single sales are not known",
    "not_the_first_available": "An earlier basis of the normal value speaks",
    "no_programme_known": "No subsidy programme is known",
    "benefit_unknown": "The benefit of the known programmes is not known",
    "no_domestic_price": "No domestic price is at hand",
    "cost_unknown": "Costs of the domestic producers are not known",
    "no_trigger_price": "No reference or trigger price is in force",
    "no_lines": "Statistics hold no single lines",
    "no_complete_week": "No week of the month is complete yet",
    "too_few_lines": "Too few lines to compare",
    "melt_and_pour_not_stated": "Too few lines state where the metal was melted and poured",
    "duty_excluded": "The duty is not known and left out",
    "freight_excluded": "Freight to the border is not known and left out",
    "allowances_excluded": "Costs between factory and border are not known and left out",
    "volume_trigger_in_force": "The volume trigger is in force",
    "value_not_cif": "The value is not c.i.f., which the trigger price asks for",
    "no_control": "No origin without a measure to compare with",
    "countervailing_duty_elsewhere": "A countervailing duty elsewhere",
    "second_family": "Another family of rules speaks of it too",
    "no_trigger_in_force": "No published trigger in force",
    "trigger_level_not_computable": "The trigger level cannot be computed",
    "sellers_capacity_unknown": "The exporters' capacity is not known",
    "code_break": "Not comparable: the product code changed its meaning in these months",
    "confidential_cell": "Much of the product is confidential or pooled",
}
ERROR_TITLES: Final[dict[int, str]] = {
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.CONFLICT: "Not possible now",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be used",
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


def _grouped(written: str) -> str:
    """A number as Python writes it with commas, as the pages show it."""
    return written.replace(",", THIN).replace("-", "\N{MINUS SIGN}")


def whole(value: float) -> str:
    """A number without decimals."""
    return _grouped(f"{value:,.0f}")


def tonnes(mass_kg: float) -> str:
    """A mass in tonnes without its unit, with three decimals where it is below one tonne."""
    return whole(mass_kg / _KG_PER_T) if mass_kg >= _KG_PER_T or not mass_kg else f"{mass_kg / _KG_PER_T:.3f}"


def signed_percent(fraction: float | None) -> str:
    """A change as a percentage with its sign; a dash where there is none."""
    return NOTHING if fraction is None else _grouped(f"{fraction * 100:+,.1f} %")


def percent(fraction: float | None) -> str:
    """A fraction as a percentage; a dash where there is none."""
    return NOTHING if fraction is None else _grouped(f"{fraction * 100:,.1f} %")


def money(amount: float | None, currency: str) -> str:
    """An amount to three figures, with its currency; a dash where there is none."""
    return NOTHING if amount is None else f"{currency} {short(amount)}".strip()


def short(amount: float) -> str:
    """A number to about three figures with k, m or bn."""
    for step, suffix in _STEPS:
        if abs(amount) >= step:
            decimals = max(2 - int(math.log10(abs(amount) / step)), 0)
            return _grouped(f"{amount / step:,.{decimals}f} {suffix}")
    return _grouped(f"{amount:,.3g}")


def figure(value: Any, unit: str, name: str = "", beside: float | None = None) -> str:
    """A figure of the evidence with its unit; a dash where it could not be computed.

    Percentages and points have one decimal, and more where they would else look like the threshold `beside`.
    """
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case str():
            return month(value) if unit == "month" else value
    if unit == "fraction":
        value, unit, beside = value * 100, "%", None if beside is None else beside * 100
    if unit in {"%", "points"}:
        sign = "+" if value and name.endswith(_MOVES) else ""
        return _grouped(f"{value:{sign},.{_decimals(value, beside)}f}\N{NO-BREAK SPACE}{unit}")
    if unit == "probability":
        return f"p < {_SMALLEST_P:.4f}" if value < _SMALLEST_P else f"p = {value:.2g}"
    return _amount(value, unit)


def _decimals(value: float, beside: float | None) -> int:
    """The decimals that keep a figure apart from the threshold that it is held to: one, two or three."""
    return next((n for n in (1, 2) if beside is None or round(value, n) != beside or value == beside), 3)


def _amount(value: float, unit: str) -> str:
    if unit == "kg" and abs(value) >= _KG_PER_T:
        value, unit = value / _KG_PER_T, "t"
    written = f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:,.4g}"
    return f"{_grouped(written)}\N{NO-BREAK SPACE}{unit}".rstrip()


def threshold(comparison: str, value: float | None, unit: str) -> str:
    """What a figure is held to, in words; a dash where it is only shown or its threshold is not known."""
    if value is None or not comparison:
        return NOTHING
    if unit == "fraction":
        value, unit = value * 100, "%"
    written = _amount(value, "" if unit == "probability" else unit)
    return f"{_SYMBOLS[Comparison(comparison)]} {written}"


def month(text: str) -> str:
    """`2024-07` as `Jul 2024`; anything else stays as it is."""
    if not _MONTH.fullmatch(text):
        return text
    return f"{_MONTHS[int(text[5:]) - 1]}\N{NO-BREAK SPACE}{text[:4]}"


def day(text: str) -> str:
    """The day of an RFC 3339 instant: `2026-11-30T22:16:00Z` as `30 Nov 2026`."""
    return f"{int(text[8:10])}\N{NO-BREAK SPACE}{month(text[:7])}"


def window(text: str) -> tuple[str, ...]:
    """`2024-01..2024-07 against 2023-01..2023-07` as lines: `Jan-Jul 2024`, `vs Jan-Jul 2023`."""
    first, *others = (_span(part) for part in text.split(" against "))
    return (first, *(f"vs\N{NO-BREAK SPACE}{each}" for each in others))


def _span(text: str) -> str:
    first, _, last = text.partition("..")
    if not last:
        return month(first)
    if first[:4] == last[:4] and _MONTH.fullmatch(first):
        return f"{month(first)[:3]}\N{EN DASH}{month(last)}"
    return f"{month(first)}\N{EN DASH}{month(last)}"


def named(explanation: str, countries: Iterable[str]) -> str:
    """An English explanation with the names of countries for their codes and the pages' thin separators."""
    for code in filter(None, countries):
        explanation = re.sub(rf"\b{re.escape(code)}\b", country_name(code), explanation)
    return _PERCENT.sub("\N{NO-BREAK SPACE}", _COMMA.sub(THIN, explanation))


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
