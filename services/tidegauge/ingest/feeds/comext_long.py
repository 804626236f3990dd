"""The long CSV of Comext's data set DS-045409: one observation a line, made one record a cell."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.feeds import comext_codes as codes
from tidegauge.ingest.feeds.base import FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows
from tidegauge.ingest.feeds.leftovers import Account, Levels
from tidegauge.ingest.feeds.scaling import times_power_of_ten
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
_GROUP: Final = ["reporter", "product", "flow", "TIME_PERIOD", "indicators"]
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
    levels, balance = Levels(), Balance()
    union_only: bool | None = None
    waiting: pl.DataFrame | None = None
    for rows in read_rows(sample.path, options):
        account = Account(sample.path, rows)
        if union_only is None and rows.frame.height:
            union_only = bool(codes.is_union(rows.frame["reporter"]).all())
        _sort_out(account, rows.frame, levels, union_only=bool(union_only))
        balance.take(rows.frame, account.left)
        taken = _observations(rows, options).filter(account.left)
        cells, waiting = _paired(taken if waiting is None else pl.concat([waiting, taken]))
        yield _batch(cells, account.rejects, account.notes, unknown)
    if waiting is not None:
        notes = Counter({Note.UNBALANCED: balance.exceeded()})
        yield _batch(_cells(waiting), [], notes, unknown)


def _sort_out(account: Account, frame: pl.DataFrame, levels: Levels, *, union_only: bool) -> None:
    """Leave out totals and what is missing; refuse what is not monthly or no known figure."""
    reporters, products, value = frame["reporter"], frame["product"], frame["OBS_VALUE"]
    account.leave_out(codes.is_total(frame["partner"]), Note.AGGREGATE)
    account.leave_out(codes.is_group(reporters), Note.AGGREGATE)
    account.leave_out(codes.is_union(reporters) != union_only, Note.AGGREGATE)
    account.leave_out(codes.is_all_products(products), Note.AGGREGATE)
    account.leave_out(codes.is_hidden(products), Note.CONFIDENTIAL)
    account.leave_out(value.is_null() | (value == _MISSING), Note.NOT_PUBLISHED)
    if "freq" in frame.columns:
        account.refuse(frame["freq"] != "M", "period", Reason.NOT_MONTHLY)
    account.refuse(frame["indicators"].is_null(), "indicators", Reason.MISSING_REQUIRED)
    account.refuse(~frame["indicators"].is_in(list(INDICATORS)), "indicators", Reason.UNKNOWN_CHOICE)
    account.leave_out(levels.aggregates(products, account.left), Note.AGGREGATE)


def _observations(rows: CsvRows, options: FeedOptions) -> pl.DataFrame:
    """Columns of `_OBSERVATION`: each line's field and its amount, in the field's unit."""
    vintage = pl.lit(options.vintage or None, pl.String)
    if not options.vintage and "LAST UPDATE" in rows.frame.columns:
        vintage = pl.col("LAST UPDATE").str.replace(_LAST_UPDATE, "20${3}-${2}-${1}")
    fields = {name: field for name, (field, _) in INDICATORS.items()}
    amount = pl.col("OBS_VALUE")
    for name, (_, power) in INDICATORS.items():
        if power:
            moved = times_power_of_ten("OBS_VALUE", power)
            amount = pl.when(pl.col("indicators") == name).then(moved).otherwise(amount)
    return rows.frame.select(
        *_CELL,
        field=pl.col("indicators").replace_strict(fields, default=None, return_dtype=pl.String),
        amount=amount,
        vintage=vintage,
        line=rows.lines,
    )


def _paired(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells that have both value and mass, and the observations of the others."""
    cells = _cells(frame)
    complete = cells["value"].is_not_null() & cells["net_mass_kg"].is_not_null()
    lines = [cells[f"line_{name}"].filter(~complete) for name in _FIELDS]
    return cells.filter(complete), frame.filter(pl.col("line").is_in(pl.concat(lines).drop_nulls()))


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a cell: `_CELL`, and vintage, amount and line of each field.

    A figure that is repeated makes a further row, which the ledger adds.
    """
    key = [*_CELL, "nth"]
    repeated = frame.select(*_CELL, "field").is_duplicated().any()
    nth = pl.int_range(pl.len()).over(*_CELL, "field") if repeated else pl.lit(0, pl.Int64)
    numbered = frame.with_columns(nth.alias("nth"))
    parts = (
        numbered.filter(pl.col("field") == name).select(
            *key,
            pl.col("amount").alias(name),
            pl.col("vintage").alias(f"vintage_{name}"),
            pl.col("line").alias(f"line_{name}"),
        )
        for name in _FIELDS
    )
    return reduce(
        lambda cells, part: cells.join(part, on=key, how="full", coalesce=True, nulls_equal=True), parts
    )


def _batch(
    cells: pl.DataFrame, rejects: list[Reject], notes: Counter[Note], unknown: tuple[str, ...]
) -> TextBatch:
    lines = [f"line_{name}" for name in _FIELDS]
    cells = cells.with_columns(line=pl.min_horizontal(lines)).sort("line")
    seen = int(cells.select(pl.sum_horizontal(pl.col(lines).count())).item())
    notes[Note.JOINED] += seen - cells.height
    frame = cells.select(
        reporter=codes.countries(cells["reporter"]),
        period="TIME_PERIOD",
        product="product",
        nomenclature=pl.concat_str(pl.lit("CN"), pl.col("TIME_PERIOD").str.head(4)),
        origin=codes.countries(cells["partner"]),
        flow=pl.col("flow").replace(FLOWS),
        net_mass_kg="net_mass_kg",
        quantity="quantity",
        quantity_unit=pl.when(pl.col("quantity").is_not_null()).then(pl.lit(SUPPLEMENTARY_UNIT)),
        value="value",
        currency=pl.lit("EUR"),
        value_basis=pl.col("flow").replace_strict(BASES, default=None, return_dtype=pl.String),
        vintage=pl.coalesce([f"vintage_{name}" for name in _FIELDS]),
        source=pl.lit("comext"),
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [str(cells.row(position, named=True)) for position in positions]

    return TextBatch(RecordKind.FLOW, frame, cells["line"], raw, rejects, unknown, +notes)


class Balance:
    """Holds the published total of all partners against the sum of those that are given.

    A file may name only some partners, so less than the total is in order; more is not. Figures are rounded
    each by itself: half a unit of the last place a partner is allowed.
    """

    def __init__(self) -> None:
        self._sums: list[pl.DataFrame] = []

    def take(self, frame: pl.DataFrame, given: pl.Series) -> None:
        """Add the rows of a batch; `given` (bool[n]): rows that become records."""
        world = frame["partner"].is_in(list(codes.WORLD))
        amount = pl.col("OBS_VALUE").cast(pl.Float64, strict=False)
        sums = (
            frame.select(*_GROUP, amount.alias("amount"), world.alias("world"), given.alias("given"))
            .filter(pl.col("world") | pl.col("given"))
            .group_by(_GROUP)
            .agg(
                pl.col("amount").filter("world").sum().alias("total"),
                pl.col("world").any(),
                pl.col("amount").filter("given").sum().alias("parts"),
                pl.col("given").sum().alias("partners"),
            )
        )
        self._sums.append(sums)

    def exceeded(self) -> int:
        """How many (reporter, product, flow, month, indicator) add up to more than their total."""
        if not self._sums:
            return 0
        whole = (
            pl.concat(self._sums)
            .group_by(_GROUP)
            .agg(pl.col("total", "parts", "partners").sum(), pl.col("world").any())
        )
        step = pl.when(pl.col("indicators").str.starts_with("VALUE")).then(1.0).otherwise(0.01)
        slack = step * (pl.col("partners") + 1) / 2
        return whole.filter("world", pl.col("parts") > pl.col("total") + slack).height
