"""The outbox: rows that a transaction left in a SQLite file go to Kafka, in order and at least once.

A row is removed when the broker has acknowledged it. Within one partition a message is sent only after the
one before it was acknowledged: readers skip repeats by a watermark, which is right only if nothing overtakes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from tidegauge.runtime.crash import crash_point

Headers = Sequence[tuple[str, bytes]]
MESSAGES_AT_ONCE = 64


class Message(NamedTuple):
    """One row on its way out."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: Headers = ()


Send = Callable[[Message], Awaitable[Any]]  # done when the broker has acknowledged it


async def send_in_order(send: Send, messages: Sequence[Message]) -> None:
    """Send each partition's messages one after the other, the partitions side by side."""
    lanes: dict[tuple[str, int], list[Message]] = defaultdict(list)
    for message in messages:
        lanes[message.topic, message.partition].append(message)

    async def one(lane: list[Message]) -> None:
        for message in lane:
            await send(message)

    crash_point("relay.before_send")
    async with asyncio.TaskGroup() as group:
        for lane in lanes.values():
            group.create_task(one(lane))
    crash_point("relay.after_send")
