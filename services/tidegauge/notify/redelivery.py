"""Sends again: one event, everything since an instant, a test event; and shows the delivery log."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidegauge.notify.matching import SENT, Match, match
from tidegauge.notify.models import AttemptView, Queued
from tidegauge.notify.payload import PING, alert_of, ping_bytes
from tidegauge.notify.queue import was_told
from tidegauge.notify.states import MessageState
from tidegauge.notify.subscriptions import ConflictError, UnknownError, find, find_active
from tidegauge.notify.tables import Attempt, Message, StoredEvent
from tidegauge.runtime.clock import Clock


class Redelivery:
    """What an owner asks for by hand; every method is one transaction, and only queues."""

    def __init__(
        self, engine: Engine, clock: Clock, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._engine, self._clock, self._random_bytes = engine, clock, random_bytes

    def ping(self, subscription_id: str, delay: timedelta = timedelta()) -> Queued:
        """Queue a test event, tried once; raises UnknownError, ConflictError.

        With a delay the caller means to send it itself; the running sender steps in when it does not.
        """
        now = self._clock.now()
        event_id = f"ping_{self._random_bytes(12).hex()}"
        with Session(self._engine) as session, session.begin():
            find_active(session, subscription_id)
            body = ping_bytes(subscription_id, now)
            session.add(StoredEvent(id=event_id, type=PING, stored_at=now, payload=body))
            session.flush()
            session.add(_message(subscription_id, event_id, now, now + delay))
        return Queued(queued=1, event_id=event_id)

    def resend(self, subscription_id: str, event_id: str) -> Queued:
        """Queue one event again, whatever the filter says of it; the same body and webhook-id.

        Raises UnknownError, and ConflictError where the receiver is not cleared for the event.
        """
        with Session(self._engine) as session, session.begin():
            subscription = find_active(session, subscription_id)
            event = session.get(StoredEvent, event_id)
            if event is None or event.type == PING:
                raise UnknownError(f"there is no event {event_id} that could be sent")
            if match(alert_of(event.payload), subscription.wanted) is Match.AUDIENCE_NOT_COVERED:
                raise ConflictError(f"subscription {subscription_id} is not cleared for event {event_id}")
            self._again(session, subscription_id, event_id)
        return Queued(queued=1, event_id=event_id)

    def replay(self, subscription_id: str, since: datetime) -> Queued:
        """Queue every matching event that was taken in at `since` or later; raises as `resend` does.

        Events of a time when the subscription was disabled, or did not exist, are among them.
        """
        query = (
            select(StoredEvent)
            .where(col(StoredEvent.stored_at) >= since, col(StoredEvent.type) != PING)
            .order_by(col(StoredEvent.position))
        )
        queued = 0
        with Session(self._engine) as session, session.begin():
            wanted = find_active(session, subscription_id).wanted
            for event in session.exec(query).all():
                told = was_told(session, subscription_id, event.alert_id)
                if match(alert_of(event.payload), wanted, told=told) in SENT:
                    self._again(session, subscription_id, event.id)
                    queued += 1
        return Queued(queued=queued)

    def attempts(self, subscription_id: str, message_id: int) -> list[AttemptView]:
        """The delivery log of one message, the oldest attempt first; raises UnknownError."""
        with Session(self._engine) as session:
            find(session, subscription_id)
            message = session.get(Message, message_id)
            if message is None or message.subscription_id != subscription_id:
                raise UnknownError(f"subscription {subscription_id} has no delivery {message_id}")
            query = select(Attempt).where(col(Attempt.message_id) == message_id).order_by(col(Attempt.id))
            return [AttemptView.model_validate(row) for row in session.exec(query)]

    def attempts_of_event(self, subscription_id: str, event_id: str) -> list[AttemptView]:
        """The delivery log of one event; raises UnknownError."""
        mine = (col(Message.subscription_id) == subscription_id, col(Message.event_id) == event_id)
        with Session(self._engine) as session:
            message_id = session.exec(select(Message.id).where(*mine)).first()
        if message_id is None:
            raise UnknownError(f"subscription {subscription_id} has no delivery of event {event_id}")
        return self.attempts(subscription_id, message_id)

    def _again(self, session: Session, subscription_id: str, event_id: str) -> None:
        now = self._clock.now()
        mine = (col(Message.subscription_id) == subscription_id, col(Message.event_id) == event_id)
        message = session.exec(select(Message).where(*mine)).first()
        if message is None:
            session.add(_message(subscription_id, event_id, now, now))
        else:
            message.state, message.attempts, message.next_attempt_at = MessageState.PENDING.value, 0, now


def _message(subscription_id: str, event_id: str, now: datetime, due: datetime) -> Message:
    return Message(subscription_id=subscription_id, event_id=event_id, created_at=now, next_attempt_at=due)
