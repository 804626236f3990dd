"""`tidegauge ledgers rebuild`: ledgers that are lost or behind, out of the raw topics, held against the log.

Contributions name the message that caused them, and the monitor skips what it has. So the messages are taken
again without telling the log, exactly up to where the log's contributions of that raw partition end; from
there on a ledger goes on as the lost one would have, if both have told the log the same. That is compared to
the last line, and a ledger that would have told anything else is not put into its place.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from aiokafka import TopicPartition

from tidegauge.domain.arrays import Bools
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import product_code
from tidegauge.domain.periods import month_text
from tidegauge.ingest.net import Net
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.switch import PREFIX as PAUSED
from tidegauge.ingest.timekeeper import RawProgress
from tidegauge.ingest.topics import STATE, RawMessage, rates_of, topic_state
from tidegauge.runtime.clock import today
from tidegauge.runtime.crash import crash_point
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.reading import Reader, reader
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.wire import decode_block
from tidegauge.workers.raw import RawPartition, ledger_path, raw_number
from tidegauge.workers.timing import TOLD

_ASIDE: Final = "rebuilding"  # a folder beside the ledgers


@dataclass(slots=True)
class Lost:
    """A ledger that is behind the log."""

    place: TopicPartition
    path: Path
    stands: int  # the message that it needs next
    number: int  # of its raw partition in the log
    end: int  # what came before it is in the log
    net: Net = field(default_factory=Net)  # what the log holds of the messages that it lacks
    watermarks: dict[int, int] = field(default_factory=dict)  # partition of the log -> as the monitor's

    @property
    def name(self) -> str:
        """Of the raw partition."""
        return f"{self.place.topic}-{self.place.partition}"

    def logged(self, partition: int, block: Block) -> None:
        """Note what a block of the log says of it; repeats count once, as for the monitor."""
        offsets = block.columns["raw_offset"]
        fresh: Bools = (offsets > self.watermarks.get(partition, -1)) & (offsets >= self.stands)
        self.net.add(block, fresh)
        self.watermarks[partition] = max(self.watermarks.get(partition, -1), int(offsets.max(initial=-1)))
        self.end = max(self.end, self.watermarks[partition] + 1)


async def rebuild(
    kafka: KafkaSettings, settings: IngestSettings, folder: Path
) -> AsyncIterator[tuple[str, int]]:
    """Rebuild what is behind; gives each raw partition and the message that its ledger needs next.

    Raises UserError for a ledger that cannot be rebuilt; those before it are in place then.
    """
    names = Names(kafka)
    async with reader(kafka) as reading:
        lost = await _behind(reading, names, folder)
        if not lost:
            return
        await _read_log(reading, names, kafka.partitions, lost)
        rates: list[dict[str, Any]] = []
        async for _, records in reading.everything([TopicPartition(names.rates, 0)]):
            rates += rates_of([RawMessage(one.offset, one.key, one.value) for one in records])
        for one in lost:
            raw = await _prepared(reading, names, settings, one)
            with closing(raw):
                raw.know_rates(rates)
                await _take_again(reading, names.records, settings.batch_rows, raw, one)
            await asyncio.to_thread(_put, raw.path, one.path)
            yield one.name, raw.following
    shutil.rmtree(folder / _ASIDE, ignore_errors=True)


async def _behind(reading: Reader, names: Names, folder: Path) -> list[Lost]:
    """The ledgers that somebody said to be further than they are here."""
    told: dict[str, bytes] = {}
    async for _, records in reading.everything([TopicPartition(names.progress, 0)]):
        told |= {record.key.decode(): record.value for record in records}
    told.pop(TOLD, None)
    found = []
    for name, value in sorted(told.items()):
        progress = msgspec.json.decode(value, type=RawProgress)
        topic, _, number = name.rpartition("-")
        path = ledger_path(folder, names, topic, int(number))
        stands = await asyncio.to_thread(_stands, path)
        if stands < progress.following:
            place = TopicPartition(topic, int(number))
            found.append(
                Lost(place, path, stands, raw_number(progress.kind, int(number)), progress.following)
            )
    return found


def _stands(path: Path) -> int:
    """The message that a ledger needs next; 0 where there is none. Nothing is written."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            stored = file.execute("SELECT value FROM document WHERE name = ?", (STATE,)).fetchone()
    except sqlite3.Error as error:
        raise UserError(f"{path}: {error}; remove it to have it rebuilt from its beginning") from error
    return topic_state(None if stored is None else stored[0]).following


async def _read_log(reading: Reader, names: Names, partitions: int, lost: list[Lost]) -> None:
    by_number = {one.number: one for one in lost}
    places = [TopicPartition(names.records, number) for number in range(partitions)]
    async for partition, records in reading.everything(places):
        for record in records:
            block = decode_block(record.value)
            if block.kind is BlockKind.CONTRIBUTIONS and block.header["raw_partition"] in by_number:
                by_number[block.header["raw_partition"]].logged(partition, block)


async def _prepared(reading: Reader, names: Names, settings: IngestSettings, one: Lost) -> RawPartition:
    """A copy of the ledger as it is, to be brought forward; raises UserError where its messages are gone."""
    first, end = (await reading.bounds([one.place]))[one.place]
    if first > one.stands or end < one.end:
        raise UserError(
            f"{one.name}: the topic holds messages {first} to {end - 1}, and the ledger lacks "
            f"{one.stands} to {one.end - 1}: it cannot be rebuilt; begin a new generation (docs/kafka.md)"
        )
    aside = one.path.parent / _ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    if one.path.exists():
        with closing(sqlite3.connect(one.path)) as file:
            file.execute("VACUUM INTO ?", (str(aside / one.path.name),))
        with closing(sqlite3.connect(aside / one.path.name, isolation_level=None)) as file:
            file.execute("DELETE FROM document WHERE name = ?", (f"{PAUSED}{one.name}",))  # it went on since
    return RawPartition(one.place.topic, one.place.partition, aside, names, settings, today)


async def _take_again(reading: Reader, log: str, rows: int, raw: RawPartition, one: Lost) -> None:
    """Bring a ledger forward to where the log is; raises UserError where it would have told another thing."""
    await asyncio.to_thread(_drain, raw, log, Net())  # the log has what an older ledger still held
    async for _, records in reading.read({one.place: (one.stands, one.end)}):
        for start in range(0, len(records), rows):
            batch = [RawMessage(each.offset, each.key, each.value) for each in records[start : start + rows]]
            await asyncio.to_thread(raw.take, batch)
            await asyncio.to_thread(_drain, raw, log, one.net)
    left = one.net.left()
    if len(left):
        first = left.sort("product", "month").row(0, named=True)
        product, month = product_code(first["product"]), month_text(first["month"])
        raise UserError(
            f"{one.name}: its messages come to something else now than what records holds ({len(left)} "
            f"contents differ, the first of product {product} in {month}), as when rates or dates have "
            "changed in between: the ledger is left as it was; begin a new generation (docs/kafka.md)"
        )


def _drain(raw: RawPartition, log: str, net: Net) -> None:
    """Empty an outbox; what it would have told the log is taken away from `net`."""
    while True:
        rows, messages = raw.outbox.waiting()
        if not messages:
            return
        for block in (decode_block(message.value) for message in messages if message.topic == log):
            if block.kind is BlockKind.CONTRIBUTIONS:
                net.add(block, np.ones(len(block), bool), times=-1)
        raw.outbox.sent(rows)


def _put(made: Path, path: Path) -> None:
    """Put a finished ledger into its place, at once; nothing of the former may stay beside it."""
    if path.exists():
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    crash_point("rebuild.before_rename")
    made.replace(path)
    crash_point("rebuild.after_rename")
