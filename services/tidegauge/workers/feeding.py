"""The raw partitions that an ingest worker holds, and the way of their outboxes to Kafka."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from tidegauge.ingest.service import IngestSettings
from tidegauge.ingest.topics import RawMessage
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import send_in_order
from tidegauge.workers.raw import RawPartition


class Feeding:
    """Takes messages one batch at a time; heavy work runs in threads so that heartbeats go on."""

    def __init__(
        self,
        folder: Path,
        settings: IngestSettings,
        names: Names,
        producer: Any,
        today: Callable[[], date | None],
    ) -> None:
        self._folder, self._settings, self._names, self._producer = folder, settings, names, producer
        self._today = today
        self._held: dict[TopicPartition, RawPartition] = {}
        self._turn = asyncio.Lock()

    def held(self) -> list[tuple[TopicPartition, RawPartition]]:
        """The partitions held now."""
        return sorted(self._held.items())

    async def drop(self) -> None:
        """Leave all partitions at their last commit."""
        async with self._turn:
            held, self._held = self._held, {}
            for raw in held.values():
                raw.close()

    async def load(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Open partitions and send what their outboxes hold; the offset that each goes on from."""
        await self.drop()
        async with self._turn:
            for place in sorted(places):
                raw = await asyncio.to_thread(self._open, place)
                self._held[place] = raw
                await self._relay(raw)
            return {place: raw.following for place, raw in self._held.items()}

    async def take(self, place: TopicPartition, records: Sequence[Any]) -> None:
        """Take messages of a partition, if it is still held, and bring what they came to into the log."""
        async with self._turn:
            raw = self._held.get(place)
            rows = self._settings.batch_rows
            for start in range(0, len(records) if raw is not None else 0, rows):
                assert raw is not None  # noqa: S101 - the range is empty without it
                batch = [RawMessage(one.offset, one.key, one.value) for one in records[start : start + rows]]
                if await asyncio.to_thread(raw.take, batch):
                    await self._relay(raw)

    async def _relay(self, raw: RawPartition) -> None:
        while True:
            rows, messages = raw.outbox.waiting()
            if not messages:
                return
            await send_in_order(self._producer, messages)
            await asyncio.to_thread(raw.outbox.sent, rows)

    def _open(self, place: TopicPartition) -> RawPartition:
        return RawPartition(
            place.topic, place.partition, self._folder, self._names, self._settings, self._today
        )
