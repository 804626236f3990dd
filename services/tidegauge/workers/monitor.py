"""`tidegauge monitor --log`: the partition step inside a Faust worker."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import IllegalStateError
from faust.types import TP

from tidegauge.instruments import Instruments
from tidegauge.runtime import metrics as names
from tidegauge.runtime.errors import EXIT_DEFECT, UserError
from tidegauge.runtime.health import Health
from tidegauge.runtime.kafka.connection import connected, producer_options
from tidegauge.runtime.kafka.faust_app import MonitorApp, make_app
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.logging import get_logger
from tidegauge.runtime.metrics import Metrics
from tidegauge.workers.assigned import Assigned, require_beginning
from tidegauge.workers.partition import Partition

SERVICE = "monitor"
_NOTE_EVERY_S = 1.0
_STOP_S = 30.0
_log = get_logger(__name__)


class MonitorWorker:
    """One worker: joins the group, steps through its partitions, stops at the first unexpected error."""

    def __init__(self, settings: KafkaSettings, folder: Path, metrics: Metrics, health: Health) -> None:
        self._settings, self._folder, self._metrics, self._health = settings, folder, metrics, health
        self._topic = Names(settings).records
        self._instruments = Instruments(metrics)
        self._failure: asyncio.Future[None]
        self._app: MonitorApp
        self._assigned: Assigned

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; raises UserError that names the entry at which an error stopped the worker."""
        self._failure = asyncio.get_running_loop().create_future()
        self._health.register(SERVICE)
        async with connected(
            AIOKafkaProducer(**producer_options(self._settings)), self._settings
        ) as producer:
            await self._work(stop, producer)
        if self._failure.done():
            self._failure.result()
        if not stop.is_set():
            reason = f"the worker's connection to Kafka ended: {self._app.crash_reason!r}"
            raise UserError(reason, EXIT_DEFECT)

    async def _work(self, stop: asyncio.Event, producer: Any) -> None:
        """Join the group; leave it at `stop`, at a failure, or when Faust ends."""
        self._assigned = Assigned(self._settings, self._folder, producer, self._instruments.output)
        self._app = self._wired(make_app(self._settings, self._folder))
        await self._app.start()
        waited = [
            asyncio.create_task(stop.wait()), asyncio.create_task(self._app.wait_until_stopped()),
            asyncio.create_task(self._watch()),
        ]  # fmt: skip
        ends: set[asyncio.Future[Any]] = {*waited, self._failure}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waited:
                task.cancel()
            await self._assigned.drop()
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await self._app.stop()

    def _wired(self, app: MonitorApp) -> MonitorApp:
        # acks=False: Faust then never commits, which it would also do past an entry that failed.
        topic = app.topic(
            self._topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw",
            acks=False,
        )  # fmt: skip

        @app.agent(topic, name=SERVICE)
        async def monitor(stream: Any) -> None:
            async for event in stream.events():
                await self._take(event.message)

        app.on_partitions_revoked.connect(self._revoked, weak=False)
        app.on_rebalance_complete.connect(self._rebalanced, weak=False)
        app.finalize()
        return app

    async def _revoked(self, *_: object, **__: object) -> None:
        await self._assigned.drop()

    async def _rebalanced(self, *_: object, **__: object) -> None:
        places = {tp for tp in self._app.consumer.assignment() if tp.topic == self._topic}
        try:
            following = await self._assigned.load({place.partition for place in places})
            self._metrics.set(names.PARTITIONS, len(following))
            for place, first in (await self._app.consumer.earliest_offsets(*places)).items():
                require_beginning(first, following[place.partition], f"{self._topic}-{place.partition}")
            with suppress(IllegalStateError):  # assigned to another meanwhile: the next rebalance settles it
                await self._app.go_to({TP(self._topic, number): to for number, to in following.items()})
            self._health.idle(SERVICE)
        except Exception as error:  # noqa: BLE001 - carried over to `run`, which raises it
            self._fail(error)

    async def _take(self, message: Any) -> None:
        """One entry; after a failure nothing more is taken."""
        if not self._failure.done():
            self._health.working(SERVICE, f"partition {message.partition}")
            try:
                await self._assigned.take(message.partition, message.offset, message.value)
            except Exception as error:  # noqa: BLE001 - carried over to `run`, which raises it
                place = f"{self._topic}-{message.partition} at offset {message.offset}"
                _log.exception("worker_stops", place=place)
                said = (
                    f"the monitor stopped in {place} ({type(error).__name__}: {error}); no offset moved: "
                    "it goes on from there when it is started again"
                )
                self._fail(UserError(said, EXIT_DEFECT))
            self._health.idle(SERVICE)
        if self._failure.done():
            await asyncio.Event().wait()

    def _fail(self, error: Exception) -> None:
        self._health.failed(SERVICE, type(error).__name__)
        if not self._failure.done():
            self._failure.set_exception(error)

    async def _watch(self) -> None:
        """Tell Kafka and the metrics where the states stand."""
        metrics = self._metrics
        while True:
            await asyncio.sleep(_NOTE_EVERY_S)
            held = list(self._assigned)
            stored = {TP(self._topic, one.number): one.stored() for one in held}
            with suppress(IllegalStateError):
                await self._app.note(stored)
            metrics.set(names.SERIES, sum(len(one.stepper.step.panel.series) for one in held))
            metrics.set(names.MONITOR_LAG, sum(map(self._lag, held)))

    def _lag(self, partition: Partition) -> int:
        end = self._app.end(TP(self._topic, partition.number)) or 0
        return max(0, end - partition.following)
