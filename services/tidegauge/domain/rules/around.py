"""What the parts of some rows (origins of a product, products of a scope) gave around an event of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.since import MONTHS, masks


class _Parts(Protocol):
    """What a look at the parts of some rows over a window gives."""

    @property
    def row(self) -> Ints: ...
    @property
    def quantity(self) -> Floats: ...
    @property
    def value(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Around:
    """Pairs of a row and a part of it."""

    row: Ints  # [s] row of the view
    part: Ints  # [s] codes.country_number of an origin, codes.product_number of a product
    supplier: Bools  # [s] False for ZZ, QR and the reporter itself
    quantity: Floats  # [s] kg after
    value: Floats  # [s]
    quantity_before: Floats  # [s]
    value_before: Floats  # [s]


_Look = Callable[[Ints, int, int], _Parts]  # (rows, first month, last month)
_Names = Callable[[Ints], tuple[Ints, Bools]]  # rows -> the parts of all of them, and which are suppliers


def by_origin(view: PanelView, rows: Ints, event: Ints) -> Around:
    """The origins of some rows [k] around their events [k]; one look a distinct event month."""

    def names(some: Ints) -> tuple[Ints, Bools]:
        found = view.origins(some, view.month, view.month)
        return found.origin, found.supplier

    return _around(view, rows, event, view.origins, names)


def by_product(view: PanelView, rows: Ints, event: Ints) -> Around:
    """The products of some rows of scopes [k] around their events [k]; one look a distinct event month."""

    def names(some: Ints) -> tuple[Ints, Bools]:
        found = view.products(some, view.month, view.month)
        return found.product, np.ones(len(found.product), np.bool_)

    return _around(view, rows, event, view.products, names)


def summed(row: Ints, part: Floats, rows: int) -> Floats:
    """[rows] the sum of the pairs of each row."""
    sums = np.zeros(rows)
    np.add.at(sums, row, part)
    return sums


def most_gained(found: Around, chosen: Bools) -> tuple[Ints, Ints, Floats]:
    """(row, place of the pair, gain in kg) of the chosen part of each row that gained most, where one did."""
    gain = found.quantity - found.quantity_before
    rising = np.flatnonzero(chosen & (gain > 0.0))
    order = rising[np.lexsort((found.part[rising], -gain[rising], found.row[rising]))]
    rows, first = np.unique(found.row[order], return_index=True)
    return rows, order[first], gain[order[first]]


def _around(view: PanelView, rows: Ints, event: Ints, look: _Look, names: _Names) -> Around:
    found = []
    for month in np.unique(event).tolist():
        mine = rows[event == month]
        after, before = (mask[0] for mask in masks(view.month, np.array([month])))
        row, quantity, value = _over(view.month, after, mine, look)
        _, quantity_before, value_before = _over(view.month, before, mine, look)
        found.append(Around(mine[row], *names(mine), quantity, value, quantity_before, value_before))
    columns = Around.__dataclass_fields__
    return Around(**{name: np.concatenate([getattr(one, name) for one in found]) for name in columns})


def _over(month: int, mask: Bools, rows: Ints, look: _Look) -> tuple[Ints, Floats, Floats]:
    """(row, quantity, value) of the parts over the months of a mask, run by run."""
    first = month - MONTHS + 1
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    runs = [
        look(rows, first + start, first + stop - 1)
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
    if not runs:  # the event is the month itself: nothing follows it yet
        nothing = look(rows, month, month)
        return nothing.row, np.zeros(len(nothing.row)), np.zeros(len(nothing.row))
    sums = (np.add.reduce([getattr(run, name) for run in runs]) for name in ("quantity", "value"))
    return (runs[0].row, *sums)
