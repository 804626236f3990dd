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
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import AnyArray, Ints
from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.csv_table import read_rows
from tidegauge.ingest.fixed_point import fixed_point
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

FEWEST_DAYS: Final = 10
_DATE: Final = "Date"
_DECIMALS: Final = 6
_WHOLE_BELOW: Final = 2**48  # of which floats and sums of a month are exact
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
        wide = pl.concat(parts)
        yield _summed(wide, rejects, +notes, options) or _averages(
            wide, rejects, +notes, options, sample.path
        )


def _currencies(wide: pl.DataFrame) -> list[str]:
    return [name for name in wide.columns if len(name) == 3 and name.isupper()]  # noqa: PLR2004 - ISO 4217


def _summed(
    wide: pl.DataFrame, rejects: list[Reject], notes: Counter[Note], options: FeedOptions
) -> TextBatch | None:
    """The same as `_averages`, in whole millionths; None where a rate is none or has more decimals."""
    currencies = sorted(_currencies(wide))
    given = pl.concat([wide[name] for name in currencies], rechunk=True)
    given = given.set((given == _NOT_A_RATE).fill_null(value=False), None)
    units, rounded = fixed_point(given, _DECIMALS)
    if rounded or units.null_count() != given.null_count() or wide[_DATE].null_count():
        return None
    if units.null_count() == len(units) or units.abs().max() >= _WHOLE_BELOW:  # type: ignore[operator]  # some are
        return None
    months, (currency, month), total, days, lines = _sums(wide, units, len(currencies))
    if not len(currency):
        return None
    whole, rest = np.divmod(total, days)
    whole += (2 * rest > days) | ((2 * rest == days) & (whole % 2 == 1))  # half to even
    coded = {
        "currency": Distinct.placed(pl.Series(currencies), pl.Series(currency.astype(np.uint32))),
        "period": Distinct.placed(months, pl.Series(month.astype(np.uint32))),
    }
    same = {"base": "EUR", "source": options.source or "ecb-fx", "vintage": options.vintage}
    coded |= {name: Distinct.same(text, len(whole)) for name, text in same.items() if text}
    return TextBatch(
        RecordKind.FX,
        pl.DataFrame({"rate": whole / 10**_DECIMALS}),
        pl.Series("line", lines),
        lambda _: [],
        rejects,
        notes=notes,
        coded=coded,
        again=lambda _: _averages(wide, [], Counter(), options, Path()),
    )


def _sums(
    wide: pl.DataFrame, units: pl.Series, currencies: int
) -> tuple[pl.Series, tuple[AnyArray, ...], Ints, Ints, Ints]:
    """The months, and by currency and month (their places) the sum, the days and the first line.

    Only of months with enough days. `units` holds the rates of one currency after the other, a day each.
    """
    known = Distinct(wide[_DATE].str.slice(0, 7))
    order = np.argsort(known.texts.to_numpy().astype(str))
    rank = np.argsort(order)
    place = rank[known.places.to_numpy()]
    by_month = np.argsort(place, kind="stable")
    first = np.flatnonzero(np.diff(place[by_month], prepend=-1))
    shape = (currencies, wide.height)
    published = units.is_not_null().to_numpy().reshape(shape)[:, by_month]
    rates = units.fill_null(0).to_numpy().reshape(shape)[:, by_month]
    lines = np.where(published, wide["line"].to_numpy()[by_month], np.iinfo(np.int64).max)
    days = np.add.reduceat(published, first, axis=1, dtype=np.int64)
    enough = np.nonzero(days >= FEWEST_DAYS)
    totals, firsts = np.add.reduceat(rates, first, axis=1), np.minimum.reduceat(lines, first, axis=1)
    return known.texts.gather(order), enough, totals[enough], days[enough], firsts[enough]


def _daily(wide: pl.DataFrame) -> pl.DataFrame:
    """Columns line, Date, currency, text: one row a published cell."""
    long = wide.unpivot(_currencies(wide), index=["line", _DATE], variable_name="currency", value_name="text")
    return long.filter(pl.col("text").is_not_null(), pl.col("text") != _NOT_A_RATE)


def _mean(total: Decimal, days: int) -> str:
    """To six decimals; what is far too large for a rate stays so, and is refused or not by its record."""
    return format(_EXACT.divide(total, Decimal(days)).quantize(_STEP, context=_EXACT).normalize(_EXACT), "f")


def _averages(
    wide: pl.DataFrame, rejects: list[Reject], notes: Counter[Note], options: FeedOptions, path: Path
) -> TextBatch:
    daily = _daily(wide)
    if daily.is_empty():
        raise FeedError(f"{path}: has no rates")
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
