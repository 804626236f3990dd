"""The ports around the records log: what ingest commits, what the monitor reads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from tidegauge.domain.arrays import Ints


class LogEntry(NamedTuple):
    """One block or mark of a partition; offsets grow by one."""

    offset: int
    payload: bytes


class Rejected(NamedTuple):
    """One record that could not be taken, as the quarantine keeps it."""

    source: str  # the file or topic
    line: int
    field: str
    reason: str
    raw: str


@dataclass(slots=True)
class IngestCommit:
    """What one step of ingest writes, all of it or nothing."""

    entries: list[tuple[int, bytes]] = field(default_factory=list)  # (partition, payload)
    pages: list[tuple[str, int, int, bytes]] = field(default_factory=list)  # (ledger, page, row bytes, rows)
    rejects: list[Rejected] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)


class IngestStore(Protocol):
    """Durable state of ingest: its documents, the ledger's pages, the quarantine, the end of the log."""

    def document(self, name: str) -> bytes | None:
        """A named piece of state as last committed."""
        ...

    def pages(self, ledger: str) -> Iterator[tuple[int, bytes]]:
        """Every page of a ledger, in order."""
        ...

    def read(self, ledger: str, pointers: Ints, counts: Ints) -> list[bytes]:
        """Rows of stored pages; see domain.ledger.pages.PageReader."""
        ...

    def commit(self, step: IngestCommit) -> None:
        """Write one step in one transaction."""
        ...


class RecordLog(Protocol):
    """The records log as the monitor reads it."""

    def read(self, partition: int, after: int, limit: int) -> list[LogEntry]:
        """At most `limit` entries with an offset above `after`, in order; -1 is before the first."""
        ...

    def end(self, partition: int) -> int:
        """The offset of the last entry, -1 if there is none."""
        ...
