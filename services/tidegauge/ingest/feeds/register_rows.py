"""Rows of small CSV registers, whose quoted fields may hold line breaks and whose bytes may be stray.

Unlike the readers of large files, this goes row by row; a quote that is not closed within a few lines spoils
its own line alone, never the rest of the file. Bytes that are no UTF-8 become U+FFFD.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from tidegauge.domain.records import RECORDS, Note, Reason, RecordKind
from tidegauge.ingest.feeds.base import FeedError, FeedOptions, TextBatch
from tidegauge.ingest.feeds.csv_table import read_header
from tidegauge.ingest.feeds.files import read_whole
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

Record = dict[str, str | None]
_MOST_LINES: Final = 12  # of one row
_BLANKS: Final = {ord("\u00a0"): " ", ord("\ufeff"): None, ord("\0"): None}


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row: the physical line it begins on, its fields by column (empty ones as ""), its raw text."""

    line: int
    fields: dict[str, str]
    raw: str


@dataclass(slots=True)
class Register:
    """The rows of a register, and the lines that are none."""

    rows: list[RegisterRow] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    blank: int = 0


def read_register(path: Path, options: FeedOptions) -> Register:
    """All rows of a register; raises FeedError."""
    header = read_header(path, options.encoding)
    text = read_whole(path).decode(options.encoding, errors="replace").translate(_BLANKS)
    found = Register()
    _, *lines = text.replace("\r\n", "\n").split("\n")  # without the header, which is one line
    for line, raw in _pieces(lines, 2):
        if not raw.strip():
            found.blank += 1
            continue
        cells, reason = _split(raw, header.separator, len(header.columns))
        if reason is None:
            fields = {name: " ".join(cell.split()) for name, cell in zip(header.columns, cells, strict=True)}
            found.rows.append(RegisterRow(line, fields, raw))
        else:
            found.rejects.append(Reject(str(path), line, "", reason, raw[:RAW_LIMIT]))
    return found


def _pieces(lines: Sequence[str], first: int) -> Iterator[tuple[int, str]]:
    """(first line, text) of each row; a row ends with the line at which its quotes are even."""
    if lines and not lines[-1]:
        lines = lines[:-1]
    at = 0
    while at < len(lines):
        quotes, end = 0, at
        for end in range(at, min(at + _MOST_LINES, len(lines))):
            quotes += lines[end].count('"')
            if quotes % 2 == 0:
                break
        if quotes % 2:
            end = at
        yield first + at, "\n".join(lines[at : end + 1])
        at = end + 1


def _split(raw: str, separator: str, columns: int) -> tuple[list[str], Reason | None]:
    """The fields of a row, or why it is none."""
    try:
        (cells,) = csv.reader([raw], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return [], Reason.BROKEN_QUOTES
    return cells, None if len(cells) == columns else Reason.WRONG_FIELD_COUNT


def record_batch(
    kind: RecordKind,
    made: Iterable[tuple[RegisterRow, Record]],
    register: Register,
    unknown: tuple[str, ...],
    notes: Counter[Note],
) -> TextBatch:
    """Records and the rows that they were made of, as one batch."""
    pairs = list(made)
    names = RECORDS[kind].by_name
    columns = {name: [record.get(name) or None for _, record in pairs] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))

    def raw(positions: Sequence[int]) -> list[str]:
        return [pairs[position][0].raw for position in positions]

    lines = pl.Series("line", [row.line for row, _ in pairs], pl.Int64)
    return TextBatch(kind, frame, lines, raw, register.rejects, unknown, notes)


def require(path: Path, present: Sequence[str], needed: Sequence[str], what: str) -> None:
    """Raise FeedError where columns of a format are missing."""
    missing = [name for name in needed if name not in present]
    if missing:
        raise FeedError(f"{path}: columns {', '.join(missing)} of {what} are missing")


RecordsOf = Callable[[RegisterRow], list[Record]]
