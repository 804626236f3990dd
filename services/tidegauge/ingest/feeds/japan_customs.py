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

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.distinct import Distinct, named
from tidegauge.ingest.feeds.across import Across
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.code_table import country_table
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows, with_texts
from tidegauge.ingest.feeds.leftovers import Account
from tidegauge.ingest.feeds.scaling import moved

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INDEX: Final = ("Exp or Imp", "Year", "HS", "Country", "Unit1", "Unit2")
_QUANTITIES: Final = ("Quantity1", "Quantity2")
_PARTS: Final = (*_QUANTITIES, "Value")
_CELLS: Final = frozenset(f"{part}-{month}" for part in _PARTS for month in (*_MONTHS, "Year"))
_NUMBERS: Final = {f"{part}-{month}": pl.Int64() for part in _PARTS for month in _MONTHS}
_VALUES: Final = {f"Value-{month}": pl.Int64() for month in _MONTHS}
_FLOWS: Final = {"1": "export", "2": "import"}
_BASES: Final = {"1": "FOB", "2": "CIF"}
_SAME: Final = {"reporter": "JP", "currency": "JPY", "source": "japan-customs"}
_ZERO: Final = r"^0*(\.0*)?$"
_YEAR: Final = re.compile("[0-9]{4}")
_TONS: Final = "MT"
_MASSES: Final = ("KG", _TONS)
_UNITS: Final = ("Unit1", "Unit2")


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
        published = _Published(sample, options)
        for rows in read_rows(sample.path, options, numbers=_NUMBERS):
            yield _batch(sample.path, rows, published.last(rows.frame), options.vintage, unknown)


def _missing(columns: Sequence[str]) -> list[str]:
    wanted = (*_INDEX, *(f"{part}-{month}" for part in _PARTS for month in _MONTHS))
    return [name for name in wanted if name not in columns]


class _Published:
    """The last month of a file that is out: that before its vintage, or the last with any trade.

    No later row makes it an earlier one. So the rest of a file matters only to a batch with months beyond all
    trade so far: then the file is looked through, once.
    """

    def __init__(self, sample: Sample, options: FeedOptions) -> None:
        self._sample, self._options = sample, options
        self._settled = bool(options.vintage)
        self._last = _before(options.vintage) if options.vintage else ""

    def last(self, frame: pl.DataFrame) -> str:
        """YYYY-MM, as it concerns the rows of a batch."""
        if self._settled:
            return self._last
        self._last = _last_traded(frame, self._last)
        newest = max(_years(Distinct(frame["Year"]).known), default="")
        if newest and f"{newest}-12" > self._last:
            self._settled = True
            for rows in read_rows(self._sample.path, self._options, {"Year", *_VALUES}, _VALUES):
                self._last = _last_traded(rows.frame, self._last)
        return self._last


def _before(vintage: str) -> str:
    """The month before that of a date: the newest that can be out by then."""
    year, month = int(vintage[:4]), int(vintage[5:7])
    return f"{year:04}-{month - 1:02}" if month > 1 else f"{year - 1:04}-12"


def _last_traded(frame: pl.DataFrame, last: str) -> str:
    """The last month in which anything was traded, if it is after another."""
    years = Distinct(frame["Year"])
    newest = max(_years(years.known), default="")
    for at in range(len(_MONTHS), 0, -1):
        if f"{newest}-{at:02}" > last:
            traded = (~_is_zero(frame[f"Value-{_MONTHS[at - 1]}"])).fill_null(value=False)
            last = max([last, *(f"{year}-{at:02}" for year in _years(years.among(traded)))])
    return last


def _years(texts: list[str]) -> list[str]:
    return [text for text in texts if _YEAR.fullmatch(text)]


def _is_zero(figures: pl.Series) -> pl.Series:
    return figures == 0 if figures.dtype == pl.Int64() else figures.str.contains(_ZERO)


def _batch(path: Path, rows: CsvRows, last: str, vintage: str, unknown: tuple[str, ...]) -> TextBatch:
    account, frame, years = Account(path, rows), rows.frame, Distinct(rows.frame["Year"])
    out = years.mapped(lambda known: pl.Series([_months_out(year, last) for year in known], dtype=pl.Int64))
    across = Across.first(out.fill_null(len(_MONTHS)), len(_MONTHS))
    account.notes[Note.NOT_PUBLISHED] += frame.height * len(_MONTHS) - len(across)
    months = pl.Series([f"{year}-{at:02}" for year in years.known for at in range(1, 13)], dtype=pl.String)
    period = Distinct.placed(months, years.at(across.row).places * len(_MONTHS) + across.month)
    coded = {"period": period}
    coded |= {name: code.at(across.row) for name, code in _codes(frame, years).items()}
    coded |= {name: Distinct.same(text, len(across)) for name, text in _SAME.items()}
    if vintage:
        coded["vintage"] = Distinct.same(vintage, len(across))
    amounts, coded["quantity_unit"] = _amounts(frame, across)
    lines = rows.lines.gather(across.row)

    def raw(positions: Sequence[int]) -> list[str]:
        at = pl.Series(positions, dtype=pl.UInt32)
        told = zip(across.row.gather(at), across.month.gather(at), period.at(at).plain, strict=True)
        return [_told(rows, row, month, text) for row, month, text in told]

    notes: Counter[Note] = +account.notes
    batch = TextBatch(RecordKind.FLOW, amounts, lines, raw, account.rejects, unknown, notes, coded)
    return with_texts(batch, rows, lambda some: _batch(path, some, last, vintage, unknown), across.rows_of)


def _told(rows: CsvRows, row: int, month: int, period: str) -> str:
    """A month of a row, as it stands in the file."""
    cells = rows.frame.row(row, named=True)
    figures = {part: cells[f"{part}-{_MONTHS[month]}"] for part in _PARTS}
    return str({name: cells[name] for name in _INDEX} | {"line": rows.lines[row], "period": period} | figures)


def _months_out(year: str, last: str) -> int:
    """How many months of a year are out; of what is no year all: they are to be refused."""
    if not _YEAR.fullmatch(year) or year < last[:4]:
        return len(_MONTHS)
    return int(last[5:]) if year == last[:4] else 0


def _codes(frame: pl.DataFrame, years: Distinct) -> dict[str, Distinct]:
    """What is said once a row."""
    flows = Distinct(frame["Exp or Imp"])
    return {
        "product": Distinct(frame["HS"]).changed(lambda code: code.str.strip_prefix("'").str.zfill(9)),
        "nomenclature": years.changed(lambda year: "JP" + year),
        # A number that the table does not know stays as it is, and is refused with it.
        "origin": Distinct(frame["Country"]).changed(
            lambda code: code.str.zfill(3).replace(country_table("japan_customs"))
        ),
        "flow": flows.changed(lambda flow: flow.replace(_FLOWS)),
        "value_basis": flows.changed(lambda flow: named(flow, _BASES)),
    }


def _amounts(frame: pl.DataFrame, across: Across) -> tuple[pl.DataFrame, Distinct]:
    """Mass, quantity and value of each record, and the quantity's unit.

    A mass is what a unit of mass stands beside, a quantity what another does: of two the second goes before.
    """
    columns = [frame[f"{part}-{month}"] for part in _QUANTITIES for month in _MONTHS]
    value = across.cells([frame[name] for name in _VALUES])
    traded = ~_is_zero(value).fill_null(value=True)
    found, units = [], []
    for of_mass in (True, False):
        place, unit = _chosen(frame, of_mass=of_mass)
        figure = across.cells(columns, place * len(_MONTHS))
        missing = (traded & _is_zero(figure)).fill_null(value=False)
        found.append(figure.set(missing, None) if missing.any() else figure)
        units.append(unit.at(across.row))
    (mass, quantity), tons = found, units[0].one_of([_TONS])
    if tons.any():
        mass = moved(mass, 3).zip_with(tons, mass)
    amounts = pl.DataFrame({"net_mass_kg": mass, "quantity": quantity, "value": moved(value, 3)})
    return amounts, units[1].without(quantity.is_null())


def _chosen(frame: pl.DataFrame, *, of_mass: bool) -> tuple[pl.Series, Distinct]:
    """For each row which of its quantities is the mass, or else its quantity: 0, 1 or null, and the unit."""
    one, two = (Distinct(frame[name]) for name in _UNITS)
    first, second = (unit.where(lambda known: known.is_in(_MASSES) == of_mass) for unit in (one, two))
    place = pl.when(second).then(1).when(first).then(0)
    unit = pl.when(second).then(two.places + len(one.texts)).when(first).then(one.places)
    return pl.select(place).to_series(), Distinct.placed(
        pl.concat([one.texts, two.texts]), pl.select(unit).to_series()
    )
