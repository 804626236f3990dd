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
from tidegauge.domain.periods import MONTHS_A_YEAR, WEEKS_A_YEAR

_LEAST_KNOWN = 0.5  # of the months of a baseline
_MOST = 3.0  # a score never counts for more


@dataclass(frozen=True, slots=True)
class Shape:
    """How a surprise is read; the periods are months, or weeks."""

    weights: tuple[float, ...] = (1.0, 0.5, 0.25)  # of the newest month, and of those before
    baseline: int = MONTHS_A_YEAR
    past: int = 12  # deviations that tell the usual size
    pool_weight: float = 6.0  # the fixed size counts as so many independent deviations

    @property
    def recent(self) -> int:
        """Months of one statistic."""
        return len(self.weights)

    @property
    def spoken(self) -> int:
        """Months that a deviation rests on."""
        return self.recent + self.baseline + self.recent - 1

    @property
    def months(self) -> int:
        """Months that a surprise rests on."""
        return self.spoken + self.recent + self.past - 1


MONTHLY: Final = Shape()
# Each week counts for less than the one after it, by half in HALF_LIFE_WEEKS.
HALF_LIFE_WEEKS: Final = 2.0
WEEKLY: Final = Shape(
    weights=tuple(0.5 ** (back / HALF_LIFE_WEEKS) for back in range(8)), baseline=WEEKS_A_YEAR, past=26
)


@dataclass(frozen=True, slots=True)
class Surprise:
    """How far the newest statistic stands from its baseline."""

    deviation: Floats  # [n] log of the ratio; NaN where it cannot be told
    score: Floats  # [n] in units of its usual size


def held(view: Glance, figures: Floats, span_start: Ints, shape: Shape = MONTHLY) -> Floats:
    """[n, months] figures [n, T] of the months behind a surprise; NaN before the span or the view."""
    months = view.month - shape.months + 1 + np.arange(shape.months)
    columns = figures[:, max(0, figures.shape[1] - shape.months) :]
    found = np.full((len(view), shape.months), np.nan)
    found[:, shape.months - columns.shape[1] :] = columns
    found[months[None, :] < span_start[:, None]] = np.nan
    return found


def recent(figures: Floats, shape: Shape = MONTHLY) -> Floats:
    """[n, T - recent + 1] weighted mean of each month and those before it."""
    return _trailing(figures, shape.weights[::-1]) / sum(shape.weights)


def logarithm(figures: Floats) -> Floats:
    """Natural logarithm; NaN where there is none."""
    usable: Bools = figures > 0.0
    return np.where(usable, np.log(np.where(usable, figures, 1.0)), np.nan)


def of_amounts(figures: Floats, usual: float, shape: Shape = MONTHLY) -> Surprise:
    """Surprise of amounts [n, months], a NaN where a month is unknown; the baseline is the mean month."""
    even = (1.0,) * shape.baseline
    levels = _trailing(figures[:, shape.recent - 1 :], even) / shape.baseline
    return _surprise(logarithm(recent(figures, shape)), logarithm(levels), usual, shape)


def of_ratios(logs: Floats, usual: float, shape: Shape = MONTHLY) -> Surprise:
    """Surprise of the logarithms of a ratio [n, months - recent + 1], as `recent` gives its two sides."""
    even = (1.0,) * shape.baseline
    known = np.isfinite(logs)
    count = _trailing(known.astype(np.float64), even)
    sums = _trailing(np.where(known, logs, 0.0), even)
    enough = count >= _LEAST_KNOWN * shape.baseline
    levels = np.where(enough, sums / np.maximum(count, 1.0), np.nan)
    return _surprise(logs, levels, usual, shape)


def together(one: Floats, other: Floats) -> Floats:
    """[n] two scores added by Stouffer's method, neither for more than 3."""
    added: Floats = (np.minimum(one, _MOST) + np.minimum(other, _MOST)) / np.sqrt(2.0)
    return added


def least_of_one(score: float) -> float:
    """What one of two scores must reach for both together to come to `score`."""
    return float(score * np.sqrt(2.0)) - _MOST


def _trailing(figures: Floats, weights: Sequence[float]) -> Floats:
    """[n, T - k + 1] weighted sums over k neighbours; column by column, so that a row stands for itself."""
    length = figures.shape[1] - len(weights) + 1
    found = np.zeros((len(figures), length))
    for place, weight in enumerate(weights):
        part = figures[:, place : place + length]
        found += part if weight == 1.0 else weight * part
    return found


def _surprise(logs: Floats, levels: Floats, usual: float, shape: Shape) -> Surprise:
    """Deviations of logs [n, T] from the levels of the baseline that ends just before each statistic."""
    first = shape.baseline + shape.recent - 1  # the first statistic with a whole baseline before it
    deviations = logs[:, first:] - levels[:, : logs.shape[1] - first]
    past, now = deviations[:, -shape.recent - shape.past : -shape.recent], deviations[:, -1]
    known = np.isfinite(past)
    squares = _trailing(np.where(known, past, 0.0) ** 2, (1.0,) * shape.past)[:, 0]
    # neighbouring deviations share their months: as many as a statistic has count as one
    weight = shape.pool_weight + np.count_nonzero(known, axis=1) / shape.recent
    size = np.sqrt((squares / shape.recent + shape.pool_weight * usual**2) / weight)
    return Surprise(now, now / size)
