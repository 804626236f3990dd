"""The ports in memory: for `replay`, and as the fakes that tests hold the durable adapters against."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from tidegauge.domain.arrays import Ints
from tidegauge.domain.ledger.pages import page_and_row
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.log import IngestCommit, LogEntry, Rejected
from tidegauge.runtime.state import Changes, StateKey


class MemoryIngestStore:
    """An IngestStore and RecordLog in one process."""

    def __init__(self) -> None:
        self.entries: dict[int, list[bytes]] = defaultdict(list)
        self.rejects: list[Rejected] = []
        self._pages: dict[tuple[str, int], tuple[int, bytes]] = {}
        self._documents: dict[str, bytes] = {}

    def document(self, name: str) -> bytes | None:
        """A named piece of state."""
        return self._documents.get(name)

    def documents(self, prefix: str) -> dict[str, bytes]:
        """Every document whose name begins so, in order of the names."""
        return {name: self._documents[name] for name in sorted(self._documents) if name.startswith(prefix)}

    def submitted(self, entries: list[int]) -> set[int]:
        """Which entries wait for their mended record: none, as nobody mends a replay."""
        return set(entries[:0])

    def pages(self, ledger: str) -> Iterator[tuple[int, bytes]]:
        """Every page of a ledger, in order."""
        for (name, page), (_, payload) in sorted(self._pages.items()):
            if name == ledger:
                yield page, payload

    def read(self, ledger: str, pointers: Ints, counts: Ints) -> list[bytes]:
        """Rows of stored pages."""
        found = []
        for where, count in zip(pointers.tolist(), counts.tolist(), strict=True):
            page, row = page_and_row(where)
            size, payload = self._pages[ledger, page]
            found.append(payload[row * size : (row + count) * size])
        return found

    def commit(self, step: IngestCommit) -> None:
        """Take one step whole; raises ValueError, and takes nothing, for a page that is stored already."""
        entries, rejects, documents = list(step.entries), list(step.rejects), dict(step.documents)
        pages = {(ledger, page): (size, payload) for ledger, page, size, payload in step.pages}
        if pages.keys() & self._pages.keys() or len(pages) < len(step.pages):
            raise ValueError("a page is never written twice")
        for partition, payload in entries:
            self.entries[partition].append(payload)
        self._pages.update(pages)
        self.rejects += rejects
        self._documents.update(documents)

    def log(self) -> "MemoryLog":
        """The records log that was written."""
        return MemoryLog(self)


class MemoryLog:
    """The RecordLog side of a MemoryIngestStore."""

    def __init__(self, store: MemoryIngestStore) -> None:
        self._store = store

    def read(self, partition: int, after: int, limit: int) -> list[LogEntry]:
        """Entries above an offset, in order."""
        found = self._store.entries[partition][after + 1 : after + 1 + limit]
        return [LogEntry(after + 1 + place, payload) for place, payload in enumerate(found)]

    def end(self, partition: int) -> int:
        """The offset of the last entry, -1 if there is none."""
        return len(self._store.entries[partition]) - 1


class MemoryStateStore:
    """A StateStore that appends its events to MemoryEvents."""

    def __init__(self, events: MemoryEvents) -> None:
        self._events = events
        self._pieces: dict[StateKey, bytes] = {}

    def load(self) -> Iterable[tuple[StateKey, bytes]]:
        """Every piece, in order."""
        return sorted(self._pieces.items())

    def commit(self, changes: Changes, alerts: list[bytes], figures: list[bytes]) -> None:
        """Take changes and events whole."""
        alerts, figures = list(alerts), list(figures)  # whatever fails, fails before anything is taken
        for key in changes.deletes:
            self._pieces.pop(key, None)
        self._pieces.update(changes.puts)
        for topic, payloads in ((Topic.ALERTS, alerts), (Topic.FIGURES, figures)):
            for payload in payloads:
                self._events.append(topic, payload)
