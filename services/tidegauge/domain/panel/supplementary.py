"""Supplementary quantities, and which unit they are counted in.

A unit is known without keeping cells by unit, and goes when its lines are taken back: beside each quantity
the lines are counted and the numbers of their units summed, plainly and squared. All lines have one unit
exactly where count times squares equals the square of the sum.
"""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Ints
from tidegauge.domain.panel.amounts import group_sums
from tidegauge.domain.panel.ring import Windows
from tidegauge.domain.panel.view import Supplementary

CHANNELS: Final = {
    "quantity_milli": np.int64,
    "counted": np.int32,
    "unit_sum": np.int32,
    "unit_squares": np.int32,
}
_MILLI = 1000.0


def unit_sums(unit: Ints, sign: Ints) -> dict[str, Ints]:
    """What rows with the unit numbers [n] and signs [n] add to the channels beside the quantity."""
    return {"counted": sign, "unit_sum": sign * unit, "unit_squares": sign * unit * unit}


def read(
    ring: Windows,
    units: list[str],
    series: Ints,
    window: tuple[int, int],
    groups: tuple[Ints, Bools] | None = None,
) -> Supplementary:
    """The quantities of series [n], or of the groups of them that begin at `starts`, of the `chosen` rows."""
    parts = [one.astype(np.int64) for one in ring.windows(series, *window, CHANNELS)]
    if groups is not None:
        parts = [group_sums(one, *groups) for one in parts]
    quantity, *sums = parts
    return Supplementary(quantity / _MILLI, _units(units, *(one.sum(axis=1) for one in sums)))


def _units(units: list[str], counted: AnyArray, summed: AnyArray, squares: AnyArray) -> tuple[str, ...]:
    one = (counted > 0) & (counted * squares == summed * summed)
    number = np.where(one, summed // np.maximum(counted, 1), -1)
    names = ["", *units]  # place 0 stands for no unit, or several
    return tuple(names[place + 1] for place in number.tolist())
