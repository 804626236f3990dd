"""Builds views: picks the subjects of some product groups and reads their windows out of the rings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.codes import PSEUDO_ORIGINS, country_code, country_number, product_code
from tidegauge.domain.currencies import HOME_CURRENCY
from tidegauge.domain.panel.amounts import Amounts, kilograms
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.view import PanelView, Unit

Area = Callable[[str, int], frozenset[str]]  # (reporter, month) -> members of its customs union, if any
_PSEUDO = [country_number(code) for code in sorted(PSEUDO_ORIGINS)]


@dataclass(frozen=True, slots=True)
class _Members:
    """The series of some groups, in the order (group, origin)."""

    groups: Ints  # [g]
    series: Ints  # [s]
    place: Ints  # [s] index into groups
    starts: Ints  # [g] first row of each group
    origin: Ints  # [s]
    intra: Bools  # [s] partner inside the reporter's customs union
    pseudo: Bools  # [s] ZZ or QR


@dataclass(frozen=True, slots=True)
class _Rows:
    """The amounts behind the rows of one view."""

    feed: Ints
    product: Ints
    origin: Ints
    own: Amounts
    total: Amounts
    reference: Amounts | None
    undeclared_g: Ints
    alertable: Bools
    history: Callable[[Ints, int], Floats]


class Selector:
    """Reads views for the rules out of a panel and its books."""

    def __init__(self, panel: Panel, books: Books, area: Area) -> None:
        self._panel, self._books, self._area = panel, books, area

    def view(self, unit: Unit, groups: Ints, month: int, columns: int) -> PanelView:
        """The subjects of product groups [g] over `columns` months ending at `month`.

        Series come in the order (group, origin), products in the order of `groups`; which groups are read
        together never changes a row.
        """
        months = np.arange(month - columns + 1, month + 1)
        members = self._members(groups, month)
        amounts = self._read(members.series, int(months[0]), month)
        build = self._products if unit is Unit.PRODUCT else self._series
        return self._view(unit, months, build(members, amounts, month))

    def firms(self, series: Ints, first: int, last: int) -> list[Ints]:
        """Firm sums of series over a window, to tell how many firms stand behind it."""
        ring = self._panel.rings["firms"]
        return [ring.window(series, first, last, name).sum(axis=1) for name in ring.channels]

    def _members(self, groups: Ints, month: int) -> _Members:
        table = self._panel.series
        series, place = table.members(groups)
        origin = table.origin.data[series].astype(np.int64)
        intra = np.zeros(len(series), bool)
        feeds = table.group_feed.data[groups]
        for feed in np.unique(feeds).tolist():
            inside = self._area(self._panel.feeds[feed].feed.reporter, month)
            if inside:
                mine = feeds[place] == feed
                intra |= mine & np.isin(origin, [country_number(code) for code in sorted(inside)])
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        return _Members(groups, series, place, starts, origin, intra, np.isin(origin, _PSEUDO))

    def _read(self, series: Ints, first: int, last: int) -> Amounts:
        rings = self._panel.rings
        names = (
            ("months", "mass_g"),
            ("months", "value_e4"),
            ("unpaired", "mass_g"),
            ("unpaired", "value_e4"),
        )
        return Amounts(*(rings[ring].window(series, first, last, channel) for ring, channel in names))

    def _products(self, members: _Members, amounts: Amounts, month: int) -> _Rows:
        table, totals = self._panel.series, amounts.sums(members.starts, ~members.intra)

        def history(rows: Ints, first: int) -> Floats:
            chosen = np.isin(members.place, rows) & ~members.intra
            mass = self._panel.rings["months"].window(members.series[chosen], first, month, "mass_g")
            summed = np.zeros((len(members.groups), mass.shape[1]), np.int64)
            np.add.at(summed, members.place[chosen], mass)
            return kilograms(summed[rows])

        return _Rows(
            feed=table.group_feed.data[members.groups].astype(np.int64),
            product=table.group_product.data[members.groups],
            origin=np.zeros(len(members.groups), np.int64),
            own=totals,
            total=totals,
            reference=None,
            undeclared_g=np.zeros_like(totals.mass_g),
            alertable=np.ones(len(members.groups), bool),
            history=history,
        )

    def _series(self, members: _Members, amounts: Amounts, month: int) -> _Rows:
        table, place, starts = self._panel.series, members.place, members.starts
        totals = amounts.sums(starts, ~members.intra)
        others = totals.take(place).minus(amounts)
        inside = amounts.sums(starts, members.intra).take(place)
        union = np.logical_or.reduceat(members.intra, starts)[place]
        pseudo = amounts.sums(starts, members.pseudo & ~members.intra).take(place)
        undeclared = pseudo.mass_g - amounts.mass_g * members.pseudo[:, None]
        feed = table.feed.data[members.series].astype(np.int64)
        home = np.array([country_number(state.feed.reporter) for state in self._panel.feeds], np.int64)

        def history(rows: Ints, first: int) -> Floats:
            return kilograms(self._panel.rings["months"].window(members.series[rows], first, month, "mass_g"))

        return _Rows(
            feed=feed,
            product=table.product.data[members.series],
            origin=members.origin,
            own=amounts,
            total=totals.take(place),
            reference=inside.where(union, others),
            undeclared_g=np.where(union[:, None], 0, undeclared),
            alertable=~(members.pseudo | members.intra | (members.origin == home[feed])),
            history=history,
        )

    def _view(self, unit: Unit, months: Ints, rows: _Rows) -> PanelView:
        month = int(months[-1])
        paired_quantity, paired_value = rows.own.paired()
        unknown = np.full(paired_quantity.shape, np.nan)
        reference_quantity, reference_value = (
            rows.reference.paired() if rows.reference else (unknown, unknown)
        )
        states = self._panel.feeds
        benchmark, names = self._benchmarks(rows.feed, rows.product, months)
        usd, seller, currencies = self._rates(rows.feed, rows.origin, months)
        return PanelView(
            unit=unit,
            month=month,
            months=months,
            feeds=tuple(state.feed for state in states),
            feed=rows.feed,
            product=rows.product,
            origin=rows.origin,
            quantity=rows.own.kg(),
            value=rows.own.value(),
            paired_quantity=paired_quantity,
            paired_value=paired_value,
            total_quantity=rows.total.kg(),
            total_value=rows.total.value(),
            reference_quantity=reference_quantity,
            reference_value=reference_value,
            reference_undeclared=kilograms(rows.undeclared_g),
            alertable=rows.alertable,
            span_start=np.array([state.known_from() for state in states], np.int64)[rows.feed],
            closed=np.array([month <= state.closed_to for state in states])[rows.feed],
            benchmark=benchmark,
            benchmark_name=names,
            usd_rate=usd,
            seller_rate=seller,
            seller_currency=currencies,
            production=self._production(rows.feed, rows.product),
            to_feed=lambda amount, currency: amount * self._conversion(currency, month)[rows.feed],
            quantity_history=rows.history,
        )

    def _conversion(self, currency: str, month: int) -> Floats:
        """[feeds] units of each feed's currency for one of `currency` in a month."""
        fx, when = self._books.fx, range(month, month + 1)
        return np.array(
            [
                1.0 if currency == "feed" else fx.cross(currency, s.feed.currency, when)[0]
                for s in self._panel.feeds
            ]
        )

    def _benchmarks(self, feed: Ints, product: Ints, months: Ints) -> tuple[Floats, tuple[str, ...]]:
        """Benchmark prices [n, T] in each row's feed currency, and their names [n]."""
        pairs, which = np.unique(np.stack([feed, product]), axis=1, return_inverse=True)
        table, names = np.full((pairs.shape[1], len(months)), np.nan), [""] * pairs.shape[1]
        for row, (one, number) in enumerate(pairs.T.tolist()):
            found = self._books.prices.find(product_code(number))
            if found is None:
                continue
            prices = [found.per_kg.get(when, ("", np.nan))[1] for when in months.tolist()]
            rate = self._books.fx.cross(found.currency, self._panel.feeds[one].feed.currency, _range(months))
            table[row], names[row] = np.array(prices) * rate, found.name
        return table[which], tuple(names[row] for row in which.tolist())

    def _rates(self, feed: Ints, origin: Ints, months: Ints) -> tuple[Floats, Floats, tuple[str, ...]]:
        """USD and seller's-currency rates [n, T] of each row's feed currency, and the seller's currency."""
        pairs, which = np.unique((feed << 10) | origin, return_inverse=True)
        usd, seller = (np.full((len(pairs), len(months)), np.nan) for _ in range(2))
        homes, fx = [], self._books.fx
        for row, packed in enumerate(pairs.tolist()):
            currency = self._panel.feeds[packed >> 10].feed.currency
            homes.append(HOME_CURRENCY.get(country_code(packed & 1023), ""))
            usd[row] = fx.cross(currency, "USD", _range(months))
            if homes[row]:
                seller[row] = fx.cross(currency, homes[row], _range(months))
        return usd[which], seller[which], tuple(homes[row] for row in which.tolist())

    def _production(self, feed: Ints, product: Ints) -> Floats:
        if not self._books.production.known:
            return np.full(len(product), np.nan)
        pairs, which = np.unique(np.stack([feed, product]), axis=1, return_inverse=True)
        known = [
            self._books.production.find(self._panel.feeds[one].feed.reporter, product_code(number))
            for one, number in pairs.T.tolist()
        ]
        return np.array(known)[which]


def _range(months: Ints) -> range:
    return range(int(months[0]), int(months[-1]) + 1)
