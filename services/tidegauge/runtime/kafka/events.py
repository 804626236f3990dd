"""The monitor's logs as intake and notify read them: an EventReader over one partition of a topic."""

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import Event, Topic
from tidegauge.runtime.kafka.connection import client_options, connected
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings

_POLL_MS = 50
_MOST_BUFFERED = 2_000  # entries of one topic that wait here to be read


@dataclass(slots=True)
class _Buffer:
    """What was fetched of one topic and not yet read past."""

    events: deque[Event] = field(default_factory=deque)
    following: int = 0  # offset that is fetched next
    end: int = 0  # offset behind the last entry, as last heard
    seeks: bool = True  # the consumer has not gone to `following` yet


class KafkaEvents:
    """Reads the alerts and figures topics again from any offset; the caller keeps the offsets.

    Kafka's offsets are the port's offsets, one sequence a partition: whoever reads several partitions of a
    topic holds one of these for each. `read` does not wait for entries that are not there yet; `wait` does.
    The consumer has no group and commits nothing to Kafka; it runs in a thread of its own.
    """

    def __init__(self, settings: KafkaSettings, partition: int = 0) -> None:
        self._settings = settings
        names = Names(settings)
        self._places = {TopicPartition(names.event(topic), partition): topic for topic in Topic}
        self._changed = threading.Condition()
        self._buffers = {topic: _Buffer() for topic in Topic}
        self._failure: BaseException | None = None
        self._over = False
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._main, args=(started,), name="kafka-events", daemon=True)
        self._thread.start()
        started.result()

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Stop the consumer."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()

    def read(self, topic: Topic, after: int, limit: int) -> list[Event]:
        """At most `limit` events with an offset above `after`, in order; empty at the end of the log.

        Raises UserError where the broker has deleted what would come next, or what ended the consumer.
        """
        with self._changed:
            buffer = self._buffers[topic]
            while buffer.events and buffer.events[0].offset <= after:
                buffer.events.popleft()
            if (buffer.events[0].offset if buffer.events else buffer.following) != after + 1:
                buffer.events.clear()
                buffer.following, buffer.seeks = after + 1, True
            while not buffer.events and (buffer.seeks or buffer.following < buffer.end):
                if self._failure is not None or self._over:
                    break
                self._changed.wait()
            if self._failure is not None:
                raise self._failure
            return [buffer.events[place] for place in range(min(limit, len(buffer.events)))]

    def wait(self, positions: dict[Topic, int], timeout_s: float) -> bool:
        """Wait until a topic has entries above its position; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(
                lambda: (
                    self._over
                    or self._failure is not None
                    or any(self._buffers[topic].end > after + 1 for topic, after in positions.items())
                ),
                timeout_s,
            )

    def _main(self, started: "Future[None]") -> None:
        try:
            asyncio.run(self._run(started))
        except BaseException as error:  # noqa: BLE001 - carried over to whoever reads
            if not started.done():
                started.set_exception(error)
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    async def _run(self, started: "Future[None]") -> None:
        options = client_options(self._settings)
        consumer = AIOKafkaConsumer(
            **options, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=_POLL_MS,
            max_partition_fetch_bytes=self._settings.max_message_bytes,
        )  # fmt: skip
        async with connected(consumer, self._settings):
            consumer.assign(list(self._places))
            started.set_result(None)
            while not self._over:
                await self._turn(consumer)

    async def _turn(self, consumer: Any) -> None:
        """One round: go where the readers are, fetch, hand over."""
        ends = await consumer.end_offsets(list(self._places)) if self._anyone_seeks() else {}
        with self._changed:
            for place, topic in self._places.items():
                buffer = self._buffers[topic]
                if buffer.seeks and place in ends:
                    consumer.seek(place, buffer.following)
                    buffer.seeks, buffer.end = False, ends[place]
                full = len(buffer.events) >= _MOST_BUFFERED
                (consumer.pause if full else consumer.resume)(place)
            self._changed.notify_all()
        fetched = await consumer.getmany(timeout_ms=_POLL_MS)
        with self._changed:
            for place, records in fetched.items():
                self._keep(self._buffers[self._places[place]], place, records)
            for place, topic in self._places.items():
                self._buffers[topic].end = max(self._buffers[topic].end, consumer.highwater(place) or 0)
            self._changed.notify_all()

    def _anyone_seeks(self) -> bool:
        with self._changed:
            return any(buffer.seeks for buffer in self._buffers.values())

    def _keep(self, buffer: _Buffer, place: TopicPartition, records: list[Any]) -> None:
        if buffer.seeks:  # the reader has gone elsewhere since these were asked for
            return
        for record in records:
            if record.offset != buffer.following:
                raise UserError(
                    f"{place.topic}: entries {buffer.following} to {record.offset - 1} are no longer there; "
                    "restore the consumer's database or begin it anew"
                )
            buffer.events.append(Event(record.offset, record.value))
            buffer.following = record.offset + 1
