"""Concentration of supply: the Herfindahl-Hirschman index of many products at once."""

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints


def herfindahl(row: Ints, amount: Floats, supplier: Bools, rows: int) -> Floats:
    """[rows] the sum of squared shares of the suppliers of each row, 0..1; NaN where nothing was supplied.

    `row`, `amount` and `supplier` are [s], one entry for each origin of a row. What comes from no supplier
    (not declared, pooled) counts in the denominator alone, so that the index is a lower bound.
    """
    total = np.bincount(row, weights=amount, minlength=rows)[:rows]
    known = total > 0.0
    part = amount / np.where(known, total, 1.0)[row]
    squares = np.bincount(row, weights=np.where(supplier, part * part, 0.0), minlength=rows)[:rows]
    return np.where(known, squares, np.nan)
