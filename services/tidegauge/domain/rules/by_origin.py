"""What the origins behind some rows' products gave after an event of each row, and before it."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.since import MONTHS, masks


@dataclass(frozen=True, slots=True)
class ByOrigin:
    """Pairs of a row and an origin of its product."""

    row: Ints  # [s] row of the view
    origin: Ints  # [s] codes.country_number
    supplier: Bools  # [s] False for ZZ, QR and the reporter itself
    quantity: Floats  # [s] kg after
    value: Floats  # [s]
    quantity_before: Floats  # [s]
    value_before: Floats  # [s]


def by_origin(view: PanelView, rows: Ints, event: Ints) -> ByOrigin:
    """The origins of some rows [k] around their events [k]; one look a distinct event month."""
    parts = [_of_month(view, rows[event == month], month) for month in np.unique(event).tolist()]
    names = ("row", "origin", "supplier", "quantity", "value", "quantity_before", "value_before")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return ByOrigin(**joined)


def summed(row: Ints, part: Floats, rows: int) -> Floats:
    """[rows] the sum of the pairs of each row."""
    sums = np.zeros(rows)
    np.add.at(sums, row, part)
    return sums


def _of_month(view: PanelView, rows: Ints, month: int) -> ByOrigin:
    (after,), (before,) = masks(view.month, np.array([month]))
    first = view.month - MONTHS + 1
    quantity, value, found = _summed(view, rows, after, first)
    quantity_before, value_before, _ = _summed(view, rows, before, first)
    row, origin, supplier = found
    return ByOrigin(rows[row], origin, supplier, quantity, value, quantity_before, value_before)


def _summed(
    view: PanelView, rows: Ints, mask: Bools, first: int
) -> tuple[Floats, Floats, tuple[Ints, Ints, Bools]]:
    """Quantity and value of each origin over the months of a mask, run by run, and whose they are."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    runs = [
        view.origins(rows, first + start, first + stop - 1)
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ] or [view.origins(rows, view.month + 1, view.month)]
    quantity = np.add.reduce([run.quantity for run in runs])
    value = np.add.reduce([run.value for run in runs])
    return quantity, value, (runs[0].row, runs[0].origin, runs[0].supplier)
