"""Cells of a panel as whole numbers that sort by series, then period."""

from typing import Final

from tidegauge.domain.arrays import Ints

_PERIOD_BITS: Final = 24  # a month, a week, or a week and a step within it


def pack(series: Ints, periods: Ints) -> Ints:
    """(series, period) as one whole number that sorts by series, then period."""
    packed: Ints = (series << _PERIOD_BITS) | periods
    return packed


def unpack(packed: Ints) -> tuple[Ints, Ints]:
    """The (series, period) of packed numbers."""
    return packed >> _PERIOD_BITS, packed & ((1 << _PERIOD_BITS) - 1)
