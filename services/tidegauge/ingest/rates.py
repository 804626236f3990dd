"""Amounts in the currency of their feed: each month by its rate, which is written to the log."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from tidegauge.domain.amounts import FIXED_LIMIT
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.books import FxBook
from tidegauge.domain.books.conversions import Conversion, ConversionBook, ConversionKey, as_row
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_of
from tidegauge.domain.sources import is_declarations, publisher
from tidegauge.ingest.distinct import constant
from tidegauge.ingest.local_dates import local_days

NO_RATE: Final = "no_exchange_rate"  # the feed's currency cannot be reached from the row's in its month
NO_DAY: Final = "missing_required"  # an amount in another currency, and no day that says which rate
TOO_LARGE: Final = "out_of_range"
_FX, _MADE = "fx", "conversions"  # names of stored documents
_Refusals = list[tuple[Bools, str, str]]  # rows, column, reason


class Rates:
    """The exchange rates that ingest knows, and the conversions it has made."""

    def __init__(self) -> None:
        self._fx, self._made = FxBook(), ConversionBook()
        self._fresh: list[dict[str, Any]] = []
        self._changed: set[str] = set()  # names of documents

    def take(self, rows: Sequence[dict[str, Any]]) -> None:
        """Enter `fx` rows."""
        for row in rows:
            self._fx.take(row)
            self._changed.add(_FX)

    def load(self, document: Callable[[str], bytes | None]) -> None:
        """Bring stored rates and conversions back, each out of its document."""
        for row in _decoded(document(_FX)):
            self._fx.rates[row[0], row[1]] = (row[2], row[3], row[4])
        for row in _decoded(document(_MADE)):
            self._made.known[ConversionKey(*row[:5])] = Conversion(*row[5:])

    def documents(self) -> dict[str, bytes]:
        """What must be stored of them now."""
        held: dict[str, Mapping[Any, Any]] = {_FX: self._fx.rates, _MADE: self._made.known}
        changed, self._changed = self._changed, set()
        return {
            name: msgspec.msgpack.encode([(*key, *entry) for key, entry in held[name].items()])
            for name in sorted(changed)
        }

    def fresh(self) -> list[dict[str, Any]]:
        """The conversions made since the last call, for the log."""
        rows, self._fresh = self._fresh, []
        return rows

    def convert(
        self, frame: pl.DataFrame, feed: Ints, feeds: Sequence[Feed]
    ) -> tuple[pl.DataFrame, _Refusals]:
        """The rows with their value in the currency of their feed [n], and those that cannot be converted.

        Whole numbers are rounded half to even. Rows without a value need no rate.
        """
        if constant(frame["currency"]):
            stated_once = frame["currency"][0]
            if all(feeds[number].currency == stated_once for number in np.unique(feed).tolist()):
                return frame, []
        own = pl.Series([one.currency for one in feeds], dtype=pl.String).gather(feed)
        stated = (frame["currency"] != own).fill_null(value=False) & frame["value_e4"].is_not_null()
        other = stated.to_numpy()
        if not other.any():
            return frame, []
        month = _months(frame)
        undated = other & (month < 0)
        factor = self._factors(frame["currency"], feed, feeds, month, other & ~undated)
        without = ~np.isfinite(factor)
        chosen = other & ~undated & ~without
        products = frame["value_e4"].fill_null(0).to_numpy() * factor
        too_large = chosen & (np.abs(np.nan_to_num(products)) >= FIXED_LIMIT)
        chosen &= ~too_large
        value = pl.Series(np.rint(np.where(chosen, products, 0.0)).astype(np.int64))
        kept = pl.when(pl.Series(chosen)).then(value).otherwise(pl.col("value_e4"))
        refused = [
            (undated, "accepted_at", NO_DAY),
            (without, "currency", NO_RATE),
            (too_large, "value", TOO_LARGE),
        ]
        return frame.with_columns(value_e4=kept), refused

    def _factors(
        self, currency: pl.Series, feed: Ints, feeds: Sequence[Feed], month: Ints, chosen: Bools
    ) -> Floats:
        """[n] what the amounts of the chosen rows are multiplied by; NaN without a rate, 1 for other rows."""
        rows = pl.DataFrame({"currency": currency, "feed": feed, "month": month}).filter(pl.Series(chosen))
        distinct = rows.unique(maintain_order=True)
        made = [self._factor(feeds[number], money, when) for money, number, when in distinct.iter_rows()]
        priced = distinct.with_columns(factor=pl.Series(made, dtype=pl.Float64))
        found = rows.join(priced, on=distinct.columns, how="left", maintain_order="left")["factor"]
        factors = np.ones(len(feed))
        factors[chosen] = found.to_numpy()
        return factors

    def _factor(self, feed: Feed, currency: str, month: int) -> float:
        key = ConversionKey(feed.reporter, publisher(feed.source), currency, feed.currency, month)
        if key not in self._made.known:
            made = self._rate(feed, currency, month)
            if made is None:
                return math.nan
            self._made.known[key] = made
            self._fresh.append(as_row(key, made))
            self._changed.add(_MADE)
        return self._made.known[key].factor

    def _rate(self, feed: Feed, currency: str, month: int) -> Conversion | None:
        """The month's average rate; a declaration takes the month before while its own has none.

        Customs, too, converts by a rate fixed before the month begins (e.g. Regulation (EU) 2015/2447,
        Article 146).
        """
        for when in (month, month - 1) if is_declarations(feed.source) else (month,):
            factor = float(self._fx.cross(currency, feed.currency, range(when, when + 1))[0])
            if math.isfinite(factor):
                sources = sorted({self._fx.source(one, when) for one in (currency, feed.currency)})
                return Conversion(factor, when, " and ".join(sources))
        return None


def _months(frame: pl.DataFrame) -> Ints:
    """[n] the month of each row, -1 where it is not known."""
    if "accepted_at" not in frame.columns:
        return frame["month"].cast(pl.Int64).to_numpy()
    days = local_days(frame)
    known = days.drop_nulls().unique()
    months = [month_of(day) for day in known.to_list()]
    return days.replace_strict(known, months, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def _decoded(document: bytes | None) -> list[list[Any]]:
    return [] if document is None else msgspec.msgpack.decode(document)
