"""The same lines from the same topic: whole pipeline of ours, and totals by the peers."""

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.bench.kafka.answers import expected, figures, hold, told
from tests.bench.kafka.ground import LIVE, LONGEST_S, TOPIC, cpu_s, raw_messages, run_to_end
from tests.conftest import ROOT
from tests.kafka.raw import judged, produce
from tests.kafka.world import ends, until

from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.connection import client_options
from tidegauge.runtime.kafka.names import Names

OURS = "ours"
HERE = Path(__file__).parent / "peers"
TOOLS = ROOT / ".tools" / "peers"
_PYTHON = str(TOOLS / "venv" / "bin" / "python")
_JAVA = ["java", "-Xmx1g", "-cp", f"{TOOLS / 'classes'}:{TOOLS / 'libs'}/*", "Totals"]
PEERS = {
    "plain": ([sys.executable, str(HERE / "plain.py")], []),
    "streams-rocksdb": (_JAVA, ["rocksdb"]),
    "streams-memory": (_JAVA, ["memory"]),
    "quix": ([_PYTHON, str(HERE / "quix.py")], []),
    "bytewax": ([_PYTHON, str(HERE / "bytewax_flow.py")], []),
}
LABELS = {
    "plain": "plain aiokafka, no state kept",
    "streams-rocksdb": "Kafka Streams, RocksDB, changelog",
    "streams-memory": "Kafka Streams, in memory, changelog",
    "quix": "Quix Streams, RocksDB, changelog",
    "bytewax": "Bytewax, recovery store",
    OURS: "ours: ledger, panel, rules, alerts",
}


async def compete(ground, lines, names):
    """What each of `names` took for so many lines: wall and processor seconds, by name."""
    settings, workers = await ground.installation(f"peers-{lines}")
    records = list(ground.declarations(lines))
    wanted, count = expected(records), len(records)
    await produce(settings, list(raw_messages(settings, records)))
    del records
    found = {}
    for name in names:
        found[name] = await (
            ours(ground, settings, workers, count) if name == OURS else peer(ground, settings, name, count)
        )
        hold(name, found[name].pop("answer"), wanted)
        found[name] |= {"lines": count, "cells": len(wanted)}
        sys.stderr.write(f"  {name}: {count:,} lines, {found[name]['s']:.1f} s, answers equal\n")
    return found


async def ours(ground, settings, workers, count):
    """Raw JSON to alerts by one ingest and one monitor worker."""
    started = time.monotonic()
    running = {name: workers.start(name, name, **LIVE) for name in ("ingest", "monitor")}
    await until(lambda: judged(settings, count), LONGEST_S)
    took_s, used = time.monotonic() - started, {name: cpu_s(process) for name, process in running.items()}
    alerts = (await ends(settings, Names(settings).event(Topic.ALERTS)))[0]
    workers.close()
    weighs = {
        "state_bytes": folder_bytes(workers.folder / "monitor"),
        "log_bytes": topic_bytes(ground, Names(settings).records),
        "ledger_bytes": folder_bytes(workers.folder / "ingest"),
    }
    answer = await figures(settings)
    return {"s": took_s, "cpu_s": sum(used.values()), **used, **weighs, "alerts": alerts, "answer": answer}


async def peer(ground, settings, name, count):
    """Totals by a peer, which ends by itself after so many lines."""
    command, more = PEERS[name]
    out, state = f"{settings.prefix}{name}", ground.folder / f"{settings.prefix}{name}"
    await make_topic(settings, out)
    arguments = [settings.brokers, settings.prefix + TOPIC, out, str(count), str(state), *more]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    log = ground.folder / f"{name}.log"
    took = await asyncio.to_thread(run_to_end, [*command, *arguments], log, environment)
    weighs = {"state_bytes": folder_bytes(state), "log_bytes": topic_bytes(ground, f"{out}-", "changelog")}
    shutil.rmtree(state, ignore_errors=True)
    return {**took, **weighs, "answer": await told(settings, out)}


def folder_bytes(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def topic_bytes(ground, *parts):
    """Bytes on the broker's disk of all topics whose names hold these parts."""
    places = (ground.folder / "broker" / "logs").iterdir()
    mine = [place for place in places if place.is_dir() and all(part in place.name for part in parts)]
    return sum(file.stat().st_size for place in mine for file in place.glob("*.log"))


async def make_topic(settings, name):
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


def comparison(small, large):
    """Rows of the table: marginal processor time and speed of each competitor, start-up left out."""
    lines = next(iter(large.values()))["lines"] - next(iter(small.values()))["lines"]
    yield f"{lines:,} lines (larger run less the smaller)", "CPU us a line", "lines/s", "lines a CPU second"
    for name, many in large.items():
        used, took_s = many["cpu_s"] - small[name]["cpu_s"], many["s"] - small[name]["s"]
        yield LABELS[name], f"{used / lines * 1e6:.1f}", f"{lines / took_s:,.0f}", f"{lines / used:,.0f}"
        for part in ("ingest", "monitor") if name == OURS else ():
            yield f"- {part}", f"{(many[part] - small[name][part]) / lines * 1e6:.1f}", "", ""


def sizes(found):
    """Rows of the table of what the larger run left behind."""
    yield "bytes left behind", "state, a cell", "changelog or records log, a line", "ledger, a line"
    for name, one in found.items():
        if name != "plain":
            ledger = f"{one['ledger_bytes'] / one['lines']:,.0f}" if "ledger_bytes" in one else ""
            log = one["log_bytes"] / one["lines"]
            yield LABELS[name], f"{one['state_bytes'] / one['cells']:,.0f}", f"{log:,.0f}", ledger
