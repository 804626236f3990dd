"""Scopes as groups of their own: what a feed imports of all products of a scope, by origin and in all.

A scope has the products that begin with its codes and lie in the chapter family of the first of them. A code
that other codes of the scope and feed begin with is their total, and is left out.
"""

from collections.abc import Mapping

import numpy as np

from tidegauge.domain.arrays import Bools, Ints, distinct
from tidegauge.domain.books.newest import Record
from tidegauge.domain.books.prefixes import LEAST_DIGITS, prefixes
from tidegauge.domain.books.scopes import ScopeBook
from tidegauge.domain.books.units import KILOGRAM, in_kilograms
from tidegauge.domain.codes import SCOPE_BASE, chapter_family, product_code, product_number
from tidegauge.domain.panel.ground import Unions
from tidegauge.domain.panel.growing import Growing
from tidegauge.domain.panel.packing import pack, unpack
from tidegauge.domain.panel.panel import NEVER, FeedState, Panel
from tidegauge.domain.panel.pooled import KILOGRAMS, Pool, PooledRing
from tidegauge.domain.panel.series import SeriesTable
from tidegauge.domain.panel.tally import Tally
from tidegauge.domain.panel.view import Unit


class ScopePanel:
    """The scopes over a panel. Their ids stay; what belongs to them follows from the records."""

    kinds: tuple[Unit, ...] = (Unit.SCOPE_SERIES, Unit.SCOPE)

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self.series = SeriesTable()
        self.pending_from = Growing(np.int32, fill=NEVER)
        self.evaluated_to = Growing(np.int32, fill=-1)
        self.scoped = _NONE  # no scope lies in another
        self.judged: dict[str, Record] = {}  # the scopes as they were when their groups were last asked for
        self._pool = Pool()
        self.rings = {name: PooledRing(name, panel.rings, self._pool) for name in panel.rings}
        self._scopes: list[Record] = []
        self.members: dict[tuple[int, int], tuple[str, ...]] = {}  # (feed, scope number) -> product codes
        self.renewed: set[tuple[int, int]] = set()  # those that have changed since the figures were told
        self._groups: tuple[Ints, Ints] = (_NONE, _NONE)  # pairs (group of the panel, group of a scope)
        self._pairs = np.empty((0, 3), np.int64)  # (group of the panel, feed, scope number)
        self._known: tuple[object, ...] = ()  # what the pairs follow from
        self._filled: tuple[object, ...] = ()  # what the pool follows from

    @property
    def base(self) -> Panel:
        """The panel under it."""
        return self._panel

    @property
    def feeds(self) -> list[FeedState]:
        """The panel's feeds."""
        return self._panel.feeds

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """None: lines are spoken of by product."""
        return {}

    @property
    def units(self) -> list[str]:
        """The panel's supplementary units."""
        return self._panel.units

    @property
    def vintages(self) -> Mapping[tuple[int, int], str]:
        """The panel's vintages."""
        return self._panel.vintages

    def codes(self, product: Ints) -> Ints:
        """[n] what the codes of scopes have in common, else the chapter of the first."""
        table = np.array([product_number(_common(scope["products"])) for scope in self._scopes], np.int64)
        return table[product - SCOPE_BASE]

    def products(self, feed: int, product: int) -> tuple[str, ...]:
        """The products of a scope that a feed has."""
        return self.members.get((feed, product), ())

    def parts(self, series: Ints) -> tuple[Ints, Ints]:
        """(place in `series`, series of the panel) of everything that some series are made of."""
        return self._pool.of(series)

    def scope_ids(self, product: Ints) -> tuple[str, ...]:
        """[n] identifiers of scopes."""
        return tuple(str(self._scopes[number - SCOPE_BASE]["scope_id"]) for number in product.tolist())

    def bases(self, product: Ints) -> tuple[str, ...]:
        """[n] the unit that each scope is counted in."""
        return tuple(_basis(self._scopes[number - SCOPE_BASE]) for number in product.tolist())

    def names(self) -> list[str]:
        """The identifiers of all scopes, in the order of their numbers."""
        return [str(scope["scope_id"]) for scope in self._scopes]

    def changed_cells(self, series: Ints, months: Ints) -> tuple[Ints, Ints]:
        """The cells (series of scopes, month) that hold cells of the panel, and all of renewed scopes."""
        owner, members = self._pool.owners()
        low, high = (np.searchsorted(members, series, side) for side in ("left", "right"))
        cell = np.repeat(np.arange(len(series)), high - low)
        first = np.cumsum(high - low) - (high - low)
        touched = pack(owner[low[cell] + np.arange(len(cell)) - first[cell]], months[cell])
        table, whole = self.series, []
        for feed, number in sorted(self.renewed):
            mine = np.flatnonzero((table.feed.used() == feed) & (table.product.used() == number))
            span = np.arange(self.feeds[feed].known_from(), self.feeds[feed].last_month + 1)
            whole.append(pack(np.repeat(mine, len(span)), np.tile(span, len(mine))))
        self.renewed = set()
        return unpack(distinct(np.concatenate([touched, *whole])))

    def cells(self, series: Ints, months: Ints, ring: str, channel: str) -> Ints:
        """[n] one channel at single cells, summed over the members; masses stay masses."""
        row, members = self._pool.of(series)
        summed = np.zeros(len(series), np.int64)
        np.add.at(summed, row, self._panel.rings[ring].cells(members, months[row], channel))
        return summed

    def refresh(self, book: ScopeBook, unions: Unions) -> None:
        """Bring membership up to date; ask for the months that members ask for, of a changed scope all."""
        self._scopes = list(book.scopes.values())
        if not self._scopes and not len(self.series):
            return
        heres = [unions.here(state.feed.reporter, state.last_month) for state in self.feeds]
        known = (self._panel.series.groups, dict(book.scopes), heres)
        if known != self._known:
            self._known = known
            self._regroup(heres)
        filled = (known, len(self._panel.series), len(self.units))
        if filled != self._filled:
            self._filled = filled
            self._repool()
        groups, scopes = self._groups
        np.minimum.at(self.pending_from.data, scopes, self._panel.pending_from.data[groups])
        changed = {name for name, scope in book.scopes.items() if self.judged.get(name) != scope}
        if changed:
            self._ask_again(changed)
            self.judged |= {name: book.scopes[name] for name in changed}

    def _ask_again(self, changed: set[str]) -> None:
        """Ask for every month that is known of the scopes that changed."""
        for group, number in enumerate(self.series.group_product.used().tolist()):
            if self._scopes[number - SCOPE_BASE]["scope_id"] in changed:
                start = self.feeds[int(self.series.group_feed.data[group])].known_from()
                self.pending_from.data[group] = min(self.pending_from.data[group], start)

    def _regroup(self, heres: list[tuple[str, ...]]) -> None:
        """Find which products of which feeds lie in which scopes."""
        table, pairs, before = self._panel.series, [], self.members
        feeds, products = table.group_feed.used().astype(np.int64), table.group_product.used()
        length, digits = np.divmod(products, 10**10)
        self.members = {}
        for number, scope in enumerate(self._scopes, SCOPE_BASE):
            chosen = np.flatnonzero(_begin_with(length, digits, _local(scope["products"])))
            for feed in sorted(set(feeds[chosen].tolist())):
                if scope.get("reporter", heres[feed][0]) in heres[feed]:
                    mine = self._finest(chosen[feeds[chosen] == feed])
                    self.members[feed, number] = tuple(sorted(map(product_code, products[mine].tolist())))
                    pairs += [(group, feed, number) for group in mine.tolist()]
        both = before.keys() | self.members.keys()
        self.renewed |= {key for key in both if before.get(key) != self.members.get(key)}
        found = np.array(pairs, np.int64).reshape(len(pairs), 3)
        self._pairs = found[np.argsort(found[:, 0], kind="stable")]

    def _finest(self, groups: Ints) -> Ints:
        """Groups without those that are the total of others: whose code another one begins with."""
        products = self._panel.series.group_product.data[groups].tolist()
        order = sorted(range(len(groups)), key=lambda place: product_code(products[place]))
        codes = [product_code(products[place]) for place in order]
        following = [*codes[1:], ""]
        kept = [place for place, code, after in zip(order, codes, following, strict=True)
                if not after.startswith(code)]  # fmt: skip
        return groups[np.array(sorted(kept), np.int64)]

    def _repool(self) -> None:
        """Give the scopes' series their ids and members."""
        table, found = self._panel.series, self._pairs
        members, which = table.members(found[:, 0])
        origin = table.origin.data[members].astype(np.int64)
        pooled = self.series.ids(found[which, 1], found[which, 2], origin)
        for column in (self.pending_from, self.evaluated_to):
            column.reach(self.series.groups)
        self._groups = (found[:, 0], self.series.group_ids(found[:, 1], found[:, 2]))
        self._panel.scoped = distinct(found[:, 0])
        order = np.argsort(pooled, kind="stable")
        self._pool.members = members[order]
        self._pool.starts = np.searchsorted(pooled[order], np.arange(len(self.series) + 1))
        scope = self.series.product.data[: len(self.series)] - SCOPE_BASE
        units = np.array([_unit(_basis(one), self.units) for one in self._scopes], np.int64)
        self._pool.unit = units[scope] if len(scope) else _NONE


def _local(codes: list[str]) -> list[str]:
    family = chapter_family(codes[0])  # ingest refuses scopes of several; an older log may hold one
    return [code for code in codes if chapter_family(code) == family]


def _begin_with(length: Ints, digits: Ints, codes: list[str]) -> Bools:
    """[n] whether a product begins with one of the codes."""
    found = np.zeros(len(length), np.bool_)
    for code in codes:
        beginning = digits // 10 ** np.maximum(length - len(code), 0)
        found |= (length >= len(code)) & (beginning == int(code))
    return found


def _common(codes: list[str]) -> str:
    shared = next(one for one in prefixes(codes[0], 0) if all(code.startswith(one) for code in codes))
    return shared if len(shared) >= LEAST_DIGITS else codes[0][:LEAST_DIGITS]


def _basis(scope: Record) -> str:
    return in_kilograms(str(scope.get("quantity_basis") or KILOGRAM))[0]


def _unit(basis: str, units: list[str]) -> int:
    """The number of a basis; one that no line has where it was never seen."""
    if basis == KILOGRAM:
        return KILOGRAMS
    return units.index(basis) if basis in units else len(units)


_NONE = np.empty(0, np.int64)
