"""What the books say beside the rows of a view: rates, benchmark prices, domestic production."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.books.prefixes import HS_DIGITS
from tidegauge.domain.books.prices import BENCHMARK, RECORDED_AS
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.currencies import HOME_CURRENCY
from tidegauge.domain.panel.concerned import Measured
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.view import Glance

_PRODUCT_BITS = 37  # of codes.product_number
_ORIGIN_BITS = 10
_CHAPTERS = tuple(f"{chapter:02d}" for chapter in range(1, 100))  # an industry may make any of them


Here = Callable[[str, int], tuple[str, ...]]  # (reporter, month) -> the reporter, and the union it is in


class Subject(NamedTuple):
    """One feed's imports of a product, or of a scope, from an origin (empty: from all)."""

    feed: int
    product: str  # of a scope what its codes have in common
    origin: str
    products: tuple[str, ...]  # those of a scope, else the one
    scope_id: str


class BookReader:
    """Looks the books up once a distinct (feed, product) or (feed, origin) of a view.

    Answers are kept: it serves one mark, during which no record comes in.
    """

    def __init__(self, ground: Ground, books: Books, here: Here) -> None:
        self._ground, self._feeds = ground, ground.feeds
        self._books, self._here = books, here
        self._answers: dict[tuple[tuple[str, ...], int, int, int], Any] = {}
        self._conversions: dict[tuple[str, int, int], Floats] = {}
        self._codes: dict[tuple[str, ...], frozenset[str]] = {}

    def concerned(self, read: str, glance: Glance) -> Bools:
        """[n] rows that the book behind a method of RowBooks may speak of; no other row can be answered."""
        if read not in {"measures_here", "measures_elsewhere"}:
            return np.full(
                len(glance), bool(self._books.prices.quotes) if read == "prices" else self.knows((read,))
            )
        measured = self._books.measures.remembered(lambda: Measured(self._books))
        return measured.concerns(glance)

    def knows(self, question: tuple[str, ...]) -> bool:
        """Whether the book behind a question holds anything at all."""
        books = self._books
        match question[0]:
            case "prices":
                return any(
                    held == RECORDED_AS.get(question[1], question[1]) for held, _ in books.prices.quotes
                )
            case "industry" | "seller_industry":
                return bool(books.industry.series)
            case "measures_here" | "measures_elsewhere":
                return bool(books.measures.records)
            case "tariff":
                return bool(books.tariffs.rates)
            case "subsidies":
                return bool(books.subsidies.programmes)
        return bool(books.triggers.triggers)

    def codes(self, question: tuple[str, ...]) -> frozenset[str]:
        """The product codes that a book of prices, industries, subsidies or triggers speaks of."""
        if question not in self._codes:
            self._codes[question] = frozenset(self._spoken_of(question))
        return self._codes[question]

    def _spoken_of(self, question: tuple[str, ...]) -> Iterator[str]:
        books = self._books
        match question[0]:
            case "prices":
                kind = RECORDED_AS.get(question[1], question[1])
                yield from (product for held, product in books.prices.quotes if held == kind)
            case "industry":
                for whose in books.industry.series:
                    if whose.indicator == question[1]:
                        yield from _CHAPTERS if whose.is_industry else (whose.code,)
            case "subsidies":
                for held in books.subsidies.programmes.values():
                    for programme in held.values():
                        yield from (code[:HS_DIGITS] for code in programme["products"])
            case "triggers":
                for scope_id in {scope for _, scope in books.triggers.triggers}:
                    yield from books.scopes.scopes.get(scope_id, {}).get("products", ())

    def answer(self, question: tuple[str, ...], feed: int, product: int, origin: int) -> Any:
        """What a book says of one subject: a Monthly or None, or a list of records or steps.

        Questions: (prices, kind, per), (industry | seller_industry, indicator), (measures_here |
        measures_elsewhere), (tariff | subsidies | triggers, month).
        """
        key = (question, feed, product, origin)
        if key not in self._answers:
            self._answers[key] = self._ask(question, self._subject(feed, product, origin))
        return self._answers[key]

    def into_feed(self, currency: str, feed: int, months: range) -> Floats:
        """[T] units of a feed's currency for one of `currency`; ones for what is no money."""
        if not currency:
            return np.ones(len(months))
        return self._books.fx.cross(currency, self._feeds[feed].feed.currency, months)

    def _subject(self, feed: int, product: int, origin: int) -> Subject:
        number = np.array([product], np.int64)
        code = product_code(int(self._ground.codes(number)[0]))
        products, (scope,) = self._ground.products(feed, product), self._ground.scope_ids(number)
        return Subject(feed, code, country_code(origin), products, scope)

    def _ask(self, question: tuple[str, ...], subject: Subject) -> Any:
        books, (_, product, origin, products, scope_id) = self._books, subject
        here = self._whose(subject.feed)
        match question:
            case ("prices", kind, per):
                return books.prices.find(kind, product, here, origin, per)
            case ("industry" | "seller_industry" as whose, indicator):
                sellers = (origin,) if origin else ()
                return books.industry.find(indicator, product, here if whose == "industry" else sellers)
            case ("measures_here" | "measures_elsewhere" as where,):
                return books.measures.steps(products, origin, here, abroad=where == "measures_elsewhere")
            case ("subsidies", month):
                return books.subsidies.find(products, origin, month)
            case ("tariff", month):
                rate = books.tariffs.find(product, origin, here, month)
                return [] if rate is None else [rate]
        scopes, month = ([scope_id] if scope_id else books.scopes.of(product, here)), question[1]
        return [trigger for scope in scopes for trigger in books.triggers.find(scope, here, month)]

    def _whose(self, feed: int) -> tuple[str, ...]:
        """The reporter of a feed, and the union that it lies in at the end of the feed."""
        state = self._feeds[feed]
        return self._here(state.feed.reporter, state.last_month)

    def conversion(self, currency: str, month: int) -> Floats:
        """[feeds] units of each feed's currency for one of `currency` in a month."""
        key, when = (currency, month, len(self._feeds)), range(month, month + 1)
        if key not in self._conversions:
            self._conversions[key] = np.array(
                [
                    1.0 if currency == "feed" else self._books.fx.cross(currency, s.feed.currency, when)[0]
                    for s in self._feeds
                ]
            )
        return self._conversions[key]

    def benchmarks(self, feed: Ints, product: Ints, months: Ints) -> tuple[Floats, tuple[str, ...]]:
        """Benchmark prices [n, T] in each row's feed currency, and their names [n]."""
        if not self.knows(("prices", BENCHMARK)):
            return np.full((len(product), len(months)), np.nan), ("",) * len(product)
        pairs, which = np.unique((feed << _PRODUCT_BITS) | product, return_inverse=True)
        table, names = np.full((len(pairs), len(months)), np.nan), [""] * len(pairs)
        for row, (one, number) in enumerate(_unpacked(pairs, _PRODUCT_BITS)):
            found = self._books.prices.find(BENCHMARK, product_code(number))
            if found is None:
                continue
            rate = self._books.fx.cross(found.currency, self._feeds[one].feed.currency, _range(months))
            table[row], names[row] = found.over(_range(months)) * rate, found.key["source"]
        return table[which], tuple(names[row] for row in which.tolist())

    def rates(self, feed: Ints, origin: Ints, months: Ints) -> tuple[Floats, Floats, tuple[str, ...]]:
        """USD and seller's-currency rates [n, T] of each row's feed currency, and the seller's currency."""
        pairs, which = np.unique((feed << _ORIGIN_BITS) | origin, return_inverse=True)
        cross, when = self._books.fx.cross, _range(months)
        usd, seller = (np.full((len(pairs), len(months)), np.nan) for _ in range(2))
        homes = []
        for row, (one, number) in enumerate(_unpacked(pairs, _ORIGIN_BITS)):
            currency = self._feeds[one].feed.currency
            homes.append(HOME_CURRENCY.get(country_code(number), ""))
            usd[row] = cross(currency, "USD", when)
            if homes[row]:
                seller[row] = cross(currency, homes[row], when)
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


def _unpacked(pairs: Ints, bits: int) -> list[tuple[int, int]]:
    """The (feed, code) of packed pairs."""
    return [(packed >> bits, packed & ((1 << bits) - 1)) for packed in pairs.tolist()]


def _range(months: Ints) -> range:
    return range(int(months[0]), int(months[-1]) + 1)
