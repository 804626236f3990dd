"""What the books say beside the rows of a view: rates, benchmark prices, domestic production."""

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.currencies import HOME_CURRENCY
from tidegauge.domain.panel.panel import FeedState

_PRODUCT_BITS = 37  # of codes.product_number
_ORIGIN_BITS = 10


class BookReader:
    """Looks the books up once a distinct (feed, product) or (feed, origin) of a view.

    Rates are kept: it serves one mark, during which no record comes in.
    """

    def __init__(self, feeds: list[FeedState], books: Books) -> None:
        self._feeds, self._books = feeds, books
        self._worth: dict[tuple[str, str, range], Floats] = {}

    def conversion(self, currency: str, month: int) -> Floats:
        """[feeds] units of each feed's currency for one of `currency` in a month."""
        when = range(month, month + 1)
        return np.array(
            [
                1.0 if currency == "feed" else self._cross(currency, s.feed.currency, when)[0]
                for s in self._feeds
            ]
        )

    def benchmarks(self, feed: Ints, product: Ints, months: Ints) -> tuple[Floats, tuple[str, ...]]:
        """Benchmark prices [n, T] in each row's feed currency, and their names [n]."""
        pairs, which = np.unique((feed << _PRODUCT_BITS) | product, return_inverse=True)
        table, names = np.full((len(pairs), len(months)), np.nan), [""] * len(pairs)
        for row, (one, number) in enumerate(_unpacked(pairs, _PRODUCT_BITS)):
            found = self._books.prices.find(product_code(number))
            if found is None:
                continue
            prices = [found.per_kg.get(when, ("", np.nan))[1] for when in months.tolist()]
            rate = self._cross(found.currency, self._feeds[one].feed.currency, _range(months))
            table[row], names[row] = np.array(prices) * rate, found.name
        return table[which], tuple(names[row] for row in which.tolist())

    def rates(self, feed: Ints, origin: Ints, months: Ints) -> tuple[Floats, Floats, tuple[str, ...]]:
        """USD and seller's-currency rates [n, T] of each row's feed currency, and the seller's currency."""
        pairs, which = np.unique((feed << _ORIGIN_BITS) | origin, return_inverse=True)
        usd, seller = (np.full((len(pairs), len(months)), np.nan) for _ in range(2))
        homes = []
        for row, (one, number) in enumerate(_unpacked(pairs, _ORIGIN_BITS)):
            currency = self._feeds[one].feed.currency
            homes.append(HOME_CURRENCY.get(country_code(number), ""))
            usd[row] = self._cross(currency, "USD", _range(months))
            if homes[row]:
                seller[row] = self._cross(currency, homes[row], _range(months))
        return usd[which], seller[which], tuple(homes[row] for row in which.tolist())

    def production(self, feed: Ints, product: Ints) -> Floats:
        """[n] 1 where domestic production is known to exist, 0 known not to, NaN unknown."""
        if not self._books.production.known:
            return np.full(len(product), np.nan)
        pairs, which = np.unique((feed << _PRODUCT_BITS) | product, return_inverse=True)
        known = [
            self._books.production.find(self._feeds[one].feed.reporter, product_code(number))
            for one, number in _unpacked(pairs, _PRODUCT_BITS)
        ]
        return np.array(known)[which]

    def _cross(self, of: str, in_terms_of: str, months: range) -> Floats:
        """As FxBook.cross, worked out once."""
        key = (of, in_terms_of, months)
        if key not in self._worth:
            self._worth[key] = self._books.fx.cross(of, in_terms_of, months)
        return self._worth[key]


def _unpacked(pairs: Ints, bits: int) -> list[tuple[int, int]]:
    """The (feed, code) of packed pairs."""
    return [(packed >> bits, packed & ((1 << bits) - 1)) for packed in pairs.tolist()]


def _range(months: Ints) -> range:
    return range(int(months[0]), int(months[-1]) + 1)
