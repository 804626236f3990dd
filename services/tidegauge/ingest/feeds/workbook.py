"""Read one sheet of a workbook (Office Open XML) as texts: no DTD, bounded sizes.

The library that Polars reads workbooks by ends the whole process on some damaged files, so it is not used.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.parsers import expat

import polars as pl

from tidegauge.ingest.feeds.base import FeedError
from tidegauge.ingest.feeds.files import read_whole

MOST_BYTES: Final = 256 * 2**20  # of one member, unpacked
MOST_ROWS, MOST_COLUMNS = 100_000, 1_000
_CHUNK: Final = 64 * 2**10
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BOOK, _RELATIONS, _STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
_ID: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_Start = Callable[[str, dict[str, str]], None]


class _WrongError(Exception):
    """What is wrong, as the end of a sentence."""


def read_sheet(path: Path, name: str) -> pl.DataFrame:
    """A sheet as text columns, row and column numbers as in the sheet, null where empty; raises FeedError."""
    try:
        with zipfile.ZipFile(BytesIO(read_whole(path))) as archive:
            cells = _cells(archive, _member(archive, name), _strings(archive))
    except (_WrongError, zipfile.BadZipFile, zlib.error, OSError, KeyError, EOFError) as error:
        raise FeedError(f"{path}: has no readable sheet '{name}' ({_said(error)})") from error
    except (expat.ExpatError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FeedError(f"{path}: has no readable sheet '{name}' ({_said(error)})") from error
    rows = max((row for row, _ in cells), default=-1) + 1
    columns = max((column for _, column in cells), default=-1) + 1
    texts: list[list[str | None]] = [[None] * rows for _ in range(columns)]
    for (row, column), text in cells.items():
        texts[column][row] = text
    return pl.DataFrame(
        {f"column_{at + 1}": pl.Series(some, dtype=pl.String) for at, some in enumerate(texts)}
    )


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _parse(
    archive: zipfile.ZipFile, member: str, start: _Start, end: _Start, text: Callable[[str], None]
) -> None:
    """Walk through a member; element and attribute names carry their namespace before a blank."""

    def refuse(*_: object) -> int:
        raise _WrongError("it has a document type declaration")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, said: start(name.rpartition(" ")[2], said)
    parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2], {})
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    size = 0
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise _WrongError(f"{member} is longer than 256 MiB")
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _nothing(_name: str, _said: dict[str, str]) -> None:
    pass


def _member(archive: zipfile.ZipFile, name: str) -> str:
    """The member that holds the sheet of a name."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, said: dict[str, str]) -> None:
        if tag == "sheet":
            ids[said.get("name", "")] = said.get(_ID, "")

    def relation(tag: str, said: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[said.get("Id", "")] = said.get("Target", "")

    _parse(archive, _BOOK, sheet, _nothing, lambda _: None)
    _parse(archive, _RELATIONS, relation, _nothing, lambda _: None)
    if ids.get(name) not in targets:
        raise _WrongError("there is no sheet of that name")
    return posixpath.normpath(posixpath.join("xl", targets[ids[name]])).removeprefix("/")


def _strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells name by number."""
    found: list[str] = []

    def start(tag: str, _said: dict[str, str]) -> None:
        if tag == "si":
            found.append("")

    inside = _Inside(start)
    if _STRINGS in archive.namelist():
        _parse(archive, _STRINGS, inside.start, inside.end, lambda text: inside.add(text, found))
    return found


class _Inside:
    """Whether a `t` element is open, whose text counts."""

    def __init__(self, start: _Start) -> None:
        self._start, self._open = start, 0

    def start(self, tag: str, said: dict[str, str]) -> None:
        """An element begins."""
        self._open += tag == "t"
        self._start(tag, said)

    def end(self, tag: str, _said: dict[str, str]) -> None:
        """An element ends."""
        self._open -= tag == "t"

    def add(self, text: str, found: list[str]) -> None:
        """Text of the last string."""
        if self._open and found:
            found[-1] += text


def _cells(archive: zipfile.ZipFile, member: str, strings: list[str]) -> dict[tuple[int, int], str]:
    """(row, column), counted from 0, of each cell that says something."""
    cells: dict[tuple[int, int], str] = {}
    where, kind, parts, reads = (0, 0), "", list[str](), False

    def start(tag: str, said: dict[str, str]) -> None:
        nonlocal where, kind, reads
        if tag == "c":
            where, kind = _place(said.get("r", "")), said.get("t", "n")
            parts.clear()
        reads = tag in {"v", "t"}

    def end(tag: str, _said: dict[str, str]) -> None:
        nonlocal reads
        reads = False
        if tag == "c" and parts:
            cells[where] = _value("".join(parts), kind, strings)

    def text(said: str) -> None:
        if reads:
            parts.append(said)

    _parse(archive, member, start, end, text)
    return cells


def _place(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise _WrongError("a cell has no place")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(found[2])
    if not 0 < row <= MOST_ROWS or column > MOST_COLUMNS:
        raise _WrongError(f"it has more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns")
    return row - 1, column - 1


def _value(text: str, kind: str, strings: list[str]) -> str:
    """A cell's text; numbers, which are doubles, in their shortest form."""
    if kind == "s":
        place = int(text)
        if not 0 <= place < len(strings):
            raise _WrongError("a cell names a text that is not there")
        return strings[place]
    if kind != "n":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
