"""Find the records of a figure again in the files that they came in."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.ledger.behind import Figure
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.canonical_text import typed_record_text
from tidegauge.ingest.lines import line_keys
from tidegauge.ingest.source import SourceFile

_AT_ONCE: Final = 100_000  # rows


class Found(NamedTuple):
    """One record of a file, as canonical JSON; it may name firms."""

    file: str
    line: int
    line_key: int  # 0: a statistic, which is known by its cell
    record: str


def records_behind(source: SourceFile, figure: Figure, behind: Ints) -> Iterator[Found]:
    """Every version of lines by their keys (`behind`), or the statistics of a cell, in the order of a file.

    Raises FeedError where the file cannot be read. Statistics restated in another edition are not found, as
    the file has them under the code that was published.
    """
    for piece in source.batches(_AT_ONCE):
        if source.kind is RecordKind.DECLARATION:
            _, own, _ = line_keys(piece.frame)
            rows = np.isin(own, behind)
        elif source.kind is RecordKind.FLOW:
            rows = _in_cell(piece.frame, figure)
            own = np.zeros(len(rows), np.int64)
        else:
            return
        kept = own[rows].tolist()
        for row, key in zip(piece.frame.filter(pl.Series(rows)).iter_rows(named=True), kept, strict=True):
            yield Found(source.name, row["line"], key, typed_record_text(source.kind, row))


def _in_cell(frame: pl.DataFrame, figure: Figure) -> Bools:
    wanted = (
        (pl.col("reporter") == figure.reporter)
        & (pl.col("month") == figure.month)
        & (pl.col("product") == product_code(figure.product))
        & (pl.col("flow") == "import")
    )
    if figure.origin:
        wanted &= pl.col("origin") == country_code(figure.origin)
    rows: Bools = frame.select(wanted.fill_null(value=False)).to_series().to_numpy()
    return rows
