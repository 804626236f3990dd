"""A monitor that holds many series is killed: how long until it tells something new."""

import asyncio
import signal
import time

import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from tests.bench.kafka.ground import LIVE, LONGEST_S
from tests.bench.worlds import (
    FIRST,
    FLOWS,
    contributions,
    fx_block,
    mark,
    month_block,
    rules_block,
    settle,
    world,
)
from tests.kafka.conftest import settings_for
from tests.kafka.raw import committed
from tests.kafka.world import Workers, ends, until

from tidegauge.domain.blocks import Block
from tidegauge.domain.codes import product_code
from tidegauge.domain.periods import closed_at, month_text
from tidegauge.monitor.state import Checkpointer
from tidegauge.monitor.step import PartitionStep
from tidegauge.runtime.embedded import EmbeddedStateStore
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.files import PartitionFile
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import Message, send_in_order
from tidegauge.runtime.kafka.topics import create_topics
from tidegauge.runtime.wire import decode_alert, encode_block
from tidegauge.workers.partition import state_path

MONTHS = 36
ROWS_A_BLOCK = 16_384
SURGING = 50
NAME = "monitor"


async def recovery(ground, series, *, whole_log):
    """Name and seconds of each way back, and what the state weighs."""
    snapshots = ground.folder / "snapshots"
    settings = settings_for(
        ground.broker.address, partitions=1, raw_partitions=1, snapshots=str(snapshots),
        snapshot_every_s=86_400,
    )  # fmt: skip
    await create_topics(settings)
    of, names = world(series), Names(settings)
    workers = Workers(settings, ground.folder)
    path = state_path(ground.folder / NAME, names, 0)
    await _prepared(settings, of, path)
    yield (
        "state file",
        f"{path.stat().st_size / 1e6:,.0f} MB, {path.stat().st_size / series:,.0f} bytes a series",
    )
    trial = _Trials(settings, of, workers)
    yield "first start, local state", await trial.run()
    yield "SIGKILL, local state", await trial.run()
    snapshots.mkdir()
    trial.kill()
    path.rename(snapshots / f"{names.records}-00000-{trial.reached:020d}.db")
    yield "SIGKILL, file lost, snapshot", await trial.run()
    if whole_log:
        trial.kill()
        for lost in (path, *snapshots.iterdir()):
            lost.unlink()
        yield "SIGKILL, all lost, whole log", await trial.run()
    workers.close()


async def _prepared(settings, of, path):
    """The months of a world in the log, with a mark each, and the state that had come so far."""
    step, sent = PartitionStep(), []
    file = PartitionFile(path)
    store, checkpointer = EmbeddedStateStore(file, 0), Checkpointer(step)
    for block in (rules_block(), fx_block()):
        list(step.take(len(sent), block))
        sent.append(block)
    await _publish(settings, sent)
    count = len(sent)
    for month in range(FIRST, FIRST + MONTHS):
        made = [*_pieces(month_block(of, month)), mark(month, closed_at(month))]
        for block in made[:-1]:
            step.panel.apply(block)
        step.panel.take_changed_months()
        settle(step.panel, month)
        count += len(made)
        step.offset = count - 1
        store.commit(checkpointer.changes(), [], [])
        await _publish(settings, made)
    file.close()


def _pieces(block):
    """Blocks of the usual size; each a raw partition of its own, as all rows of a month have one offset."""
    for place, start in enumerate(range(0, len(block), ROWS_A_BLOCK)):
        part = slice(start, start + ROWS_A_BLOCK)
        header = {**block.header, "raw_partition": block.header["raw_partition"] * 1_000 + place}
        yield Block(block.kind, header, {name: each[part] for name, each in block.columns.items()})


async def _publish(settings, made):
    messages = [Message(Names(settings).records, 0, None, encode_block(block)) for block in made]
    async with connected(AIOKafkaProducer(**producer_options(settings)), settings) as producer:
        await send_in_order(producer, messages)


class _Trials:
    """Each starts the monitor, sends a surge that it has not seen, and waits for an alert of it."""

    def __init__(self, settings, of, workers):
        self._settings, self._of, self._workers = settings, of, workers
        self._topic, self._turn, self._process = Names(settings).event(Topic.ALERTS), 0, None
        self.reached = 0

    def kill(self):
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    async def run(self):
        """Seconds from the start of the process to the alert, as text."""
        self.kill()
        self._turn += 1
        month, settings = FIRST + MONTHS, self._settings
        rows = np.arange(self._turn * SURGING, (self._turn + 1) * SURGING) * 3
        mass = 40 * self._of.mass_kg[rows] + 1e7
        block = contributions(self._of, rows, month, mass, 0.5 * mass * self._of.price[rows], FLOWS)
        block.header["raw_partition"] = self._turn
        before = (await ends(settings, self._topic))[0]
        started = time.monotonic()
        self._process = self._workers.start(NAME, NAME, **LIVE)
        await _publish(settings, [block, mark(None, closed_at(month), reason="batch")])
        await self._spoke({product_code(product) for product in self._of.product[rows].tolist()}, before)
        took_s = time.monotonic() - started
        records = Names(settings).records
        end = await ends(settings, records)

        async def settled():
            return await committed(settings) == end

        await until(settled, LONGEST_S)
        self.reached = end[0] - 1
        return f"{took_s:.1f} s"

    async def _spoke(self, products, before):
        """Wait for an alert of one of the products behind an offset."""
        consumer = AIOKafkaConsumer(**client_options(self._settings), fetch_max_wait_ms=20)
        async with connected(consumer, self._settings), asyncio.timeout(LONGEST_S):
            place = TopicPartition(self._topic, 0)
            consumer.assign([place])
            consumer.seek(place, before)
            while True:
                alert = decode_alert((await consumer.getone()).value)
                if alert.product in products and alert.period == month_text(FIRST + MONTHS):
                    return
