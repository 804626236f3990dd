"""The SQLite file of one partition: an embedded log.db whose events and log entries wait there for Kafka."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tidegauge.runtime.embedded import LogDatabase
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import Message

_OWNER = "owner"
ROWS_AT_ONCE = 512


class LostFileError(RuntimeError):
    """Another process has opened the file since: this one is a leftover and must not write any more."""


class PartitionFile(LogDatabase):
    """A log.db with one owner: whoever opened it last. An owner that was passed over cannot commit.

    A worker that was frozen beyond its session may wake up beside its successor; on a shared folder both
    have the same file open. The owner's name is compared inside every transaction.
    """

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        """`NORMAL` where a power cut may take back the last commits, in order: what the log gives again."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UserError(f"cannot use {path.parent} for the state: {error.strerror}") from error
        super().__init__(path, synchronous=synchronous)
        self._name = secrets.token_bytes(16)
        with super().transaction("open") as connection:
            connection.execute("INSERT OR REPLACE INTO document VALUES (?, ?)", (_OWNER, self._name))

    @contextmanager
    def transaction(self, name: str) -> Iterator[sqlite3.Connection]:
        """One write transaction of the owner; raises LostFileError for anybody else."""
        with super().transaction(name) as connection:
            found = connection.execute("SELECT value FROM document WHERE name = ?", (_OWNER,)).fetchone()
            if found is None or found[0] != self._name:
                raise LostFileError(f"{self.path} has been taken over by another process")
            yield connection

    @contextmanager
    def unhurried(self, name: str) -> Iterator[sqlite3.Connection]:
        """A transaction that a power cut may take back: for what may as well be done twice."""
        with self.lock:
            before = self.connection.execute("PRAGMA synchronous").fetchone()[0]
            self.connection.execute("PRAGMA synchronous=NORMAL")
            try:
                with self.transaction(name) as connection:
                    yield connection
            finally:
                self.connection.execute(f"PRAGMA synchronous={before}")

    def copy_to(self, path: Path) -> None:
        """A copy of the last committed state, whole or not there."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with self.lock:
            self.connection.execute("VACUUM INTO ?", (str(unfinished),))
        unfinished.rename(path)


class EventOutbox:
    """Alerts and figures that the monitor committed and Kafka does not have yet."""

    def __init__(self, file: PartitionFile, names: Names) -> None:
        self._file, self._names = file, names

    def waiting(self) -> tuple[list[int], list[Message]]:
        """The oldest rows, and the messages that they are."""
        query = "SELECT rowid, topic, payload FROM event ORDER BY topic, offset LIMIT ?"
        with self._file.lock:
            rows = self._file.connection.execute(query, (ROWS_AT_ONCE,)).fetchall()
        messages = [Message(self._names.event(Topic(topic)), 0, None, payload) for _, topic, payload in rows]
        return [row[0] for row in rows], messages

    def sent(self, rows: list[int]) -> None:
        """Remove rows that the broker has acknowledged."""
        with self._file.unhurried("relay") as connection:
            connection.executemany("DELETE FROM event WHERE rowid = ?", [(row,) for row in rows])


class StepOutbox:
    """Contributions and refused records that ingest committed and Kafka does not have yet."""

    def __init__(self, file: PartitionFile, names: Names) -> None:
        self._file, self._names = file, names

    def waiting(self) -> tuple[tuple[list[int], list[int]], list[Message]]:
        """The oldest rows of the log and of the quarantine, and the messages that they are."""
        with self._file.lock:
            read = self._file.connection.execute
            entries = read("SELECT rowid, partition, payload FROM log ORDER BY rowid").fetchmany(ROWS_AT_ONCE)
            query = "SELECT id, source, line, field, reason, raw FROM quarantine ORDER BY id LIMIT ?"
            rejects = read(query, (ROWS_AT_ONCE,)).fetchall()
        messages = [Message(self._names.records, number, None, payload) for _, number, payload in entries]
        messages += [self._rejected(*reject[1:]) for reject in rejects]
        return ([row[0] for row in entries], [row[0] for row in rejects]), messages

    def sent(self, rows: tuple[list[int], list[int]]) -> None:
        """Remove rows that the broker has acknowledged."""
        with self._file.unhurried("relay") as connection:
            connection.executemany("DELETE FROM log WHERE rowid = ?", [(row,) for row in rows[0]])
            connection.executemany("DELETE FROM quarantine WHERE id = ?", [(row,) for row in rows[1]])

    def _rejected(self, source: str, line: int, field: str, reason: str, raw: str) -> Message:
        topic, _, partition = source.rpartition("-")
        said = {"reason": reason, "field": field, "topic": topic, "partition": partition, "offset": str(line)}
        headers = [(name, text.encode()) for name, text in said.items()]
        key = f"{topic}/{partition}/{line}".encode()
        return Message(self._names.quarantine, 0, key, raw.encode(), headers)
