"""`japan-customs`: Japan's trade by nine-digit code and country, the wide CSV with a year across.

Official source: Ministry of Finance of Japan, Trade Statistics of Japan, https://www.customs.go.jp/toukei/,
published on e-Stat (toukei 00350300); countries by the ministry's list of country codes (annex 1 of its
circular on trade statistics, https://www.customs.go.jp/toukei/sankou/dgorder/a1.htm), here
japan_customs_countries.csv.
Columns: `Exp or Imp` (1 export, 2 import), Year, (Custom), HS, Country, Unit1, Unit2, Quantity1-Year,
Quantity2-Year, Value-Year, then Quantity1-Jan, Quantity2-Jan, Value-Jan and so on to Dec. Units: thousand
yen; quantities in Unit1 and Unit2. Imports are CIF, exports FOB.
Licence: Japan's Government Standard Terms of Use 2.0 (as CC BY 4.0); name the ministry.

Traps: months not yet published stand as 0, so that the year is cut: at the month before the vintage, or at
the last month that has any value; 0 in a published month is no trade, or less than half a unit; HS is text of
nine digits, in some files with an apostrophe before it; net mass is the quantity whose unit is KG or MT, if
any; a quantity of 0 beside a value is missing; a stage (provisional, fixed) replaces the one before, so the
vintage must be told; by-office files (Custom) split a cell, and the ledger adds it up; consignments up to
200,000 yen are not in; the codes for the Azores, Ceuta and the Canaries are Portugal and Spain here, other
Australian territories, to order, unknown and bonded areas ZZ.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.code_table import country_table
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows
from tidegauge.ingest.feeds.leftovers import Account
from tidegauge.ingest.feeds.scaling import times_power_of_ten

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INDEX: Final = ("Exp or Imp", "Year", "HS", "Country", "Unit1", "Unit2")
_PARTS: Final = ("Quantity1", "Quantity2", "Value")
_CELLS: Final = frozenset(f"{part}-{month}" for part in _PARTS for month in (*_MONTHS, "Year"))
_FLOWS: Final = {"1": "export", "2": "import"}
_BASES: Final = {"1": "FOB", "2": "CIF"}
_ZERO: Final = r"^0*(\.0*)?$"
_MASSES: Final = ("KG", "MT")


class JapanCustoms:
    """Japan's trade statistics, twelve months across."""

    name = "japan-customs"
    description = "Japan Customs / e-Stat wide CSV (HS x country, Jan to Dec): flow, yen"
    kind = RecordKind.FLOW

    def recognises(self, sample: Sample) -> str | None:
        """By its column names."""
        fits = sample.container is Container.CSV and not _missing(sample.columns)
        return "has the columns of Japan's trade statistics" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Flow records, one a published month of a row; all of a row have its line."""
        missing = _missing(sample.columns)
        if missing:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of Japan's statistics are missing")
        unknown = tuple(name for name in sample.columns if name not in {*_INDEX, "Custom", *_CELLS})
        last = _before(options.vintage) if options.vintage else _last_with_value(sample, options)
        for rows in read_rows(sample.path, options):
            account = Account(sample.path, rows)
            months = _months(rows)
            published = months.filter(~_is_month() | (pl.col("period") <= last))
            account.notes[Note.NOT_PUBLISHED] += months.height - published.height
            yield _batch(published, account, options.vintage, unknown)


def _missing(columns: Sequence[str]) -> list[str]:
    wanted = (*_INDEX, *(f"{part}-{month}" for part in _PARTS for month in _MONTHS))
    return [name for name in wanted if name not in columns]


def _is_month() -> pl.Expr:
    """Whether the period is one; what is none goes on, and is refused."""
    return pl.col("period").str.contains("^[0-9]{4}-[0-9]{2}$").fill_null(value=False)


def _before(vintage: str) -> str:
    """The month before that of a date: the newest that can be out by then."""
    year, month = int(vintage[:4]), int(vintage[5:7])
    return f"{year:04}-{month - 1:02}" if month > 1 else f"{year - 1:04}-12"


def _last_with_value(sample: Sample, options: FeedOptions) -> str:
    """The last month of the file in which anything was traded; a first pass over the file."""
    last = ""
    for rows in read_rows(sample.path, options):
        for at, month in enumerate(_MONTHS, 1):
            traded = rows.frame.filter(~pl.col(f"Value-{month}").str.contains(_ZERO))["Year"].drop_nulls()
            years = traded.filter(traded.str.contains("^[0-9]{4}$"))
            if len(years):
                last = max(last, *(f"{year}-{at:02}" for year in years.unique().to_list()))
    return last


def _months(rows: CsvRows) -> pl.DataFrame:
    """One row a line and month: the row's own columns, line, period, Quantity1, Quantity2, Value."""
    frame = rows.frame.with_columns(rows.lines)
    parts = [
        frame.select(
            *_INDEX,
            "line",
            pl.concat_str("Year", pl.lit(f"-{at:02}")).alias("period"),
            *(pl.col(f"{part}-{month}").alias(part) for part in _PARTS),
        )
        for at, month in enumerate(_MONTHS, 1)
    ]
    return pl.concat(parts).sort("line", maintain_order=True)


def _batch(months: pl.DataFrame, account: Account, vintage: str, unknown: tuple[str, ...]) -> TextBatch:
    traded = ~pl.col("Value").str.contains(_ZERO).fill_null(value=True)
    quantities = {place: _quantity(place, traded) for place in "12"}
    is_mass = {place: pl.col(f"Unit{place}").is_in(list(_MASSES)).fill_null(value=False) for place in "12"}
    frame = months.with_columns(quantities["1"].alias("q1"), quantities["2"].alias("q2"))
    second, first = (
        ~is_mass["2"] & pl.col("Unit2").is_not_null(),
        ~is_mass["1"] & pl.col("Unit1").is_not_null(),
    )
    canonical = frame.select(
        reporter=pl.lit("JP"),
        period="period",
        product=pl.col("HS").str.strip_prefix("'").str.zfill(9),
        nomenclature=pl.concat_str(pl.lit("JP"), pl.col("Year")),
        # A number that the table does not know stays as it is, and is refused with it.
        origin=pl.col("Country").str.zfill(3).replace(country_table("japan_customs")),
        flow=pl.col("Exp or Imp").replace(_FLOWS),
        net_mass_kg=pl.when(is_mass["2"]).then(_mass("2")).when(is_mass["1"]).then(_mass("1")),
        quantity=pl.when(second).then("q2").when(first).then("q1"),
        quantity_unit=pl.when(second & pl.col("q2").is_not_null())
        .then("Unit2")
        .when(~second & first & pl.col("q1").is_not_null())
        .then("Unit1"),
        value=times_power_of_ten("Value", 3),
        currency=pl.lit("JPY"),
        value_basis=pl.col("Exp or Imp").replace_strict(_BASES, default=None, return_dtype=pl.String),
        vintage=pl.lit(vintage or None, pl.String),
        source=pl.lit("japan-customs"),
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [str(months.row(position, named=True)) for position in positions]

    notes: Counter[Note] = +account.notes
    return TextBatch(RecordKind.FLOW, canonical, months["line"], raw, account.rejects, unknown, notes)


def _quantity(place: str, traded: pl.Expr) -> pl.Expr:
    """A quantity; 0 beside a value is a missing one."""
    quantity = pl.col(f"Quantity{place}")
    return pl.when(~(traded & quantity.str.contains(_ZERO)).fill_null(value=False)).then(quantity)


def _mass(place: str) -> pl.Expr:
    tons = times_power_of_ten(f"q{place}", 3)
    return pl.when(pl.col(f"Unit{place}") == "MT").then(tons).otherwise(pl.col(f"q{place}"))
