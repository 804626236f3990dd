"""Mass and value of some rows over some months, kept whole so that sums and differences are exact."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints

_GRAMS_A_KG, _VALUE_SCALE = 1000.0, 10_000.0


@dataclass(frozen=True, slots=True)
class Amounts:
    """Four arrays [n, T] that move together; the lone parts are mass without value and value without mass."""

    mass_g: Ints
    value_e4: Ints
    lone_mass_g: Ints
    lone_value_e4: Ints

    def parts(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The four arrays."""
        return (self.mass_g, self.value_e4, self.lone_mass_g, self.lone_value_e4)

    def sums(self, starts: Ints, chosen: Bools) -> Self:
        """Exact sums over the runs of rows that begin at `starts`, of the chosen rows."""
        return type(self)(*(group_sums(part, starts, chosen) for part in self.parts()))

    def take(self, rows: Ints) -> Self:
        """The given rows."""
        return type(self)(*(part[rows] for part in self.parts()))

    def minus(self, other: "Amounts") -> Self:
        """The difference, cell by cell."""
        return type(self)(*(a - b for a, b in zip(self.parts(), other.parts(), strict=True)))

    def where(self, condition: Bools, other: "Amounts") -> Self:
        """These rows where the condition [n] holds, the other's elsewhere."""
        pairs = zip(self.parts(), other.parts(), strict=True)
        return type(self)(*(np.where(condition[:, None], a, b) for a, b in pairs))

    def kg(self) -> Floats:
        """Mass in kg."""
        return kilograms(self.mass_g)

    def value(self) -> Floats:
        """Value in currency units."""
        return money(self.value_e4)

    def paired(self) -> tuple[Floats, Floats]:
        """(kg, value) of the cells that have both."""
        return kilograms(self.mass_g - self.lone_mass_g), money(self.value_e4 - self.lone_value_e4)


def kilograms(mass_g: Ints) -> Floats:
    """Grams as kg."""
    return mass_g / _GRAMS_A_KG


def money(value_e4: Ints) -> Floats:
    """1/10,000 of a currency as its units."""
    return value_e4 / _VALUE_SCALE


def group_sums(part: Ints, starts: Ints, chosen: Bools) -> Ints:
    """[g, T] exact sums over the runs of rows [n, T] that begin at `starts`, of the chosen rows."""
    if not chosen.any():
        return np.zeros((len(starts), part.shape[1]), np.int64)
    counted = part if chosen.all() else part * chosen[:, None]
    sums: Ints = np.add.reduceat(counted, starts, axis=0)
    return sums
