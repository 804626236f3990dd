"""The truth about figures: what lines come to in the end, by product and origin, to the unit."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.ledger.pages import Rows
from tidegauge.scenario.lines import ABSENT, PROCEDURES

_ORIGIN_BASE: Final = 1000
_IMPORTS: Final = np.array([is_import for _, _, is_import, _ in PROCEDURES])


class Totals:
    """Sums of one month; memory follows the number of cells, not of lines."""

    def __init__(self) -> None:
        self._keys: Ints = np.empty(0, np.int64)
        self._sums: Ints = np.empty((0, 3), np.int64)

    def add(self, final: Rows, stands: Bools) -> None:
        """Add lines as they end; what was cancelled or released no import counts nothing."""
        rows = final[stands & _IMPORTS[final["procedure"]]]
        keys = rows["product"].astype(np.int64) * _ORIGIN_BASE + rows["origin"]
        amounts = [np.where(rows[name] == ABSENT, 0, rows[name]) for name in ("mass_g", "cents")]
        sums = np.stack([*amounts, np.ones(len(rows), np.int64)], axis=1)
        self._keys, self._sums = _summed(
            np.concatenate([self._keys, keys]), np.concatenate([self._sums, sums])
        )

    def cells(self) -> tuple[Ints, Ints, Ints]:
        """Products [k], origins [k] and sums [k, 3]: grams, cents, lines."""
        return self._keys // _ORIGIN_BASE, self._keys % _ORIGIN_BASE, self._sums


def _summed(keys: Ints, sums: Ints) -> tuple[Ints, Ints]:
    if not len(keys):
        return keys, sums
    order = np.argsort(keys, kind="stable")
    distinct, first = np.unique(keys[order], return_index=True)
    return distinct, np.add.reduceat(sums[order], first, axis=0)
