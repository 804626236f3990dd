"""Monitor workers: the events of the embedded runtime, whatever the number of workers."""

import asyncio
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from tests.kafka.world import LONGEST_S, events_of, everything, publish, through, until

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.monitor.state import STATE_FORMAT
from tidegauge.runtime.errors import EXIT_DEFECT, EXIT_REFUSED
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.metrics import SERIES
from tidegauge.runtime.wire import encode_block
from tidegauge.workers.partition import state_path


@pytest.mark.parametrize("count", [1, 3])
async def test_events_are_those_of_the_embedded_runtime(count, workers, made, history, expected):
    assert len(expected) > 100
    for number in range(count):
        workers.start("monitor", f"m{number}")
    await publish(made, history)
    await workers.settle(expected)
    for process in workers.running:
        assert await workers.stop(process) == 0


async def test_a_poison_block_is_set_aside_and_the_partition_goes_on(workers, made, history, expected):
    entries = {number: list(log) for number, log in history.entries.items()}
    poisoned = {number: [*log[:5], b"\xffno block", *log[5:]] for number, log in entries.items()}
    await publish(made, SimpleNamespace(entries=poisoned))
    workers.start("monitor", "m")
    await workers.settle(expected)
    aside = await everything(made, Names(made).quarantine)
    assert {record.value for record in aside} == {b"\xffno block"}
    told = [dict(record.headers) for record in aside]
    assert {(one["reason"], one["offset"]) for one in told} == {(b"undecodable", b"5")}
    assert {one["partition"] for one in told} == {b"0", b"1", b"2"}


async def test_a_defect_stops_the_worker_and_moves_no_offset(workers, made, history, expected):
    """The block is one of ours and the step fails on it: nothing may be skipped."""
    columns = {"raw_offset": np.array([1 << 60])}
    broken = encode_block(Block(BlockKind.CONTRIBUTIONS, {"raw_partition": 0}, columns))
    entries = {number: list(log) for number, log in history.entries.items()}
    entries[1].insert(7, broken)
    await publish(made, SimpleNamespace(entries=entries))
    for _ in range(2):
        process = workers.start("monitor", "m")
        assert await asyncio.to_thread(process.wait, LONGEST_S) == EXIT_DEFECT
    where = f"the monitor stopped in {made.prefix}records-1 at offset 7 (KeyError"
    assert workers.said("m").count(where) == 2
    told = await events_of(made)
    assert set(told) < set(expected)
    assert not await everything(made, Names(made).quarantine)


async def test_a_newer_version_of_a_block_stops_the_worker_before_it(workers, made, history):
    version, *rest = msgspec.msgpack.decode(history.entries[1][7])
    entries = {number: list(log) for number, log in history.entries.items()}
    entries[1].insert(7, msgspec.msgpack.encode((version + 1, *rest)))
    await publish(made, SimpleNamespace(entries=entries))
    process = workers.start("monitor", "m")
    assert await asyncio.to_thread(process.wait, LONGEST_S) == EXIT_DEFECT
    assert f"the block has format {version + 1}, and this one reads {version}" in workers.said("m")
    assert not await everything(made, Names(made).quarantine), "it is sound: it is not set aside"


async def test_a_state_of_another_version_is_refused_until_it_is_removed(workers, made, history, expected):
    await publish(made, history)
    first = workers.start("monitor", "m")
    await workers.settle(expected)
    assert await workers.stop(first) == 0
    path = state_path(workers.folder / "m", Names(made), 1)
    for other, whose in ((STATE_FORMAT - 1, "an older"), (STATE_FORMAT + 1, "a newer")):
        set_format(path, other)
        refused = workers.start("monitor", "m")
        assert await asyncio.to_thread(refused.wait, LONGEST_S) == EXIT_REFUSED
        told = f"has format {other}, of {whose} version, and this version reads {STATE_FORMAT}; replay"
        assert told in workers.said("m")
    path.unlink()
    before = len(await everything(made, Names(made).event(Topic.ALERTS)))
    workers.start("monitor", "m")

    async def told_again():
        return len(await everything(made, Names(made).event(Topic.ALERTS))) > before

    await until(told_again)
    assert await events_of(made) == expected


def set_format(path, number):
    with closing(sqlite3.connect(path)) as connection, connection:
        put = "UPDATE state SET value = ? WHERE space = 'document' AND key = 'format'"
        assert connection.execute(put, (msgspec.msgpack.encode(number),)).rowcount == 1


async def test_a_worker_without_its_file_takes_a_copy_or_the_whole_log(
    workers, made, history, expected, tmp_path
):
    copies = tmp_path / "copies"
    workers.settings = made.model_copy(update={"snapshots": str(copies), "snapshot_every_s": 1e-6})
    await publish(made, history)
    first = workers.start("monitor", "first")
    await workers.settle(expected)
    series = sum(len(step.panel.series) for step in through(history)[1])
    assert await workers.stop(first) == 0
    told = len(await everything(made, Names(made).event(Topic.ALERTS)))

    second = workers.start("monitor", "second")
    await until(lambda: holds(workers, second, series))
    assert await workers.stop(second) == 0
    assert len(await everything(made, Names(made).event(Topic.ALERTS))) == told, "it went on from the copies"

    for copy in copies.glob("*.db"):
        copy.write_bytes(copy.read_bytes()[:9000])
    workers.start("monitor", "third")

    async def told_again():
        return len(await everything(made, Names(made).event(Topic.ALERTS))) == told + len(expected)

    await until(told_again)
    assert await events_of(made) == expected


async def holds(workers, process, series):
    """Whether a worker's states hold so many series."""
    return await workers.metric(process, SERIES) == series
