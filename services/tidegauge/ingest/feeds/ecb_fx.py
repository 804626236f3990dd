"""`ecb-fx`: the European Central Bank's euro reference rates, daily, as monthly averages.

Official source: European Central Bank, euro foreign exchange reference rates, eurofxref-hist.csv,
https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates
(the file itself, or the zip that the ECB packs it in)
Columns: `Date`, then one a currency; rows newest first. Units: units of the currency for one euro. Licence:
free use, naming the ECB; the rates are for information only.

Traps: `N/A` where a currency has no rate that day; every line ends with a separator; currencies come and go
(the rouble's last day is 2022-03-01), so a month with fewer than ten published days gives no average; the
month that runs has an average of its days so far.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import read_rows
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

FEWEST_DAYS: Final = 10
_DATE: Final = "Date"
_STEP: Final = Decimal("0.000001")
_NOT_A_RATE: Final = "N/A"
_EXACT: Final = Context(prec=60)


class EcbFx:
    """The ECB's daily reference rates."""

    name = "ecb-fx"
    description = "ECB euro reference rates CSV (Date, USD, JPY, ...): fx, monthly averages"
    kind = RecordKind.FX

    def recognises(self, sample: Sample) -> str | None:
        """By its first column and the currencies that it has always had."""
        fits = sample.container is Container.CSV and {_DATE, "USD", "JPY"} <= set(sample.columns)
        return "has the columns of the ECB's reference rates" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """One record a currency and month; its line is that of the month's first row in the file."""
        if self.recognises(sample) is None:
            raise FeedError(f"{sample.path}: columns Date, USD, JPY of the ECB's file are missing")
        parts, rejects, notes = [], [], Counter[Note]()
        for rows in read_rows(sample.path, options):
            parts.append(rows.frame.with_columns(rows.lines))
            rejects += [
                Reject(str(sample.path), bad.line, "", bad.reason, bad.raw[:RAW_LIMIT]) for bad in rows.bad
            ]
            notes[Note.BLANK_LINE] += rows.blank
        daily = _daily(pl.concat(parts)) if parts else pl.DataFrame()
        if daily.is_empty():
            raise FeedError(f"{sample.path}: has no rates")
        yield _averages(daily, rejects, +notes, options)


def _daily(wide: pl.DataFrame) -> pl.DataFrame:
    """Columns line, Date, currency, text: one row a published cell."""
    currencies = [name for name in wide.columns if len(name) == 3 and name.isupper()]  # noqa: PLR2004 - ISO 4217
    long = wide.unpivot(currencies, index=["line", _DATE], variable_name="currency", value_name="text")
    return long.filter(pl.col("text").is_not_null(), pl.col("text") != _NOT_A_RATE)


def _mean(total: Decimal, days: int) -> str:
    """To six decimals; what is far too large for a rate stays so, and is refused or not by its record."""
    return format(_EXACT.divide(total, Decimal(days)).quantize(_STEP, context=_EXACT).normalize(_EXACT), "f")


def _averages(
    daily: pl.DataFrame, rejects: list[Reject], notes: Counter[Note], options: FeedOptions
) -> TextBatch:
    months = (
        daily.with_columns(rate=pl.col("text").cast(pl.Decimal(38, 10), strict=False))
        .group_by("currency", pl.col(_DATE).str.slice(0, 7).alias("period"))
        .agg(
            pl.col("line").min(),
            pl.len().alias("days"),
            pl.col("rate").sum(),
            pl.col("text").filter(pl.col("rate").is_null()).first(),
        )
        .filter(pl.col("days") >= FEWEST_DAYS)
        .sort("currency", "period")
    )
    # An unreadable day makes its month unreadable: its text takes the average's place, and is refused.
    rates = [
        unreadable or _mean(total, days)
        for unreadable, total, days in months.select("text", "rate", "days").iter_rows()
    ]
    frame = months.select(
        "currency",
        "period",
        base=pl.lit("EUR"),
        rate=pl.Series(rates, dtype=pl.String),
        source=pl.lit(options.source or "ecb-fx"),
        vintage=pl.lit(options.vintage or None, pl.String),
    )

    def raw(positions: Sequence[int]) -> list[str]:
        return [str(months.row(position, named=True)) for position in positions]

    return TextBatch(RecordKind.FX, frame, months["line"], raw, rejects, (), notes)
