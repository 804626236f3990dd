"""Surprise: how far the last three months stand from the year before them, by how far they usually do.

The statistic of a month is read over it and the two before, the newest weighing most. Its deviation is
log(statistic) less the level of the 12 months before those three. It is divided by the usual size of that
deviation: the root mean square of the 12 deviations before, mixed with a fixed one of the calibration, so
that a row never depends on the others of its view. Operator's choice throughout; docs/early-surge.md says
what was tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.view import Glance
from tidegauge.domain.periods import MONTHS_A_YEAR

WEIGHTS: Final = (1.0, 0.5, 0.25)  # of the newest month, and of those before
RECENT: Final = len(WEIGHTS)
BASELINE: Final = MONTHS_A_YEAR
PAST: Final = 12  # deviations that tell the usual size
SPOKEN: Final = RECENT + BASELINE + RECENT - 1  # months that a deviation rests on
MONTHS: Final = SPOKEN + RECENT + PAST - 1  # months that a surprise rests on

_LEAST_KNOWN = 6  # months of a baseline
_POOL_WEIGHT = 6.0  # the fixed size counts as so many independent deviations
_MOST = 3.0  # a score never counts for more
_EVEN = (1.0,) * BASELINE


@dataclass(frozen=True, slots=True)
class Surprise:
    """How far the newest statistic stands from its baseline."""

    deviation: Floats  # [n] log of the ratio; NaN where it cannot be told
    score: Floats  # [n] in units of its usual size


def held(view: Glance, figures: Floats, span_start: Ints) -> Floats:
    """[n, MONTHS] figures [n, T] of the months behind a surprise; NaN before the span or the view."""
    months = view.month - MONTHS + 1 + np.arange(MONTHS)
    columns = figures[:, max(0, figures.shape[1] - MONTHS) :]
    found = np.full((len(view), MONTHS), np.nan)
    found[:, MONTHS - columns.shape[1] :] = columns
    found[months[None, :] < span_start[:, None]] = np.nan
    return found


def recent(figures: Floats) -> Floats:
    """[n, T - 2] weighted mean of each month and the two before it."""
    return _trailing(figures, WEIGHTS[::-1]) / sum(WEIGHTS)


def logarithm(figures: Floats) -> Floats:
    """Natural logarithm; NaN where there is none."""
    usable: Bools = figures > 0.0
    return np.where(usable, np.log(np.where(usable, figures, 1.0)), np.nan)


def of_amounts(figures: Floats, usual: float) -> Surprise:
    """Surprise of amounts [n, MONTHS], a NaN where a month is unknown; the baseline is the mean month."""
    levels = _trailing(figures[:, RECENT - 1 :], _EVEN) / BASELINE
    return _surprise(logarithm(recent(figures)), logarithm(levels), usual)


def of_ratios(logs: Floats, usual: float) -> Surprise:
    """Surprise of the logarithms of a ratio [n, MONTHS - 2], as `recent` gives its two sides."""
    known = np.isfinite(logs)
    count = _trailing(known.astype(np.float64), _EVEN)
    sums = _trailing(np.where(known, logs, 0.0), _EVEN)
    levels = np.where(count >= _LEAST_KNOWN, sums / np.maximum(count, 1.0), np.nan)
    return _surprise(logs, levels, usual)


def together(one: Floats, other: Floats) -> Floats:
    """[n] two scores added by Stouffer's method, neither for more than 3."""
    added: Floats = (np.minimum(one, _MOST) + np.minimum(other, _MOST)) / np.sqrt(2.0)
    return added


def _trailing(figures: Floats, weights: Sequence[float]) -> Floats:
    """[n, T - k + 1] weighted sums over k neighbours; column by column, so that a row stands for itself."""
    length = figures.shape[1] - len(weights) + 1
    found = np.zeros((len(figures), length))
    for place, weight in enumerate(weights):
        found += weight * figures[:, place : place + length]
    return found


def _surprise(logs: Floats, levels: Floats, usual: float) -> Surprise:
    """Deviations of logs [n, MONTHS - 2] from the levels of the 12 months that end 3 before each."""
    first = BASELINE + RECENT - 1  # the first statistic with a whole baseline before it
    deviations = logs[:, first:] - levels[:, : logs.shape[1] - first]
    past, now = deviations[:, -RECENT - PAST : -RECENT], deviations[:, -1]
    known = np.isfinite(past)
    squares = _trailing(np.where(known, past, 0.0) ** 2, (1.0,) * PAST)[:, 0]
    # neighbouring deviations share their months: three count as one
    weight = _POOL_WEIGHT + np.count_nonzero(known, axis=1) / RECENT
    size = np.sqrt((squares / RECENT + _POOL_WEIGHT * usual**2) / weight)
    return Surprise(now, now / size)
