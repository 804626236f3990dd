"""JSON messages of one kind as text columns, a batch at a time: what `json_table` does a row at a time.

Only a batch of sound messages goes this way; of another `json_table.rows_of` tells what is wrong.
"""

from collections.abc import Callable, Sequence
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
        self._of_texts = _decoder(self._names, str | None)
        self._of_anything = _decoder(self._names, Any)
        self._values = [attrgetter(name) for name in self._names]

    def rows(self, texts: list[bytes]) -> CsvRows:
        """Rows of messages, one object each, numbered from 0 on; what is none is a bad line."""
        if not texts or not _sound(texts):
            return self._one_by_one(texts)
        try:
            made = self._columns(texts)
        except msgspec.DecodeError:
            return self._one_by_one(texts)
        frame = pl.DataFrame([column for column in made if column is not None])

        def raw(positions: Sequence[int]) -> list[str]:
            return [texts[position].decode() for position in positions]

        return CsvRows(trimmed(frame), pl.Series("line", np.arange(len(texts)), pl.Int64), raw, [], 0)

    def _columns(self, texts: list[bytes]) -> list[pl.Series | None]:
        """The texts of each field; raises DecodeError where a message is none. Texts alone need no look."""
        try:
            rows, column = list(map(self._of_texts, texts)), _text_column
        except msgspec.ValidationError:
            rows, column = list(map(self._of_anything, texts)), _column
        fields = zip(self._names, self._values, strict=True)
        return [column(name, list(map(values, rows))) for name, values in fields]

    def _one_by_one(self, texts: list[bytes]) -> CsvRows:
        rows = rows_of(texts, 0)
        known = [name for name in rows.frame.columns if name in self._names]
        return CsvRows(rows.frame.select(known), rows.lines, rows.raw, rows.bad, rows.blank)


def _decoder(names: list[str], kind: Any) -> Callable[[bytes], Any]:
    shape = msgspec.defstruct("Message", [(name, kind, None) for name in names], gc=False)
    return msgspec.json.Decoder(shape, float_hook=str).decode


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


def _column(name: str, values: list[Any]) -> pl.Series | None:
    """The texts of one field; None where no message has it."""
    types = set(map(type, values))
    if types == {NoneType}:
        return None
    return pl.Series(name, values if types <= _TEXTS else list(map(as_text, values)), pl.String)


def _text_column(name: str, values: list[Any]) -> pl.Series | None:
    """The same where nothing but text and null is among them."""
    column = pl.Series(name, values, pl.String)
    return None if column.null_count() == len(values) else column
