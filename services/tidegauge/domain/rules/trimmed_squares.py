"""Least trimmed squares over many series and several designs, from deterministic starts.

Designs, starts and series are one batch. A series' result is the same to the last bit whatever else is in the
batch (see weighted_squares).
"""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.rules.weighted_squares import BLOCK, Designs, Layout, residuals, solve

_GO_ON = 2  # starts that go on after the first step, as in FAST-LTS
_MOST_STEPS = 30
_QUARTERS = 4
_SAME = 1e-12  # relative difference of sums of squares below which two starts have met


@dataclass(frozen=True, slots=True)
class Models:
    """k designs, and least squares with fixed weights as a linear map under each."""

    designs: Designs
    fixed: Floats  # [k, 1 + _QUARTERS, T, p] y @ fixed: the fit to all months, and those without a quarter

    @staticmethod
    def of(columns: Floats) -> "Models":
        """The models with these columns [k, T, p]."""
        k, length, p = columns.shape
        weights = np.ones((1 + _QUARTERS, length))
        for row, block in enumerate(np.array_split(np.arange(length), _QUARTERS), start=1):
            weights[row, block] = 0.0
        many = np.broadcast_to(weights[None, :, None], (1, len(weights), length, length))
        unit = np.broadcast_to(np.eye(length), many.shape)
        fixed = np.empty((k, len(weights), length, p))
        for index in range(k):  # one by one, as T x T for each would not fit for long windows
            fixed[index] = _fit(Designs.of(columns[index : index + 1]), unit, many)[0][0]
        return Models(Designs.of(columns), fixed)


@dataclass(frozen=True, slots=True)
class TrimmedFits:
    """The best subset found for each of k designs and n series, by its least squares fit."""

    coefficients: Floats  # [k, n, p]
    objective: Floats  # [k, n] sum of the `kept` smallest squared residuals


def trimmed_fit(models: Models, y: Floats, kept: int) -> TrimmedFits:
    """The fit of y [n, T] under each design to the `kept` months that it fits best.

    Deterministic starts: least squares on all months and without each quarter of the window, the months
    nearest to their side's median, and the lower and the upper residuals (trade figures are contaminated on
    one side). The best two after one concentration step take a second; then each design also tries the
    subsets of its two neighbours, and the best concentrates until its subset stands. Ties at the edge of a
    subset are all kept.
    Source: Rousseeuw and Van Driessen's FAST-LTS, with fixed instead of random starts.
    """
    mask = _best(*_started(models, y, kept), _GO_ON)
    mask = _best(*_step(models.designs, y, mask, kept), 1)
    below, above = np.concatenate([mask[:1], mask[:-1]]), np.concatenate([mask[1:], mask[-1:]])
    mask = np.concatenate([mask, below, above], axis=1)
    mask = _best(*_step(models.designs, y, mask, kept), 1)
    return _until_still(models.designs, y, mask[:, 0], kept)


def _step(designs: Designs, y: Floats, subset: Bools, kept: int) -> tuple[Bools, Floats]:
    """One concentration step from subsets [k, starts, n, T]: the next ones, and their objectives."""
    return _smallest(_fit(designs, np.broadcast_to(y, subset.shape), subset.astype(np.float64))[1], kept)


def _fit(designs: Designs, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Coefficients [k, ..., p] and residuals [k, ..., T]; y and weights are [k, ..., T]."""
    k, *between, length = weights.shape
    design = np.repeat(np.arange(k), int(np.prod(between)))
    coefficients, left = _fit_rows(designs, design, y.reshape(-1, length), weights.reshape(-1, length))
    return coefficients.reshape(k, *between, coefficients.shape[1]), left.reshape(weights.shape)


def _fit_rows(designs: Designs, design: Ints, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Coefficients [r, p] and residuals [r, T] of rows sorted by design."""
    layout = Layout.of(design, len(designs.columns))
    blocks = layout.blocks(y)
    coefficients, _ = solve(designs, layout.design, blocks, layout.blocks(weights))
    return layout.rows(coefficients), layout.rows(residuals(designs, layout.design, blocks, coefficients))


def _started(models: Models, y: Floats, kept: int) -> tuple[Bools, Floats]:
    """Subsets [k, starts, n, T] and objectives [k, starts, n] after one concentration step."""
    plain = _without_quarters(models, y)
    whole = plain[:, 0]
    ordered = np.sort(whole, axis=2)
    lower, upper = whole <= ordered[:, :, kept - 1, None], whole >= ordered[:, :, -kept, None]
    subset = np.stack([_near_medians(models.designs, y, kept), lower, upper], axis=1)
    mask, objective = _smallest(plain, kept)
    further, objectives = _step(models.designs, y, subset, kept)
    return np.concatenate([mask, further], axis=1), np.concatenate([objective, objectives], axis=1)


def _without_quarters(models: Models, y: Floats) -> Floats:
    """[k, 1 + _QUARTERS, n, T] residuals of least squares on all months, and without each quarter."""
    n, length = y.shape
    blocks = np.zeros((-(-n // BLOCK), BLOCK, length))
    blocks.reshape(-1, length)[:n] = y
    left: Floats = np.matmul(
        np.matmul(blocks, models.fixed[:, :, None]), models.designs.across[:, None, None]
    )
    np.subtract(blocks, left, out=left)
    return left.reshape(*models.fixed.shape[:2], len(blocks) * BLOCK, length)[:, :, :n]


def _near_medians(designs: Designs, y: Floats, kept: int) -> Bools:
    """[k, n, T] the months nearest to the median of their side of the step in the last column."""
    left = np.empty((len(designs.columns), *y.shape))
    before = np.count_nonzero(designs.columns[:, :, -1] <= 0.0, axis=1).tolist()
    for row, step in zip(left, before, strict=True):
        for side in (slice(0, step), slice(step, None)):
            ordered = np.sort(y[:, side], axis=1)
            count = ordered.shape[1]
            middle = 0.5 * (ordered[:, (count - 1) // 2] + ordered[:, count // 2])
            np.subtract(y[:, side], middle[:, None], out=row[:, side])
    return _smallest(left, kept)[0]


def _smallest(left: Floats, kept: int) -> tuple[Bools, Floats]:
    """The months with the smallest squared residuals [..., T], and the sum of those [...]."""
    squares = left * left
    ordered = np.partition(squares, kept - 1, axis=-1)
    return squares <= ordered[..., kept - 1, None], np.add.reduce(ordered[..., :kept], axis=-1)


def _best(mask: Bools, objective: Floats, count: int) -> Bools:
    """[k, count, n, T] the subsets with the smallest objectives [k, starts, n], those that met once."""
    k, _, n = objective.shape
    design, series = np.arange(k)[:, None], np.arange(n)
    objective = objective.copy()
    chosen = np.empty((k, count, *mask.shape[2:]), dtype=np.bool_)
    for row in range(count):
        best = np.argmin(objective, axis=1)
        chosen[:, row] = mask[design, best, series]
        least = objective[design, best, series] * (1.0 + _SAME)
        objective[objective <= least[:, None]] = np.inf
    return chosen


def _until_still(designs: Designs, y: Floats, mask: Bools, kept: int) -> TrimmedFits:
    """Concentration steps on the rows whose subset still moves, from masks [k, n, T]."""
    k, n, length = mask.shape
    mask = mask.reshape(-1, length).copy()
    coefficients, objective = np.zeros((k * n, designs.columns.shape[2])), np.zeros(k * n)
    moving = np.arange(k * n)
    for _ in range(_MOST_STEPS):
        if not moving.size:
            break
        old = mask[moving]
        coefficients[moving], left = _fit_rows(designs, moving // n, y[moving % n], old.astype(np.float64))
        mask[moving], objective[moving] = _smallest(left, kept)
        moving = moving[(mask[moving] != old).any(axis=1)]
    return TrimmedFits(coefficients.reshape(k, n, -1), objective.reshape(k, n))
