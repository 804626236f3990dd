"""The amounts behind some rows, and what stands beside them: the totals and the reference partners."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.amounts import Amounts, group_sums
from tidegauge.domain.panel.members import Members


@dataclass(frozen=True, slots=True)
class Beside:
    """Amounts of n rows over some periods."""

    own: Amounts
    total: Amounts  # all origins of the same product
    reference: Amounts | None  # intra-area partners, else the other origins; None for whole groups
    undeclared_g: Ints  # [n, T] the part of the reference from ZZ and QR

    def take(self, rows: Ints) -> "Beside":
        """The given rows."""
        reference = None if self.reference is None else self.reference.take(rows)
        return Beside(self.own.take(rows), self.total.take(rows), reference, self.undeclared_g[rows])

    def paired_reference(self) -> tuple[Floats, Floats]:
        """(kg, value) [n, T] of the reference's cells that have both; NaN for whole groups."""
        if self.reference is None:
            return (np.full(self.undeclared_g.shape, np.nan),) * 2
        return self.reference.paired()


def of_groups(members: Members, amounts: Amounts) -> Beside:
    """Rows that are whole groups; `amounts` are those of the members."""
    totals = amounts.sums(members.starts, ~members.intra)
    return Beside(totals, totals, None, np.zeros_like(totals.mass_g))


def of_series(members: Members, amounts: Amounts, rows: Ints) -> Beside:
    """Rows that are members; totals and references rest on all members of their groups."""
    starts, place = members.starts, members.place[rows]
    own, pseudo = amounts.take(rows), members.pseudo[rows]
    total = amounts.sums(starts, ~members.intra).take(place)
    inside = amounts.sums(starts, members.intra).take(place)
    union = np.logical_or.reduceat(members.intra, starts)[place]
    pooled = group_sums(amounts.mass_g, starts, members.pseudo & ~members.intra)[place]
    undeclared = np.where(union[:, None], 0, pooled - own.mass_g * pseudo[:, None])
    return Beside(own, total, inside.where(union, total.minus(own)), undeclared)
