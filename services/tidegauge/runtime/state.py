"""The port of a partition's durable state: keyed bytes, changed in one transaction with what goes out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class StateKey(NamedTuple):
    """Where a piece of state lies: its space (cells, columns, tracks ...) and its key there."""

    space: str
    key: str


@dataclass(slots=True)
class Changes:
    """What a checkpoint writes: only what changed since the one before."""

    puts: dict[StateKey, bytes] = field(default_factory=dict)
    deletes: set[StateKey] = field(default_factory=set)

    def nbytes(self) -> int:
        """Bytes to be written."""
        return sum(map(len, self.puts.values()))


class StateStore(Protocol):
    """Durable state of one partition, with the events that leave it."""

    def load(self) -> Iterable[tuple[StateKey, bytes]]:
        """Every piece as last committed, in order of (space, key)."""
        ...

    def commit(self, changes: Changes, alerts: list[bytes], figures: list[bytes]) -> None:
        """Write changes and append events in one transaction: all of it or nothing."""
        ...
