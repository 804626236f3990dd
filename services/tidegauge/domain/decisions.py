"""What intake does with one alert event, and why: every event gets exactly one stored reason."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidegauge.domain.alerts import Alert, Severity, Status
from tidegauge.domain.situations import SituationState, Standing, rank, worse_by

LEAST_SEVERITY: Final = Severity.WATCH  # below it nothing reaches the desk by itself; operator's choice


class IntakeReason(StrEnum):
    """Why an alert event reached the desk, joined something there, or did not."""

    SITUATION_OPENED = "situation_opened"
    WORSENED = "worsened"  # on the desk already, and clearly worse
    JOINED = "joined_situation"  # another alert on a situation that the desk has already
    UPDATED = "updated_not_worse"
    ATTACHED = "attached"  # the situation lies in an open case
    SNOOZED = "snoozed"
    DISMISSED_NOT_WORSE = "dismissed_not_worse"
    RETURNED_WORSE = "returned_worse"
    BELOW_THRESHOLD = "below_threshold"
    HISTORICAL = "historical"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    SUCCESSOR = "successor_not_worse"  # the same cause under changed rules
    OUT_OF_ORDER = "out_of_order"  # a later event of the same alert is here already
    DUPLICATE = "duplicate"  # this very event is here already


# Reasons that bring a situation (back) above today's line.
FRESH: Final = frozenset({IntakeReason.SITUATION_OPENED, IntakeReason.WORSENED, IntakeReason.RETURNED_WORSE})
_NOTHING: Final = Standing()
_ENDINGS: Final = {
    Status.RESOLVED: IntakeReason.RESOLVED,
    Status.WITHDRAWN: IntakeReason.WITHDRAWN,
    Status.SUPERSEDED: IntakeReason.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Context:
    """What intake knows when an event arrives."""

    seen: bool = False  # the same event_id is stored
    last_seq: int | None = None  # of the same alert; None: a new alert
    state: SituationState = SituationState.ACTIVE  # after `effective_state`
    before: Standing = _NOTHING  # of the situation, without this event
    after: Standing = _NOTHING  # of the situation, with it
    dismissed: Standing | None = None  # as it stood when it was dismissed
    predecessor: Severity | None = None  # severity of the alert that this one supersedes


def decide(alert: Alert, context: Context, least: Severity = LEAST_SEVERITY) -> IntakeReason:
    """The reason for what intake does with an event; pure, and total over all alerts and contexts."""
    if context.seen:
        return IntakeReason.DUPLICATE
    if context.last_seq is not None and alert.seq <= context.last_seq:
        return IntakeReason.OUT_OF_ORDER
    if alert.historical:
        return IntakeReason.HISTORICAL
    if alert.status in _ENDINGS:
        return _ENDINGS[alert.status]
    return _live(alert, context, least)


def _live(alert: Alert, context: Context, least: Severity) -> IntakeReason:
    """What the desk has decided about the situation comes before what the alert says."""
    match context.state:
        case SituationState.IN_CASE:
            reason = IntakeReason.ATTACHED
        case SituationState.SNOOZED:
            reason = IntakeReason.SNOOZED
        case SituationState.DISMISSED:
            worse = worse_by(context.dismissed or _NOTHING, context.after)
            reason = IntakeReason.RETURNED_WORSE if worse else IntakeReason.DISMISSED_NOT_WORSE
        case SituationState.ACTIVE if rank(alert.severity) < rank(least):
            reason = IntakeReason.BELOW_THRESHOLD
        case SituationState.ACTIVE:
            reason = _on_the_desk(alert, context, least)
    return reason


def _on_the_desk(alert: Alert, context: Context, least: Severity) -> IntakeReason:
    if context.predecessor is not None and rank(alert.severity) <= rank(context.predecessor):
        return IntakeReason.SUCCESSOR
    if rank(context.before.severity) < rank(least):
        return IntakeReason.SITUATION_OPENED
    if worse_by(context.before, context.after):
        return IntakeReason.WORSENED
    return IntakeReason.UPDATED if context.last_seq is not None else IntakeReason.JOINED
