"""JSON messages of one kind as text columns, a batch at a time: what `json_table` does a row at a time.

Only a batch of sound messages goes this way; of another `json_table.rows_of` tells what is wrong.
"""

from collections.abc import Sequence
from operator import attrgetter
from types import NoneType
from typing import Any

import msgspec
import numpy as np
import polars as pl

from tidegauge.domain.records import RecordTable
from tidegauge.ingest.feeds.csv_table import CsvRows, trimmed
from tidegauge.ingest.feeds.json_table import as_text, rows_of

_TEXTS = {str, NoneType}


class Messages:
    """Reads messages into the fields of a table; other fields are left out."""

    def __init__(self, table: RecordTable) -> None:
        self._names = [field.name for field in table.fields]
        shape = msgspec.defstruct("Message", [(name, Any, None) for name in self._names], gc=False)
        self._decode = msgspec.json.Decoder(shape, float_hook=str).decode
        self._values = attrgetter(*self._names)

    def rows(self, texts: list[bytes]) -> CsvRows:
        """Rows of messages, one object each, numbered from 0 on; what is none is a bad line."""
        if not texts or not _sound(texts):
            return self._one_by_one(texts)
        try:
            rows = list(map(self._decode, texts))
        except msgspec.DecodeError:
            return self._one_by_one(texts)
        columns = zip(self._names, zip(*map(self._values, rows), strict=True), strict=True)
        made = [_column(name, values) for name, values in columns]
        frame = pl.DataFrame([column for column in made if column is not None])

        def raw(positions: Sequence[int]) -> list[str]:
            return [texts[position].decode() for position in positions]

        return CsvRows(trimmed(frame), pl.Series("line", np.arange(len(texts)), pl.Int64), raw, [], 0)

    def _one_by_one(self, texts: list[bytes]) -> CsvRows:
        rows = rows_of(texts, 0)
        known = [name for name in rows.frame.columns if name in self._names]
        return CsvRows(rows.frame.select(known), rows.lines, rows.raw, rows.bad, rows.blank)


def _sound(texts: list[bytes]) -> bool:
    """Whether all is text: fields that are left out are not looked into when a message is decoded."""
    together = b"\n".join(texts)
    if b"\0" in together:
        return False
    try:
        together.decode()
    except UnicodeDecodeError:
        return False
    return True


def _column(name: str, values: Sequence[Any]) -> pl.Series | None:
    """The texts of one field; None where no message has it."""
    types = set(map(type, values))
    if types == {NoneType}:
        return None
    return pl.Series(name, values if types <= _TEXTS else list(map(as_text, values)), pl.String)
