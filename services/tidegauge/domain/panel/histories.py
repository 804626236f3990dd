"""What a view reads on demand: months before its columns, and the origins behind a product."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Floats, Ints
from tidegauge.domain.panel.amounts import group_sums, kilograms, money
from tidegauge.domain.panel.ring import Windows
from tidegauge.domain.panel.view import Origins

_AMOUNTS = ("mass_g", "value_e4")


@dataclass(frozen=True, slots=True)
class Histories:
    """The rings behind the rows of one view, and the members of their product groups."""

    rings: Mapping[str, Windows]
    month: int  # the last one that may be read
    starts: Ints  # [g] first member of each group
    series: Ints  # [s] members in the order (group, origin)
    origin: Ints  # [s]
    intra: Bools  # [s]
    supplier: Bools  # [s]
    place: Ints  # [n] the group of each row
    own: Ints | None  # [n] the series of each row; None: rows are whole groups
    _last: dict[tuple[int, bytes], list[AnyArray]] = field(default_factory=dict, init=False, repr=False)

    def quantity(self, rows: Ints, first: int) -> Floats:
        """[k, month - first + 1] kg of some rows."""
        return kilograms(self._amounts(rows, first)[0])

    def paired(self, rows: Ints, first: int) -> tuple[Floats, Floats]:
        """Kg and value [k, month - first + 1] of the cells of some rows that have both."""
        mass, value = self._amounts(rows, first)
        lone_mass, lone_value = self._read("unpaired", rows, first, _AMOUNTS)
        return kilograms(mass - lone_mass), money(value - lone_value)

    def origins(self, rows: Ints, first: int, last: int) -> Origins:
        """What each extra-area origin gave of the products of some rows, from `first` to `last`."""
        row, members = self._members(rows)
        extra = ~self.intra[members]
        row, members = row[extra], members[extra]
        windows = self.rings["months"].windows(self.series[members], first, last, _AMOUNTS)
        mass, value = (np.add.reduce(part, axis=1) for part in windows)
        return Origins(row, self.origin[members], kilograms(mass), money(value), self.supplier[members])

    def _amounts(self, rows: Ints, first: int) -> list[AnyArray]:
        """Mass and value; the last answer is kept, as a rule asks for quantities and for prices."""
        key = (first, rows.tobytes())
        if key not in self._last:
            self._last.clear()
            self._last[key] = self._read("months", rows, first, _AMOUNTS)
        return self._last[key]

    def _read(self, ring: str, rows: Ints, first: int, channels: tuple[str, ...]) -> list[AnyArray]:
        """[k, months] each channel of some rows, summed over the extra-area members of whole groups."""
        if self.own is not None:
            return self.rings[ring].windows(self.own[rows], first, self.month, channels)
        row, members = self._members(rows)
        found = self.rings[ring].windows(self.series[members], first, self.month, channels)
        starts, extra = np.flatnonzero(np.diff(row, prepend=-1)), ~self.intra[members]
        return [group_sums(part, starts, extra) for part in found]

    def _members(self, rows: Ints) -> tuple[Ints, Ints]:
        """(index into `rows`, member) of every member of the groups of some rows."""
        places = self.place[rows]
        sizes = np.diff(self.starts, append=len(self.series))[places]
        begins = np.cumsum(sizes) - sizes
        row = np.repeat(np.arange(len(rows)), sizes)
        return row, np.arange(len(row)) + (self.starts[places] - begins)[row]
