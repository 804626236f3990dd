"""The alerts and figures topics as an EventReader."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import Event, Topic
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.events import KafkaEvents
from tidegauge.runtime.kafka.names import Names


async def send(settings, topic, *payloads):
    async with connected(AIOKafkaProducer(**producer_options(settings)), settings) as producer:
        for payload in payloads:
            await producer.send_and_wait(Names(settings).event(topic), payload, partition=0)


def events(first, *payloads):
    return [Event(first + place, payload) for place, payload in enumerate(payloads)]


async def test_events_are_read_in_portions_from_any_offset(made):
    await send(made, Topic.ALERTS, b"0", b"1", b"2", b"3", b"4")
    with KafkaEvents(made) as reader:
        assert reader.read(Topic.ALERTS, -1, 2) == events(0, b"0", b"1")
        assert reader.read(Topic.ALERTS, -1, 2) == events(0, b"0", b"1"), "reading takes nothing away"
        assert reader.read(Topic.ALERTS, 2, 10) == events(3, b"3", b"4")
        assert reader.read(Topic.ALERTS, 4, 10) == []
        assert reader.read(Topic.ALERTS, 0, 1) == events(1, b"1"), "and goes back"
        assert reader.read(Topic.FIGURES, -1, 10) == []


async def test_new_events_are_waited_for(made):
    with KafkaEvents(made) as reader:
        assert reader.read(Topic.FIGURES, -1, 10) == []
        assert not reader.wait({Topic.ALERTS: -1, Topic.FIGURES: -1}, 0.01)
        await send(made, Topic.FIGURES, b"block")
        assert reader.wait({Topic.ALERTS: -1, Topic.FIGURES: -1}, 30)
        assert reader.read(Topic.FIGURES, -1, 10) == events(0, b"block")


async def test_what_the_broker_deleted_is_told(made):
    await send(made, Topic.ALERTS, b"0", b"1", b"2")
    admin = AIOKafkaAdminClient(**client_options(made))
    await admin.start()
    topic = Names(made).event(Topic.ALERTS)
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=2)})
    await admin.close()
    with KafkaEvents(made) as reader, pytest.raises(UserError, match="entries 0 to 1 are no longer there"):
        reader.read(Topic.ALERTS, -1, 10)
