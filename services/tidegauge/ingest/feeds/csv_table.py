"""Read a CSV file as text columns, batch by batch, with the physical line of every row."""

import codecs
import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, TextBatch
from tidegauge.ingest.feeds.files import Chunk, chunks, container_of
from tidegauge.ingest.feeds.lines import BadLine, CleanLines, Lines, clean_lines, counted, lines_of

_HEADER_BYTES = 1 << 16
_SEPARATORS = ",;\t|"
_UTF8 = "utf-8"
# Of whole numbers: so that they can be taken times 1,000 and as 1/10,000 and stay within 18 digits.
_WHOLE_BELOW = 10**11
Numbers = Mapping[str, pl.DataType]
_NO_NUMBERS: Numbers = {}


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a CSV file."""

    columns: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Some rows of a CSV file: text columns named as in the header, null where empty.

    Where columns were read as numbers, `again` gives rows at some positions with the texts of all columns.
    """

    frame: pl.DataFrame
    lines: pl.Series
    raw: Callable[[Sequence[int]], list[str]]
    bad: list[BadLine]
    blank: int
    again: "Callable[[Sequence[int]], CsvRows] | None" = None


def with_texts(
    batch: TextBatch,
    rows: CsvRows,
    tell: Callable[[CsvRows], TextBatch],
    rows_of: Callable[[Sequence[int]], Sequence[int]] = lambda records: records,
) -> TextBatch:
    """A batch out of some rows that can tell its records again by the texts of the file.

    `tell` makes a batch of rows, `rows_of` gives the rows that some of its records stem from.
    """
    again = rows.again
    if again is None:
        return batch
    return replace(batch, again=lambda records: tell(again(rows_of(records))))


def read_header(path: Path, encoding: str = _UTF8) -> Header:
    """Column names and separator; raises FeedError where the first line cannot be a header."""
    first = next(chunks(path, _HEADER_BYTES))
    return _header(path, first.data.split(b"\n", 1)[0], encoding)


def header_line(path: Path) -> str:
    """The header of a CSV file as it stands, to be put before a line of it; empty for other files."""
    try:
        if container_of(path) is not Container.CSV:
            return ""
        return next(chunks(path, _HEADER_BYTES)).data.split(b"\n", 1)[0].decode(_UTF8).strip("\r")
    except (FeedError, UnicodeDecodeError, StopIteration):
        return ""


def read_rows(
    path: Path, options: FeedOptions, wanted: Collection[str] | None = None, numbers: Numbers = _NO_NUMBERS
) -> Iterator[CsvRows]:
    """All rows in batches of about `options.batch_bytes`, at least one batch.

    `wanted` names the columns to read; those that the file lacks are not there. Columns of `numbers` (Int64
    or Float64) are read as such where every figure of the batch is plainly one, else as text like the
    others. The next batch is made while one is in use.
    """
    return _ahead(_read_rows(path, options, wanted, numbers))


def _read_rows(
    path: Path, options: FeedOptions, wanted: Collection[str] | None, numbers: Numbers
) -> Iterator[CsvRows]:
    coming = chunks(path, options.batch_bytes, head=True)
    header = _header(path, next(coming).data.rstrip(b"\n"), options.encoding)
    empty = True
    for chunk in coming:
        empty = False
        lines = lines_of(_as_utf8(path, chunk, options.encoding), header.separator, len(header.columns))
        yield _fast(path, lines, header, wanted, numbers) or _rows(path, clean_lines(lines), header, wanted)
    if empty:
        yield _rows(path, CleanLines(b"", np.array([], np.int64), quoted=False, bad=[], blank=0), header)


def _fast(
    path: Path, lines: Lines, header: Header, wanted: Collection[str] | None, numbers: Numbers
) -> CsvRows | None:
    """The rows of a chunk in which every line is one, or None where a closer look is needed."""
    clean = counted(lines)
    if clean is None:
        return None
    if numbers and (typed := _typed(path, clean, header, wanted, numbers)):
        return typed
    return _plain(clean, header, _columns(header, wanted))


def _typed(
    path: Path, clean: CleanLines, header: Header, wanted: Collection[str] | None, numbers: Numbers
) -> CsvRows | None:
    """The rows with numbers, where each is read as its text would be; the reader skips tabs before one."""
    if header.separator != "\t" and b"\t" in clean.data:
        return None
    rows = _plain(clean, header, _columns(header, wanted), numbers)
    if rows is None or _has_large(rows.frame):
        return None

    def again(positions: Sequence[int]) -> CsvRows:
        data = "\n".join([*rows.raw(positions), ""]).encode()
        numbers_of = clean.lines[np.asarray(positions, np.int64)]
        some = _rows(path, CleanLines(data, numbers_of, clean.quoted, bad=[], blank=0), header, wanted)
        blanks = _has_edge_blanks(clean.data, header.separator)  # then all rows were trimmed
        return replace(some, frame=trimmed(some.frame)) if blanks else some

    return replace(rows, again=again)


def _has_large(frame: pl.DataFrame) -> bool:
    """Whether whole numbers are too large to be used as they are."""
    whole = frame.select(pl.col(pl.Int64))
    if whole.is_empty():
        return False
    found = [number for number in (*whole.min().row(0), *whole.max().row(0)) if number is not None]
    return any(abs(number) >= _WHOLE_BELOW for number in found)


def _plain(
    clean: CleanLines, header: Header, columns: list[int] | None, numbers: Numbers = _NO_NUMBERS
) -> CsvRows | None:
    try:
        frame = _read(clean, header, columns, numbers)
    except pl.exceptions.PolarsError:
        return None
    # Of some columns alone a line too long goes unnoticed, but then one too short lacks its last.
    if columns is not None and frame.to_series(-1).null_count():
        return None
    return _made(clean, frame, header) if frame.height == len(clean.lines) else None


def _columns(header: Header, wanted: Collection[str] | None) -> list[int] | None:
    """Places of the columns to read, always with the last one; None: all."""
    if wanted is None:
        return None
    last = len(header.columns) - 1
    places = [at for at, name in enumerate(header.columns) if name in wanted or at == last]
    return None if len(places) == len(header.columns) else places


def _ahead(items: Iterator[CsvRows]) -> Iterator[CsvRows]:
    """The same items, each begun when the one before is handed out."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="csv") as worker:
        coming = worker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, items, None)
            yield item


def _header(path: Path, line: bytes, encoding: str) -> Header:
    try:
        text = line.decode(encoding).strip("\r")
    except UnicodeDecodeError:
        raise FeedError(f"{path}: the header is not {encoding.upper()}") from None
    if "\r" in text:
        raise FeedError(f"{path}: lines must end in LF or CRLF; the header holds a lone CR")
    if "\0" in text or not text.strip():
        raise FeedError(f"{path}: has no header line; is it a text file?")
    separator = max(_SEPARATORS, key=text.count)
    names = next(csv.reader([text], delimiter=separator))
    columns = tuple(name.strip() or f"column {at}" for at, name in enumerate(names, 1))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FeedError(f"{path}: column {twice[0]} stands twice in the header")
    return Header(columns, separator)


def _as_utf8(path: Path, chunk: Chunk, encoding: str) -> Chunk:
    if codecs.lookup(encoding).name == _UTF8:
        return chunk
    try:
        data = chunk.data.decode(encoding).encode()
    except UnicodeDecodeError:
        last = chunk.first_line + chunk.newlines
        raise FeedError(f"{path}: lines {chunk.first_line} to {last} are not {encoding}") from None
    return replace(chunk, data=data, newlines=data.count(b"\n"), ends_file=not data.endswith(b"\n"))


def _rows(path: Path, clean: CleanLines, header: Header, wanted: Collection[str] | None = None) -> CsvRows:
    if not len(clean.lines):
        empty = pl.DataFrame(schema=dict.fromkeys(header.columns, pl.String()))
        return _made(clean, empty, header)
    try:
        frame = _read(clean, header, _columns(header, wanted))
    except pl.exceptions.PolarsError as error:
        raise FeedError(f"{path}: lines from {clean.lines[0]} on cannot be split into columns") from error
    if frame.height != len(clean.lines):
        raise FeedError(f"{path}: lines from {clean.lines[0]} on cannot be split into columns")
    return _made(clean, frame, header)


def _made(clean: CleanLines, frame: pl.DataFrame, header: Header) -> CsvRows:
    if frame.height and _has_edge_blanks(clean.data, header.separator):
        frame = trimmed(frame)
    elif clean.quoted and b'""' in clean.data:
        frame = _without_empty(frame, pl.col(pl.String))

    def raw(positions: Sequence[int]) -> list[str]:
        texts = clean.data.split(b"\n")
        return [texts[at].decode() for at in positions]

    return CsvRows(frame, pl.Series("line", clean.lines, pl.Int64), raw, clean.bad, clean.blank)


def _read(
    clean: CleanLines, header: Header, columns: list[int] | None, numbers: Numbers = _NO_NUMBERS
) -> pl.DataFrame:
    return pl.read_csv(
        clean.data,
        has_header=False,
        schema={name: numbers.get(name, pl.String()) for name in header.columns},
        columns=columns,
        separator=header.separator,
        quote_char='"' if clean.quoted else None,
    )


def trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Text columns without blanks at their ends, null where nothing is left."""
    return _without_empty(frame, pl.col(pl.String).str.strip_chars())


def _without_empty(frame: pl.DataFrame, text: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(pl.when(text != "").then(text))


def _has_edge_blanks(data: bytes, separator: str) -> bool:
    """Whether a blank stands beside a separator, a quote or a line's end."""
    if b" " not in data:
        return False
    text = np.frombuffer(data, np.uint8)
    blanks = np.flatnonzero(text == ord(" "))
    edges = np.isin(np.arange(256), list(f'{separator}"\n'.encode()))
    before, after = text[np.maximum(blanks - 1, 0)], text[np.minimum(blanks + 1, len(text) - 1)]
    return bool(blanks[0] == 0 or edges[before].any() or edges[after].any())
