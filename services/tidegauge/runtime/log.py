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
    """One record that could not be taken, as the quarantine keeps it; `raw` and `record` may name firms."""

    source: str  # the file or topic
    line: int
    field: str
    reason: str
    raw: str
    record: str = ""  # the canonical fields as JSON, where the row could be split into fields
    feed: str = ""
    kind: str = ""
    arrived: str = ""  # when it was put here, RFC 3339
    delivery: str = ""  # what brought it, by its content


@dataclass(slots=True)
class IngestCommit:
    """What one step of ingest writes, all of it or nothing."""

    entries: list[tuple[int, bytes]] = field(default_factory=list)  # (partition, payload)
    pages: list[tuple[str, int, int, bytes]] = field(default_factory=list)  # (ledger, page, row bytes, rows)
    rejects: list[Rejected] = field(default_factory=list)
    failed: list[tuple[int, Rejected]] = field(default_factory=list)  # entries whose mended record failed
    mended: list[tuple[int, str]] = field(default_factory=list)  # entries that are in now: (id, by what)
    documents: dict[str, bytes] = field(default_factory=dict)


class IngestStore(Protocol):
    """Durable state of ingest: its documents, the ledger's pages, the quarantine, the end of the log."""

    def document(self, name: str) -> bytes | None:
        """A named piece of state as last committed."""
        ...

    def documents(self, prefix: str) -> dict[str, bytes]:
        """Every document whose name begins so, in order of the names."""
        ...

    def submitted(self, entries: list[int]) -> set[int]:
        """Which entries of the quarantine wait for their mended record to be taken."""
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
