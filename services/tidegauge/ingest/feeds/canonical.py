"""`canonical`: files whose columns are those of a canonical record, as CSV, JSON Lines or Parquet.

Official source: none; this is the product's own format. Units: as the record tables say. Trap: a file whose
columns fit several records needs to be told its kind.
"""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from tidegauge.domain.records import RECORDS, FieldType, Note, RecordKind, RecordTable
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.country_words import in_alpha2
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows
from tidegauge.ingest.feeds.json_table import read_json_rows
from tidegauge.ingest.feeds.parquet_table import read_parquet_rows
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

_READERS = {
    Container.JSON_LINES: read_json_rows,
    Container.PARQUET: read_parquet_rows,
}


class Canonical:
    """Files with the columns of a canonical record."""

    name = "canonical"
    description = "canonical records: CSV, JSON Lines or Parquet, plain or gzip"
    kind = None

    def recognises(self, sample: Sample) -> str | None:
        """By the columns that some record requires."""
        fitting = fitting_tables(sample.columns)
        return f"has the columns of {fitting[0].kind}" if fitting else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Rows of the one kind of record that the file holds."""
        if sample.container not in {*_READERS, Container.CSV, Container.JSON}:
            raise FeedError(f"{sample.path}: a workbook is not a canonical file; name its format")
        table = table_of(sample, options.kind)
        for rows in _rows(sample, options, table):
            known = [name for name in rows.frame.columns if name in table.by_name]
            seen = sample.columns if sample.container is Container.CSV else rows.frame.columns
            unknown = tuple(name for name in seen if name not in table.by_name)
            rejects = [
                Reject(str(sample.path), bad.line, "", bad.reason, bad.raw[:RAW_LIMIT]) for bad in rows.bad
            ]
            notes = Counter({Note.BLANK_LINE: rows.blank}) if rows.blank else Counter()
            frame = _in_alpha2(rows.frame.select(known), table)
            yield TextBatch(table.kind, frame, rows.lines, rows.raw, rejects, unknown, notes)


def _in_alpha2(frame: pl.DataFrame, table: RecordTable) -> pl.DataFrame:
    """The rows with countries as alpha-2 codes, however the file writes them."""
    names = [name for name in frame.columns if table.by_name[name].type is FieldType.COUNTRY]
    return frame.with_columns(in_alpha2(frame[name]) for name in names)


def _rows(sample: Sample, options: FeedOptions, table: RecordTable) -> Iterator[CsvRows]:
    if sample.container is Container.CSV:
        return read_rows(sample.path, options, table.by_name)
    return _READERS[sample.container](sample.path, options)


def fitting_tables(columns: tuple[str, ...]) -> list[RecordTable]:
    """The records whose required columns are all there: fewest unknown columns first, then the smallest."""
    present = set(columns)
    fitting = [table for table in RECORDS.values() if table.required <= present]
    return sorted(fitting, key=lambda table: (len(present - table.by_name.keys()), len(table.by_name)))


def table_of(sample: Sample, kind: RecordKind | None) -> RecordTable:
    """The record that a file holds; raises FeedError with what is missing."""
    if sample.container is Container.JSON:
        raise FeedError(f"{sample.path}: is one JSON array; write one JSON object a line instead")
    if kind is not None:
        return _checked(sample, RECORDS[kind])
    fitting = fitting_tables(sample.columns)
    return fitting[0] if fitting else _checked(sample, _nearest(sample))


def _checked(sample: Sample, table: RecordTable) -> RecordTable:
    missing = [name for name in table.by_name if name in table.required and name not in sample.columns]
    if missing:
        if not sample.columns:
            raise FeedError(f"{sample.path}: holds nothing of a known format ({sample.container})")
        found = ", ".join(sample.columns[:20])
        raise FeedError(
            f"{sample.path}: columns {', '.join(missing)} of the record '{table.kind}' are missing; "
            f"found {found}"
        )
    return table


def _nearest(sample: Sample) -> RecordTable:
    """The record that shares most columns with the file; raises FeedError if none shares two."""
    present = set(sample.columns)

    def likeness(table: RecordTable) -> tuple[int, int]:
        return len(present & table.by_name.keys()), len(present & table.required)

    nearest = max(RECORDS.values(), key=likeness)
    if likeness(nearest)[0] < 2:  # noqa: PLR2004 - one shared name is chance
        if not sample.columns:
            raise FeedError(f"{sample.path}: holds nothing of a known format ({sample.container})")
        found = ", ".join(sample.columns[:20])
        raise FeedError(f"{sample.path}: no known format or record has these columns: {found}")
    return nearest
