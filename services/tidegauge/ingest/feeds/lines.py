"""Take out of a chunk of CSV the lines that are no rows, so that the rest can be parsed at full speed.

A row is one physical line: a quoted field may hold separators and doubled quotes, but no line break, so that
one broken quote cannot swallow the rest of the file.
"""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools, Codes, Ints
from tidegauge.domain.records import Reason
from tidegauge.ingest.feeds.files import Chunk, count_of

_NEWLINE, _QUOTE = ord("\n"), ord('"')
_BLANK = "blank"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no row."""

    line: int
    reason: Reason
    raw: str


@dataclass(frozen=True, slots=True)
class CleanLines:
    """Lines with the right number of fields, all UTF-8; `lines` are their numbers (int64[rows])."""

    data: bytes
    lines: Ints
    quoted: bool
    bad: list[BadLine]
    blank: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A chunk of lines that end in LF, the first of which has the number `first`."""

    data: bytes
    first: int
    count: int
    separator: str
    columns: int
    unterminated: bool  # the last one lacked its newline


def lines_of(chunk: Chunk, separator: str, columns: int) -> Lines:
    """The lines of a chunk of UTF-8; a file's last line may lack its newline."""
    data, count = chunk.data, chunk.newlines
    if chunk.ends_file:
        data, count = data + b"\n", count + 1
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    return Lines(data, chunk.first_line, count, separator, columns, chunk.ends_file)


def counted(lines: Lines) -> CleanLines | None:
    """The lines, where they have the right number of separators together, no open quote and no strange byte.

    Very fast. If the reader meets no line that is too long, then by their number none is too short either.
    """
    if not _is_plain(lines.data):
        return None
    separators, quoted = count_of(lines.data, ord(lines.separator)), b'"' in lines.data
    if quoted:
        within = _separators_quoted(np.frombuffer(lines.data, np.uint8), ord(lines.separator))
        if within is None:
            return None
        separators -= within
    if separators != lines.count * (lines.columns - 1):
        return None
    if lines.columns == 1 and _has_blank_line(lines.data):
        return None
    numbers = np.arange(lines.first, lines.first + lines.count, dtype=np.int64)
    return CleanLines(lines.data, numbers, quoted=quoted, bad=[], blank=0)


def _separators_quoted(text: Codes, separator: int) -> int | None:
    """How many separators stand in quotes; None where a quote does not enclose a field, or not on one line.

    A doubled quote is the end of one stretch and the beginning of the next.
    """
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes) % 2:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = closing[:-1] + 1 == opening[1:]
    begins = _is_edge(text[np.maximum(opening - 1, 0)], separator) | np.append(False, doubled)
    begins |= opening == 0
    ends = _is_edge(text[closing + 1], separator) | np.append(doubled, False)  # a newline ends the text
    if not (begins.all() and ends.all()):
        return None
    wide = closing - opening > 1
    opening, closing = opening[wide], closing[wide]
    if not len(opening):
        return 0
    if len(_between(text, _NEWLINE, opening, closing)):
        return None
    return len(_between(text, separator, opening, closing))


def _is_edge(text: Codes, separator: int) -> Bools:
    edge: Bools = (text == separator) | (text == _NEWLINE)
    return edge


def _between(text: Codes, byte: int, opening: Ints, closing: Ints) -> Ints:
    """The places of a byte that lie between an opening and its closing."""
    places = np.flatnonzero(text == byte)
    found: Ints = places[np.searchsorted(opening, places) > np.searchsorted(closing, places)]
    return found


def clean_lines(lines: Lines) -> CleanLines:
    """Split off broken and blank lines of a chunk, looking at each."""
    if _is_plain(lines.data) and b'"' not in lines.data:
        offsets = _even_lines(lines.data, ord(lines.separator), lines.columns)
        if offsets is not None:
            return CleanLines(lines.data, lines.first + offsets, quoted=False, bad=[], blank=0)
    return _sorted_out(lines)


def _is_plain(data: bytes) -> bool:
    """Whether no byte needs a closer look: no NUL, no wrong encoding."""
    if b"\0" in data:
        return False
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _even_lines(data: bytes, separator: int, columns: int) -> Ints | None:
    """Offsets 0..n-1 of the lines if each has the right number of separators, else None."""
    text = np.frombuffer(data, np.uint8)
    ends = text[(text == _NEWLINE) | (text == separator)]  # one byte for the end of each field
    if len(ends) % columns:
        return None
    newline = ends.reshape(-1, columns) == _NEWLINE
    if not newline[:, -1].all() or newline[:, :-1].any() or (columns == 1 and _has_blank_line(data)):
        return None
    return np.arange(len(newline), dtype=np.int64)


def _has_blank_line(data: bytes) -> bool:
    """A blank line shows by its field count, save in a file of one column."""
    return data.startswith(b"\n") or b"\n\n" in data


def _sorted_out(lines: Lines) -> CleanLines:
    data, first_line = lines.data, lines.first
    raw = data.split(b"\n")[:-1]
    frame = pl.DataFrame({"text": _texts(data, raw)}).with_row_index("at")
    frame = frame.with_columns(fault=_fault(lines.separator, lines.columns))
    last = len(raw) - 1
    bad = [
        BadLine(first_line + at, _reason(fault, lines.unterminated and at == last), _shown(raw[at]))
        for at, fault in frame.filter(pl.col("fault").is_not_null(), pl.col("fault") != _BLANK)
        .select("at", "fault")
        .iter_rows()
    ]
    good = frame.filter(pl.col("fault").is_null())
    blank = len(raw) - good.height - len(bad)
    text = "\n".join(good["text"].to_list()).encode() + b"\n" if good.height else b""
    numbers = good["at"].to_numpy().astype(np.int64) + first_line
    return CleanLines(text, numbers, quoted=b'"' in text, bad=bad, blank=blank)


def _texts(data: bytes, raw: list[bytes]) -> pl.Series:
    """The lines as text; null for a line that is not UTF-8."""
    try:
        return pl.Series(data.decode("utf-8").split("\n")[:-1], dtype=pl.String)
    except UnicodeDecodeError:
        return pl.Series([_decoded(line) for line in raw], dtype=pl.String)


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _fault(separator: str, columns: int) -> pl.Expr:
    """Expression over `text`: null for a row, else why the line is none."""
    text = pl.col("text")
    sep = re.escape(separator)
    field = f'(?:[^"{sep}]*|"(?:[^"]|"")*")'
    has_quote = text.str.contains('"', literal=True)
    well_quoted = text.str.contains(f"^{field}(?:{sep}{field})*$")
    bare = pl.when(has_quote).then(text.str.replace_all('"(?:[^"]|"")*"', "")).otherwise(text)
    return (
        pl.when(text.is_null()).then(pl.lit(Reason.WRONG_ENCODING.value))
        .when(text.str.contains("\0", literal=True)).then(pl.lit(Reason.NUL_BYTE.value))
        .when(text.str.strip_chars() == "").then(pl.lit(_BLANK))
        .when(has_quote & ~well_quoted).then(pl.lit(Reason.BROKEN_QUOTES.value))
        .when(bare.str.count_matches(separator, literal=True) != columns - 1)
        .then(pl.lit(Reason.WRONG_FIELD_COUNT.value))
    )  # fmt: skip


def _reason(fault: str, last_unterminated: bool) -> Reason:  # noqa: FBT001 - a private one-liner
    """A short or unclosed last line without its newline was cut off."""
    reason = Reason(fault)
    cut = {Reason.WRONG_FIELD_COUNT, Reason.BROKEN_QUOTES}
    return Reason.TRUNCATED_LINE if last_unterminated and reason in cut else reason


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")
