"""A small invented history, what the monitor says of it, and workers to say it again."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tidegauge.commands.files import opened
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import Message, send_in_order
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore
from tidegauge.runtime.wire import decode_alert
from tidegauge.stream import in_order

COMMAND = [sys.executable, "-c", "from tidegauge.cli import main; main()"]
PARTITIONS = 3
LONGEST_S = 300
LIVE_FROM = 0


def ingested(paths, partitions=PARTITIONS):
    """A records log in memory, of some files."""
    store = MemoryIngestStore()
    settings = IngestSettings(partitions=partitions, batch_rows=2048, mark_every_rows=8192)
    ingestor = Ingestor(store, settings)
    ingestor.set_rules(Ruleset.default().to_record(), LIVE_FROM)
    for source in in_order(opened(paths)):
        for _ in ingestor.take(source):
            pass
    return store


def embedded(store, partitions=PARTITIONS):
    """The events that the embedded monitor makes of a records log."""
    return through(store, partitions)[0]


def through(store, partitions=PARTITIONS):
    """The events that the embedded monitor makes of a records log, and its steps after the last entry."""
    events = MemoryEvents()
    monitors = [Monitor(store.log(), MemoryStateStore(events), number) for number in range(partitions)]
    for monitor in monitors:
        for _ in monitor.drain():
            pass
    said = settled(event.payload for event in events.read(Topic.ALERTS, -1, 1_000_000))
    return said, [monitor.step for monitor in monitors]


def settled(payloads):
    """Distinct events in the order that comparisons use; one event_id never comes with two contents."""
    alerts = {payload: decode_alert(payload) for payload in payloads}
    assert len({alert.event_id for alert in alerts.values()}) == len(alerts)
    return sorted(alerts, key=lambda one: (alerts[one].as_of, alerts[one].alert_id, alerts[one].seq))


async def publish(settings, store, partitions=PARTITIONS):
    """Write a records log to its topic."""
    names = Names(settings)
    messages = [
        Message(names.records, partition, None, payload)
        for partition in range(partitions)
        for payload in store.entries[partition]
    ]
    async with connected(AIOKafkaProducer(**producer_options(settings)), settings) as producer:
        await send_in_order(producer, messages)


async def everything(settings, topic):
    """All messages of a topic as they are now, in the order of its partitions."""
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    async with connected(consumer, settings):
        partitions = consumer.partitions_for_topic(topic) or await _partitions(consumer, topic)
        places = [TopicPartition(topic, number) for number in sorted(partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
        return sorted(found, key=lambda record: (record.partition, record.offset))


async def ends(settings, topic):
    """The offsets behind the last messages of a topic's partitions."""
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    async with connected(consumer, settings):
        numbers = consumer.partitions_for_topic(topic) or await _partitions(consumer, topic)
        found = await consumer.end_offsets([TopicPartition(topic, number) for number in numbers])
        return {place.partition: end for place, end in found.items()}


async def _partitions(consumer, topic):
    await consumer._client.force_metadata_update()  # noqa: SLF001 - a topic nobody has asked for yet
    await consumer._client.add_topic(topic)  # noqa: SLF001
    return consumer.partitions_for_topic(topic)


async def events_of(settings):
    """The settled events of the alerts topic."""
    topic = Names(settings).event(Topic.ALERTS)
    return settled(record.value for record in await everything(settings, topic))


async def until(condition, timeout_s=LONGEST_S):
    """Wait for a condition that is an awaitable's truth."""
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110 - other processes set no event here
            await asyncio.sleep(0.1)


def environment_of(settings):
    """The variables that give a process these settings."""
    said = settings.model_dump(exclude={"brokers", "password"}, exclude_none=True)
    said["password"] = settings.password.get_secret_value()
    return {f"TIDEGAUGE_KAFKA_{key.upper()}": str(value) for key, value in said.items()}


@dataclass
class Workers:
    """Processes of one installation, ended with the test."""

    settings: object
    folder: object
    running: list = field(default_factory=list)
    _logs: dict = field(default_factory=dict)

    def start(self, service, name, *arguments, **environment):
        """Start a worker with a data folder of its own, or of its former life."""
        process = self._run([service, "--port", "0"], name, arguments, environment)
        self.running.append(process)
        return process

    async def rebuild(self, name, **environment):
        """Rebuild the ledgers of a worker's folder; how the command ended."""
        process = self._run(["ledgers", "rebuild"], name, (), environment)
        return await asyncio.to_thread(process.wait, LONGEST_S)

    def _run(self, words, name, arguments, environment):
        kafka = environment_of(self.settings)
        kafka["TIDEGAUGE_KAFKA_INSTANCE"] = name  # a restarted worker need not wait for its former session
        log = (self.folder / f"{name}.log").open("ab")
        before = log.tell()
        process = subprocess.Popen(
            [*COMMAND, *words, "--log", f"kafka://{self.settings.brokers}",
             "--data-dir", str(self.folder / name), *arguments],
            env={**os.environ, **kafka, **environment}, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        self._logs[process] = Path(log.name), before
        return process

    def said(self, name):
        return (self.folder / f"{name}.log").read_text()

    async def settle(self, expected, timeout_s=LONGEST_S):
        """Wait until as many events are there as expected; then they must be those."""

        async def there():
            ended = [process.args[3:] for process in self.running if process.poll() not in (None, 0)]
            assert not ended, f"ended by themselves: {ended}"
            return len(await events_of(self.settings)) >= len(expected)

        await until(there, timeout_s)
        assert await events_of(self.settings) == expected

    async def address(self, process):
        """Where a worker serves its metrics; it says so once it can be stopped in order."""
        path, start = self._logs[process]
        found = []

        async def said():
            found[:] = re.findall(rb"^http://\S+", path.read_bytes()[start:], re.MULTILINE)
            return found or process.poll() is not None

        await until(said)
        assert found, f"it ended ({process.returncode}): {path.read_bytes()[start:].decode()}"
        return found[0].decode()

    async def metric(self, process, metric):
        """A worker's metric without labels as it is now."""
        async with httpx.AsyncClient() as client:
            page = (await client.get(f"{await self.address(process)}metrics")).text
        return float(re.search(rf"^{metric.name} (\S+)$", page, re.MULTILINE)[1])

    async def stop(self, process):
        """Ask a worker to end; how it ended."""
        await self.address(process)
        process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(process.wait, LONGEST_S)

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(LONGEST_S)
