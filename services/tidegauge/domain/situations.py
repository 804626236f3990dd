"""Situations: what stands against one product from one origin, and which of them reach the desk today.

A situation is a reporter, a product (or a scope) and an origin, with the alerts of all rules on it. The
thresholds here are the operator's choice: no law or method publishes them.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tidegauge.domain.alerts import SEVERITIES, Alert, Family, Severity, Status

WORSE_BY = 0.25  # a key figure this much worse, relative to what it was, is clearly worse
SMALLEST_MOVE = 0.01  # ... and by at least one point, where the figure is a fraction
_SLACK = 1e-9  # the part that floating point may take from a move of exactly a quarter
LIVE = frozenset({Status.OPEN, Status.UPDATED})

# The figures of a desk row, and the direction in which each is worse for the domestic industry.
WORSE_UPWARD = {
    "quantity_change": 1,
    "unit_value_change": -1,
    "relative_unit_value_change": -1,
    "share": 1,
    "value": 1,
}
_AMOUNTS = frozenset({"value"})  # money, not a fraction


class SituationState(StrEnum):
    """What the desk has decided about a situation."""

    ACTIVE = "active"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    IN_CASE = "in_case"


class DismissReason(StrEnum):
    """Why the desk lets a situation go."""

    WORLD_PRICE = "world_price"
    SEASONAL = "seasonal"
    NO_INDUSTRY = "no_domestic_industry"
    TOO_SMALL = "too_small"
    DATA_ERROR = "data_error"
    KNOWN = "known_already"
    OTHER = "other"


class Worse(StrEnum):
    """In which way a situation is clearly worse than it was."""

    HIGHER_SEVERITY = "higher_severity"
    ANOTHER_FAMILY = "another_family"
    KEY_FIGURE = "key_figure_worse"


class Place(StrEnum):
    """Where a situation stands on the desk today: above the line, or why below it."""

    NEW = "new_today"
    WORSENED = "worsened_today"
    EARLIER = "from_earlier_days"
    OVER_LIMIT = "over_daily_limit"
    WAITING = "waiting_from_earlier_days"
    BELOW_THRESHOLD = "below_threshold"
    IN_CASE = "in_case"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    QUIET = "no_live_alert"  # resolved, withdrawn, superseded or historical


@dataclass(frozen=True, slots=True)
class LiveAlert:
    """What a situation needs of one alert that still stands."""

    alert_id: str
    rule: str
    family: Family
    severity: Severity
    period: str
    figures: dict[str, float]  # row figure -> value; changes and shares as fractions


@dataclass(frozen=True, slots=True)
class Standing:
    """How bad a situation is: the greatest severity, the families met, and the key figures by rule."""

    severity: Severity | None = None  # None: no live alert
    families: tuple[Family, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)  # "rule figure" -> value


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two standings; `before` and `after` are None where there was or is nothing."""

    what: str  # severity, family, or the name of a figure
    before: str | float | None
    after: str | float | None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the daily line needs of one situation; instants are RFC 3339 in UTC."""

    id: int
    state: SituationState  # after `effective_state`
    severity: Severity | None
    families: int
    value_at_stake: float
    opened_at: str
    worsened_at: str  # last time that it opened, returned or became clearly worse


@dataclass(frozen=True, slots=True)
class Line:
    """The desk of one day."""

    above: tuple[tuple[int, Place], ...]  # ids, best first
    below: dict[Place, tuple[int, ...]]  # ids by reason, best first


def situation_key(alert: Alert) -> str:
    """The text key of the situation that an alert belongs to; rules and sources share it."""
    return f"{alert.reporter}/{alert.scope_id or alert.product}/{alert.origin or '*'}"


def row_figures(alert: Alert) -> dict[str, float]:
    """The desk-row figures among an alert's evidence; percentages become fractions."""
    found = {}
    for item in alert.evidence:
        if (
            item.name in WORSE_UPWARD
            and isinstance(item.value, int | float)
            and not isinstance(item.value, bool)
        ):
            value = float(item.value)
            if math.isfinite(value):
                found[item.name] = value / 100 if item.unit == "%" else value
    return found


def standing(alerts: Iterable[LiveAlert]) -> Standing:
    """The standing of a situation with these live alerts."""
    held = sorted(alerts, key=lambda alert: (alert.rule, alert.period, alert.alert_id))
    if not held:
        return Standing()
    return Standing(
        severity=max((alert.severity for alert in held), key=SEVERITIES.index),
        families=tuple(sorted({alert.family for alert in held})),
        figures={f"{alert.rule} {name}": value for alert in held for name, value in alert.figures.items()},
    )


def rank(severity: Severity | None) -> int:
    """The order of a severity; -1 for none."""
    return -1 if severity is None else SEVERITIES.index(severity)


def worse_by(before: Standing, after: Standing) -> Worse | None:
    """Whether `after` is clearly worse than `before`, and in which way; None: it is not.

    Clearly worse: a higher severity, another family, or the same figure of the same rule worse by at least
    WORSE_BY of its size (and by SMALLEST_MOVE where it is a fraction). The operator's choice.
    """
    if rank(after.severity) > rank(before.severity):
        return Worse.HIGHER_SEVERITY
    if not set(after.families) <= set(before.families):
        return Worse.ANOTHER_FAMILY
    if any(
        name in after.figures and _figure_worse(name.rpartition(" ")[2], value, after.figures[name])
        for name, value in before.figures.items()
    ):
        return Worse.KEY_FIGURE
    return None


def _figure_worse(name: str, before: float, after: float) -> bool:
    move = (after - before) * WORSE_UPWARD[name]
    floor = 0.0 if name in _AMOUNTS else SMALLEST_MOVE
    return before != 0 and move > 0 and move >= max(floor, WORSE_BY * abs(before)) * (1 - _SLACK)


def changes_since(seen: Standing, now: Standing) -> tuple[Change, ...]:
    """What differs from the last look: severity, families, and figures that moved by WORSE_BY or more."""
    found = []
    if seen.severity != now.severity:
        found.append(Change("severity", seen.severity, now.severity))
    found += [Change("family", None, family) for family in now.families if family not in seen.families]
    found += [Change("family", family, None) for family in seen.families if family not in now.families]
    for name, after in now.figures.items():
        before = seen.figures.get(name)
        rule, _, figure = name.rpartition(" ")
        if before is not None and abs(after - before) >= max(WORSE_BY * abs(before), SMALLEST_MOVE):
            found.append(Change(figure, before, after, rule))
    return tuple(found)


def effective_state(state: SituationState, snoozed_until: str, now: str) -> SituationState:
    """The state at an instant: a snooze ends by itself. Instants are RFC 3339 in UTC, to the second."""
    if state is SituationState.SNOOZED and snoozed_until <= now:
        return SituationState.ACTIVE
    return state


def order(candidate: Candidate) -> tuple[int, float, str, int]:
    """The desk's order: families met, then value at stake, then the longest waiting."""
    return (-candidate.families, -candidate.value_at_stake, candidate.opened_at, candidate.id)


def place(candidate: Candidate, today: str, least: Severity) -> Place:
    """Where a situation would stand on day `today` (YYYY-MM-DD, UTC) if there were no daily limit."""
    if candidate.severity is None:
        return Place.QUIET
    if candidate.state is not SituationState.ACTIVE:
        return Place(candidate.state.value)
    if rank(candidate.severity) < rank(least):
        return Place.BELOW_THRESHOLD
    if candidate.opened_at.startswith(today):
        return Place.NEW
    return Place.WORSENED if candidate.worsened_at.startswith(today) else Place.EARLIER


def draw_line(candidates: Sequence[Candidate], today: str, limit: int, least: Severity) -> Line:
    """The desk of a day: at most `limit` situations above the line, the rest below it by reason.

    What is new or worsened today comes first; places left over go to the best that nobody has handled on
    earlier days, so that a quiet morning still shows yesterday's work.
    """
    places = {each.id: place(each, today, least) for each in candidates}
    ordered = sorted(candidates, key=order)
    fresh = [each for each in ordered if places[each.id] in (Place.NEW, Place.WORSENED)]
    waiting = [each for each in ordered if places[each.id] is Place.EARLIER]
    shown = {each.id for each in (fresh[:limit] + waiting[: max(limit - len(fresh), 0)])}
    below: dict[Place, list[int]] = {}
    for each in ordered:
        if each.id not in shown:
            below.setdefault(_below(places[each.id]), []).append(each.id)
    above = tuple((each.id, places[each.id]) for each in ordered if each.id in shown)
    return Line(above, {reason: tuple(ids) for reason, ids in below.items()})


def _below(where: Place) -> Place:
    if where in (Place.NEW, Place.WORSENED):
        return Place.OVER_LIMIT
    return Place.WAITING if where is Place.EARLIER else where
