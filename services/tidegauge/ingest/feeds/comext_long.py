"""The long CSV of Comext's data set DS-045409: one observation a line, made one record a cell."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds import comext_codes as codes
from tidegauge.ingest.feeds.base import FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.comext_balance import Balance, CellNumbers
from tidegauge.ingest.feeds.csv_table import read_rows
from tidegauge.ingest.feeds.leftovers import Account, Levels
from tidegauge.ingest.feeds.scaling import moved
from tidegauge.ingest.rejects import Reject

REQUIRED: Final = ("reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE")
KNOWN: Final = frozenset({*REQUIRED, "DATAFLOW", "LAST UPDATE", "freq", "OBS_FLAG", "CONF_STATUS"})
# Indicator -> (field, power of ten to the field's unit).
INDICATORS: Final[Mapping[str, tuple[str, int]]] = {
    "VALUE_IN_EUROS": ("value", 0),
    "VALUE_EUR": ("value", 0),
    "QUANTITY_IN_100KG": ("net_mass_kg", 2),
    "QUANTITY_IN_KG": ("net_mass_kg", 0),
    "SUPPLEMENTARY_QUANTITY": ("quantity", 0),
}
_FIELDS: Final = ("value", "net_mass_kg", "quantity")
_CELL: Final = ["reporter", "partner", "product", "flow", "TIME_PERIOD"]
_CODES: Final = (*_CELL, "indicators")
_USED: Final = {*REQUIRED, "LAST UPDATE", "freq"}
FLOWS: Final = {"1": "import", "2": "export"}
BASES: Final = {"1": "CIF", "2": "FOB"}
_MISSING: Final = ":"
_LAST_UPDATE: Final = r"^([0-9]{2})/([0-9]{2})/([0-9]{2})( .*)?$"  # 13/02/26 11:00:00
# The data set does not name the supplementary unit; the nomenclature of the year does.
SUPPLEMENTARY_UNIT: Final = "CN-SU"


def read_long(sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
    """Flow records, one a cell; observations of a cell may stand far apart, and wait for each other.

    Memory: the observations whose cell is not complete, in a sorted file those of a few cells.
    """
    unknown = tuple(name for name in sample.columns if name not in KNOWN)
    levels, balance, numbers = Levels(), Balance(), CellNumbers(sample.path)
    union_only: bool | None = None
    waiting: pl.DataFrame | None = None
    for rows in read_rows(sample.path, options, _USED):
        account = Account(sample.path, rows)
        known = {name: Distinct(rows.frame[name]) for name in _CODES}
        if union_only is None and rows.frame.height:
            union_only = bool(codes.is_union(known["reporter"]).all())
        _sort_out(account, rows.frame, known, levels, union_only=bool(union_only))
        keyed = rows.frame.with_columns(key=numbers.keys(known), group=numbers.groups(known))
        balance.take(keyed, known["partner"].one_of(codes.WORLD), account.left)
        taken = _observations(keyed, known, rows.lines, options).filter(account.left)
        cells, waiting = _paired(taken if waiting is None else pl.concat([waiting, taken]))
        yield _batch(cells, account.rejects, account.notes, unknown)
    if waiting is not None:
        notes = Counter({Note.UNBALANCED: balance.exceeded()})
        yield _batch(_cells(waiting), [], notes, unknown)


def _sort_out(
    account: Account,
    frame: pl.DataFrame,
    known: Mapping[str, Distinct],
    levels: Levels,
    *,
    union_only: bool,
) -> None:
    """Leave out totals and what is missing; refuse what is not monthly or no known figure."""
    reporters, products, value = known["reporter"], known["product"], frame["OBS_VALUE"]
    account.leave_out(codes.is_total(known["partner"]), Note.AGGREGATE)
    account.leave_out(codes.is_group(reporters), Note.AGGREGATE)
    account.leave_out(codes.is_union(reporters) != union_only, Note.AGGREGATE)
    account.leave_out(codes.is_all_products(products), Note.AGGREGATE)
    account.leave_out(codes.is_hidden(products), Note.CONFIDENTIAL)
    account.leave_out(value.is_null() | (value == _MISSING), Note.NOT_PUBLISHED)
    if "freq" in frame.columns:
        account.refuse(frame["freq"] != "M", "period", Reason.NOT_MONTHLY)
    indicators = known["indicators"]
    account.refuse(frame["indicators"].is_null(), "indicators", Reason.MISSING_REQUIRED)
    account.refuse(~indicators.one_of(INDICATORS.keys()), "indicators", Reason.UNKNOWN_CHOICE)
    account.leave_out(levels.aggregates(products, account.left), Note.AGGREGATE)


def _observations(
    keyed: pl.DataFrame, known: Mapping[str, Distinct], lines: pl.Series, options: FeedOptions
) -> pl.DataFrame:
    """The cell of each line with its key, its field and its amount, in the field's unit."""
    vintage = pl.lit(options.vintage or None, pl.String)
    if not options.vintage and "LAST UPDATE" in keyed.columns:
        told = Distinct(keyed["LAST UPDATE"])
        days = told.mapped(lambda day: day.str.replace(_LAST_UPDATE, "20${3}-${2}-${1}"))
        vintage = pl.lit(days.cast(pl.String))
    amount = keyed["OBS_VALUE"]
    for name, (_, power) in INDICATORS.items():
        if power and name in known["indicators"].known:
            amount = moved(keyed["OBS_VALUE"], power).zip_with(known["indicators"].one_of([name]), amount)
    return keyed.select(
        *_CELL,
        "key",
        field=known["indicators"]
        .named({name: field for name, (field, _) in INDICATORS.items()})
        .cast(pl.String),
        amount=amount,
        vintage=vintage,
        line=lines,
    )


def _paired(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells that have both value and mass, and the observations of the others."""
    cells = _cells(frame)
    complete = cells["value"].is_not_null() & cells["net_mass_kg"].is_not_null()
    if complete.all():
        return cells, frame.clear()
    lines = [cells[f"line_{name}"].filter(~complete) for name in _FIELDS]
    return cells.filter(complete), frame.filter(pl.col("line").is_in(pl.concat(lines).drop_nulls().implode()))


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a cell: `_CELL`, and vintage, amount and line of each field.

    A figure that is repeated makes a further row, which the ledger adds.
    """
    numbered = frame.with_row_index("row")
    repeated = numbered.select("key", "field").is_duplicated().any()
    nth = pl.int_range(pl.len()).over("key", "field") if repeated else pl.lit(0, pl.Int64)
    numbered = numbered.with_columns(nth.alias("nth"))
    on = ["key", "nth"] if repeated else ["key"]
    parts = (
        numbered.filter(pl.col("field") == name).select(
            *on,
            pl.col("row").alias(f"row_{name}"),
            pl.col("amount").alias(name),
            pl.col("vintage").alias(f"vintage_{name}"),
            pl.col("line").alias(f"line_{name}"),
        )
        for name in _FIELDS
    )
    cells = reduce(lambda cells, part: cells.join(part, on=on, how="full", coalesce=True), parts)
    rows = cells.select(pl.coalesce(f"row_{name}" for name in _FIELDS)).to_series()
    return cells.with_columns(frame.select(_CELL)[rows])


def _batch(
    cells: pl.DataFrame, rejects: list[Reject], notes: Counter[Note], unknown: tuple[str, ...]
) -> TextBatch:
    lines = [f"line_{name}" for name in _FIELDS]
    cells = cells.with_columns(line=pl.min_horizontal(lines)).sort("line")
    seen = int(cells.select(pl.sum_horizontal(pl.col(lines).count())).item())
    notes[Note.JOINED] += seen - cells.height
    known = {name: Distinct(cells[name]) for name in ("reporter", "partner", "flow", "TIME_PERIOD")}
    frame = cells.select(
        reporter=codes.countries(known["reporter"]),
        period="TIME_PERIOD",
        product="product",
        nomenclature=known["TIME_PERIOD"].mapped(lambda period: "CN" + period.str.head(4)),
        origin=codes.countries(known["partner"]),
        flow=known["flow"].replaced(FLOWS),
        net_mass_kg="net_mass_kg",
        quantity="quantity",
        quantity_unit=pl.when(pl.col("quantity").is_not_null()).then(pl.lit(SUPPLEMENTARY_UNIT)),
        value="value",
        currency=pl.lit("EUR"),
        value_basis=known["flow"].named(BASES),
        vintage=pl.coalesce([f"vintage_{name}" for name in _FIELDS]),
        source=pl.lit("comext"),
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [str(cells.row(position, named=True)) for position in positions]

    return TextBatch(RecordKind.FLOW, frame, cells["line"], raw, rejects, unknown, +notes)
