"""Watched folders: new and rewritten files are copied into the inbox once they have settled; originals stay.

A file has settled when its size and its time of change stood still for a while, and stood still while it was
copied. What came is known by its content, so that the same bytes are taken once; a rewritten file is a new
delivery.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tidegauge.ingest.reading import AUTO, FeedError, FeedOptions
from tidegauge.ingest.source import Given
from tidegauge.ingest.uploads import FullError, Uploads
from tidegauge.runtime.durable import write_durably
from tidegauge.runtime.errors import UserError

SETTLE_S: Final = 2.0  # operator's choice: longer than a writer pauses between two pieces
_UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")


class Sight(NamedTuple):
    """What tells whether a file is still the one that was seen."""

    inode: int
    size: int
    changed_ns: int


class Watch:
    """Some folders; `notes` keeps what was taken from them over a restart."""

    def __init__(
        self,
        folders: Sequence[Path],
        uploads: Uploads,
        notes: Path,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise UserError(f"cannot watch {folder}: it is no folder")
        self._folders, self._uploads, self._notes, self._monotonic = folders, uploads, notes, monotonic
        stored = notes.read_bytes() if notes.exists() else b"{}"
        self._taken = msgspec.json.decode(stored, type=dict[str, Sight])
        self._settling: dict[str, tuple[Sight, float]] = {}

    def look(self) -> Iterator[tuple[Path, str]]:
        """Let settled files be taken; yields each that cannot be read, with the reason, once."""
        before = dict(self._taken)
        for folder in self._folders:
            for path in _files(folder):
                seen = _sight(path)
                if seen is not None and seen != self._taken.get(str(path)) and self._settled(path, seen):
                    yield from self._take(path, seen)
        if self._taken != before:
            write_durably(self._notes, msgspec.json.encode(self._taken))

    def _settled(self, path: Path, seen: Sight) -> bool:
        known, since = self._settling.get(str(path), (None, 0.0))
        if known != seen:
            self._settling[str(path)] = (seen, self._monotonic())
            return False
        return self._monotonic() - since >= SETTLE_S

    def _take(self, path: Path, seen: Sight) -> Iterator[tuple[Path, str]]:
        """Copy a file and let it be taken; one that changes meanwhile or finds no room is left for later."""
        try:
            hidden = self._uploads.receive(path.name)
        except FullError:
            return
        try:
            shutil.copyfile(path, hidden)
            if _sight(path) != seen:
                return
            self._uploads.accept(hidden, AUTO, FeedOptions(), Given(str(path)))
        except FeedError as error:
            yield path, str(error)
        except OSError:  # it went away, or cannot be read now
            return
        finally:
            hidden.unlink(missing_ok=True)
        self._taken[str(path)] = seen
        self._settling.pop(str(path), None)


def _files(folder: Path) -> list[Path]:
    """Files of a folder that are finished by their names, in order; none where it cannot be read now."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in found if not path.name.startswith(".") and not path.name.endswith(_UNFINISHED)]


def _sight(path: Path) -> Sight | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return Sight(told.st_ino, told.st_size, told.st_mtime_ns) if path.is_file() else None
