"""intake and notify follow the alerts topic into PostgreSQL; what is delivered twice has one effect."""

import asyncio

from aiokafka import AIOKafkaProducer
from sqlmodel import Session, select
from tests.alerts import make_alert

from tidegauge.intake.service import build_intake
from tidegauge.intake.tables import AlertEvent
from tidegauge.notify.models import SubscriptionDraft
from tidegauge.notify.service import build_notify
from tidegauge.notify.tables import Message
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.database import open_engine
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.connection import connected, producer_options
from tidegauge.runtime.kafka.events import KafkaEvents
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.wire import encode_alert


async def send(settings, *payloads):
    async with connected(AIOKafkaProducer(**producer_options(settings)), settings) as producer:
        for payload in payloads:
            await producer.send_and_wait(Names(settings).event(Topic.ALERTS), payload, partition=0)


def stored(engine, table):
    with Session(engine) as session:
        return sorted(row.event_id for row in session.exec(select(table)))


def test_a_repeated_event_has_one_effect_also_after_a_restart(made, postgres, tmp_path):
    alerts = [make_alert(seq=seq) for seq in (1, 2, 3)]
    payloads = [encode_alert(alert) for alert in alerts]
    asyncio.run(send(made, *payloads[:2], *payloads[:2], b"not an alert"))
    engine, settings = open_engine(postgres.database()), Settings(data_dir=tmp_path)
    wanted = sorted(alert.event_id for alert in alerts)
    for expected in (sorted(alert.event_id for alert in alerts[:2]), wanted):
        with KafkaEvents(made) as reader:
            intake = build_intake(engine, reader, settings, SystemClock(), "token" * 8)
            notify = build_notify(engine, reader, settings, SystemClock())
            if not notify.subscriptions.all():
                notify.subscriptions.create(SubscriptionDraft(url="https://example.org/hook"))
            while intake.consumer.step() + notify.consumer.step(100):
                pass
        assert stored(engine, AlertEvent) == stored(engine, Message) == expected
        asyncio.run(send(made, *payloads))
    engine.dispose()
