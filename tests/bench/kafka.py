"""`make bench-kafka`: raw JSON lines to alerts through a real broker, beside plain aiokafka.

Processor time a line is marginal: of the larger run less the smaller one, so that starting up drops out.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import quantiles

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from tests.kafka.broker import Broker
from tests.kafka.conftest import settings_for
from tests.kafka.raw import committed, judged, messages, produce, rows
from tests.kafka.world import Workers, ends, ingested, publish, until

from tidegauge.domain.codes import product_number
from tidegauge.domain.periods import month_number
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.topics import create_topics
from tidegauge.runtime.wire import decode_block
from tidegauge.scenario.parameters import Parameters
from tidegauge.scenario.world import make_world
from tidegauge.scenario.write import Writer

SMALL, LARGE = 50_000, 300_000
KEY = ("reporter", "declaration_id")
LIVE = {"TIDEGAUGE_LIVE_FROM": "1997-01"}
LATENCY_LINES = 100
NO_FIGURE_S = 3
LONGEST_S = 500
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(process):
    """Processor time of a running process, in seconds."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Bench:
    """One broker, one folder, one scenario of each size."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "broker").mkdir()
        self.broker = Broker(folder / "broker").start()
        self.paths = {size: self._scenario(size) for size in (SMALL, LARGE)}

    def _scenario(self, lines):
        folder = self.folder / f"lines-{lines}"
        folder.mkdir()
        first = month_number("2022-01")
        world = make_world(Parameters(lines, 500, 40, 30, seed=3, first_month=first))
        for _ in Writer(folder, world).write():
            pass
        return sorted(folder.glob("declarations-*.csv"))

    async def installation(self, name):
        settings = settings_for(self.broker.address, partitions=4, raw_partitions=2)
        await create_topics(settings)
        folder = self.folder / name
        folder.mkdir()
        return settings, Workers(settings, folder)

    async def pipeline(self, lines):
        """Raw JSON to alerts: seconds, and processor seconds of ingest and monitor."""
        settings, workers = await self.installation(f"pipeline-{lines}")
        sent = list(messages(settings, "customs.declarations", rows(self.paths[lines]), KEY, 2))
        await produce(settings, sent)
        started = time.monotonic()
        running = [workers.start(name, name, **LIVE) for name in ("ingest", "monitor")]
        await until(lambda: judged(settings, len(sent)), LONGEST_S)
        took_s, used = time.monotonic() - started, [cpu_s(process) for process in running]
        alerts = (await ends(settings, Names(settings).event(Topic.ALERTS)))[0]
        peer = await plain(settings, len(sent))
        workers.close()
        took = {"s": took_s, "ingest": used[0], "monitor": used[1]}
        return {"lines": len(sent), "alerts": alerts, **took, **peer}

    async def blocks(self, lines):
        """The records log to alerts: processor seconds of the monitor."""
        settings, workers = await self.installation(f"blocks-{lines}")
        log = ingested(self.paths[lines], 4)
        await publish(settings, log, 4)
        process = workers.start("monitor", "monitor")
        wanted = {number: len(log.entries[number]) for number in range(4)}

        async def through():
            return await committed(settings) == wanted

        await until(through, LONGEST_S)
        used = cpu_s(process)
        workers.close()
        return {"lines": lines, "monitor": used}

    async def latency(self):
        """One line at a time: until its figures come out of the last topic, and one raw hop, in ms."""
        settings, workers = await self.installation("latency")
        sent = list(messages(settings, "customs.declarations", rows(self.paths[SMALL]), KEY, 2))
        await produce(settings, sent)
        running = {name: workers.start(name, name, **LIVE) for name in ("ingest", "monitor")}
        await until(lambda: judged(settings, len(sent)), LONGEST_S)
        names = Names(settings)
        lines = list(single(settings, rows(self.paths[SMALL][-1:])))
        whole = await hops(settings, names.event(Topic.FIGURES), lines, of_product)
        raw = [(line._replace(topic=names.quarantine, partition=0), product) for line, product in lines]
        hop = await hops(settings, names.quarantine, raw, lambda _value, _product: True)
        running["monitor"].send_signal(signal.SIGKILL)
        running["monitor"].wait()
        before = await ends(settings, names.event(Topic.FIGURES))
        started = time.monotonic()
        workers.start("monitor", "monitor", **LIVE)
        again = lines[0][0]
        await produce(settings, [again._replace(value=again.value.replace(b"bench-", b"again-"))])

        async def spoke():
            return await ends(settings, names.event(Topic.FIGURES)) != before

        await until(spoke, LONGEST_S)
        recovery_s = time.monotonic() - started
        workers.close()
        return whole, hop, recovery_s


def single(settings, records):
    """Lines of new declarations, each of another product, with the number of that product."""
    seen = {}
    for record in records:
        if record["action"] == "accept":
            seen.setdefault(record["product"], record)
    for product, record in list(seen.items())[:LATENCY_LINES]:
        line = {**record, "declaration_id": f"bench-{product}"}
        yield next(messages(settings, "customs.declarations", [line], KEY, 2)), product_number(product)


def of_product(value, product):
    """Whether a block of figures speaks of a product."""
    return product in decode_block(value).columns["product"]


async def hops(settings, topic, lines, speaks_of):
    """Milliseconds from each line produced until a message of a topic speaks of its product."""
    consumer = AIOKafkaConsumer(**client_options(settings), fetch_max_wait_ms=20)
    sending = AIOKafkaProducer(**producer_options(settings))
    took = []
    async with connected(consumer, settings), connected(sending, settings) as producer:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        await consumer.seek_to_end(place)
        await consumer.position(place)
        for line, product in lines:
            started = time.perf_counter()
            await producer.send_and_wait(line.topic, line.value, key=line.key, partition=line.partition)
            with suppress(TimeoutError):  # a procedure that is no import changes no figure
                async with asyncio.timeout(NO_FIGURE_S):
                    while not speaks_of((await consumer.getone()).value, product):
                        pass
                    took.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.02)
    return took


PLAIN = """
import asyncio, json, resource, sys
from collections import defaultdict
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
async def main(brokers, topic, count):
    consumer = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    await consumer.start()
    places = [TopicPartition(topic, number) for number in range(2)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    decode, sums, seen = msgspec.json.Decoder().decode, defaultdict(float), 0
    while seen < count:
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                row = decode(record.value)
                key = row.get("product"), row.get("origin"), row.get("accepted_at", "")[:7]
                sums[key] += float(row.get("net_mass_kg", 0))
            seen += len(records)
    await consumer.stop()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(used.ru_utime + used.ru_stime))
asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def plain(settings, count):
    """Plain aiokafka over the same topic: JSON decoded, masses added up; no ledger, no state, no rules."""
    topic = settings.prefix + "customs.declarations"
    command = [sys.executable, "-c", PLAIN, settings.brokers, topic, str(count)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    return {"plain": json.loads(done.stdout)}


def marginal_us(small, large, *names):
    """Processor microseconds a line, of the larger run less the smaller."""
    used = sum(large[name] - small[name] for name in names)
    return used / (large["lines"] - small["lines"]) * 1e6


def spread(values):
    cuts = quantiles(values, n=100)
    return f"{cuts[49]:.1f} / {cuts[98]:.1f}"


async def main():
    """Run everything and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            small, large = await bench.pipeline(SMALL), await bench.pipeline(LARGE)
            few, many = await bench.blocks(SMALL), await bench.blocks(LARGE)
            whole, hop, recovery_s = await bench.latency()
        finally:
            bench.broker.stop()
    found = {
        "raw JSON lines to alerts": f"{large['lines']:,} lines, {large['alerts']:,} alert events, "
        f"{large['lines'] / large['s']:,.0f} lines/s with start-up",
        "CPU us a line: ingest": f"{marginal_us(small, large, 'ingest'):.1f}",
        "CPU us a line: monitor": f"{marginal_us(small, large, 'monitor'):.1f}",
        "CPU us a line: both": f"{marginal_us(small, large, 'ingest', 'monitor'):.1f}",
        "CPU us a line: plain aiokafka (decode and add up)": f"{marginal_us(small, large, 'plain'):.1f}",
        "CPU us a line: monitor, from blocks": f"{marginal_us(few, many, 'monitor'):.1f}",
        "ms from line to figures, p50 / p99": spread(whole),
        "ms of one raw hop, p50 / p99": spread(hop),
        "s from SIGKILL to the next event": f"{recovery_s:.1f}",
    }
    for name, figure in found.items():
        sys.stdout.write(f"{name}: {figure}\n")


if __name__ == "__main__":
    asyncio.run(main())
