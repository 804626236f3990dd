"""A situation as one row of the desk: everything spelled out, nothing left for the template to work out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tidegauge.domain.country_names import country_name
from tidegauge.domain.situations import SituationState, changes_since
from tidegauge.intake import standings
from tidegauge.intake.lineup import Placed
from tidegauge.intake.pages import text
from tidegauge.intake.tables import AlertRow


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the desk."""

    id: int
    alert_id: str  # the leading alert
    product: str
    product_name: str
    origin: str
    reporter: str
    rules: tuple[str, ...]
    families: tuple[str, ...]
    severity: str
    status: str
    period: str
    provisional: bool
    quantity_change: str
    unit_value_change: str
    relative_unit_value_change: str
    share: str
    value: str
    changes: tuple[str, ...]
    looked_at: str
    place: str
    state: str
    decided: str  # what the desk decided, and why
    note: str
    case_id: int | None


def row(placed: Placed, names: Mapping[str, str]) -> Row:
    """The row of a situation that has at least one alert."""
    situation, lead = placed.situation, placed.alerts[0]
    money_row = next((each for each in placed.alerts if "value" in each.figures), lead)
    return Row(
        id=situation.id or 0,
        alert_id=lead.alert_id,
        product=situation.scope_id or situation.product,
        product_name=product_name(situation.product, names),
        origin=country_name(situation.origin),
        reporter=country_name(situation.reporter),
        rules=tuple(sorted({each.rule for each in placed.alerts})),
        families=tuple(sorted({text.plain(each.family) for each in placed.alerts})),
        severity=placed.standing.severity or lead.severity,
        status=lead.status,
        period=lead.period,
        provisional=any(each.provisional for each in placed.alerts),
        quantity_change=text.signed_percent(_figure(placed.alerts, "quantity_change")),
        unit_value_change=text.signed_percent(_figure(placed.alerts, "unit_value_change")),
        relative_unit_value_change=text.signed_percent(_figure(placed.alerts, "relative_unit_value_change")),
        share=text.percent(_figure(placed.alerts, "share")),
        # What the desk orders by: the greatest value among the live alerts, else that of the last ones.
        value=text.money(situation.value_at_stake or _figure(placed.alerts, "value"), money_row.currency),
        changes=_changes(placed),
        looked_at=text.instant(situation.seen_at),
        place=text.PLACE_WORDS[placed.place],
        state=placed.state,
        decided=_decided(placed),
        note=situation.note,
        case_id=situation.case_id,
    )


def product_name(product: str, names: Mapping[str, str]) -> str:
    """The name of a product, or of the nearest heading above it that has one; empty if none has."""
    return next((names[product[:size]] for size in range(len(product), 1, -1) if product[:size] in names), "")


def _figure(alerts: Sequence[AlertRow], name: str) -> float | None:
    """A figure of the leading alert, else of the next that has it."""
    return next((each.figures[name] for each in alerts if name in each.figures), None)


def _changes(placed: Placed) -> tuple[str, ...]:
    """What changed since the last look, in words; empty where nothing did."""
    if placed.situation.seen is None:
        return ("not looked at yet",)
    differences = changes_since(standings.load(placed.situation.seen), placed.standing)
    return tuple(text.change(each) for each in differences)


def _decided(placed: Placed) -> str:
    situation = placed.situation
    match placed.state:
        case SituationState.SNOOZED:
            return f"Snoozed until {text.day(situation.snoozed_until)}"
        case SituationState.DISMISSED:
            words = {str(key): value for key, value in text.DISMISS_WORDS.items()}
            return f"Dismissed: {words.get(situation.dismiss_reason, text.plain(situation.dismiss_reason))}"
        case SituationState.IN_CASE:
            return f"In case {situation.case_id}"
        case SituationState.ACTIVE:
            return ""
