"""The inbox of a data folder: files that a running process takes, once, as they appear.

A file is written under a name that begins with a dot, made durable and then renamed, so that no half is ever
read and none that was accepted is lost. Taken files go to `taken/`, those that cannot be read to `refused/`
with the reason beside them; none is deleted.
"""

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from tidegauge.ingest.options import decode_options, encode_options
from tidegauge.ingest.reading import AUTO, FeedError, FeedOptions
from tidegauge.ingest.source import Given, SourceFile, open_source
from tidegauge.runtime.crash import crash_point
from tidegauge.runtime.durable import sync, sync_folder, write_durably

_FOLDER, _TAKEN, _REFUSED = "inbox", "taken", "refused"
_BESIDE, _REASON = ".options", ".reason.txt"
_ANONYMOUS: Final = "records"


class Said(msgspec.Struct):
    """How a file is to be read, where its name and content do not say."""

    format_name: str = AUTO
    options: bytes = b""
    given: Given = Given()

    @classmethod
    def of(cls, format_name: str, options: FeedOptions, given: Given) -> "Said":
        """With the options encoded."""
        return cls(format_name, encode_options(options), given)


class Inbox:
    """The inbox of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / _FOLDER
        for folder in (self.folder, self.folder / _TAKEN, self.folder / _REFUSED):
            folder.mkdir(exist_ok=True)

    def put(self, source: SourceFile) -> Path:
        """Copy a file into the inbox, with what was said about it."""
        is_folder = source.path.is_dir()
        hidden = self.hidden(f"{source.path.name}.zip" if is_folder else source.path.name)
        (_packed if is_folder else shutil.copyfile)(source.path, hidden)
        given = replace(source.given_as, name=source.name)
        return self.release(hidden, Said.of(source.format_name, source.options, given))

    def hidden(self, name: str) -> Path:
        """Where a file is written until it is whole; its name in the inbox follows from it."""
        return self.folder / f".{self._free(self.folder, name or _ANONYMOUS).name}"

    def release(self, hidden: Path, said: Said, *, before: Callable[[], None] = lambda: None) -> Path:
        """Make a whole file durable and let it be taken; `before` is done between the two."""
        sync(hidden)
        target = hidden.with_name(hidden.name[1:])
        write_durably(self._beside(target), msgspec.json.encode(said))
        crash_point("inbox.before_release")
        before()
        crash_point("inbox.before_rename")
        hidden.rename(target)
        crash_point("inbox.after_release")
        sync_folder(self.folder)
        return target

    def recover(self) -> None:
        """Let be taken what was whole when a process died, and drop half uploads, which were not accepted.

        What is said of a file is written last. Nobody else may be writing: whoever calls holds the folder.
        """
        for beside in self.folder.glob(f".*{_BESIDE}"):
            hidden = beside.with_name(beside.name.removesuffix(_BESIDE))
            if hidden.is_file():
                hidden.rename(hidden.with_name(hidden.name[1:]))
        for half in self.folder.glob(".upload-*"):
            if not half.name.endswith(_BESIDE):
                half.unlink()

    def waiting(self) -> list[Path]:
        """Files that are whole, in order of their names."""
        return sorted(path for path in self.folder.iterdir() if path.is_file() and path.name[0] != ".")

    def backlog(self) -> tuple[int, int]:
        """How many files wait or are being written, and their bytes."""
        sizes = [
            path.stat().st_size
            for path in self.folder.iterdir()
            if path.is_file() and not path.name.endswith((_BESIDE, ".draft"))
        ]
        return len(sizes), sum(sizes)

    def open(self, path: Path) -> SourceFile:
        """A waiting file as a source; raises FeedError where it cannot be read."""
        beside = self._beside(path)
        if not beside.exists():
            return open_source(path, given_as=Given(name=path.name))
        said = msgspec.json.decode(beside.read_bytes(), type=Said)
        return open_source(path, said.format_name, decode_options(said.options), said.given)

    def given(self, name: str) -> Given | None:
        """What was said of a waiting file whose name begins so; None where none waits."""
        for beside in self.folder.glob(f".{name}*{_BESIDE}"):
            try:
                said = msgspec.json.decode(beside.read_bytes(), type=Said)
            except FileNotFoundError:  # it was taken this moment
                return None
            return said.given
        return None

    def taken(self, path: Path) -> None:
        """Put a file away that was taken whole."""
        self._move(path, _TAKEN)

    def refused(self, path: Path, error: FeedError) -> None:
        """Put a file away that cannot be read, with the reason beside it."""
        target = self._move(path, _REFUSED)
        target.with_name(f"{target.name}{_REASON}").write_text(f"{error}\n", encoding="utf-8")

    def why_refused(self, name: str) -> str:
        """Why a file whose name begins so was refused; empty if it was not."""
        found = sorted((self.folder / _REFUSED).glob(f"{name}*{_REASON}"))
        return found[0].read_text(encoding="utf-8").strip() if found else ""

    def _move(self, path: Path, folder: str) -> Path:
        target = self._free(self.folder / folder, path.name)
        path.rename(target)
        self._beside(path).unlink(missing_ok=True)
        return target

    def _beside(self, path: Path) -> Path:
        return path.with_name(f".{path.name}{_BESIDE}")

    def _free(self, folder: Path, name: str) -> Path:
        """A path of this name that does not exist yet, nor is being written."""
        stem, dot, ending = name.partition(".")
        tries = (f"{stem}-{number}{dot}{ending}" for number in range(2, 10_000))
        free = (folder / one for one in (name, *tries))
        return next(one for one in free if not one.exists() and not one.with_name(f".{one.name}").exists())


def _packed(folder: Path, target: Path) -> None:
    """A folder of messages as one archive, which its connector reads as it reads the folder."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(folder))
