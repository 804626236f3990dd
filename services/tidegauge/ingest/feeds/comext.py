"""`comext`: the European Union's trade in goods by partner and CN code, bulk files and data set DS-045409.

Official source: Eurostat, Comext, https://ec.europa.eu/eurostat/comext; bulk files full_v2_YYYYMM of the
folder COMEXT_DATA/PRODUCTS (unpacked from .7z), and the CSV of data set DS-045409 from the data browser.
Columns, bulk: REPORTER, PARTNER, TRADE_TYPE (I inside, E outside the Union), PRODUCT_NC, FLOW (1 import,
2 export), STAT_PROCEDURE (1 normal; all are counted), SUPPL_UNIT, PERIOD (YYYYMM), VALUE_EUR, VALUE_NAC,
QUANTITY_KG, QUANTITY_SUPPL_UNIT; older files: DECLARANT, STAT_REGIME (4 is the total of the others),
SUPP_UNIT, VALUE_IN_EUROS, QUANTITY_IN_KG, SUP_QUANTITY. DS-045409: one observation a line, `indicators`
VALUE_IN_EUROS and QUANTITY_IN_100KG, and LAST UPDATE, which is the vintage. Units: euros, kilograms (hundreds
of kilograms in DS-045409), the supplementary unit of the CN. Imports are CIF, exports FOB.
Licence: Eurostat reuse policy (as CC BY 4.0); name Eurostat.

Traps: WORLD, EU27_2020 and other groups stand among the partners (left out, and WORLD held against the sum of
the others); the product TOTAL and shorter codes stand beside CN codes (left out); Greece is EL or GR, the
United Kingdom GB or XU; QP to QZ are no countries, QR among them (stores and provisions): all become ZZ;
codes with letters hold confidential trade of a chapter (left out, counted); a supplementary quantity 0
without a unit is none; months 52 are years (refused); bulk files carry no vintage and are revised for two
years.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds import comext_codes as codes
from tidegauge.ingest.feeds import comext_long
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import read_rows
from tidegauge.ingest.feeds.leftovers import Account, Levels

# Our name -> the column's names in the order of preference.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "reporter": ("REPORTER", "DECLARANT_ISO", "DECLARANT"),
    "partner": ("PARTNER_ISO", "PARTNER"),
    "product": ("PRODUCT_NC",),
    "flow": ("FLOW",),
    "period": ("PERIOD",),
    "value": ("VALUE_EUR", "VALUE_IN_EUROS"),
    "mass": ("QUANTITY_KG", "QUANTITY_IN_KG"),
}
_OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "regime": ("STAT_REGIME",),
    "unit": ("SUPPL_UNIT", "SUPP_UNIT"),
    "quantity": ("QUANTITY_SUPPL_UNIT", "SUP_QUANTITY"),
}
# Other classifications of the same goods, and what is read from other columns.
_UNUSED: Final = frozenset(
    {"TRADE_TYPE", "STAT_PROCEDURE", "VALUE_NAC", "DECLARANT", "PARTNER", "PRODUCT_SITC", "PRODUCT_CPA21",
     "PRODUCT_CPA22", "PRODUCT_CPA2002", "PRODUCT_CPA2008", "PRODUCT_BEC", "PRODUCT_BEC5", "PRODUCT_SECTION"}
)  # fmt: skip
_CODES: Final[tuple[str, ...]] = ("reporter", "partner", "product", "flow", "period", "regime")
_ALL_REGIMES: Final = "4"
_MONTH: Final = r"^([0-9]{4})([0-9]{2})$"
_YEARLY: Final = r"^[0-9]{4}(5[0-9])?$"


class Comext:
    """Eurostat's trade in goods: bulk files and the long CSV of DS-045409."""

    name = "comext"
    description = "Eurostat Comext bulk CSV and DS-045409 long CSV: flow, euros, CIF imports and FOB exports"
    kind = RecordKind.FLOW

    def recognises(self, sample: Sample) -> str | None:
        """By the column names of either form."""
        if sample.container is not Container.CSV:
            return None
        if set(comext_long.REQUIRED) <= set(sample.columns):
            return "has the columns of Comext's DS-045409"
        return "has the columns of Comext's bulk files" if not _missing(sample) else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Flow records: one a row of a bulk file, one a cell of DS-045409."""
        if set(comext_long.REQUIRED) <= set(sample.columns):
            yield from comext_long.read_long(sample, options)
            return
        missing = _missing(sample)
        if missing:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of Comext are missing")
        yield from _read_bulk(sample, options)


def _found(sample: Sample) -> dict[str, str]:
    wanted = {**_COLUMNS, **_OPTIONAL}
    present = {name: [one for one in names if one in sample.columns] for name, names in wanted.items()}
    return {name: names[0] for name, names in present.items() if names}


def _missing(sample: Sample) -> list[str]:
    found = _found(sample)
    return [names[0] for name, names in _COLUMNS.items() if name not in found]


def _read_bulk(sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
    found = _found(sample)
    unknown = tuple(name for name in sample.columns if name not in {*found.values(), *_UNUSED})
    levels = Levels()
    union_only = totals_only = None
    for rows in read_rows(sample.path, options, set(found.values())):
        frame = rows.frame.select(pl.col(column).alias(name) for name, column in found.items())
        known = {name: Distinct(frame[name]) for name in _CODES if name in frame.columns}
        if union_only is None and frame.height:
            union_only = bool(codes.is_union(known["reporter"]).all())
            totals_only = "regime" in known and bool(known["regime"].one_of([_ALL_REGIMES]).any())
        account = Account(sample.path, rows)
        account.leave_out(codes.is_union(known["reporter"]) != bool(union_only), Note.AGGREGATE)
        if "regime" in known:
            totals = known["regime"].one_of([_ALL_REGIMES])
            account.leave_out(totals != bool(totals_only), Note.AGGREGATE)
        _sort_out(account, known, levels)
        yield account.batch(RecordKind.FLOW, _canonical(frame, known, options), unknown)


def _sort_out(account: Account, known: Mapping[str, Distinct], levels: Levels) -> None:
    """Leave out totals and confidential codes; refuse years."""
    product = known["product"]
    account.leave_out(codes.is_group(known["reporter"]), Note.AGGREGATE)
    account.leave_out(codes.is_total(known["partner"]), Note.AGGREGATE)
    account.leave_out(codes.is_all_products(product), Note.AGGREGATE)
    account.leave_out(codes.is_hidden(product), Note.CONFIDENTIAL)
    yearly = known["period"].where(lambda period: period.str.contains(_YEARLY))
    account.refuse(yearly, "period", Reason.NOT_MONTHLY)
    account.leave_out(levels.aggregates(product, account.left), Note.AGGREGATE)


def _canonical(frame: pl.DataFrame, known: Mapping[str, Distinct], options: FeedOptions) -> pl.DataFrame:
    empty = pl.lit(None, pl.String)
    unit = pl.col("unit") if "unit" in frame.columns else empty
    quantity = pl.col("quantity") if "quantity" in frame.columns else empty
    no_quantity = unit.is_null() & (quantity.cast(pl.Float64, strict=False) == 0)
    return frame.select(
        reporter=codes.countries(known["reporter"]),
        period=known["period"].mapped(lambda period: period.str.replace(_MONTH, "${1}-${2}")),
        product=known["product"].coded,
        nomenclature=known["period"].mapped(lambda period: "CN" + period.str.head(4)),
        origin=codes.countries(known["partner"]),
        flow=known["flow"].replaced(comext_long.FLOWS),
        net_mass_kg="mass",
        quantity=pl.when(~no_quantity.fill_null(value=False)).then(quantity),
        quantity_unit=pl.when(quantity.is_not_null()).then(unit),
        value="value",
        currency=pl.lit("EUR"),
        value_basis=known["flow"].named(comext_long.BASES),
        vintage=pl.lit(options.vintage or None, pl.String),
        source=pl.lit("comext"),
    )
