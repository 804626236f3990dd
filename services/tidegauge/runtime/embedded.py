"""The embedded adapters: log, ledger pages, quarantine, partition state and events in one SQLite file."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from tidegauge.domain.arrays import Ints
from tidegauge.domain.ledger.pages import page_and_row
from tidegauge.runtime.crash import crash_point
from tidegauge.runtime.embedded_quarantine import write_quarantine
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import Event, Topic
from tidegauge.runtime.log import IngestCommit, LogEntry, Rejected
from tidegauge.runtime.state import Changes, StateKey

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log (partition INTEGER, offset INTEGER, payload BLOB,
  PRIMARY KEY (partition, offset));
CREATE TABLE IF NOT EXISTS page (id INTEGER PRIMARY KEY, ledger TEXT, page INTEGER, part INTEGER,
  row_bytes INTEGER, payload BLOB, UNIQUE (ledger, page, part));
CREATE TABLE IF NOT EXISTS document (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS quarantine (id INTEGER PRIMARY KEY, source TEXT, line INTEGER, field TEXT,
  reason TEXT, raw TEXT, record TEXT DEFAULT '', feed TEXT DEFAULT '', kind TEXT DEFAULT '',
  arrived TEXT DEFAULT '', delivery TEXT DEFAULT '', state TEXT DEFAULT 'open', note TEXT DEFAULT '',
  mended_by TEXT DEFAULT '');
CREATE INDEX IF NOT EXISTS quarantine_by_state ON quarantine (state, feed, reason, id);
CREATE TABLE IF NOT EXISTS state (partition INTEGER, space TEXT, key TEXT, value BLOB,
  PRIMARY KEY (partition, space, key));
CREATE TABLE IF NOT EXISTS event (topic TEXT, offset INTEGER, payload BLOB, PRIMARY KEY (topic, offset));
"""
_FORMAT = 4
_UPGRADES = {  # from a format to the next
    3: "".join(
        f"ALTER TABLE quarantine ADD COLUMN {column} TEXT DEFAULT '{default}';"
        for column, default in (
            ("record", ""), ("feed", ""), ("kind", ""), ("arrived", ""), ("delivery", ""),
            ("state", "open"), ("note", ""), ("mended_by", ""),
        )
    ),
}  # fmt: skip
_DISK_PAGE_BYTES = 16_384
_PART_BYTES = 7_900  # of a ledger page: two parts fit a disk page, so that a row is found without a chain
BUSY_TIMEOUT_S = 30.0
_CACHE_KB = 32_768


class LogDatabase:
    """One connection to log.db; used by one thread at a time."""

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        self.path = path
        try:
            self.connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self.connection.execute(f"PRAGMA page_size={_DISK_PAGE_BYTES}")
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
            self.connection.execute(f"PRAGMA synchronous={synchronous}")
            self._prepare()
        except sqlite3.Error as error:
            raise UserError(f"cannot open {path}: {error}") from error
        self.lock = threading.RLock()

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()

    @contextmanager
    def transaction(self, name: str) -> Iterator[sqlite3.Connection]:
        """One write transaction, with crash points on both sides of its commit."""
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                crash_point(f"{name}.before_commit")
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # a full disk may have ended it already
                    self.connection.execute("ROLLBACK")
                raise
        crash_point(f"{name}.after_commit")

    def _prepare(self) -> None:
        found = self.connection.execute("PRAGMA user_version").fetchone()[0]
        while found in _UPGRADES:
            self.connection.executescript(f"BEGIN;{_UPGRADES[found]}PRAGMA user_version={found + 1};COMMIT;")
            found += 1
        if found not in (0, _FORMAT):
            raise UserError(f"{self.path} has format {found}; this version reads {_FORMAT}")
        self.connection.executescript(_SCHEMA)
        self.connection.execute(f"PRAGMA user_version={_FORMAT}")


def file_fault(connection: sqlite3.Connection) -> str:
    """Why this version cannot read a file, with both versions; empty where it can, or can upgrade it."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    known = {*_UPGRADES, _FORMAT}
    return "" if found in known else f"the file has format {found}, and this version reads {_FORMAT}"


class EmbeddedIngestStore:
    """The IngestStore over log.db."""

    def __init__(self, database: LogDatabase) -> None:
        self._db = database
        self._sizes: dict[str, int] = {}  # ledger -> bytes a row

    def document(self, name: str) -> bytes | None:
        """A named piece of state as last committed."""
        found = self._db.connection.execute("SELECT value FROM document WHERE name = ?", (name,)).fetchone()
        return None if found is None else bytes(found[0])

    def documents(self, prefix: str) -> dict[str, bytes]:
        """Every document whose name begins so, in order of the names."""
        query = "SELECT name, value FROM document WHERE name >= ? AND name < ? ORDER BY name"
        behind = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return dict(self._db.connection.execute(query, (prefix, behind)))

    def submitted(self, entries: list[int]) -> set[int]:
        """Which entries of the quarantine wait for their mended record to be taken."""
        query = "SELECT id FROM quarantine WHERE state = 'submitted'"
        waiting = {found for (found,) in self._db.connection.execute(query)}
        return waiting.intersection(entries)

    def pages(self, ledger: str) -> Iterator[tuple[int, bytes]]:
        """Every page of a ledger, in order."""
        query = "SELECT page, payload FROM page WHERE ledger = ? ORDER BY page, part"
        rows = self._db.connection.execute(query, (ledger,))
        for page, parts in groupby(rows, key=itemgetter(0)):
            yield page, b"".join(payload for _, payload in parts)

    def read(self, ledger: str, pointers: Ints, counts: Ints) -> list[bytes]:
        """Rows of stored pages, read in place without loading the pages."""
        query = """SELECT payload FROM page
          WHERE ledger = ? AND page = ? AND part BETWEEN ? AND ? ORDER BY part"""
        found = []
        for where, count in zip(pointers.tolist(), counts.tolist(), strict=True):
            page, row = page_and_row(where)
            size = self._row_bytes(ledger)
            rows = _PART_BYTES // size
            span = (row // rows, (row + count - 1) // rows)
            parts = self._db.connection.execute(query, (ledger, page, *span))
            start = row % rows * size
            found.append(b"".join(payload for (payload,) in parts)[start : start + count * size])
        return found

    def commit(self, step: IngestCommit) -> None:
        """Write one step in one transaction."""
        with self._db.transaction("ingest") as connection:
            for partition, payload in step.entries:
                connection.execute(
                    "INSERT INTO log SELECT ?, coalesce(max(offset), -1) + 1, ? FROM log WHERE partition = ?",
                    (partition, payload, partition),
                )
            connection.executemany(
                "INSERT INTO page (ledger, page, part, row_bytes, payload) VALUES (?, ?, ?, ?, ?)",
                (part for page in step.pages for part in _parts(*page)),
            )
            write_quarantine(connection, step)
            connection.executemany(
                "INSERT OR REPLACE INTO document (name, value) VALUES (?, ?)", step.documents.items()
            )

    def quarantined(self) -> list[Rejected]:
        """Every record in quarantine, in order of arrival."""
        query = f"SELECT {', '.join(Rejected._fields)} FROM quarantine ORDER BY id"  # noqa: S608 - fixed names
        return [Rejected(*row) for row in self._db.connection.execute(query)]

    def _row_bytes(self, ledger: str) -> int:
        """The size of a ledger's rows, the same in all its pages."""
        if ledger not in self._sizes:
            query = "SELECT row_bytes FROM page WHERE ledger = ? LIMIT 1"
            self._sizes[ledger] = self._db.connection.execute(query, (ledger,)).fetchone()[0]
        return self._sizes[ledger]


def _parts(
    ledger: str, page: int, row_bytes: int, payload: bytes
) -> Iterator[tuple[str, int, int, int, bytes]]:
    """A ledger page in parts of whole rows."""
    size = _PART_BYTES // row_bytes * row_bytes
    for part, start in enumerate(range(0, len(payload), size)):
        yield ledger, page, part, row_bytes, payload[start : start + size]


class EmbeddedLog:
    """The RecordLog over log.db."""

    def __init__(self, database: LogDatabase) -> None:
        self._db = database

    def read(self, partition: int, after: int, limit: int) -> list[LogEntry]:
        """Entries above an offset, in order."""
        query = "SELECT offset, payload FROM log WHERE partition = ? AND offset > ? ORDER BY offset LIMIT ?"
        with self._db.lock:
            found = self._db.connection.execute(query, (partition, after, limit)).fetchall()
        return [LogEntry(*row) for row in found]

    def end(self, partition: int) -> int:
        """The offset of the last entry, -1 if there is none."""
        query = "SELECT coalesce(max(offset), -1) FROM log WHERE partition = ?"
        with self._db.lock:
            return int(self._db.connection.execute(query, (partition,)).fetchone()[0])


class EmbeddedStateStore:
    """The StateStore of one partition over log.db; its events go to the same file in the same transaction."""

    def __init__(self, database: LogDatabase, partition: int) -> None:
        self._db, self._partition = database, partition

    def load(self) -> Iterable[tuple[StateKey, bytes]]:
        """Every piece as last committed, in order."""
        query = "SELECT space, key, value FROM state WHERE partition = ? ORDER BY space, key"
        for space, key, value in self._db.connection.execute(query, (self._partition,)):
            yield StateKey(space, key), value

    def commit(self, changes: Changes, alerts: list[bytes], figures: list[bytes]) -> None:
        """Write changes and append events in one transaction."""
        part = self._partition
        with self._db.transaction("monitor") as connection:
            connection.executemany(
                "DELETE FROM state WHERE partition = ? AND space = ? AND key = ?",
                [(part, *key) for key in changes.deletes],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)",
                [(part, *key, value) for key, value in changes.puts.items()],
            )
            for topic, payloads in ((Topic.ALERTS, alerts), (Topic.FIGURES, figures)):
                query = "SELECT coalesce(max(offset), -1) + 1 FROM event WHERE topic = ?"
                first = connection.execute(query, (topic,)).fetchone()[0] if payloads else 0
                rows = [(topic, first + place, payload) for place, payload in enumerate(payloads)]
                connection.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)


class EmbeddedEvents:
    """The EventReader over log.db."""

    def __init__(self, database: LogDatabase) -> None:
        self._db = database

    def read(self, topic: Topic, after: int, limit: int) -> list[Event]:
        """At most `limit` events with an offset above `after`, in order."""
        query = "SELECT offset, payload FROM event WHERE topic = ? AND offset > ? ORDER BY offset LIMIT ?"
        with self._db.lock:
            found = self._db.connection.execute(query, (topic, after, limit)).fetchall()
        return [Event(*row) for row in found]
