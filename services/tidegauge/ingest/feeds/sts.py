r"""`sts`: Eurostat's short-term business statistics, the wide CSV: one row a country, two columns a month.

Official source: Eurostat, short-term business statistics, data sets sts_inpr_m (production in industry) and
their kin, https://ec.europa.eu/eurostat/web/short-term-business-statistics
Columns: freq, indic_bt, nace_r2, s_adj, unit, `geo\TIME_PERIOD`, then `YYYY-MM_value` and `YYYY-MM_flag` for
each month. Units: an index (`unit` I21: 2021 = 100). Indicators: PRD or PROD production, TOVT and TOVV
turnover (sales), PRIN and PRC_PRR producer prices, EMPL employment.
Licence: Eurostat reuse policy (as CC BY 4.0); name Eurostat.

Traps: a missing figure is `:`, beside a value column left empty or in it, with `@C` where it is confidential
(left out, counted); euro-area and EU27_2020 rows stand beside their members (EU27_2020 is the reporter EU, a
series of its own; euro areas are left out); Greece is EL; `s_adj` SCA is seasonally and calendar adjusted, CA
calendar adjusted, NSA neither: they are different series and never mixed (they stand in the source); letters
as flags (p provisional, e estimated) belong to a figure that is kept; an index is no quantity.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds import comext_codes as codes
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows, read_rows
from tidegauge.ingest.feeds.leftovers import Account

_GEO: Final = "geo\\TIME_PERIOD"
_REQUIRED: Final = ("freq", "indic_bt", "nace_r2", "unit", _GEO)
_ADJUSTED: Final = "s_adj"
_CELL: Final = re.compile(r"([0-9]{4}-[0-9]{2})_(value|flag)")
_INDICATORS: Final = {
    "PRD": "production",
    "PROD": "production",
    "TOVT": "sales",
    "TOVV": "sales",
    "PRIN": "producer_price",
    "PRC_PRR": "producer_price",
    "EMPL": "employment",
}
_MISSING: Final = ":"
_CONFIDENTIAL: Final = "@C|^c$|[^a-z]c$"
_ESTIMATED: Final = "e|s"


class Sts:
    """Eurostat's short-term statistics, as a wide CSV."""

    name = "sts"
    description = "Eurostat short-term statistics, wide CSV (YYYY-MM_value, YYYY-MM_flag): industry"
    kind = RecordKind.INDUSTRY

    def recognises(self, sample: Sample) -> str | None:
        """By its first columns and its months."""
        fits = sample.container is Container.CSV and not _missing(sample.columns)
        return "has the columns of Eurostat's short-term statistics" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Industry records, one a published figure; all figures of a row have its line."""
        missing = _missing(sample.columns)
        if missing:
            raise FeedError(f"{sample.path}: columns {', '.join(missing)} of the wide file are missing")
        known = {*_REQUIRED, _ADJUSTED}
        unknown = tuple(name for name in sample.columns if name not in known and not _CELL.fullmatch(name))
        for rows in read_rows(sample.path, options):
            account = Account(sample.path, rows)
            account.leave_out(codes.is_group(Distinct(rows.frame[_GEO])), Note.AGGREGATE)
            account.refuse(rows.frame["freq"] != "M", "period", Reason.NOT_MONTHLY)
            yield _batch(account, rows, options.vintage, unknown)


def _missing(columns: Sequence[str]) -> list[str]:
    missing = [name for name in _REQUIRED if name not in columns]
    return missing if any(_CELL.fullmatch(name) for name in columns) else [*missing, "YYYY-MM_value"]


def _batch(account: Account, rows: CsvRows, vintage: str, unknown: tuple[str, ...]) -> TextBatch:
    long = _figures(rows.frame.with_columns(rows.lines).filter(account.left))
    flag = pl.col("flag").fill_null("")
    absent = pl.col("value").is_null() | (pl.col("value") == _MISSING)
    marked = long.with_columns(
        absent=absent,
        hidden=absent & flag.str.contains(_CONFIDENTIAL),
        estimated=~absent & flag.str.contains(_ESTIMATED),
    )
    hidden, missing = int(marked["hidden"].sum()), int(marked["absent"].sum())
    account.notes[Note.CONFIDENTIAL] += hidden
    account.notes[Note.NOT_PUBLISHED] += missing - hidden
    account.notes[Note.ESTIMATED] += int(marked["estimated"].sum())
    figures = marked.filter(~pl.col("absent")).sort("line", "month", maintain_order=True)
    frame = figures.select(
        reporter=codes.countries(Distinct(figures[_GEO])),
        product="nace_r2",
        classification=pl.lit("NACE2"),
        period="month",
        indicator=pl.col("indic_bt").replace(_INDICATORS),
        value="value",
        unit="unit",
        vintage=pl.lit(vintage or None, pl.String),
        source="source",
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [str(figures.row(position, named=True)) for position in positions]

    return TextBatch(
        RecordKind.INDUSTRY, frame, figures["line"], raw, account.rejects, unknown, +account.notes
    )


def _figures(wide: pl.DataFrame) -> pl.DataFrame:
    """One row a country and month: the row's own columns, line, month, value, flag, source."""
    index = [*_REQUIRED, "line"]
    adjusted = pl.col(_ADJUSTED) if _ADJUSTED in wide.columns else pl.lit(None, pl.String)
    source = pl.concat_str(
        [pl.lit("eurostat-sts"), adjusted.str.to_lowercase()], separator=":", ignore_nulls=True
    )
    wide = wide.with_columns(source.alias("source"))
    parts = {}
    for part in ("value", "flag"):
        names = {
            name: name[:7] for name in wide.columns if name.endswith(f"_{part}") and _CELL.fullmatch(name)
        }
        long = wide.select(*index, "source", *(pl.col(name).alias(month) for name, month in names.items()))
        parts[part] = long.unpivot(
            list(names.values()), index=[*index, "source"], variable_name="month", value_name=part
        )
    flags = parts["flag"].select("line", "month", "flag")
    return parts["value"].join(flags, on=["line", "month"], how="left")
