"""`tidegauge ingest --log`: raw topics through validation and ledger into the records topic."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError

from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.settings import IngestSettings
from tidegauge.instruments import Instruments
from tidegauge.runtime import metrics as metric_names
from tidegauge.runtime.clock import today
from tidegauge.runtime.health import Health
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.logging import get_logger
from tidegauge.runtime.metrics import Metrics
from tidegauge.workers.feeding import Feeding
from tidegauge.workers.ledgers import Standing, require_whole
from tidegauge.workers.rates import follow_rates
from tidegauge.workers.raw import RawPartition
from tidegauge.workers.timing import Timing

SERVICE = "ingest"
HEARTBEATS_A_SESSION = 5
_log = get_logger(__name__)
_TELL_EVERY_S, _COMMIT_EVERY_S = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class IngestPlan:
    """What one ingest worker works with."""

    kafka: KafkaSettings
    ingest: IngestSettings
    folder: Path
    ruleset: Ruleset
    live_from: int


class IngestWorker(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """One worker: takes its share of the raw partitions, stops at the first unexpected error."""

    def __init__(self, plan: IngestPlan, metrics: Metrics, health: Health) -> None:
        self._plan, self._metrics, self._health = plan, metrics, health
        self._names, self._instruments = Names(plan.kafka), Instruments(metrics)
        self._fetched, self._told_at, self._committed_at = False, 0.0, 0.0
        self._consumer: Any = None
        self._failure: Exception | None = None  # to go on from the ledgers
        self._feeding: Feeding
        self._timing: Timing

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; raises whatever ended the work."""
        kafka = self._plan.kafka
        self._health.register(SERVICE)
        async with connected(AIOKafkaProducer(**producer_options(kafka)), kafka) as producer:
            self._timing = Timing(self._plan.kafka, self._plan.ingest, producer)
            counted = self._instruments.records
            self._feeding = Feeding(
                self._plan.folder, self._plan.ingest, self._names, producer, today, counted
            )
            async with asyncio.TaskGroup() as group:
                rates = asyncio.Event()
                others = [
                    group.create_task(self._timing.follow()),
                    group.create_task(follow_rates(kafka, self._feeding, rates)),
                ]
                await self._timing.ready.wait()
                await rates.wait()
                others.append(group.create_task(self._timing.keep(self._plan.ruleset, self._plan.live_from)))
                await self._consume(stop)
                for task in others:
                    task.cancel()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Leave what was assigned; whatever is committed will be sent by the next owner."""
        del revoked
        self._timing.is_keeper = False
        for _, raw in self._feeding.held():
            if raw.paused() is not None:  # whoever has it now tells of it
                self._metrics.set(metric_names.FEED_PAUSED, 0, feed=raw.name)
        await self._feeding.drop()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Open the ledgers, send what they still hold, and read on where they are."""
        try:
            await self._go_on(list(assigned))
        except Exception as error:  # noqa: BLE001 - the consumer would swallow it; `_turn` raises it
            self._failure = error
            await self._feeding.drop()

    async def _go_on(self, places: list[TopicPartition]) -> None:
        firsts = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)

        def check(place: TopicPartition, raw: RawPartition) -> None:
            told = self._timing.reached(raw.name)
            require_whole(Standing(raw.name, raw.path, raw.following, told, firsts[place], ends[place]))

        following = await self._feeding.load(places, check)
        self._timing.forget()
        for place, offset in following.items():
            self._consumer.seek(place, offset)
        self._timing.is_keeper = TopicPartition(next(iter(self._names.raw)), 0) in following

    async def _consume(self, stop: asyncio.Event) -> None:
        kafka = self._plan.kafka
        session_ms = int(kafka.session_timeout_s * 1000)
        self._consumer = AIOKafkaConsumer(
            **client_options(kafka), group_id=self._names.group(SERVICE), enable_auto_commit=False,
            auto_offset_reset="earliest", group_instance_id=kafka.instance or None,
            session_timeout_ms=session_ms, heartbeat_interval_ms=session_ms // HEARTBEATS_A_SESSION,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            max_partition_fetch_bytes=kafka.max_message_bytes, fetch_max_wait_ms=20,
        )  # fmt: skip
        self._consumer.subscribe(list(self._names.raw), listener=self)
        async with connected(self._consumer, kafka):
            self._health.idle(SERVICE)
            while not stop.is_set():
                await self._turn()
        await self._feeding.drop()

    async def _turn(self) -> None:
        if self._failure is not None:
            raise self._failure
        wait_ms = max(1, int(self._plan.kafka.idle_after_s * 1000))
        assignment = self._feeding.assignments
        fetched = await self._consumer.getmany(timeout_ms=wait_ms, max_records=self._plan.ingest.batch_rows)
        for place, records in fetched.items():
            self._health.working(SERVICE, f"{place.topic}-{place.partition}")
            await self._feeding.take(place, records, assignment)
        self._hold()
        if fetched or self._fetched or time.monotonic() - self._told_at > _TELL_EVERY_S:
            self._told_at = time.monotonic()
            with suppress(IllegalStateError):  # a partition was revoked in between
                await self._tell()
        self._fetched = bool(fetched)
        self._health.idle(SERVICE)

    def _hold(self) -> None:
        """Fetch nothing of paused partitions; what was fetched of them is fetched again when they go on."""
        for place, raw in self._feeding.held():
            if place not in self._consumer.assignment():
                continue
            why, held = raw.paused(), place in self._consumer.paused()
            if why is not None and not held:
                _log.warning("topic_paused", partition=raw.name, reason=why.reason)
                self._consumer.pause(place)
                self._consumer.seek(place, raw.following)
            elif why is None and held:
                self._consumer.resume(place)
            if (why is not None) != held:
                self._metrics.set(metric_names.FEED_PAUSED, why is not None, feed=raw.name)

    async def _tell(self) -> None:
        """Say how far each partition is: to the timekeeper, the metrics, and those who watch the lag."""
        lag, following = 0, {}
        for place, raw in self._feeding.held():
            if place not in self._consumer.assignment():
                continue  # revoked in between; `highwater` would fail on it
            end, reached = self._consumer.highwater(place), await self._consumer.position(place)
            raw.forget_periods(self._timing.judged(raw.name))
            is_idle = place in self._consumer.paused() or (end is not None and reached >= end)
            await self._timing.tell(raw.name, raw.progress(is_idle=is_idle))
            lag += max(0, (end or 0) - reached)
            following[place] = raw.following
        self._metrics.set(metric_names.INGEST_LAG, lag)
        if following and time.monotonic() - self._committed_at > _COMMIT_EVERY_S:
            self._committed_at = time.monotonic()
            with suppress(CommitFailedError):
                await self._consumer.commit(following)
