"""The monitor of one partition of the records topic, over a file of its own."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tidegauge.monitor.service import Observer, Stepper
from tidegauge.monitor.state import StateError, format_fault
from tidegauge.runtime.embedded import EmbeddedStateStore, file_fault
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.files import EventOutbox, PartitionFile
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.snapshots import Snapshots
from tidegauge.runtime.log import LogEntry


class Partition:
    """State, outbox and place of one partition; every method may be called in a thread, one at a time."""

    def __init__(
        self, number: int, folder: Path, names: Names, snapshots: Snapshots | None, observe: Observer
    ) -> None:
        self.number = number
        path = state_path(folder, names, number)
        if snapshots is not None and not path.exists():
            snapshots.bring(number, path)
        self._snapshots = snapshots
        self._file = PartitionFile(path, synchronous="NORMAL")  # what a power cut takes, the log gives again
        self.outbox = EventOutbox(self._file, names)
        try:
            self.stepper = Stepper(EmbeddedStateStore(self._file, number), observe=observe)
        except StateError as error:
            self._file.close()
            raise UserError(f"{path}: {error} (remove the file to do so)") from error
        self.following = self.stepper.step.offset + 1  # the offset that must come next

    def take(self, offset: int, payload: bytes) -> Iterator[None]:
        """Take the entry that follows; yields after every commit, so that it can be left there.

        Raises UndecodableError, and takes nothing, for bytes that are no block.
        """
        for _alerts in self.stepper.take(LogEntry(offset, payload)):
            yield
        self.following = offset + 1

    def skip(self, offset: int) -> None:
        """Go past an entry that cannot be read."""
        self.following = offset + 1

    def stored(self) -> int:
        """The offset that the durable state goes on from."""
        return self.stepper.step.offset + 1

    def save(self) -> None:
        """Copy the state to the snapshots; right after a commit, when the file is what the step is."""
        if self._snapshots is not None:
            self._snapshots.save(self._file, self.number, self.stepper.step.offset)

    def close(self) -> None:
        """Give the file back; what was not committed is read again from the log."""
        self._file.close()


def state_path(folder: Path, names: Names, number: int) -> Path:
    """The file of a partition."""
    return folder / f"{names.records}-{number:05d}.db"


def copy_fault(connection: sqlite3.Connection) -> str:
    """Why this version cannot go on from a copy; empty where it can."""
    query = "SELECT value FROM state WHERE space = 'document' AND key = 'format'"
    found = file_fault(connection)
    if found:
        return found
    stored = connection.execute(query).fetchone()
    return format_fault(None if stored is None else stored[0])
