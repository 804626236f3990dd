"""`census`: the United States' imports and exports by HS code and country, JSON of the Census Bureau's API.

Official source: US Census Bureau, International Trade API, timeseries/intltrade/imports/hs and exports/hs,
https://www.census.gov/data/developers/data-sets/international-trade.html; countries by Schedule C, the table
of this package (census_countries.csv: 240 codes held against two copies of the Census Bureau's country.txt of
2025 and 2026; 7320, 7370, 8220 and 8500, which are no longer in it, are unverified).
Columns: an array of arrays whose first row holds the names: I_COMMODITY (exports E_COMMODITY), CTY_CODE,
time, GEN_VAL_MO (general imports, else CON_VAL_MO for consumption; exports ALL_VAL_MO), GEN_CHA_MO (freight
and insurance), GEN_QY1_MO and UNIT_QY1, GEN_QY2_MO and UNIT_QY2 (exports QTY_1_MO, QTY_2_MO), their _FLAG,
SUMMARY_LVL. Units: US dollars; imports at customs value without freight and insurance, which stand together
in `freight`; exports at free-alongside value, which is neither FOB nor CIF and stays without a basis.
Licence: public domain (US Government); name the Census Bureau.

Traps: quantity 0 with the flag M is missing; SUMMARY_LVL CGP are groups of countries, CTY_CODE `-` the total
of all, 0003 and the like groups (only DET is taken); a column that is asked for and filtered by comes twice;
there is no net mass of its own: it is the quantity whose unit is kilogram or ton (KG, T), if any; general
imports and imports for consumption differ, and one file is read as one of them; the error of a failed
request is HTML, not JSON.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds import json_document
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.code_table import country_table
from tidegauge.ingest.feeds.leftovers import Account, Levels
from tidegauge.ingest.feeds.scaling import times_power_of_ten

# Our name -> the columns that may hold it, the preferred first.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "product": ("I_COMMODITY", "E_COMMODITY"),
    "country": ("CTY_CODE",),
    "value": ("GEN_VAL_MO", "CON_VAL_MO", "ALL_VAL_MO"),
    "charges": ("GEN_CHA_MO", "CON_CHA_MO"),
    "quantity1": ("GEN_QY1_MO", "CON_QY1_MO", "QTY_1_MO"),
    "flag1": ("GEN_QY1_MO_FLAG", "CON_QY1_MO_FLAG", "QTY_1_MO_FLAG"),
    "unit1": ("UNIT_QY1",),
    "quantity2": ("GEN_QY2_MO", "CON_QY2_MO", "QTY_2_MO"),
    "flag2": ("GEN_QY2_MO_FLAG", "CON_QY2_MO_FLAG", "QTY_2_MO_FLAG"),
    "unit2": ("UNIT_QY2",),
    "level": ("SUMMARY_LVL",),
    "time": ("time",),
    "year": ("YEAR",),
    "month": ("MONTH",),
}
_NEEDED: Final = ("product", "country", "value")
_EXPORTS: Final = "E_COMMODITY"
_DETAIL: Final = "DET"
_GROUP: Final = "^(-|0.*|.*X.*)$"
_MISSING: Final = "M"
_NO_UNIT: Final = ("-", "X", "NONE")
_ROWS: Final = 200_000
_ZERO: Final = r"^0*(\.0*)?$"


class Census:
    """The US Census Bureau's international trade API."""

    name = "census"
    description = "US Census international trade API, JSON array of arrays: flow, US$ customs value"
    kind = RecordKind.FLOW

    def recognises(self, sample: Sample) -> str | None:
        """By the names in the first array."""
        fits = sample.container is Container.JSON and not _missing(sample.columns)
        return "has the columns of the US Census trade API" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Flow records, one a row of a single country."""
        missing = _missing(sample.columns)
        if missing or sample.container is not Container.JSON:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of the US Census API are missing")
        found = _found(sample.columns)
        unknown = tuple(name for name in dict.fromkeys(sample.columns) if not _is_known(name))
        levels = Levels()
        flow = "export" if _EXPORTS in sample.columns else "import"
        for rows in json_document.tables(sample.path, sample.columns, _ROWS, header=1):
            account = Account(sample.path, rows)
            frame = rows.frame.select(
                (pl.col(found[name]) if name in found else pl.lit(None, pl.String)).alias(name)
                for name in _COLUMNS
            )
            account.leave_out(frame["level"] != _DETAIL, Note.AGGREGATE)
            account.leave_out(frame["country"].str.contains(_GROUP), Note.AGGREGATE)
            account.leave_out(frame["product"] == "-", Note.AGGREGATE)
            account.leave_out(levels.aggregates(Distinct(frame["product"]), account.left), Note.AGGREGATE)
            yield account.batch(self.kind, _canonical(frame, flow, options), unknown)


def _found(columns: Sequence[str]) -> dict[str, str]:
    present = {name: [one for one in names if one in columns] for name, names in _COLUMNS.items()}
    return {name: names[0] for name, names in present.items() if names}


def _missing(columns: Sequence[str]) -> list[str]:
    found = _found(columns)
    missing = [_COLUMNS[name][0] for name in _NEEDED if name not in found]
    dated = "time" in found or {"year", "month"} <= found.keys()
    return missing if dated else [*missing, "time"]


def _is_known(name: str) -> bool:
    """Whether a column is read, or is another cut of what is read: by transport, by year, a name."""
    if any(name in names for names in _COLUMNS.values()):
        return True
    return name.endswith(("_MO", "_YR", "_FLAG", "_LDESC", "_SDESC", "_NAME")) or name in {
        "COMM_LVL",
        "SUMMARY_LVL2",
    }


def _canonical(frame: pl.DataFrame, flow: str, options: FeedOptions) -> pl.DataFrame:
    frame = frame.with_columns(_known("1"), _known("2"))
    is_mass = {place: pl.col(f"unit{place}").is_in(["KG", "T"]).fill_null(value=False) for place in "12"}
    period = pl.coalesce("time", pl.concat_str("year", pl.lit("-"), pl.col("month").str.zfill(2)))
    first, second = ~is_mass["1"], is_mass["1"] & ~is_mass["2"]
    countries = country_table("census")
    charges = pl.col("charges") if flow == "import" else pl.lit(None, pl.String)
    return frame.select(
        reporter=pl.lit("US"),
        period=period,
        product="product",
        nomenclature=pl.concat_str(pl.lit("HTS" if flow == "import" else "SCHB"), period.str.head(4)),
        # A number that the table does not know stays as it is, and is refused with it.
        origin=pl.col("country").str.zfill(4).replace(countries),
        flow=pl.lit(flow),
        net_mass_kg=pl.when(is_mass["1"]).then(_mass("1")).when(is_mass["2"]).then(_mass("2")),
        quantity=pl.when(first).then("known1").when(second).then("known2"),
        quantity_unit=pl.when(first & pl.col("known1").is_not_null())
        .then("unit1")
        .when(second & pl.col("known2").is_not_null())
        .then("unit2"),
        value="value",
        currency=pl.lit("USD"),
        value_basis=pl.lit("customs" if flow == "import" else None, pl.String),
        freight=charges,
        vintage=pl.lit(options.vintage or None, pl.String),
        source=pl.lit("us-census"),
    )


def _known(place: str) -> pl.Expr:
    """A quantity that is there: not flagged as missing, and with a unit."""
    quantity, flag, unit = pl.col(f"quantity{place}"), pl.col(f"flag{place}"), pl.col(f"unit{place}")
    flagged = (flag == _MISSING).fill_null(value=False)
    unitless = unit.is_null() | unit.is_in(list(_NO_UNIT))
    nothing = quantity.str.contains(_ZERO) & unitless
    return pl.when(~flagged & ~nothing.fill_null(value=False)).then(quantity).alias(f"known{place}")


def _mass(place: str) -> pl.Expr:
    tons = times_power_of_ten(f"known{place}", 3)
    return pl.when(pl.col(f"unit{place}") == "T").then(tons).otherwise(pl.col(f"known{place}"))
