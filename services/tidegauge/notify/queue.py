"""The queue in the database: what is due, what an attempt needs, and the record of what came of it.

Every function here is one short transaction; callers run them in threads.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, case, func, or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from tidegauge.notify.payload import PING
from tidegauge.notify.schedule import DELAYS_S, DISABLING, Attempted, Decision, Verdict, decide
from tidegauge.notify.states import MessageState, Outcome, SubscriptionStatus
from tidegauge.notify.tables import Attempt, Message, Secret, StoredEvent, Subscription


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subscription with something due; `failing` ones share a smaller part of the sender."""

    subscription_id: str
    failing: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that one attempt needs. Its text form shows no secret and no URL."""

    message_id: int
    subscription_id: str
    event_id: str
    number: int  # of this attempt, from 1
    url: str
    secrets: tuple[str, ...]
    body: bytes

    def __repr__(self) -> str:
        return f"Delivery({self.subscription_id}, {self.event_id}, attempt {self.number})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt."""

    outcome: Outcome
    status_code: int | None = None
    excerpt: str = ""
    error: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt that is over."""

    delivery: Delivery
    started_at: datetime
    ended_at: datetime
    answer: Answer

    @property
    def duration_ms(self) -> int:
        """How long it took; never negative, though the machine's clock may be set back."""
        return max(round((self.ended_at - self.started_at) / timedelta(milliseconds=1)), 0)


def candidates(engine: Engine, now: datetime, busy: Collection[str]) -> list[Candidate]:
    """The subscriptions with a message due at `now`, those that work first; `busy` ones are left out."""
    failing = col(Subscription.failing_since).is_not(None)
    query = (
        select(Subscription.id, failing)
        .join(Message, col(Message.subscription_id) == col(Subscription.id))
        .where(*_sendable(), col(Message.next_attempt_at) <= now, _not_held(now))
        .where(col(Subscription.id).not_in(busy))
        .group_by(col(Subscription.id), col(Subscription.failing_since))
        .order_by(failing, func.min(Message.next_attempt_at), col(Subscription.id))
    )
    with Session(engine) as session:
        return [Candidate(name, bool(fails)) for name, fails in session.exec(query)]


def next_due(engine: Engine, busy: Collection[str]) -> datetime | None:
    """The instant at which something next falls due for a subscription that is not busy."""
    free = (*_sendable(), col(Subscription.id).not_in(busy))
    due, hold = col(Message.next_attempt_at), col(Subscription.hold_until)
    later = case((hold > due, hold), else_=due)
    query = select(func.min(later)).select_from(Message).join(Subscription).where(*free)
    with Session(engine) as session:
        found: datetime | None = session.exec(query).one()
    return found


def waiting(engine: Engine) -> int:
    """How many messages wait for their first or next attempt."""
    query = select(func.count()).select_from(Message).join(Subscription).where(*_sendable())
    with Session(engine) as session:
        return session.exec(query).one()


def take(engine: Engine, subscription_id: str, now: datetime) -> Delivery | None:
    """The subscription's first message due at `now`, in the order of the alerts log; None when none is."""
    return _first(engine, subscription_id, now, col(Message.next_attempt_at) <= now, _not_held(now))


def take_event(engine: Engine, subscription_id: str, event_id: str, now: datetime) -> Delivery | None:
    """One pending event, due or not; None when it is not pending or the subscription is not active."""
    return _first(engine, subscription_id, now, col(Message.event_id) == event_id)


def _first(
    engine: Engine, subscription_id: str, now: datetime, *conditions: ColumnElement[bool]
) -> Delivery | None:
    query = (
        select(Message, StoredEvent, Subscription)
        .join(StoredEvent, col(StoredEvent.id) == col(Message.event_id))
        .join(Subscription, col(Subscription.id) == col(Message.subscription_id))
        .where(*_sendable(), col(Subscription.id) == subscription_id, *conditions)
        .order_by(func.coalesce(StoredEvent.position, -1), col(Message.id))
        .limit(1)
    )
    with Session(engine) as session:
        found = session.exec(query).first()
        if found is None:
            return None
        message, event, subscription = found
        return Delivery(
            message.id or 0,
            subscription.id,
            event.id,
            message.attempts + 1,
            subscription.url,
            tuple(session.exec(valid_secrets(subscription.id, now))),
            event.payload,
        )


def valid_secrets(subscription_id: str, now: datetime) -> SelectOfScalar[str]:
    """The query for the secrets that sign at `now`, the newest first."""
    valid = or_(col(Secret.expires_at).is_(None), col(Secret.expires_at) > now)
    mine = col(Secret.subscription_id) == subscription_id
    return select(Secret.value).where(mine, valid).order_by(col(Secret.id).desc())


def record(engine: Engine, tried: Tried, uniform: float) -> Decision:
    """Write one attempt into the delivery log with the state that follows from it, in one transaction."""
    with Session(engine) as session, session.begin():
        session.add(_log_line(tried))
        session.flush()  # SQLite: takes the writer's lock before the rows below are read
        # PostgreSQL: locks the rows; the subscription first, as everywhere, so that no two wait in a circle.
        subscription = session.get_one(Subscription, tried.delivery.subscription_id, with_for_update=True)
        message = session.get_one(Message, tried.delivery.message_id, with_for_update=True)
        event = session.get_one(StoredEvent, tried.delivery.event_id)
        attempted = Attempted(
            message.attempts + 1,
            tried.answer.outcome,
            tried.ended_at,
            subscription.failing_since,
            tried.answer.retry_after_s,
            last=1 if event.type == PING else len(DELAYS_S),
        )
        decision = decide(attempted, uniform)
        message.attempts += 1
        _apply_to_message(message, decision)
        _apply_to_subscription(session, subscription, decision, tried)
    return decision


def was_told(session: Session, subscription_id: str, alert_id: str) -> bool:
    """Whether an event of this alert was queued for the subscription before."""
    mine = (col(Message.subscription_id) == subscription_id, col(StoredEvent.alert_id) == alert_id)
    return session.exec(select(Message.id).join(StoredEvent).where(*mine).limit(1)).first() is not None


def cancel_pending(session: Session, subscription_id: str) -> int:
    """Cancel what a subscription still waits for; the number of messages."""
    pending = (
        col(Message.subscription_id) == subscription_id,
        col(Message.state) == MessageState.PENDING.value,
    )
    changed = session.exec(
        update(Message).where(*pending).values(state=MessageState.CANCELLED.value, next_attempt_at=None)
    )
    return changed.rowcount


def _sendable() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    active = col(Subscription.status) == SubscriptionStatus.ACTIVE.value
    return active, col(Message.state) == MessageState.PENDING.value


def _not_held(now: datetime) -> ColumnElement[bool]:
    return or_(col(Subscription.hold_until).is_(None), col(Subscription.hold_until) <= now)


def _log_line(tried: Tried) -> Attempt:
    return Attempt(
        message_id=tried.delivery.message_id,
        number=tried.delivery.number,
        started_at=tried.started_at,
        duration_ms=tried.duration_ms,
        outcome=tried.answer.outcome.value,
        status_code=tried.answer.status_code,
        response_excerpt=tried.answer.excerpt,
        error=tried.answer.error,
    )


def _apply_to_message(message: Message, decision: Decision) -> None:
    """Set the message's state; one that was cancelled meanwhile stays so, unless it got through after all."""
    if decision.verdict is Verdict.DELIVERED:
        message.state, message.next_attempt_at = MessageState.DELIVERED.value, None
    elif message.state == MessageState.PENDING.value:
        message.next_attempt_at = decision.next_attempt_at
        if decision.verdict is not Verdict.RETRY_SCHEDULED:
            message.state = MessageState.EXHAUSTED.value


def _apply_to_subscription(
    session: Session, subscription: Subscription, decision: Decision, tried: Tried
) -> None:
    if decision.verdict is Verdict.DELIVERED:
        subscription.failing_since = subscription.hold_until = None
        return
    subscription.failing_since = subscription.failing_since or tried.ended_at
    subscription.hold_until = decision.hold_until
    if decision.verdict in DISABLING and subscription.status == SubscriptionStatus.ACTIVE.value:
        subscription.status = SubscriptionStatus.DISABLED.value
        subscription.status_reason = _reason(decision.verdict, subscription.failing_since, tried.answer)
        cancel_pending(session, subscription.id)


def _reason(verdict: Verdict, failing_since: datetime, answer: Answer) -> str:
    if verdict is Verdict.RECEIVER_GONE:
        return "the receiver answered 410 Gone: it wants no more webhooks"
    last = f"status {answer.status_code}" if answer.status_code else answer.error
    return f"every attempt since {failing_since:%Y-%m-%d %H:%M} UTC failed; the last one: {last}"
