"""Builds views: picks the subjects of some product groups and reads their windows out of the rings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.codes import PSEUDO_ORIGINS, country_number
from tidegauge.domain.concordance import NO_BREAKS, CodeBreaks
from tidegauge.domain.panel import supplementary
from tidegauge.domain.panel.amounts import Amounts, group_sums, kilograms, money
from tidegauge.domain.panel.beside import Beside, of_groups, of_series
from tidegauge.domain.panel.book_reader import BookReader
from tidegauge.domain.panel.concerns import concerned
from tidegauge.domain.panel.ground import Ground, Unions
from tidegauge.domain.panel.histories import Histories
from tidegauge.domain.panel.line_figures import Lines
from tidegauge.domain.panel.members import Members
from tidegauge.domain.panel.row_books import RowBooks
from tidegauge.domain.panel.view import Glance, PanelView, Products, Supplementary, Unit
from tidegauge.domain.panel.vintages import vintages
from tidegauge.domain.panel.weeks import Weeks

_AMOUNTS = ("mass_g", "value_e4")
_PSEUDO = [country_number(code) for code in sorted(PSEUDO_ORIGINS)]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The amounts behind the rows of one view."""

    beside: Beside
    alertable: Bools
    histories: Histories
    supplementary: Callable[[], Supplementary]


class Selector:
    """Reads views for the rules out of a panel and its books."""

    def __init__(self, panel: Ground, books: Books, unions: Unions, breaks: CodeBreaks = NO_BREAKS) -> None:
        self.kinds, self.scoped = panel.kinds, panel.scoped
        self._panel, self._unions, self.books, self._breaks = panel, unions, books, breaks
        self._books = BookReader(panel, books, unions.here)

    def view(self, unit: Unit, groups: Ints, month: int, columns: int) -> PanelView:
        """The subjects of product groups [g] over `columns` months ending at `month`.

        Series come in the order (group, origin), products in the order of `groups`; which groups are read
        together never changes a row.
        """
        return self.open(groups, month, columns).view(unit)

    def open(self, groups: Ints, month: int, columns: int) -> "Reading":
        """The same window of the same groups, to be looked at before the dear parts of it are read."""
        window = (month - columns + 1, month)
        return Reading(self._panel, self._books, self._breaks, self._members(groups, month), window)

    def concerned(self, rule_needs: str, glance: Glance) -> Bools:
        """[n] rows that the book behind a rule's need may speak of."""
        return self._books.concerned(rule_needs, glance)

    def firms(self, series: Ints, first: int, last: int) -> list[Ints]:
        """Firm sums of series over a window, to tell how many firms stand behind it."""
        ring = self._panel.rings["firms"]
        return [one.sum(axis=1) for one in ring.windows(series, first, last, ring.channels)]

    def _members(self, groups: Ints, month: int) -> Members:
        table = self._panel.series
        series, place = table.members(groups)
        origin = table.origin.data[series].astype(np.int64)
        intra = np.zeros(len(series), bool)
        feeds = table.group_feed.data[groups]
        for feed in sorted(set(feeds.tolist())):
            inside = self._unions.area(self._panel.feeds[feed].feed.reporter, month)
            if inside:
                mine = feeds[place] == feed
                intra |= mine & np.isin(origin, [country_number(code) for code in sorted(inside)])
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        return Members(groups, series, place, starts, origin, intra, np.isin(origin, _PSEUDO))


class Reading:
    """One window of some product groups: glances at all subjects, and views of those that are worth it."""

    def __init__(
        self, panel: Ground, books: BookReader, breaks: CodeBreaks, members: Members, window: tuple[int, int]
    ) -> None:
        self._panel, self._books, self._breaks, self._members = panel, books, breaks, members
        self._window = window
        months = panel.rings["months"]
        self._mass_g, self._value_e4 = months.windows(members.series, *window, _AMOUNTS)

    def subjects(self, unit: Unit) -> Ints:
        """[n] group ids for the unit PRODUCT, else series ids, in the order of the rows."""
        return self._members.groups if unit.whole else self._members.series

    def owners(self, unit: Unit) -> Ints:
        """[n] the product group of each row."""
        members = self._members
        return members.groups if unit.whole else members.groups[members.place]

    def glance(self, unit: Unit) -> Glance:
        """Quantity and value of every subject."""
        members, mass, value = self._members, self._mass_g, self._value_e4
        if unit.whole:
            mass, value = (group_sums(part, members.starts, ~members.intra) for part in (mass, value))
        subjects = self.subjects(unit)
        shared = self._shared(unit, subjects, (members, np.arange(len(subjects))))
        return Glance(**shared, quantity=kilograms(mass), value=money(value))

    def view(self, unit: Unit, rows: Ints | None = None) -> PanelView:
        """The view of some rows (ascending; None: of all)."""
        if unit.whole:
            places = np.arange(len(self._members.groups)) if rows is None else rows
            members, _, amounts = self._amounts(places)
            rows = np.arange(len(members.groups))
            return self._view(unit, members.groups, self._products(members, amounts), (members, rows))
        chosen = np.arange(len(self._members.series)) if rows is None else rows
        owners = self._members.place[chosen]
        members, kept, amounts = self._amounts(owners[np.flatnonzero(np.diff(owners, prepend=-1))])
        within = np.searchsorted(kept, chosen)
        found = self._series(members, amounts, within)
        return self._view(unit, members.series[within], found, (members, within))

    def _amounts(self, places: Ints) -> tuple[Members, Ints, Amounts]:
        """The members of some groups, which of all rows they are, and their amounts."""
        members, kept = self._members.of(places)
        lone = self._panel.rings["unpaired"]
        lone_mass, lone_value = lone.windows(members.series, *self._window, _AMOUNTS)
        return members, kept, Amounts(self._mass_g[kept], self._value_e4[kept], lone_mass, lone_value)

    def _products(self, members: Members, amounts: Amounts) -> _Rows:
        return _Rows(
            beside=of_groups(members, amounts),
            alertable=np.ones(len(members.groups), bool),
            histories=self._histories(members, np.arange(len(members.groups)), None),
            supplementary=lambda: self._supplementary(members.series, (members.starts, ~members.intra)),
        )

    def _series(self, members: Members, amounts: Amounts, rows: Ints) -> _Rows:
        """Rows of the members."""
        place, series = members.place[rows], members.series[rows]
        home = self._home(self._panel.series.feed.data[series])
        return _Rows(
            beside=of_series(members, amounts, rows),
            alertable=~(members.pseudo[rows] | members.intra[rows] | (members.origin[rows] == home)),
            histories=self._histories(members, place, series),
            supplementary=lambda: self._supplementary(series),
        )

    def _home(self, feed: Ints) -> Ints:
        """[n] the reporters of feeds, as origins."""
        home = np.array([country_number(state.feed.reporter) for state in self._panel.feeds], np.int64)
        return home[feed]

    def _histories(self, members: Members, place: Ints, series: Ints | None) -> Histories:
        home = self._home(self._panel.series.feed.data[members.series])
        return Histories(
            rings=self._panel.rings,
            month=self._window[1],
            starts=members.starts,
            series=members.series,
            origin=members.origin,
            intra=members.intra,
            supplier=~(members.pseudo | (members.origin == home)),
            place=place,
            own=series,
        )

    def _parts(self, unit: Unit, series: Ints, window: tuple[int, int]) -> Products:
        """What each product behind some series came to in a window; nothing of whole groups."""
        row, members = self._panel.parts(series[:0] if unit.whole else series)
        table, ring = self._panel.base.series, self._panel.base.rings["months"]
        mass, value = (np.add.reduce(part, axis=1) for part in ring.windows(members, *window, _AMOUNTS))
        return Products(row, table.product.data[members], kilograms(mass), money(value))

    def _supplementary(self, series: Ints, groups: tuple[Ints, Bools] | None = None) -> Supplementary:
        ring = self._panel.rings["quantity"]
        return supplementary.read(ring, self._panel.units, series, self._window, groups)

    def _shared(self, unit: Unit, subjects: Ints, behind: tuple[Members, Ints]) -> dict[str, Any]:
        """What a glance and a view of some subjects have in common; `behind`: members, and the places."""
        table, (first, month) = self._panel.series, self._window
        if unit.whole:
            feed, product = table.group_feed.data[subjects], table.group_product.data[subjects]
            origin = np.zeros(len(subjects), np.int64)
        else:
            feed, product = table.feed.data[subjects], table.product.data[subjects]
            origin = table.origin.data[subjects].astype(np.int64)
        feed = feed.astype(np.int64)
        return {
            "unit": unit,
            "month": month,
            "months": np.arange(first, month + 1),
            "feeds": tuple(state.feed for state in self._panel.feeds),
            "feed": feed,
            "product": self._panel.codes(product),
            "scope_id": self._panel.scope_ids(product),
            "basis": self._panel.bases(product),
            "origin": origin,
            "to_feed": lambda amount, currency: amount * self._books.conversion(currency, month)[feed],
            "lines": Lines(None if unit.whole else self._panel, subjects),
            "weeks": Weeks(None if unit.of_scopes else self._panel, *behind, whole=unit.whole),
            "concerns": lambda read: concerned(
                self._books.codes(tuple(read)), self._panel.codes(product), any_of=unit.of_scopes
            ),
        }

    def _view(self, unit: Unit, subjects: Ints, rows: _Rows, behind: tuple[Members, Ints]) -> PanelView:
        shared, beside = self._shared(unit, subjects, behind), rows.beside
        feed, product, months = shared["feed"], shared["product"], shared["months"]
        table = self._panel.series
        named = table.group_product if unit.whole else table.product
        paired_quantity, paired_value = beside.own.paired()
        reference_quantity, reference_value = beside.paired_reference()
        states, window = self._panel.feeds, range(self._window[0], self._window[1] + 1)
        benchmark, names = self._books.benchmarks(feed, product, months)
        usd, seller, currencies = self._books.rates(feed, shared["origin"], months)
        reported, vintage = vintages(self._panel, months)
        code_since = self._breaks.of_rows([s.feed.nomenclature for s in states], feed, product, months[-1])
        return PanelView(
            **shared,
            quantity=beside.own.kg(),
            value=beside.own.value(),
            paired_quantity=paired_quantity,
            paired_value=paired_value,
            total_quantity=beside.total.kg(),
            total_value=beside.total.value(),
            reference_quantity=reference_quantity,
            reference_value=reference_value,
            reference_undeclared=kilograms(beside.undeclared_g),
            alertable=rows.alertable,
            span_start=np.maximum(np.array([s.known_from() for s in states], np.int64)[feed], code_since),
            code_since=code_since,
            closed=np.array([self._window[1] <= state.closed_to for state in states])[feed],
            benchmark=benchmark,
            benchmark_name=names,
            usd_rate=usd,
            seller_rate=seller,
            seller_currency=currencies,
            production=self._books.production(feed, product),
            quantity_history=rows.histories.quantity,
            paired_history=rows.histories.paired,
            origins=rows.histories.origins,
            products=lambda some, first, last: self._parts(unit, subjects[some], (first, last)),
            reported=reported,
            vintage=vintage,
            supplementary=rows.supplementary,
            books=RowBooks.beside(self._books, feed, named.data[subjects], shared["origin"], window),
        )
