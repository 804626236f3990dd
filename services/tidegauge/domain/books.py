"""The books: exchange rates, benchmark prices and domestic production, as reference records state them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.periods import month_number

KG_PER_UNIT: Final = {"kg": 1.0, "KGM": 1.0, "t": 1000.0, "TNE": 1000.0, "mt": 1000.0}
_EXISTS, _NONE_KNOWN = 1.0, 0.0


@dataclass(slots=True)
class FxBook:
    """Monthly rates, units of a currency for one unit of the base; of one month the newest vintage counts."""

    rates: dict[tuple[str, int], tuple[str, float, str]] = field(
        default_factory=dict
    )  # vintage, rate, source

    def take(self, row: Mapping[str, Any]) -> None:
        """Enter one `fx` record."""
        key = (str(row["currency"]), int(month_number(row["period"])))
        entry = (str(row.get("vintage") or ""), float(row["rate"]), str(row["source"]))
        self.rates[key] = max(entry, self.rates.get(key, entry))
        self.rates.setdefault((str(row["base"]), key[1]), ("", 1.0, entry[2]))

    def per_base(self, currency: str, month: int) -> float:
        """Units of a currency for one of the base in a month; NaN where no rate is known."""
        return self.rates.get((currency, month), ("", np.nan, ""))[1]

    def cross(self, of: str, in_terms_of: str, months: range) -> Floats:
        """[T] what one unit of a currency is worth in another, month by month; NaN where unknown."""
        if of == in_terms_of:
            return np.ones(len(months))
        pairs = [(self.per_base(in_terms_of, month), self.per_base(of, month)) for month in months]
        return np.array([there / here for there, here in pairs]).reshape(len(months))


@dataclass(slots=True)
class Benchmark:
    """One benchmark price: its name, its currency, and the price of a kilogram by month."""

    name: str
    currency: str
    per_kg: dict[int, tuple[str, float]] = field(default_factory=dict)  # month -> (vintage, price)


@dataclass(slots=True)
class PriceBook:
    """Benchmark prices by the product prefix that they stand for; the longest prefix speaks.

    Sources are never spliced: of several for one prefix the first by (name, currency) speaks alone.
    """

    benchmarks: dict[str, Benchmark] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> None:
        """Enter one `price` record; the present rules use monthly `benchmark` prices by mass alone."""
        usable = row["kind"] == "benchmark" and row.get("unit") in KG_PER_UNIT
        if not usable or "period" not in row or "currency" not in row:
            return
        product, made = str(row["product"]), Benchmark(str(row["source"]), str(row["currency"]))
        book = self.benchmarks.get(product, made)
        if (made.name, made.currency) > (book.name, book.currency):
            return
        if made.name != book.name or made.currency != book.currency:
            book = made
        self.benchmarks[product] = book
        month = int(month_number(row["period"]))
        entry = (str(row.get("vintage") or ""), float(row["price"]) / KG_PER_UNIT[row["unit"]])
        book.per_kg[month] = max(entry, book.per_kg.get(month, entry))

    def find(self, product: str) -> Benchmark | None:
        """The benchmark of a product code, by its longest known prefix."""
        for length in range(len(product), 1, -1):
            if (found := self.benchmarks.get(product[:length])) is not None:
                return found
        return None


@dataclass(slots=True)
class ProductionBook:
    """Whether domestic production of a product is known to exist, by reporter and HS prefix."""

    known: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> None:
        """Enter one `industry` record; only `production` by HS prefix speaks here."""
        if row["indicator"] != "production" or not str(row["product"]).isdigit():
            return
        key = (str(row["reporter"]), str(row["product"]))
        made = _EXISTS if float(row["value"]) > 0 else _NONE_KNOWN
        self.known[key] = max(made, self.known.get(key, _NONE_KNOWN))

    def find(self, reporter: str, product: str) -> float:
        """1 production exists, 0 it is known not to, NaN unknown."""
        for length in range(len(product), 1, -1):
            if (found := self.known.get((reporter, product[:length]))) is not None:
                return found
        return np.nan


@dataclass(slots=True)
class Books:
    """All books of a partition."""

    fx: FxBook = field(default_factory=FxBook)
    prices: PriceBook = field(default_factory=PriceBook)
    production: ProductionBook = field(default_factory=ProductionBook)
