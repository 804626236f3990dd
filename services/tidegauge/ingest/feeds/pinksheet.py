"""`pinksheet`: the World Bank's workbook of monthly commodity prices.

Official source: World Bank, Commodity Price Data (The Pink Sheet), CMO-Historical-Data-Monthly.xlsx,
https://www.worldbank.org/en/research/commodity-markets
Sheet `Monthly Prices`: row 5 names the series, row 6 their units, then one row a month (`1960M01`). Units:
US dollars per metric ton or kilogram here; others are refused. Licence: CC BY 4.0; name the World Bank.

Traps: missing prices are `...` or an ellipsis character; names carry footnote stars and blanks; a series may
change its place (urea: Black Sea until 2022-02, then Middle East; potash: Vancouver until 2019-12, then CFR
Brazil); a world price is no home-market price.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import polars as pl

from tidegauge.domain.amounts import NotANumberError, decimal_number
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.workbook import read_sheet

SHEET: Final = "Monthly Prices"
_NAMES_ROW: Final = 4
_UNITS_ROW: Final = 5
_KG_PER_UNIT: Final = {"($/mt)": Decimal(1000), "($/kg)": Decimal(1)}
_MISSING: Final = frozenset({"...", "…", "..", ""})
_MONTH = re.compile(r"([0-9]{4})M([0-9]{2})")

# Series that price the very good of an HS heading or subheading; another choice is the operator's.
SAME_GOOD: Final[Mapping[str, Sequence[str]]] = {
    "Urea": ("310210",),
    "DAP": ("310530",),
    "TSP": ("3103",),
    "Potassium chloride": ("310420",),
    "Phosphate rock": ("2510",),
    "Aluminum": ("7601",),
    "Copper": ("7403",),
    "Lead": ("7801",),
    "Nickel": ("7502",),
    "Tin": ("8001",),
    "Zinc": ("7901",),
}


class PinkSheet:
    """The World Bank's monthly commodity prices."""

    name = "pinksheet"
    description = "World Bank Pink Sheet workbook: price (benchmark), US$ a kilogram"
    kind = RecordKind.PRICE

    def recognises(self, sample: Sample) -> str | None:
        """By being a workbook: no other connector reads one."""
        return "is a workbook" if sample.container is Container.WORKBOOK else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Benchmarks of the series in `options.series` (or of the same goods), one batch a series."""
        if sample.container is not Container.WORKBOOK:
            raise FeedError(f"{sample.path}: is not a workbook (.xlsx)")
        sheet = _sheet(sample)
        columns = {str(name or "").rstrip(" *"): at for at, name in enumerate(sheet.row(_NAMES_ROW))}
        for series, products in (options.series or SAME_GOOD).items():
            if series not in columns:
                raise FeedError(f"{sample.path}: has no series '{series}' in the sheet '{SHEET}'")
            for product in products:
                yield _benchmark(sample, sheet, columns[series], series, product, options.vintage)


def _sheet(sample: Sample) -> pl.DataFrame:
    sheet = read_sheet(sample.path, SHEET)
    if sheet.height <= _UNITS_ROW:
        raise FeedError(f"{sample.path}: the sheet '{SHEET}' has no rows of prices")
    return sheet


def _benchmark(  # noqa: PLR0913, PLR0917 - one series of one sheet for one product
    sample: Sample, sheet: pl.DataFrame, at: int, series: str, product: str, vintage: str
) -> TextBatch:
    unit = str(sheet.item(_UNITS_ROW, at)).strip()
    if unit not in _KG_PER_UNIT:
        raise FeedError(f"{sample.path}: series '{series}' is in {unit}, not in US$ a ton or a kilogram")
    first = _UNITS_ROW + 1
    cells = sheet.select(period=sheet.columns[0], price=sheet.columns[at]).with_row_index("row", 1)
    cells = cells.slice(first).filter(
        pl.col("period").is_not_null(), ~pl.col("price").fill_null("").str.strip_chars().is_in(_MISSING)
    )
    texts = cells["price"].to_list()
    frame = cells.select(
        source=pl.lit(f"worldbank-pinksheet:{_slug(series)}"),
        kind=pl.lit("benchmark"),
        product=pl.lit(product),
        nomenclature=pl.lit("HS2022"),
        period=pl.col("period").str.replace(_MONTH.pattern, "$1-$2"),
        price=pl.Series([_per_kg(text, _KG_PER_UNIT[unit]) for text in texts], dtype=pl.String),
        currency=pl.lit("USD"),
        unit=pl.lit("kg"),
        vintage=pl.lit(vintage or None, pl.String),
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [f"{frame['period'][position]}: {texts[position]}" for position in positions]

    return TextBatch(RecordKind.PRICE, frame, cells["row"].cast(pl.Int64).alias("line"), raw)


def _slug(series: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", series.lower()).strip("-")


def _per_kg(text: str, kg: Decimal) -> str:
    """The price of one kilogram; what is no number stays, and is refused as what it is."""
    try:
        return format((decimal_number(text.strip()) / kg).normalize(), "f")
    except NotANumberError:
        return text
