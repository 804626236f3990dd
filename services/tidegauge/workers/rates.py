"""Exchange rates for every ingest worker: each reads the whole topic, whoever writes it to the log."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition

from tidegauge.ingest.topics import RawMessage, rates_of
from tidegauge.runtime.kafka.connection import client_options, connected
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.workers.feeding import Feeding

_POLL_MS = 500


async def follow_rates(settings: KafkaSettings, feeding: Feeding, ready: asyncio.Event) -> None:
    """Bring rates to the ledgers, for ever; `ready` is set when those that were there at the start are in."""
    place = TopicPartition(Names(settings).rates, 0)
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    async with connected(consumer, settings):
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        while True:
            if await consumer.position(place) >= end:
                ready.set()
            for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
                await feeding.know_rates(rates_of([RawMessage(r.offset, r.key, r.value) for r in records]))
