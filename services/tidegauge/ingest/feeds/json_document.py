"""Read one JSON document, an array or an object with an array `data`, as text columns.

Statistics offices answer so. The array's first element is row 1. A document is read whole, up to a limit.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from tidegauge.domain.records import Reason
from tidegauge.ingest.feeds.base import FeedError
from tidegauge.ingest.feeds.csv_table import CsvRows, trimmed
from tidegauge.ingest.feeds.files import open_file, reading
from tidegauge.ingest.feeds.json_table import as_text
from tidegauge.ingest.feeds.lines import BadLine

LARGEST: Final = 512 * 2**20
_BOM: Final = b"\xef\xbb\xbf"
_DECODER: Final = msgspec.json.Decoder(float_hook=str)
_ROWS: Final = "data"
_SAMPLED: Final = 50


def document_columns(path: Path) -> tuple[str, ...]:
    """The names of the columns: of the objects, or the first array of an array of arrays; () for others."""
    rows = document(path)
    if rows and isinstance(rows[0], list):
        return tuple(str(name) for name in rows[0])
    names = (name for row in rows[:_SAMPLED] if isinstance(row, dict) for name in row)
    return tuple(dict.fromkeys(names))


def document(path: Path) -> list[Any]:
    """The rows of a document; raises FeedError, one sentence."""
    with reading(path), open_file(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FeedError(
            f"{path}: is one JSON document of more than {LARGEST >> 20} MiB; ask for fewer months"
        )
    try:
        content = _DECODER.decode(data.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError(f"{path}: is no valid JSON document ({error})") from error
    rows = content.get(_ROWS) if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise FeedError(f"{path}: the JSON document holds no array of rows")
    return rows


def tables(path: Path, names: Sequence[str], size: int, header: int = 0) -> Iterator[CsvRows]:
    """The rows of a document after its `header` rows, so many at a time, at least one batch."""
    rows = document(path)
    for first in range(header, max(len(rows), header + 1), size):
        yield table(rows[first : first + size], names, first + 1)


def table(rows: Sequence[Any], names: Sequence[str], first: int) -> CsvRows:
    """Rows, objects or arrays, as text columns of these names; what is neither, or uneven, is a bad line."""
    objects = [row if isinstance(row, dict) else _named(row, names) for row in rows]
    at = [place for place, row in enumerate(objects) if row is not None]
    good = [row for row in objects if row is not None]
    bad = [
        BadLine(first + place, _fault(rows[place]), _shown(rows[place]))
        for place, row in enumerate(objects)
        if row is None
    ]
    frame = pl.DataFrame(
        {name: [as_text(row.get(name)) for row in good] for name in names},
        schema=dict.fromkeys(names, pl.String()),
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [_shown(good[position]) for position in positions]

    lines = pl.Series("line", np.array(at, np.int64) + first, pl.Int64)
    return CsvRows(trimmed(frame), lines, raw, bad, 0)


def _named(row: Any, names: Sequence[str]) -> dict[str, Any] | None:
    return dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else None


def _fault(row: Any) -> Reason:
    return Reason.WRONG_FIELD_COUNT if isinstance(row, list) else Reason.NOT_JSON


def _shown(row: Any) -> str:
    return msgspec.json.encode(row).decode()
