"""Copies of partition states in a folder or an object store, for a worker that has no file of its own."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.files import PartitionFile
from tidegauge.runtime.kafka.settings import PREFIX
from tidegauge.runtime.logging import get_logger

_KEPT = 2
_log = get_logger(__name__)


class Snapshots:
    """The copies of one generation's partitions, named by partition and by the offset that they reach.

    `place` is a folder or a URL that fsspec knows. `fault` says what of a whole copy this program cannot
    read, or nothing. A store that fails stops no worker: what is not there is read again from the log.
    Raises UserError for a URL that nothing here can open.
    """

    def __init__(self, place: str, log: str, fault: Callable[[sqlite3.Connection], str]) -> None:
        self._log, self._fault = log, fault
        try:
            files, self._root = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError) as error:
            raise UserError(f"{PREFIX}SNAPSHOTS: {error}") from error
        self._files: Any = files  # untyped
        self._is_local = isinstance(files, LocalFileSystem)

    def save(self, file: PartitionFile, partition: int, offset: int) -> bool:
        """Copy the state; older copies but one are removed. Says whether the copy is there.

        In a folder it is renamed when it is whole; an object appears when its last byte is there.
        """
        path = f"{self._root}/{self._stem(partition)}{offset:020d}.db"
        try:
            if not self._files.exists(path):
                self._put(file, path)
            for old in self._of(partition)[:-_KEPT]:
                self._files.rm_file(old)
        except Exception as error:  # noqa: BLE001 - each store has errors of its own
            _log.warning("snapshot_not_saved", partition=partition, offset=offset, error=type(error).__name__)
            return False
        return True

    def bring(self, partition: int, path: Path) -> bool:
        """Put the newest copy that is whole and fits where no file is; says whether there was one.

        Each copy that is passed over is logged with its reason.
        """
        unfinished = path.with_suffix(".unfinished")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            for copy in reversed(self._of(partition)):
                self._files.get_file(copy, str(unfinished))
                reason = self._fault_of(unfinished)
                if not reason:
                    unfinished.rename(path)
                    return True
                _log.warning("snapshot_refused", copy=PurePosixPath(copy).name, reason=reason)
        except Exception as error:  # noqa: BLE001 - each store has errors of its own
            _log.warning("snapshots_not_read", partition=partition, error=type(error).__name__)
        unfinished.unlink(missing_ok=True)
        return False

    def _put(self, file: PartitionFile, path: str) -> None:
        if self._is_local:
            file.copy_to(Path(path))
            return
        self._files.makedirs(self._root, exist_ok=True)
        with TemporaryDirectory(dir=file.path.parent) as folder:
            whole = Path(folder) / "copy.db"
            file.copy_to(whole)
            self._files.put_file(str(whole), path)

    def _of(self, partition: int) -> list[str]:
        self._files.invalidate_cache()
        return sorted(self._files.glob(f"{self._root}/{self._stem(partition)}*.db"))

    def _stem(self, partition: int) -> str:
        return f"{self._log}-{partition:05d}-"

    def _fault_of(self, path: Path) -> str:
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
                if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                    return "it is damaged"
                return self._fault(connection)
        except sqlite3.Error as error:
            return f"it is damaged ({error})"
