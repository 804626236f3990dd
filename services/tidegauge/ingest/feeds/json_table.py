"""Read JSON Lines as text columns: one object a line, numbers kept as they are written."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from tidegauge.domain.records import Reason
from tidegauge.ingest.feeds.base import FeedError, FeedOptions
from tidegauge.ingest.feeds.csv_table import CsvRows, trimmed
from tidegauge.ingest.feeds.files import chunks
from tidegauge.ingest.feeds.lines import BadLine

Row = dict[str, Any]
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=str)
_FIRST_BYTES = 1 << 20


def read_json_columns(path: Path) -> tuple[str, ...]:
    """Names in the first readable objects, in order of appearance; raises FeedError if there are none."""
    first = next(chunks(path, _FIRST_BYTES))
    names: dict[str, None] = {}
    for row in _decoded(first.data.split(b"\n"), 1)[0]:
        names.update(dict.fromkeys(row))
    if not names:
        raise FeedError(f"{path}: no line of its beginning is a JSON object")
    return tuple(names)


def read_json_rows(path: Path, options: FeedOptions) -> Iterator[CsvRows]:
    """All rows in batches; a line that is no JSON object is a bad line."""
    for chunk in chunks(path, options.batch_bytes):
        texts = chunk.data.split(b"\n")
        if not chunk.ends_file:
            texts.pop()
        yield rows_of(texts, chunk.first_line)


def rows_of(texts: list[bytes], first_line: int) -> CsvRows:
    """Rows of some texts, one object each, numbered from `first_line` on."""
    rows, at, bad = _decoded(texts, first_line)
    blank = len(texts) - len(rows) - len(bad)
    return _table(rows, np.array(at, np.int64), texts, first_line, bad, blank)


def _decoded(texts: list[bytes], first_line: int) -> tuple[list[Row], list[int], list[BadLine]]:
    rows: list[Row] = []
    at: list[int] = []
    bad: list[BadLine] = []
    for position, text in enumerate(texts):
        if not text or text.isspace():
            continue
        try:
            rows.append(_DECODER.decode(text))
            at.append(position)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            bad.append(BadLine(first_line + position, _reason(text, error), _shown(text)))
    return rows, at, bad


def _reason(text: bytes, error: Exception) -> Reason:
    if b"\0" in text:
        return Reason.NUL_BYTE
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return Reason.WRONG_ENCODING
    return Reason.TRUNCATED_LINE if "truncated" in str(error) else Reason.NOT_JSON


def _shown(text: bytes) -> str:
    return text.decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")


def _table(  # noqa: PLR0913, PLR0917 - the parts of one batch
    rows: list[Row], at: np.ndarray[Any, Any], texts: list[bytes], first: int, bad: list[BadLine], blank: int
) -> CsvRows:
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    columns = {name: [as_text(row.get(name)) for row in rows] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))

    def raw(positions: Sequence[int]) -> list[str]:
        return [texts[at[position]].decode() for position in positions]

    return CsvRows(trimmed(frame), pl.Series("line", at + first, pl.Int64), raw, bad, blank)


def as_text(value: Any) -> str | None:
    """A JSON value as the text that a CSV field would hold."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(as_text(part) or "" for part in value)
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return str(value)
