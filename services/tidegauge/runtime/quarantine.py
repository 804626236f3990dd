"""The quarantine as people work on it: entries with their state, and what may be done with them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec


class State(StrEnum):
    """Where an entry stands."""

    OPEN = "open"
    SUBMITTED = "submitted"  # its record waits to be taken
    MENDED = "mended"  # its record was taken
    DISMISSED = "dismissed"  # somebody decided that it will not be taken, and said why


class Entry(msgspec.Struct, frozen=True):
    """One record that could not be taken. `raw` and `record` may name firms: for the authority alone."""

    id: int
    state: State
    feed: str
    kind: str
    source: str  # the file or topic, as it was given
    line: int
    field: str
    reason: str
    arrived: str
    note: str  # why it was dismissed
    delivery: str  # what brought it, by its content
    mended_by: str  # the delivery that its mended record came by
    raw: str
    record: str

    def __repr__(self) -> str:
        """Place and reason alone: nothing confidential may reach a log by accident."""
        return f"Entry({self.id}, {self.state}, {self.source}:{self.line}: {self.field}: {self.reason})"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; empty fields do not count."""

    feed: str = ""
    reason: str = ""
    source: str = ""  # a part of it
    state: str = ""
    after: int = 0  # ids above
    limit: int = 100


class WrongStateError(Exception):
    """An entry's state does not allow what was asked; the text is one clear sentence."""


class StillWrongError(Exception):
    """A record cannot be taken as it is now; the text says which, which field and why."""


class UnknownEntryError(Exception):
    """There is no such entry; the text is one clear sentence."""


class Quarantine(Protocol):
    """The entries of one data folder."""

    def find(self, wanted: Wanted) -> list[Entry]:
        """Entries in order of arrival."""
        ...

    def count(self, wanted: Wanted) -> int:
        """How many there are, whatever `after` and `limit` say."""
        ...

    def get(self, entry_id: int) -> Entry:
        """One entry; raises UnknownEntryError."""
        ...

    def open_by(self, column: str) -> dict[str, int]:
        """How many entries are open, by `feed` or `reason`."""
        ...

    def submit(self, entry_ids: list[int]) -> None:
        """Mark open entries as on their way; raises WrongStateError, and marks none, if one is not open."""
        ...

    def dismiss(self, entry_id: int, note: str) -> None:
        """Decide that an open entry will not be taken; raises WrongStateError."""
        ...

    def reopen(self, entry_id: int) -> None:
        """Take a dismissal back; raises WrongStateError."""
        ...
