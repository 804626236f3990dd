"""What is known of the industries: values by month of each indicator, and whether there is production."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from tidegauge.domain.books.industry_codes import industries_of, industry_code, products_of
from tidegauge.domain.books.monthly import Monthly
from tidegauge.domain.books.newest import key_of
from tidegauge.domain.books.prefixes import prefixes
from tidegauge.domain.books.units import in_kilograms

_KEY: Final = ("reporter", "product", "classification", "indicator", "source")
_EXISTS, _NONE_KNOWN = 1.0, 0.0


class Whose(NamedTuple):
    """An indicator of one country, by HS prefix or by the industry code of a classification."""

    reporter: str
    indicator: str
    code: str
    is_industry: bool


@dataclass(slots=True)
class IndustryBook:
    """Indicators of the industries of all countries; the longest HS prefix speaks, else the closest industry.

    Sources are never spliced: the first by (source, unit) speaks alone. Masses are in kilograms.
    """

    series: dict[Whose, dict[tuple[str, str], Monthly]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `industry` record; whether it says something new."""
        unit, size = in_kilograms(str(row.get("unit") or ""))
        code, is_industry = _code(row)
        held = self.series.setdefault(
            Whose(str(row["reporter"]), str(row["indicator"]), code, is_industry), {}
        )
        key = (str(row["source"]), unit)
        one = held.setdefault(key, Monthly({"record": "industry", **key_of(row, _KEY)}, unit))
        return one.enter(str(row["period"]), str(row.get("vintage") or ""), float(row["value"]) * size)

    def find(self, indicator: str, product: str, whose: tuple[str, ...]) -> Monthly | None:
        """An indicator for a product, of the first of some reporters that has it; None where none does."""
        for reporter in whose:
            for code in prefixes(product):
                if (held := self.series.get(Whose(reporter, indicator, code, is_industry=False))) is not None:
                    return held[min(held)]
            for code in industries_of(product):
                if (held := self.series.get(Whose(reporter, indicator, code, is_industry=True))) is not None:
                    return held[min(held)]
        return None


@dataclass(slots=True)
class ProductionBook:
    """Whether domestic production of a product is known to exist, by reporter and HS prefix."""

    known: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `industry` record; only `production` by HS prefix speaks here. Whether it is news."""
        code, is_industry = _code(row)
        if row["indicator"] != "production" or is_industry:
            return False
        key = (str(row["reporter"]), code)
        made = _EXISTS if float(row["value"]) > 0 else _NONE_KNOWN
        before = self.known.get(key)
        self.known[key] = max(made, before or _NONE_KNOWN)
        return self.known[key] != before

    def find(self, reporter: str, product: str) -> float:
        """1 production exists, 0 it is known not to, NaN unknown."""
        for prefix in prefixes(product):
            if (found := self.known.get((reporter, prefix))) is not None:
                return found
        return np.nan


def made_by(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The beginnings of the product codes that a record is about: its own, or what an industry makes."""
    code, is_industry = _code(row)
    return products_of(code) if is_industry else (code,)


def _code(row: Mapping[str, Any]) -> tuple[str, bool]:
    """The code of a record, and whether it is one of an industry rather than of a product."""
    code, classification = str(row["product"]), str(row.get("classification") or "")
    if classification.startswith("NACE") or not code.isdigit():
        return industry_code(code), True
    return code, False
