"""The inbox of a data folder: files that a running process takes, once, as they appear.

A file is put there under a name that begins with a dot and then renamed, so that no half is ever read. Taken
files go to `taken/`, those that cannot be read to `refused/` with the reason beside them; none is deleted.
"""

import shutil
from pathlib import Path

import msgspec

from tidegauge.ingest.reading import AUTO, FeedError, FeedOptions
from tidegauge.ingest.source import SourceFile, open_source

_FOLDER, _TAKEN, _REFUSED = "inbox", "taken", "refused"


class _Said(msgspec.Struct):
    """How a file is to be read, where its name and content do not say."""

    format_name: str
    options: FeedOptions


class Inbox:
    """The inbox of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        for folder in (self._folder, self._folder / _TAKEN, self._folder / _REFUSED):
            folder.mkdir(exist_ok=True)

    def put(self, source: SourceFile) -> None:
        """Copy a file into the inbox, with what was said about its format."""
        target = self._free(self._folder, source.path.name)
        said = _Said(source.format_name, source.options)
        self._beside(target).write_bytes(msgspec.json.encode(said))
        hidden = target.with_name(f".{target.name}")
        shutil.copyfile(source.path, hidden)
        hidden.rename(target)

    def waiting(self) -> list[Path]:
        """Files that are whole, in order of their names."""
        return sorted(path for path in self._folder.iterdir() if path.is_file() and path.name[0] != ".")

    def open(self, path: Path) -> SourceFile:
        """A waiting file as a source; raises FeedError where it cannot be read."""
        beside = self._beside(path)
        if not beside.exists():
            return open_source(path)
        said = msgspec.json.decode(beside.read_bytes(), type=_Said)
        return open_source(path, said.format_name or AUTO, said.options)

    def taken(self, path: Path) -> None:
        """Put a file away that was taken whole."""
        self._move(path, _TAKEN)

    def refused(self, path: Path, error: FeedError) -> None:
        """Put a file away that cannot be read, with the reason beside it."""
        target = self._move(path, _REFUSED)
        target.with_name(f"{target.name}.reason.txt").write_text(f"{error}\n", encoding="utf-8")

    def _move(self, path: Path, folder: str) -> Path:
        target = self._free(self._folder / folder, path.name)
        path.rename(target)
        self._beside(path).unlink(missing_ok=True)
        return target

    def _beside(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.options")

    def _free(self, folder: Path, name: str) -> Path:
        """A path of this name that does not exist yet."""
        stem, dot, ending = name.partition(".")
        tries = (f"{stem}-{number}{dot}{ending}" for number in range(2, 10_000))
        return next(folder / one for one in (name, *tries) if not (folder / one).exists())
