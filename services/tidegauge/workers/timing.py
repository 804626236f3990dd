"""The timekeeper at work: whoever holds the first raw partition writes the marks and the rules."""

import asyncio
import time
from typing import Any

import msgspec

from tidegauge.domain.blocks import Block
from tidegauge.domain.records import RecordKind
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.timekeeper import RawProgress, Timekeeper, Told
from tidegauge.runtime.kafka.names import RAW_TOPICS, Names
from tidegauge.runtime.kafka.outbox import Message, send_in_order
from tidegauge.runtime.kafka.progress import Progress
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.wire import encode_block

TOLD = "marks"  # key of what the timekeeper has written


class Timing:
    """What this process knows of all raw partitions, and the marks that follow while it is the keeper.

    A keeper that was passed over without knowing it may write a mark again or an older one: the first
    changes nothing, the second is ignored.
    """

    def __init__(self, kafka: KafkaSettings, ingest: IngestSettings, producer: Any) -> None:
        self._kafka, self._ingest, self._producer = kafka, ingest, producer
        self._records = Names(kafka).records
        self._changed = asyncio.Event()
        self._progress = Progress(kafka, producer, self._changed.set)
        self._said: dict[str, RawProgress] = {}
        self._decoded: tuple[bytes, Told] = (b"", Told())
        self.ready = asyncio.Event()
        self.is_keeper = False

    async def follow(self) -> None:
        """Follow what the others say, for ever."""
        await self._progress.follow(self.ready)

    async def tell(self, name: str, progress: RawProgress) -> None:
        """Say how far a raw partition is, if that is news."""
        if self._said.get(name) != progress:
            await self._progress.tell(name, msgspec.json.encode(progress))
            self._said[name] = progress

    def judged(self, name: str) -> int:
        """Periods of this raw partition below this offset have had their marks."""
        return self._told().judged.get(name, 0)

    def reached(self, name: str) -> int:
        """The offset of a raw partition up to which somebody said that its records are in the log."""
        said = self._progress.known.get(name)
        return 0 if said is None else msgspec.json.decode(said, type=RawProgress).following

    def forget(self) -> None:
        """Say everything anew: others may have spoken for these partitions in between."""
        self._said.clear()

    async def keep(self, ruleset: Ruleset, live_from: int) -> None:
        """Write rules and marks while this process is the keeper, for ever."""
        last, was_keeper, keeper = time.monotonic(), False, self._keeper()
        while True:
            self._changed.clear()
            if self.is_keeper:
                if not was_keeper:
                    keeper = self._keeper()
                    await self._write(keeper, keeper.rules(ruleset.to_record(), live_from))
                hurried = time.monotonic() - last >= self._kafka.mark_every_s
                blocks = keeper.due(self._known(), hurried=hurried)
                if blocks:
                    await self._write(keeper, blocks)
                    last = time.monotonic()
            was_keeper = self.is_keeper
            try:
                async with asyncio.timeout(self._kafka.mark_every_s):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _write(self, keeper: Timekeeper, blocks: list[Block]) -> None:
        if blocks:
            everywhere = range(self._kafka.partitions)
            messages = [
                Message(self._records, number, None, encode_block(block))
                for number in everywhere
                for block in blocks
            ]
            await send_in_order(self._producer, messages, "marks")
            await self._progress.tell(TOLD, msgspec.json.encode(keeper.told))

    def _keeper(self) -> Timekeeper:
        books = sum(kind not in {RecordKind.DECLARATION, RecordKind.FLOW} for kind in RAW_TOPICS.values())
        return Timekeeper(self._told(), self._ingest.close_days, self._kafka.raw_partitions, books)

    def _told(self) -> Told:
        stored = self._progress.known.get(TOLD)
        if stored is not None and stored is not self._decoded[0]:
            self._decoded = (stored, msgspec.json.decode(stored, type=Told))
        return msgspec.structs.replace(self._decoded[1], judged=dict(self._decoded[1].judged))

    def _known(self) -> dict[str, RawProgress]:
        found = {name: value for name, value in self._progress.known.items() if name != TOLD}
        return {name: msgspec.json.decode(value, type=RawProgress) for name, value in sorted(found.items())}
