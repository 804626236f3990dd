"""The quarantine in log.db."""

import sqlite3
from typing import TYPE_CHECKING, Any

import msgspec

from tidegauge.runtime.log import IngestCommit, Rejected
from tidegauge.runtime.quarantine import Entry, State, UnknownEntryError, Wanted, WrongStateError

if TYPE_CHECKING:
    from tidegauge.runtime.embedded import LogDatabase

_COLUMNS = ", ".join(Entry.__struct_fields__)
_SLOTS = ", ".join("?" * len(Rejected._fields))
_INSERT = f"INSERT INTO quarantine ({', '.join(Rejected._fields)}) VALUES ({_SLOTS})"  # noqa: S608 - fixed names
_GROUPS = frozenset({"feed", "reason"})


def write_quarantine(connection: sqlite3.Connection, step: IngestCommit) -> None:
    """What a step of ingest says of the quarantine, inside its transaction.

    A mended record that failed leaves its entry's place and raw text; field, reason and record are new.
    """
    connection.executemany(_INSERT, step.rejects)
    connection.executemany(
        "UPDATE quarantine SET state = 'open', field = ?, reason = ?, record = ? WHERE id = ?",
        [(one.field, one.reason, one.record, entry_id) for entry_id, one in step.failed],
    )
    connection.executemany(
        "UPDATE quarantine SET state = 'mended', mended_by = ? WHERE id = ?",
        [(by, entry_id) for entry_id, by in step.mended],
    )


class EmbeddedQuarantine:
    """The Quarantine over a connection of its own."""

    def __init__(self, database: "LogDatabase") -> None:
        self._db = database

    def find(self, wanted: Wanted) -> list[Entry]:
        """Entries in order of arrival."""
        where, values = _where(wanted)
        query = f"SELECT {_COLUMNS} FROM quarantine WHERE {where} AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
        return [_entry(row) for row in self._all(query, (*values, wanted.after, wanted.limit))]

    def count(self, wanted: Wanted) -> int:
        """How many there are, whatever `after` and `limit` say."""
        where, values = _where(wanted)
        return int(self._all(f"SELECT count(*) FROM quarantine WHERE {where}", values)[0][0])  # noqa: S608

    def get(self, entry_id: int) -> Entry:
        """One entry; raises UnknownEntryError."""
        found = self._all(f"SELECT {_COLUMNS} FROM quarantine WHERE id = ?", (entry_id,))  # noqa: S608
        if not found:
            raise UnknownEntryError(f"There is no entry {entry_id} in the quarantine.")
        return _entry(found[0])

    def open_by(self, column: str) -> dict[str, int]:
        """How many entries are open, by `feed` or `reason`."""
        if column not in _GROUPS:
            raise ValueError(f"not to be counted by {column}")
        query = f"SELECT {column}, count(*) FROM quarantine WHERE state = 'open' GROUP BY 1"  # noqa: S608
        return dict(self._all(query, ()))

    def submit(self, entry_ids: list[int]) -> None:
        """Mark open entries as on their way; raises WrongStateError, and marks none, if one is not open."""
        with self._db.transaction("quarantine"):
            for entry_id in entry_ids:
                self._move(entry_id, State.OPEN, State.SUBMITTED, "")

    def dismiss(self, entry_id: int, note: str) -> None:
        """Decide that an open entry will not be taken; raises WrongStateError."""
        with self._db.transaction("quarantine"):
            self._move(entry_id, State.OPEN, State.DISMISSED, note)

    def reopen(self, entry_id: int) -> None:
        """Take a dismissal back; raises WrongStateError."""
        with self._db.transaction("quarantine"):
            self._move(entry_id, State.DISMISSED, State.OPEN, "")

    def _move(self, entry_id: int, before: State, after: State, note: str) -> None:
        state = self.get(entry_id).state
        if state is not before:
            raise WrongStateError(f"Entry {entry_id} is {state}, not {before}.")
        query = "UPDATE quarantine SET state = ?, note = ? WHERE id = ?"
        self._db.connection.execute(query, (after, note, entry_id))

    def _all(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._db.lock:
            return self._db.connection.execute(query, values).fetchall()


def _where(wanted: Wanted) -> tuple[str, tuple[object, ...]]:
    """A condition with its values; column names are fixed, values are parameters."""
    exact = {"feed": wanted.feed, "reason": wanted.reason, "state": wanted.state}
    parts = [f"{column} = ?" for column, value in exact.items() if value]
    values: list[object] = [value for value in exact.values() if value]
    if wanted.source:
        parts.append("instr(source, ?) > 0")
        values.append(wanted.source)
    return " AND ".join(parts) or "1", tuple(values)


def _entry(row: tuple[object, ...]) -> Entry:
    named = dict(zip(Entry.__struct_fields__, row, strict=True))
    return msgspec.convert(named, Entry)
