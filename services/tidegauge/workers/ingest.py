"""`tidegauge ingest --log`: raw topics through validation and ledger into the records topic."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import IllegalStateError

from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.service import IngestSettings
from tidegauge.runtime.clock import today
from tidegauge.runtime.health import Health
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.workers.feeding import Feeding
from tidegauge.workers.timing import Timing

SERVICE = "ingest"
HEARTBEATS_A_SESSION = 5
_ROWS_A_FETCH = 65_536


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

    def __init__(self, plan: IngestPlan, health: Health) -> None:
        self._plan, self._health, self._names = plan, health, Names(plan.kafka)
        self._consumer: Any = None
        self._feeding: Feeding
        self._timing: Timing

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; raises whatever ended the work."""
        kafka = self._plan.kafka
        self._health.register(SERVICE)
        async with connected(AIOKafkaProducer(**producer_options(kafka)), kafka) as producer:
            self._timing = Timing(self._plan.kafka, self._plan.ingest, producer)
            self._feeding = Feeding(self._plan.folder, self._plan.ingest, self._names, producer, today)
            async with asyncio.TaskGroup() as group:
                following = group.create_task(self._timing.follow())
                await self._timing.ready.wait()
                keeping = group.create_task(self._timing.keep(self._plan.ruleset, self._plan.live_from))
                await self._consume(stop)
                following.cancel()
                keeping.cancel()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Leave what was assigned; whatever is committed will be sent by the next owner."""
        del revoked
        self._timing.is_keeper = False
        await self._feeding.drop()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Open the ledgers, send what they still hold, and read on where they are."""
        places = list(assigned)
        following = await self._feeding.load(places)
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
        wait_ms = max(1, int(self._plan.kafka.idle_after_s * 1000))
        fetched = await self._consumer.getmany(timeout_ms=wait_ms, max_records=_ROWS_A_FETCH)
        for place, records in fetched.items():
            self._health.working(SERVICE, f"{place.topic}-{place.partition}")
            await self._feeding.take(place, records)
        for place, raw in self._feeding.held():
            with suppress(IllegalStateError):  # revoked in between
                end, reached = self._consumer.highwater(place), await self._consumer.position(place)
                raw.forget_periods(self._timing.judged(raw.name))
                progress = raw.progress(is_idle=end is not None and reached >= end)
                await self._timing.tell(raw.name, progress)
        self._health.idle(SERVICE)
