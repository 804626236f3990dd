"""The progress topic: what the ingest workers tell one another, compacted to the last word under each key."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from tidegauge.runtime.kafka.connection import client_options, connected
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings

_POLL_MS = 500


class Progress:
    """The last word under each key, as this process knows it."""

    def __init__(self, settings: KafkaSettings, producer: Any, changed: Callable[[], None]) -> None:
        self._settings, self._producer, self._changed = settings, producer, changed
        self._topic = Names(settings).progress
        self.known: dict[str, bytes] = {}
        self._heard: dict[str, int] = {}  # offset of each of them

    async def tell(self, key: str, value: bytes) -> None:
        """Say something to everybody; this process knows it as soon as the broker has it."""
        sent = await self._producer.send_and_wait(self._topic, value, key=key.encode(), partition=0)
        self.hear(key, value, sent.offset)

    async def follow(self, ready: asyncio.Event) -> None:
        """Read on for ever; `ready` is set when all that was there at the start is known."""
        place = TopicPartition(self._topic, 0)
        options = client_options(self._settings)
        consumer = AIOKafkaConsumer(**options, enable_auto_commit=False, fetch_max_wait_ms=_POLL_MS)
        async with connected(consumer, self._settings):
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            end = (await consumer.end_offsets([place]))[place]
            while True:
                if await consumer.position(place) >= end:
                    ready.set()
                for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
                    for record in records:
                        self.hear(record.key.decode(), record.value, record.offset)

    def hear(self, key: str, value: bytes, offset: int) -> None:
        """Take a word, unless a later one under its key is known."""
        if offset > self._heard.get(key, -1):
            self._heard[key], self.known[key] = offset, value
            self._changed()
