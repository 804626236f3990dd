"""Reads the alerts log and queues each event for the subscribers that asked for it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from tidegauge.domain.alerts import Alert, Audience, Severity
from tidegauge.notify.matching import SENT, Release, match, predecessor, release
from tidegauge.notify.payload import TYPES, PayloadTooLargeError, payload_bytes
from tidegauge.notify.queue import was_told
from tidegauge.notify.states import SubscriptionStatus
from tidegauge.notify.tables import ConsumerOffset, Message, SeenAlert, SetAside, StoredEvent, Subscription
from tidegauge.runtime.clock import Clock
from tidegauge.runtime.crash import crash_point
from tidegauge.runtime.events import Event, EventReader, Topic
from tidegauge.runtime.logging import get_logger
from tidegauge.runtime.wire import UndecodableError, decode_alert

TOPIC: Final = Topic.ALERTS
_log = get_logger(__name__)


class NotifyConsumer:
    """Turns events behind the stored offset into messages, together with the offset, in one transaction.

    A repeated event_id has no second effect, so the log may deliver more than once.
    """

    def __init__(
        self, engine: Engine, reader: EventReader, clock: Clock, queued: Callable[[], None] | None = None
    ) -> None:
        self._engine, self._reader, self._clock = engine, reader, clock
        self._queued = queued  # told when there is something to send

    def step(self, limit: int) -> int:
        """Take in at most `limit` events; how many were read (0: the log's end).

        Raises whatever the log or the database raises; nothing is stored then.
        """
        with Session(self._engine) as session:
            position = session.get_one(ConsumerOffset, TOPIC.value).position
        events = self._reader.read(TOPIC, position, limit)
        if not events:
            return 0
        with Session(self._engine) as session, session.begin():
            if not _advance(session, position, events[-1].offset):
                session.rollback()  # another consumer was here first; its work stands
                return 0
            messages = _Batch(session, self._clock.now()).take_all(events)
            session.flush()
            crash_point("notify.before_commit")
        crash_point("notify.after_commit")
        if messages and self._queued is not None:
            self._queued()
        return len(events)


def _advance(session: Session, expected: int, reached: int) -> bool:
    """Move the offset, unless it is not where it was read; also takes the writer's lock first."""
    here = (col(ConsumerOffset.topic) == TOPIC.value, col(ConsumerOffset.position) == expected)
    return session.exec(update(ConsumerOffset).where(*here).values(position=reached)).rowcount == 1


class _Batch:
    """The effect of some events inside one transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now, self._messages = session, now, 0
        active = col(Subscription.status) == SubscriptionStatus.ACTIVE.value
        self._subscriptions: Sequence[Subscription] = session.exec(
            select(Subscription).where(active).order_by(col(Subscription.id))
        ).all()

    def take_all(self, events: Sequence[Event]) -> int:
        """Take in events in order; the number of messages queued."""
        for event in events:
            try:
                self._take(event)
            except (UndecodableError, PayloadTooLargeError) as error:
                _log.warning("webhook_event_set_aside", position=event.offset, reason=str(error))
                self._session.merge(
                    SetAside(
                        position=event.offset,
                        reason=str(error),
                        payload=event.payload,
                        set_aside_at=self._now,
                    )
                )
        return self._messages

    def _take(self, event: Event) -> None:
        alert = decode_alert(event.payload)
        if self._session.get(StoredEvent, alert.event_id) is not None:
            return
        decision = release(alert, self._known_severity(alert))
        self._remember(alert, decision)
        if decision is not Release.RELEASED:
            _log.debug("webhook_event_kept_inside", event_id=alert.event_id, reason=decision.value)
            return
        self._session.add(
            StoredEvent(
                id=alert.event_id,
                position=event.offset,
                alert_id=alert.alert_id,
                type=TYPES[alert.status],
                stored_at=self._now,
                payload=payload_bytes(alert),
            )
        )
        self._session.flush()
        for subscription in self._subscriptions:
            told = was_told(self._session, subscription.id, alert.alert_id)
            if match(alert, subscription.wanted, told=told) in SENT:
                self._queue(subscription, alert)

    def _queue(self, subscription: Subscription, alert: Alert) -> None:
        self._session.add(
            Message(
                subscription_id=subscription.id,
                event_id=alert.event_id,
                created_at=self._now,
                next_attempt_at=self._now,
            )
        )
        self._messages += 1

    def _known_severity(self, alert: Alert) -> Severity | None:
        before = predecessor(alert)
        seen = self._session.get(SeenAlert, before) if before else None
        return None if seen is None else Severity(seen.severity)

    def _remember(self, alert: Alert, decision: Release) -> None:
        """Keep the severity that subscribers may know of; nobody outside knows of the others."""
        if decision is Release.HISTORICAL or alert.audience is Audience.AUTHORITY:
            return
        seen = self._session.get(SeenAlert, alert.alert_id)
        if seen is None or seen.seq < alert.seq:
            self._session.merge(
                SeenAlert(alert_id=alert.alert_id, seq=alert.seq, severity=alert.severity.value)
            )
