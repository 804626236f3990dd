"""The two logs that leave the monitor, as intake and notify read them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Topic(StrEnum):
    """The logs behind the monitor."""

    ALERTS = "alerts"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of such a log; offsets grow and are never reused."""

    offset: int
    payload: bytes  # wire.encode_alert, or wire.encode_block of a FIGURES block


class EventReader(Protocol):
    """Reads a log again from any offset."""

    def read(self, topic: Topic, after: int, limit: int) -> list[Event]:
        """At most `limit` events with an offset above `after`, in order; -1 is before the first."""
        ...


class MemoryEvents:
    """An EventReader over lists, for `replay` and for tests."""

    def __init__(self) -> None:
        self._payloads: dict[Topic, list[bytes]] = {topic: [] for topic in Topic}

    def append(self, topic: Topic, payload: bytes) -> None:
        """Add one event behind the last."""
        self._payloads[topic].append(payload)

    def read(self, topic: Topic, after: int, limit: int) -> list[Event]:
        """At most `limit` events with an offset above `after`, in order."""
        found = self._payloads[topic][after + 1 : after + 1 + limit]
        return [Event(after + 1 + place, payload) for place, payload in enumerate(found)]
