"""Read topics once, up to where they end now, outside of any group."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from tidegauge.runtime.kafka.connection import client_options, connected
from tidegauge.runtime.kafka.settings import KafkaSettings

_POLL_MS = 500


class Reader:
    """Reads partitions from an offset to another."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer

    async def bounds(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        """The oldest offset that each partition has, and the one behind its newest."""
        firsts = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)
        return {place: (firsts[place], ends[place]) for place in places}

    async def read(
        self, spans: Mapping[TopicPartition, tuple[int, int]]
    ) -> AsyncIterator[tuple[TopicPartition, list[Any]]]:
        """The messages of each span (first offset, offset behind the last), each partition's in order."""
        open_ones = {place: end for place, (first, end) in spans.items() if first < end}
        if not open_ones:
            return
        self._consumer.assign(list(open_ones))
        for place in open_ones:
            self._consumer.seek(place, spans[place][0])
        while open_ones:
            for place, records in (await self._consumer.getmany(timeout_ms=_POLL_MS)).items():
                if wanted := [one for one in records if one.offset < spans[place][1]]:
                    yield place, wanted
            for place, end in list(open_ones.items()):
                if await self._consumer.position(place) >= end:
                    del open_ones[place]

    async def everything(self, places: Sequence[TopicPartition]) -> AsyncIterator[tuple[int, list[Any]]]:
        """All messages of some partitions of one topic that are there now, with the partition's number."""
        async for place, records in self.read(await self.bounds(places)):
            yield place.partition, records


@asynccontextmanager
async def reader(settings: KafkaSettings) -> AsyncIterator[Reader]:
    """A reader over a client of its own."""
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    async with connected(consumer, settings):
        yield Reader(consumer)
