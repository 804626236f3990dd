"""The partitions that a monitor worker holds: loaded when assigned, dropped when revoked."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tidegauge.monitor.service import Observer
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.heap import settle_heap
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import Message, send_in_order
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.kafka.snapshots import Snapshots
from tidegauge.runtime.wire import UndecodableError
from tidegauge.workers.partition import Partition, copy_fault

UNDECODABLE = "undecodable"
_END = object()


class Assigned:
    """Drives partitions, one entry at a time; heavy work runs in threads so that heartbeats go on."""

    def __init__(self, settings: KafkaSettings, folder: Path, producer: Any, observe: Observer) -> None:
        self._settings, self._folder, self._producer, self._observe = settings, folder, producer, observe
        self._names = Names(settings)
        place = settings.snapshots
        self._snapshots = Snapshots(place, self._names.records, copy_fault) if place else None
        self._held: dict[int, Partition] = {}
        self._turn = asyncio.Lock()
        self._leaving = False
        self._saved_at: dict[int, float] = {}

    def __iter__(self) -> Iterator[Partition]:
        """The partitions held now."""
        return iter(list(self._held.values()))

    async def drop(self) -> None:
        """Leave all partitions at their last commit; a mark under way is left between two slices."""
        self._leaving = True
        async with self._turn:
            held, self._held = self._held, {}
            for partition in held.values():
                partition.close()
        self._leaving = False

    async def load(self, numbers: set[int]) -> dict[int, int]:
        """Load partitions from durable state and send what their outboxes hold; where each goes on."""
        await self.drop()
        async with self._turn:
            for number in sorted(numbers):
                self._held[number] = await asyncio.to_thread(self._open, number)
                await self._relay(self._held[number])
            settle_heap()
            return {number: partition.following for number, partition in self._held.items()}

    async def take(self, number: int, offset: int, payload: bytes) -> int:
        """Take one entry; gives how many commits it came to.

        Entries of partitions that are not held, that were taken before, or that are no direct successors
        (leftovers in a buffer from before a rebalance) are left alone: the log brings them again.
        """
        async with self._turn:
            partition = self._held.get(number)
            if partition is None or offset != partition.following:
                return 0
            try:
                return await self._step(partition, offset, payload)
            except UndecodableError as error:
                await self._set_aside(number, offset, payload, str(error))
                partition.skip(offset)
                return 0

    async def _step(self, partition: Partition, offset: int, payload: bytes) -> int:
        steps, commits = partition.take(offset, payload), 0
        while await asyncio.to_thread(next, steps, _END) is not _END:
            commits += 1
            await self._relay(partition)
            if self._leaving:
                return commits
        if commits:
            await self._save(partition)
        return commits

    async def _relay(self, partition: Partition) -> None:
        while True:
            rows, messages = partition.outbox.waiting()
            if not rows:
                return
            await send_in_order(self._producer, messages)
            await asyncio.to_thread(partition.outbox.sent, rows)

    async def _save(self, partition: Partition) -> None:
        now, last = time.monotonic(), self._saved_at.setdefault(partition.number, time.monotonic())
        if self._snapshots is not None and now - last >= self._settings.snapshot_every_s:
            self._saved_at[partition.number] = now
            await asyncio.to_thread(partition.save)

    async def _set_aside(self, number: int, offset: int, payload: bytes, reason: str) -> None:
        said = {"reason": UNDECODABLE, "detail": reason, "topic": self._names.records,
                "partition": str(number), "offset": str(offset)}  # fmt: skip
        headers = [(name, text.encode()) for name, text in said.items()]
        key = f"{self._names.records}/{number}/{offset}".encode()
        await send_in_order(self._producer, [Message(self._names.quarantine, 0, key, payload, headers)])

    def _open(self, number: int) -> Partition:
        return Partition(number, self._folder, self._names, self._snapshots, self._observe)


def require_beginning(first: int, following: int, place: str) -> None:
    """Raise UserError where the log no longer has what a state needs next."""
    if first > following:
        raise UserError(
            f"{place}: entries {following} to {first - 1} are no longer in the log; put a newer state "
            "into the folder or begin a new generation (docs/kafka.md)"
        )
