"""Read a Parquet file as text columns, so that it meets the same validation as any other file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tidegauge.ingest.feeds.base import FeedError, FeedOptions
from tidegauge.ingest.feeds.csv_table import CsvRows, trimmed
from tidegauge.ingest.feeds.files import read_whole

ROWS = 500_000  # rows in a batch
_GZIP = b"\x1f\x8b"
# The reader's own panics are among them: they speak of the file, not of the process.
_DAMAGED: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)


def read_parquet_columns(path: Path) -> tuple[str, ...]:
    """Column names; raises FeedError where the file is damaged."""
    return tuple(_scan(path).collect_schema().names())


def read_parquet_rows(path: Path, options: FeedOptions) -> Iterator[CsvRows]:
    """All rows in batches, at least one; a row's number, counted from 1, stands for its line."""
    del options  # a Parquet file needs to be told nothing
    whole = _scan(path)
    start = 0
    while (part := _collected(path, whole.slice(start, ROWS))).height or not start:
        yield _table(part, start)
        if part.height < ROWS:
            break
        start += part.height


def _scan(path: Path) -> pl.LazyFrame:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    try:
        lazy = pl.scan_parquet(read_whole(path) if packed else path)
        lazy.collect_schema()
    except _DAMAGED as error:
        raise FeedError(f"{path}: is a damaged Parquet file") from error
    return lazy


def _collected(path: Path, lazy: pl.LazyFrame) -> pl.DataFrame:
    try:
        return lazy.collect()
    except _DAMAGED as error:
        raise FeedError(f"{path}: is a damaged Parquet file") from error


def _table(part: pl.DataFrame, start: int) -> CsvRows:
    text = part.select(_as_text(name, dtype) for name, dtype in part.schema.items())

    def raw(positions: Sequence[int]) -> list[str]:
        return [str(text.row(position, named=True)) for position in positions]

    lines = pl.int_range(start + 1, start + 1 + part.height, dtype=pl.Int64, eager=True).alias("line")
    return CsvRows(trimmed(text), lines, raw, [], 0)


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        return column.list.eval(pl.element().cast(pl.String)).list.join(" ")
    if isinstance(dtype, pl.Datetime):
        aware = column if dtype.time_zone else column.dt.replace_time_zone("UTC")
        return aware.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    if isinstance(dtype, pl.Struct):
        return column.struct.json_encode()
    return column.cast(pl.String, strict=False)
