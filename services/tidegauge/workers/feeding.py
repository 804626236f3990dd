"""The raw partitions that an ingest worker holds, and the way of their outboxes to Kafka."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.topics import RawMessage
from tidegauge.runtime.heap import settle_heap
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import send_in_order
from tidegauge.workers.raw import RawPartition

Check = Callable[[TopicPartition, RawPartition], None]


class Feeding:
    """Takes messages one batch at a time; heavy work runs in threads so that heartbeats go on."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that a partition is made of
        self,
        folder: Path,
        settings: IngestSettings,
        names: Names,
        producer: Any,
        today: Callable[[], date | None],
        counted: Callable[[RecordKind, Mapping[str, int]], None],
    ) -> None:
        self._folder, self._settings, self._names, self._producer = folder, settings, names, producer
        self._today, self._counted = today, counted
        self._held: dict[TopicPartition, RawPartition] = {}
        self._turn = asyncio.Lock()
        self._rates: list[dict[str, Any]] = []
        self.assignments = 0  # messages fetched under an earlier one must not be taken

    def held(self) -> list[tuple[TopicPartition, RawPartition]]:
        """The partitions held now."""
        return sorted(self._held.items())

    async def know_rates(self, rows: Sequence[dict[str, Any]]) -> None:
        """Enter exchange rates into all ledgers, also into those that are opened later."""
        async with self._turn:
            self._rates += rows
            for raw in self._held.values():
                raw.know_rates(rows)

    async def drop(self) -> None:
        """Leave all partitions at their last commit."""
        async with self._turn:
            self.assignments += 1
            held, self._held = self._held, {}
            for raw in held.values():
                raw.close()

    async def load(self, places: Sequence[TopicPartition], check: Check) -> dict[TopicPartition, int]:
        """Open partitions and send what their outboxes hold; the offset that each goes on from.

        `check` raises for a ledger that must not be gone on from; nothing of it is sent then.
        """
        await self.drop()
        async with self._turn:
            for place in sorted(places):
                raw = await asyncio.to_thread(self._open, place)
                try:
                    check(place, raw)
                except BaseException:
                    raw.close()
                    raise
                self._held[place] = raw
                await self._relay(raw)
            settle_heap()
            return {place: raw.following for place, raw in self._held.items()}

    async def take(self, place: TopicPartition, records: Sequence[Any], assignment: int) -> None:
        """Take messages fetched under an assignment, if it still holds, and bring them into the log."""
        async with self._turn:
            if assignment != self.assignments or place not in self._held:
                return  # whoever has the partition now reads on where its ledger is
            raw, rows = self._held[place], self._settings.batch_rows
            for start in range(0, len(records), rows):
                batch = [RawMessage(one.offset, one.key, one.value) for one in records[start : start + rows]]
                if await asyncio.to_thread(raw.take, batch):
                    self._counted(raw.kind, raw.took)
                    await self._relay(raw)

    async def _relay(self, raw: RawPartition) -> None:
        while True:
            rows, messages = raw.outbox.waiting()
            if not messages:
                return
            await send_in_order(self._producer, messages)
            await asyncio.to_thread(raw.outbox.sent, rows)

    def _open(self, place: TopicPartition) -> RawPartition:
        raw = RawPartition(
            place.topic, place.partition, self._folder, self._names, self._settings, self._today
        )
        raw.know_rates(self._rates)
        return raw
