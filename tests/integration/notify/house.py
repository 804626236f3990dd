"""Notify, put together over a temporary desk database, with a clock of the test's own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidegauge.notify.addresses import AllowList, parse_allow_list
from tidegauge.notify.consumer import NotifyConsumer
from tidegauge.notify.guard import webhook_client
from tidegauge.notify.models import SubscriptionDraft
from tidegauge.notify.redelivery import Redelivery
from tidegauge.notify.sender import Options, Sender
from tidegauge.notify.subscriptions import Subscriptions
from tidegauge.notify.tables import Attempt, Message, Subscription
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.wire import encode_alert

LOOPBACK = parse_allow_list("127.0.0.0/8")


@dataclass
class ManualClock:
    """A clock that stands still until it is moved."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> datetime:
        self.instant += timedelta(**parts)
        return self.instant


@dataclass
class House:
    """Everything of notify that a test touches."""

    engine: Engine
    clock: ManualClock
    allowed: AllowList = LOOPBACK
    timeout_s: float = 10.0
    slots: int = 8
    events: MemoryEvents = field(default_factory=MemoryEvents)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.consumer = NotifyConsumer(self.engine, self.events, self.clock)
        self.subscriptions = Subscriptions(self.engine, self.clock, LOOPBACK)
        self.redelivery = Redelivery(self.engine, self.clock)

    def sender(self) -> Sender:
        client = webhook_client(self.allowed, self.timeout_s)
        options = Options(self.timeout_s, self.slots, self.metrics)
        return Sender(self.engine, client, self.clock, lambda: 0.5, options)

    def subscribe(self, url: str, **wanted):
        return self.subscriptions.create(SubscriptionDraft(url=url, **wanted))

    def publish(self, *alerts) -> None:
        for alert in alerts:
            self.events.append(Topic.ALERTS, encode_alert(alert))
        while self.consumer.step(100):
            pass

    async def deliver(self) -> int:
        sender = self.sender()
        try:
            return await sender.deliver_due(self.clock.now())
        finally:
            await sender.close()

    def rows(self, table):
        with Session(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def messages(self) -> list[Message]:
        return self.rows(Message)

    def attempts(self) -> list[Attempt]:
        return self.rows(Attempt)

    def subscription(self) -> Subscription:
        (only,) = self.rows(Subscription)
        return only
