"""A cheap sequential pre-test for upward level shifts: the robust fit runs only where something moved.

A one-sided CUSUM over the seasonal differences d(t) = y(t) - y(t - 12) of the months that a shift may begin
in or lie behind. A series passes where the sum ever reaches the limit. The centre is the median of d, but at
most zero, so that a falling series hides no rise and a rising one passes rather than not; the scale is the
median of |d(t) - d(t - 1)|, which one step changes in one month only.

The limit is ours, set by what it may miss; docs/rules.md says what was measured.
"""

import math
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.periods import MONTHS_A_YEAR

SLACK: Final = 0.5  # in units of the scale, as in the textbook's CUSUM
LIMIT: Final = 3.0
_MEDIAN_OF_DIFFERENCE: Final = 0.6744897501960817 * math.sqrt(2.0)  # of standard normal errors
_FLOOR: Final = 1e-9  # of the scale, in units of the largest figure


def moved_up(y: Floats, first_candidate: int, limit: float = LIMIT) -> Bools:
    """[n] whether series of y [n, T] may have shifted upward at or after column `first_candidate`.

    Needs T > 12 months; False for a series with an unknown month. The result for a series depends on that
    series alone, to the last bit.
    """
    n, length = y.shape
    if length <= MONTHS_A_YEAR + 1:
        return np.zeros(n, dtype=np.bool_)
    finite: Bools = np.logical_and.reduce(np.isfinite(y), axis=1)
    known = np.where(finite[:, None], y, 0.0)
    differences = known[:, MONTHS_A_YEAR:] - known[:, :-MONTHS_A_YEAR]
    scale = _median(np.abs(np.diff(differences, axis=1))) / _MEDIAN_OF_DIFFERENCE
    scale = np.maximum(scale, _FLOOR * np.maximum.reduce(np.abs(known), axis=1, initial=_FLOOR))
    centre = np.minimum(_median(differences), 0.0)
    steps = (differences - centre[:, None]) / scale[:, None] - SLACK
    reached, sums = np.zeros(n), np.zeros(n)
    for column in steps.T[max(first_candidate - MONTHS_A_YEAR, 0) :]:
        sums = np.maximum(0.0, sums + column)
        reached = np.maximum(reached, sums)
    return finite & (reached >= limit)


def _median(figures: Floats) -> Floats:
    """[n] the median of figures [n, k], k > 0."""
    middle = figures.shape[1] // 2
    ordered = np.partition(figures, (middle - 1 + figures.shape[1] % 2, middle), axis=1)
    return 0.5 * (ordered[:, (figures.shape[1] - 1) // 2] + ordered[:, middle])
