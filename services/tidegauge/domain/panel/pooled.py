"""Rings whose series are sums over the series of a panel, in the unit that a scope is counted in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tidegauge.domain.arrays import AnyArray, Ints
from tidegauge.domain.panel.ring import Ring

KILOGRAMS: Final = -1  # stands for the mass instead of a supplementary unit
_NONE: Final = np.empty(0, np.int64)
_COUNTED: Final = ("quantity_milli", "counted", "unit_sum", "unit_squares")


@dataclass(slots=True)
class Pool:
    """Which series of the panel make up each pooled series, and how that counts quantities."""

    starts: Ints = field(default_factory=lambda: np.zeros(1, np.int64))  # [pooled + 1] first member of each
    members: Ints = field(default_factory=lambda: _NONE)  # [m] series of the panel
    unit: Ints = field(default_factory=lambda: _NONE)  # [pooled] number of the unit, or KILOGRAMS

    def of(self, series: Ints) -> tuple[Ints, Ints]:
        """(place in `series`, member) of every member of some pooled series."""
        begins, sizes = self.starts[series], self.starts[series + 1] - self.starts[series]
        row = np.repeat(np.arange(len(series)), sizes)
        first = np.cumsum(sizes) - sizes
        return row, self.members[begins[row] + np.arange(len(row)) - first[row]]

    def owners(self) -> tuple[Ints, Ints]:
        """(pooled series, member) of all members, ordered by member."""
        owner = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.members, kind="stable")
        return owner[order], self.members[order]


class PooledRing:
    """One ring of a panel, read through a pool."""

    def __init__(self, name: str, rings: Mapping[str, Ring], pool: Pool) -> None:
        self._name, self._rings, self._pool = name, rings, pool

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of what it holds."""
        return self._rings[self._name].channels

    def windows(self, series: Ints, first: int, last: int, channels: Iterable[str]) -> list[AnyArray]:
        """[n, last - first + 1] of each channel, summed over the members of pooled series [n]."""
        row, members = self._pool.of(series)
        names = tuple(channels)
        parts = self._rings[self._name].windows(members, first, last, names)
        counted = self._pool.unit[series][row]
        if (counted != KILOGRAMS).any() and "mass_g" in names:
            parts = self._in_units(names, parts, (members, counted), (first, last))
        sums = [np.zeros((len(series), last - first + 1), np.int64) for _ in names]
        for total, part in zip(sums, parts, strict=True):
            np.add.at(total, row, part)
        return list(sums)

    def _in_units(
        self,
        names: tuple[str, ...],
        parts: list[AnyArray],
        counted: tuple[Ints, Ints],
        window: tuple[int, int],
    ) -> list[AnyArray]:
        """The same with supplementary quantities for masses, of cells that hold the wanted unit alone.

        Thousandths of a unit stand for grams, so that both read alike. A cell without one of the two amounts
        is unpaired; whether one line of a cell lacks it is not known.
        """
        members, unit = counted
        quantity, lines, summed, squares = self._rings["quantity"].windows(members, *window, _COUNTED)
        wanted = unit[:, None]
        right = (lines > 0) & (summed == wanted * lines) & (squares == wanted * wanted * lines)
        quantity = np.where(right, quantity, 0)
        if self._name == "unpaired":
            value = self._rings["months"].windows(members, *window, ("value_e4",))[0]
            lone = {
                "mass_g": np.where(value == 0, quantity, 0),
                "value_e4": np.where(quantity == 0, value, 0),
            }
        else:
            lone = {"mass_g": quantity}
        supplementary = wanted != KILOGRAMS
        return [
            np.where(supplementary, lone[name], part) if name in lone else part
            for name, part in zip(names, parts, strict=True)
        ]
