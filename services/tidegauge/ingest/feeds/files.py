"""Open a file, plain, gzip or a zip of one CSV, tell what it holds, and cut it into chunks of whole lines."""

import gzip
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO, RawIOBase
from pathlib import Path
from typing import IO

import numpy as np

from tidegauge.ingest.feeds.base import Container, FeedError

_NEWLINE = ord("\n")
LONGEST_LINE = 16 * 2**20
_HEAD = 4096
_PIECE = 1 << 17
_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_UTF8_BOM = b"\xef\xbb\xbf"
# An object on one line is a line of JSON Lines, save where its rows stand in `data`.
_JSON_DOCUMENT = re.compile(rb'\[|\{\s*[\r\n]|\{[^\[\]{}]*"data"\s*:\s*\[')
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file, without byte order mark; `first_line` counts from 1.

    `ends_file`: the last line lacks its newline, so nothing can follow.
    """

    data: bytes
    first_line: int
    newlines: int
    ends_file: bool


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn every failure of reading `path` into one FeedError sentence."""
    try:
        yield
    except gzip.BadGzipFile as error:
        raise FeedError(f"{path}: damaged gzip file ({error})") from error
    except (EOFError, zlib.error) as error:
        raise FeedError(f"{path}: the gzip file is cut short or damaged") from error
    except zipfile.BadZipFile as error:
        raise FeedError(f"{path}: damaged zip archive ({error})") from error
    except OSError as error:
        raise FeedError(f"{path}: cannot be read ({error.strerror or error})") from error


def open_file(path: Path) -> IO[bytes] | gzip.GzipFile:
    """The bytes of a file, unpacked where it is gzip or a zip of one CSV (by its first bytes)."""
    if not path.exists():
        raise FeedError(f"{path}: no such file")
    if path.is_dir():
        raise FeedError(f"{path}: is a folder, not a file")
    with reading(path), path.open("rb") as plain:
        magic = plain.read(2)
    if not magic:
        raise FeedError(f"{path}: the file is empty")
    if magic == _GZIP:
        return gzip.open(path, "rb")
    if magic == _ZIP and (packed := _packed_csv(path)) is not None:
        return packed
    if path.suffix == ".gz":
        raise FeedError(f"{path}: is named .gz but is not a gzip file")
    return path.open("rb")


def _packed_csv(path: Path) -> IO[bytes] | None:
    """The one CSV that a zip archive holds, if it holds nothing else."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        return None
    with archive:  # what is open keeps the file until it is closed
        names = archive.namelist()
        return archive.open(names[0]) if len(names) == 1 and names[0].endswith(".csv") else None


def read_whole(path: Path) -> bytes:
    """All bytes of a file, unpacked; for formats that cannot be streamed."""
    with reading(path), open_file(path) as file:
        return file.read()


def container_of(path: Path) -> Container:
    """What holds the rows, by the first bytes; raises FeedError for what is none of them."""
    if path.is_dir() and any(path.rglob("*.xml*")):
        return Container.FOLDER
    with reading(path), open_file(path) as file:
        head = file.read(_HEAD)
    if head.startswith(b"PAR1"):
        return Container.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return (
            Container.WORKBOOK if b"[Content_Types].xml" in head or _is_workbook(path) else Container.ARCHIVE
        )
    if head.startswith(_UTF16_BOMS):
        raise FeedError(f"{path}: is UTF-16; save it as UTF-8")
    text = head.removeprefix(_UTF8_BOM).lstrip()
    if not text:
        raise FeedError(f"{path}: the file is empty")
    if _JSON_DOCUMENT.match(text):
        return Container.JSON
    if text.startswith(b"<"):
        return Container.XML
    return Container.JSON_LINES if text.startswith(b"{") else Container.CSV


def _is_workbook(path: Path) -> bool:
    """Whether a zip archive is a workbook; one that cannot be opened is left to the workbook reader."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return True


def chunks(path: Path, size: int, *, head: bool = False) -> Iterator[Chunk]:
    """Chunks of at least `size` bytes that end with a line, the last one with the file.

    With `head` the first line is a chunk of its own.
    """
    with reading(path), open_file(path) as file:
        unbuffered = file.raw if isinstance(file, BufferedReader) else file
        line = 1
        while data := _whole_lines(path, unbuffered, 1 if head and line == 1 else size):
            data = data.removeprefix(_UTF8_BOM) if line == 1 else data
            newlines = count_of(data, _NEWLINE)
            if data:
                yield Chunk(data, line, newlines, ends_file=not data.endswith(b"\n"))
            line += newlines


def _whole_lines(path: Path, file: RawIOBase | IO[bytes] | gzip.GzipFile, size: int) -> bytes:
    """The next `size` bytes and the rest of their last line; where possible at once, as copies are dear."""
    ahead = _to_line_end(file, size) if isinstance(file, FileIO) else 0
    data = file.read(size + ahead) or b""
    rest = b"" if data.endswith(b"\n") else file.readline(LONGEST_LINE)
    if max(ahead, len(rest)) >= LONGEST_LINE:
        raise FeedError(f"{path}: has a line longer than 16 MiB; is it a text file?")
    return data + rest if rest else data


def _to_line_end(file: FileIO, size: int) -> int:
    """How many bytes behind the next `size` end their last line; LONGEST_LINE or more: none does."""
    at, ahead = file.tell() + size - 1, -1
    while ahead < LONGEST_LINE and (piece := os.pread(file.fileno(), _HEAD, at + 1 + ahead)):
        end = piece.find(b"\n")
        if end >= 0:
            return ahead + 1 + end
        ahead += len(piece)
    return max(ahead, 0)


def count_of(data: bytes, byte: int) -> int:
    """How often a byte stands in some data; piece by piece, as what is compared stays in the cache then."""
    text = np.frombuffer(data, np.uint8)
    pieces = (text[at : at + _PIECE] == byte for at in range(0, len(text), _PIECE))
    return sum(int(np.count_nonzero(piece)) for piece in pieces)
