"""`kill -9` at every crash point, frozen and leaving workers, a broker that goes: nothing lost or doubled."""

import asyncio
import os
import random
import signal
import time
from types import SimpleNamespace

import pytest
from tests.kafka.broker import Broker
from tests.kafka.conftest import settings_for
from tests.kafka.raw import judged, messages, produce, rows, settled_as
from tests.kafka.world import LONGEST_S, Workers, events_of, publish, until

from tidegauge.runtime.crash import KAFKA_CRASH_POINTS, REBUILD_CRASH_POINTS
from tidegauge.runtime.kafka.topics import create_topics

pytestmark = pytest.mark.crash
MONITOR_POINTS = [one for one in KAFKA_CRASH_POINTS if one.startswith(("monitor.", "relay."))]
INGEST_POINTS = [one for one in KAFKA_CRASH_POINTS if not one.startswith("monitor.")]
KEY = ("reporter", "declaration_id")
LIVE = {"TIDEGAUGE_LIVE_FROM": "1997-01", "TIDEGAUGE_BATCH_ROWS": "1024"}
PASSAGE = 2
SOAK_S = float(os.environ.get("TIDEGAUGE_TEST_SOAK_S", "20"))


async def killed_at(point, process):
    status = await asyncio.to_thread(process.wait, LONGEST_S)
    assert status == -signal.SIGKILL, f"{point} was not reached {PASSAGE} times"


async def test_a_monitor_killed_at_every_crash_point(workers, made, history, expected):
    await publish(made, history)
    for point in MONITOR_POINTS:
        process = workers.start("monitor", "m", TIDEGAUGE_CRASH_AT=f"{point}:{PASSAGE}")
        await killed_at(point, process)
        workers.running.remove(process)
    workers.start("monitor", "m")
    await workers.settle(expected)


async def test_ingest_killed_at_every_crash_point(workers, made, declarations, history):
    sent = list(messages(made, "customs.declarations", rows(declarations), KEY, 2))
    size = len(sent) // len(INGEST_POINTS) + 1
    parts = [sent[start : start + size] for start in range(0, len(sent), size)]
    workers.start("monitor", "m")
    for point, part in zip(INGEST_POINTS, parts, strict=True):
        await produce(made, part)
        process = workers.start("ingest", "i", **LIVE, TIDEGAUGE_CRASH_AT=f"{point}:{PASSAGE}")
        await killed_at(point, process)
        workers.running.remove(process)
    workers.start("ingest", "i", **LIVE)
    await until(lambda: judged(made, len(sent)))
    await settled_as(made, history)


async def test_a_lost_ledger_is_rebuilt_though_killed_at_every_crash_point(
    workers, made, declarations, history
):
    """Amendments that come later find the lines of the lost ledger, and take back what the log holds."""
    sent = list(messages(made, "customs.declarations", rows(declarations), KEY, 2))
    half = len(sent) // 2
    await produce(made, sent[:half])
    workers.start("monitor", "m")
    first = workers.start("ingest", "i", **LIVE)
    await until(lambda: judged(made, half))
    assert await workers.stop(first) == 0
    workers.running.remove(first)
    lost = workers.folder / "i"
    for path in lost.glob("*-of-*"):
        path.unlink()
    for point in REBUILD_CRASH_POINTS:
        passage = 1 if point.startswith("rebuild.") else PASSAGE
        ended = await workers.rebuild("i", **LIVE, TIDEGAUGE_CRASH_AT=f"{point}:{passage}")
        assert ended == -signal.SIGKILL, f"{point}: {workers.said('i')}"
    assert await workers.rebuild("i", **LIVE) == 0
    await produce(made, sent[half:])
    workers.start("ingest", "i", **LIVE)
    await until(lambda: judged(made, len(sent)))
    await settled_as(made, history)


async def test_workers_that_join_leave_freeze_and_die(workers, made, history, expected):
    """Two workers at a time, and at any moment one of them is killed, stopped, frozen or joined."""
    chance = random.Random(7)  # noqa: S311 - moments, no secrets
    workers.settings = made.model_copy(update={"session_timeout_s": 3.0})
    publishing = asyncio.create_task(slowly(made, history, SOAK_S))
    held = {name: workers.start("monitor", name) for name in ("a", "b")}
    end = time.monotonic() + SOAK_S
    while time.monotonic() < end:
        await asyncio.sleep(chance.uniform(1.0, 4.0))
        name = chance.choice(sorted(held))
        match chance.choice(("kill", "stop", "freeze")):
            case "kill":
                held[name].kill()
                await asyncio.to_thread(held[name].wait)
            case "stop":
                assert await workers.stop(held[name]) == 0
            case "freeze":
                held[name].send_signal(signal.SIGSTOP)
                await asyncio.sleep(5.0)  # beyond its session: the other has taken over
                held[name].send_signal(signal.SIGCONT)
        if held[name].poll() is not None:
            workers.running.remove(held[name])
            held[name] = workers.start("monitor", name)
    await publishing
    await workers.settle(expected)


async def slowly(settings, history, over_s):
    """Publish a log bit by bit."""
    for place in range(20):
        share = {}
        for number, log in history.entries.items():
            first, last = (len(log) * step // 20 for step in (place, place + 1))
            share[number] = log[first:last]
        await publish(settings, SimpleNamespace(entries=share))
        await asyncio.sleep(over_s / 20)


async def test_a_broker_that_goes_and_comes_back(tmp_path, history, expected):
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Broker(folder).start()
    settings = settings_for(broker.address)
    await create_topics(settings)
    workers = Workers(settings, tmp_path)
    try:
        half = {number: log[: len(log) // 2] for number, log in history.entries.items()}
        rest = {number: log[len(log) // 2 :] for number, log in history.entries.items()}
        await publish(settings, SimpleNamespace(entries=half))
        workers.start("monitor", "m")
        await until(lambda: some(settings))
        broker.kill()
        broker.start()
        await publish(settings, SimpleNamespace(entries=rest))
        await until(lambda: told_all(workers, len(expected)))
        await workers.settle(expected)
    finally:
        workers.close()
        broker.stop()


async def told_all(workers, count):
    """Whether so many events are there; a worker that ended is started again: it must not skip anything."""
    if workers.running[0].poll() is not None:
        workers.running.clear()
        workers.start("monitor", "m")
    return len(await events_of(workers.settings)) >= count


async def some(settings):
    return bool(await events_of(settings))
