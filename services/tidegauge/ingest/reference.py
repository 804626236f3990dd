"""Typed rows of the reference kinds (price, fx, industry ...) as RECORDS blocks."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.periods import month_text
from tidegauge.domain.records import RECORDS, FieldType, RecordKind

ROWS_A_BLOCK = 2000


def record_blocks(kind: RecordKind, frame: pl.DataFrame) -> Iterator[Block]:
    """Blocks of canonical rows: text codes and periods, plain numbers, empty fields left out."""
    fields = {field.column: field for field in RECORDS[kind].fields if field.column in frame.columns}
    named = frame.select(list(fields))
    for start in range(0, len(named), ROWS_A_BLOCK):
        rows = [
            {fields[column].name: _plain(value, fields[column].type) for column, value in row.items()
             if value is not None}
            for row in named[start : start + ROWS_A_BLOCK].iter_rows(named=True)
        ]  # fmt: skip
        yield Block(BlockKind.RECORDS, {"record": str(kind), "rows": rows})


def _plain(value: Any, of_type: FieldType) -> Any:
    if of_type is FieldType.PERIOD:
        return month_text(value)
    if of_type in (FieldType.DATE, FieldType.INSTANT):
        return value.isoformat()
    return value
