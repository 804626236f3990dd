"""Hold text rows against the table of their record: typed rows go on, the others become rejects."""

import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from tidegauge.domain.records import RECORDS, Field, Note, Reason, RecordKind, RecordTable
from tidegauge.domain.records.values import RefusedError, read_value
from tidegauge.ingest.canonical_text import record_text
from tidegauge.ingest.columns import read_column
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.base import TextBatch
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

# Columns are independent and Polars leaves the interpreter free while it works on one.
_WORKERS = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="columns")
_FEW_ROWS = 1_000
Masks = dict[str, pl.Series]  # field name -> rows where it is at fault


@dataclass(frozen=True, slots=True)
class TypedBatch:
    """Rows of one kind, typed.

    `rows` has every field of the record under its typed name (`domain.records.Field.column`) and `line`
    (Int64). Fixed-point columns are Int64, null where missing. `unknown_columns` were kept aside; `notes`
    counts what was put right.
    """

    kind: RecordKind
    file: str
    rows: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    notes: Counter[Note] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """How many rows the batch had before validation."""
        return self.rows.height + len(self.rejects)


def validate(batch: TextBatch, file: str) -> TypedBatch:
    """Typed rows and rejects of a text batch; one reject a row, for its first field at fault."""
    table = RECORDS[batch.kind]
    given = {f.name: _given(batch, f) for f in table.fields}
    mapped = _WORKERS.map if batch.frame.height > _FEW_ROWS else map  # of few rows, handing over costs more
    read = dict(mapped(lambda f: (f.name, _read(f, given[f.name])), table.fields))
    typed = {name: values for name, (values, _) in read.items()}
    texts = {name: _text(column, typed[name]) for name, column in given.items()}
    faults = _refused(texts, typed) | _missing(table, texts)
    notes = Counter(batch.notes)
    notes[Note.ROUNDED] += sum(rounded for _, rounded in read.values())
    columns = [typed[f.name].alias(f.column) for f in table.fields]
    rows = pl.DataFrame([*columns, batch.lines.alias("line")])
    rejects = list(batch.rejects)
    if faults:
        bad = _any(faults.values())
        rejects += _rejects(batch, table, texts, bad, faults, file)
        rows = rows.filter(~bad)
    rows, missing_mass = _without_empty_mass(rows)
    notes[Note.MISSING_MASS] += missing_mass
    rejects.sort(key=lambda reject: reject.line)
    return TypedBatch(table.kind, file, rows, rejects, batch.unknown_columns, +notes)


def _given(batch: TextBatch, f: Field) -> pl.Series | Distinct:
    if f.name in batch.frame.columns:
        return batch.frame[f.name]
    if f.name in batch.coded:
        return batch.coded[f.name]
    return pl.Series(f.name, [None], pl.String).new_from_index(0, len(batch.lines))


def _read(f: Field, column: pl.Series | Distinct) -> tuple[pl.Series, int]:
    if isinstance(column, Distinct):
        return column.over_rows(read_column(f, column.texts)[0]), 0
    return read_column(f, column)


def _text(column: pl.Series | Distinct, typed: pl.Series) -> pl.Series:
    """A column as it was given, row by row; of a coded one without any fault the typed values will do."""
    if isinstance(column, Distinct):
        return column.plain if typed.null_count() else typed
    return column


def _refused(texts: Masks, typed: Masks) -> Masks:
    """Fields whose text could not be read."""
    return {
        name: typed[name].is_null() & text.is_not_null()
        for name, text in texts.items()
        if typed[name].null_count() != text.null_count()
    }


def _missing(table: RecordTable, texts: Masks) -> Masks:
    """Fields that a row needs and lacks; keys are shaped `?name`, so that both faults of a field fit.

    Only fields that lack something are looked at row by row.
    """
    masks: Masks = {}
    lacking = {name for name, text in texts.items() if text.null_count()}
    for f in table.fields:
        if f.name in lacking and f.required:
            masks["?" + f.name] = texts[f.name].is_null()
        elif f.name in lacking and f.required_if is not None:
            other, value = f.required_if
            masks["?" + f.name] = texts[f.name].is_null() & (texts[other] == value).fill_null(value=False)
    for needed in {f.needs for f in table.fields if f.needs} & lacking:
        users = [texts[f.name].is_not_null() for f in table.fields if f.needs == needed]
        masks["?" + needed] = texts[needed].is_null() & _any(users)
    for group in table.one_of:
        if lacking.issuperset(group):
            masks["?" + group[0]] = ~_any(texts[name].is_not_null() for name in group)
    return {name: mask for name, mask in masks.items() if mask.any()}


def _any(masks: Iterable[pl.Series]) -> pl.Series:
    first, *others = masks
    for mask in others:
        first = first | mask
    return first


def _rejects(  # noqa: PLR0913, PLR0917 - all of it is needed to say what, where and why
    batch: TextBatch, table: RecordTable, texts: Masks, bad: pl.Series, faults: Masks, file: str
) -> list[Reject]:
    positions = bad.arg_true().to_list()
    if batch.again is not None:
        return validate(batch.again(positions), file).rejects
    raws = batch.raw(positions)
    records = [record_text(row) for row in _given_rows(batch, table, positions).iter_rows(named=True)]
    lines = batch.lines.gather(positions).to_list()
    at_fault = {name: set(mask.arg_true().to_list()) for name, mask in faults.items()}
    rejects = []
    for position, line, raw, record in zip(positions, lines, raws, records, strict=True):
        name, reason = _first_fault(table, texts, at_fault, position)
        rejects.append(Reject(file, line, name, reason, raw[:RAW_LIMIT], record))
    return rejects


def _given_rows(batch: TextBatch, table: RecordTable, positions: list[int]) -> pl.DataFrame:
    """Some rows as they were given, the fields in the table's order where some are coded."""
    rows = batch.frame[positions]
    if not batch.coded:
        return rows
    at = pl.Series(positions, dtype=pl.UInt32)
    rows = rows.with_columns(column.at(at).plain.alias(name) for name, column in batch.coded.items())
    return rows.select(name for name in table.by_name if name in rows.columns)


def _first_fault(
    table: RecordTable, texts: Masks, at_fault: dict[str, set[int]], position: int
) -> tuple[str, Reason]:
    for f in table.fields:
        if position in at_fault.get("?" + f.name, ()):
            return f.name, Reason.MISSING_REQUIRED
        if position in at_fault.get(f.name, ()):
            return f.name, why(f, texts[f.name][position])
    raise AssertionError("a refused row has a field at fault")


def why(f: Field, text: str) -> Reason:
    """Why a text is refused as the value of a field."""
    try:
        read_value(f, text)
    except RefusedError as refused:
        return refused.reason
    return Reason.OUT_OF_RANGE  # the reference holds more than a column


def _without_empty_mass(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Mass 0 beside a positive value is a missing mass."""
    masses = [name for name in ("net_mass_g", "gross_mass_g") if name in rows.columns]
    if not masses or "value_e4" not in rows.columns:
        return rows, 0
    empty = (pl.col("net_mass_g") == 0) & (pl.col("value_e4") > 0)
    count = int(rows.select(empty.sum()).item())
    if not count:
        return rows, 0
    return rows.with_columns(pl.when(~empty).then("net_mass_g").alias("net_mass_g")), count
