"""Copies of partition states in a folder, for a worker that has no file of its own."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tidegauge.runtime.kafka.files import PartitionFile

_KEPT = 2


class Snapshots:
    """The copies of one generation's partitions, named by partition and by the offset that they reach."""

    def __init__(self, folder: Path, log: str) -> None:
        self._folder, self._log = folder, log

    def save(self, file: PartitionFile, partition: int, offset: int) -> Path:
        """Copy the state; older copies but one are removed."""
        path = self._folder / f"{self._stem(partition)}{offset:020d}.db"
        if not path.exists():
            file.copy_to(path)
        for old in self._of(partition)[:-_KEPT]:
            old.unlink(missing_ok=True)
        return path

    def bring(self, partition: int, path: Path) -> bool:
        """Put the newest whole copy where no file is; says whether there was one."""
        for copy in reversed(self._of(partition)):
            if _whole(copy):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                unfinished = path.with_suffix(".unfinished")
                shutil.copyfile(copy, unfinished)
                unfinished.rename(path)
                return True
        return False

    def _of(self, partition: int) -> list[Path]:
        return sorted(self._folder.glob(f"{self._stem(partition)}*.db"))

    def _stem(self, partition: int) -> str:
        return f"{self._log}-{partition:05d}-"


def _whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
