"""The tables of notify in the desk database: subscriptions, secrets, events, messages, attempts."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from tidegauge.domain.alerts import Audience, Family, Severity
from tidegauge.notify.matching import Filter
from tidegauge.notify.states import MessageState, SubscriptionStatus


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, in UTC in the database, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NotifyTable(SQLModel):
    """Base of these tables; their own metadata keeps them apart from intake's in the same database."""

    metadata = MetaData()


class ConsumerOffset(NotifyTable, table=True):
    """How far the alerts log has been read; one row, written by the migration."""

    __tablename__ = "notify_offset"
    topic: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


class Subscription(NotifyTable, table=True):
    """A receiver and what it asks for."""

    __tablename__ = "notify_subscription"
    id: str = Field(primary_key=True)
    url: str
    description: str = ""
    products: list[str] = Field(sa_type=JSON)
    origins: list[str] = Field(sa_type=JSON)
    families: list[str] = Field(sa_type=JSON)
    reporters: list[str] = Field(sa_type=JSON)
    min_severity: str
    audience: str
    status: str = SubscriptionStatus.ACTIVE.value
    status_reason: str = ""  # for the owner: why it is disabled
    created_at: datetime = Field(sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    hold_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # left alone until then

    @property
    def wanted(self) -> Filter:
        """The filter as matching.py reads it."""
        return Filter(
            tuple(self.products),
            tuple(self.origins),
            tuple(Family(family) for family in self.families),
            tuple(self.reporters),
            Severity(self.min_severity),
            Audience(self.audience),
        )


class Secret(NotifyTable, table=True):
    """A signing secret; the newest signs for ever, an older one until `expires_at`."""

    __tablename__ = "notify_secret"
    id: int | None = Field(default=None, primary_key=True)
    subscription_id: str = Field(foreign_key="notify_subscription.id", index=True)
    value: str = Field(repr=False)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SeenAlert(NotifyTable, table=True):
    """The last severity of an alert, to tell whether a change of rules raised it."""

    __tablename__ = "notify_seen_alert"
    alert_id: str = Field(primary_key=True)
    seq: int
    severity: str


class StoredEvent(NotifyTable, table=True):
    """An event that may leave, with its body fixed for every subscriber and every attempt."""

    __tablename__ = "notify_event"
    id: str = Field(primary_key=True)  # the webhook-id
    position: int | None = Field(default=None, sa_type=BigInteger)  # in the alerts log; none for a ping
    alert_id: str = Field(default="", index=True)
    type: str
    stored_at: datetime = Field(sa_type=UtcDateTime, index=True)
    payload: bytes = Field(sa_type=LargeBinary)


class Message(NotifyTable, table=True):
    """One event on its way to one subscriber."""

    __tablename__ = "notify_message"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id", name="uq_notify_message_event"),
        Index("ix_notify_message_due", "state", "next_attempt_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    subscription_id: str = Field(foreign_key="notify_subscription.id")
    event_id: str = Field(foreign_key="notify_event.id")
    state: str = MessageState.PENDING.value
    attempts: int = 0  # in this run of the schedule; a resend begins another
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Attempt(NotifyTable, table=True):
    """One line of the delivery log; only ever added."""

    __tablename__ = "notify_attempt"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="notify_message.id", index=True)
    number: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    duration_ms: int
    outcome: str
    status_code: int | None = None
    response_excerpt: str = ""
    error: str = ""


class SetAside(NotifyTable, table=True):
    """An entry of the alerts log that cannot be sent, with the reason; the log goes on behind it."""

    __tablename__ = "notify_set_aside"
    position: int = Field(primary_key=True, sa_type=BigInteger)
    reason: str
    payload: bytes = Field(sa_type=LargeBinary)
    set_aside_at: datetime = Field(sa_type=UtcDateTime)
