"""Prices of every kind, by the product prefix, market and origin that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tidegauge.domain.books.monthly import Monthly
from tidegauge.domain.books.newest import key_of
from tidegauge.domain.books.prefixes import prefixes
from tidegauge.domain.books.units import KILOGRAM, in_kilograms

BENCHMARK: Final = "benchmark"
INDEX: Final = "index"  # its `unit` names the base: it is no price per unit
SURROGATE: Final = "surrogate"  # a home-market price of another country, said to stand for the exporter's
RECORDED_AS: Final = {SURROGATE: "home_market"}
_KEY: Final = ("source", "kind", "product", "market", "origin")


class QuoteKey(NamedTuple):
    """One published price series of a kind and product; in the order in which the first speaks."""

    source: str
    currency: str
    market: str
    origin: str
    unit: str


@dataclass(slots=True)
class PriceBook:
    """Price series by (kind, product prefix); the longest prefix speaks.

    Sources are never spliced: of several that fit, the most specific speaks alone, then the first by name.
    """

    quotes: dict[tuple[str, str], dict[QuoteKey, Monthly]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `price` record; a price without a currency is none, except an index.

        Whether it says something new.
        """
        kind, currency = str(row["kind"]), str(row.get("currency") or "")
        if not currency and kind != INDEX:
            return False
        unit, size = (str(row["unit"]), 1.0) if kind == INDEX else in_kilograms(str(row["unit"]))
        market, origin = (str(row.get(name) or "") for name in ("market", "origin"))
        key = QuoteKey(str(row["source"]), currency, market, origin, unit)
        held = self.quotes.setdefault((kind, str(row["product"])), {})
        quote = held.setdefault(key, Monthly({"record": "price", **key_of(row, _KEY)}, unit, currency))
        when = str(row.get("period") or row["date"])
        return quote.enter(when, str(row.get("vintage") or ""), float(row["price"]) / size)

    def find(
        self, kind: str, product: str, here: tuple[str, ...] = (), origin: str = "", per: str = KILOGRAM
    ) -> Monthly | None:
        """The price series of a kind for a product, or None.

        `here` are the reporter and the union it belongs to, `origin` the exporting country (empty: all),
        `per` the unit that a price must be for.
        """
        per = in_kilograms(per)[0]
        for prefix in prefixes(product):
            held = self.quotes.get((RECORDED_AS.get(kind, kind), prefix), {})
            fits = [
                (rank, key)
                for key in held
                if (rank := _fit(kind, key, here, origin)) >= 0 and (kind == INDEX or key.unit == per)
            ]
            if fits:
                return held[min(fits)[1]]
        return None


def _fit(kind: str, key: QuoteKey, here: tuple[str, ...], origin: str) -> int:
    """How closely a series speaks of a subject: 0 exactly, more in general, -1 not at all."""
    seller = key.origin or key.market
    match kind:
        case "benchmark":  # a world price is nobody's own
            return 0
        case "home_market" | "constructed":
            return 0 if origin and seller == origin and key.market in (origin, "") else -1
        case "surrogate":
            return 0 if origin and key.origin == origin and key.market not in (origin, "") else -1
        case "third_country":
            return 0 if origin and key.origin == origin and key.market not in here else -1
        case "domestic":
            return _place((key.market or key.origin), here)
    market, exporter = _place(key.market, (*here, "")), _place(key.origin, (origin, ""))
    return -1 if market < 0 or exporter < 0 else exporter * (len(here) + 1) + market


def _place(one: str, wanted: tuple[str, ...]) -> int:
    return wanted.index(one) if one in wanted else -1
