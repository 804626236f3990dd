"""The outbox: what transactions left in a SQLite file goes to Kafka, in order and at least once.

Rows are removed when the broker has acknowledged them. Within one partition a batch is sent only after the
one before it was acknowledged: readers skip repeats by a watermark, which is right only if nothing overtakes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from tidegauge.runtime.crash import crash_point

Headers = Sequence[tuple[str, bytes]]


class Message(NamedTuple):
    """One message on its way out."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: Headers = ()


async def send_in_order(producer: Any, messages: Sequence[Message], name: str = "relay") -> None:
    """Send and await the acknowledgement of all; each partition's in their order, partitions side by side.

    Raises whatever the producer raises; a part may then have been sent.
    """
    lanes: dict[tuple[str, int], list[Message]] = defaultdict(list)
    for message in messages:
        lanes[message.topic, message.partition].append(message)
    crash_point(f"{name}.before_send")
    await asyncio.gather(*(_send(producer, *place, lane) for place, lane in lanes.items()))
    crash_point(f"{name}.after_send")


async def _send(producer: Any, topic: str, partition: int, lane: list[Message]) -> None:
    """One partition's messages in as few batches as their size allows, one batch in flight."""
    batch = producer.create_batch()
    for message in lane:
        while not _added(batch, message):
            await _flush(producer, batch, topic, partition)
            batch = producer.create_batch()
    await _flush(producer, batch, topic, partition)


def _added(batch: Any, message: Message) -> bool:
    parts = {"key": message.key, "value": message.value, "headers": list(message.headers)}
    return batch.append(timestamp=None, **parts) is not None


async def _flush(producer: Any, batch: Any, topic: str, partition: int) -> None:
    batch.close()
    await (await producer.send_batch(batch, topic, partition=partition))
