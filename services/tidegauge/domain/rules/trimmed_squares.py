"""Least trimmed squares over many series that share one design, from deterministic starts.

Every step works row by row (small stacked products, element-wise Cholesky), so the result for a series
is the same to the last bit whatever else is in the batch. Series are worked through in chunks for the cache.
"""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Floats

_SCREENING_STEPS = 2  # concentration steps for every start before the best goes on, as in FAST-LTS
_MOST_STEPS = 30
_LAD_STEPS = 4
_NEAR = 1e-6  # residuals below this weigh alike, in units of y
_SINGULAR = 1e-9  # a pivot below this share of its moment: the column is not identified


@dataclass(frozen=True, slots=True)
class Solution:
    """Weighted least squares of n series."""

    coefficients: Floats  # [n, p]
    last_variance: Floats  # [n] of the last coefficient per unit of error variance; inf: not identified


@dataclass(frozen=True, slots=True)
class Design:
    """The columns of a model and their products, made once."""

    columns: Floats  # [T, p]
    products: Floats  # [T, p (p + 1) / 2] lower triangle, row by row

    @staticmethod
    def of(columns: Floats) -> "Design":
        """The design with its products."""
        p = columns.shape[1]
        pairs = [columns[:, i] * columns[:, j] for i in range(p) for j in range(i + 1)]
        return Design(columns, np.ascontiguousarray(np.stack(pairs, axis=1)))


def solve(design: Design, y: Floats, weights: Floats) -> Solution:
    """Weighted least squares; a column that the weights leave unidentified gets the coefficient 0."""
    p = design.columns.shape[1]
    moments = np.matmul(weights[:, None, :], design.products)[:, 0, :].T.copy()
    right = np.matmul((weights * y)[:, None, :], design.columns)[:, 0, :].T.copy()
    factor, inverse_pivot = _cholesky(moments, p)
    forward = _forward(factor, inverse_pivot, right, p)
    coefficients = _backward(factor, inverse_pivot, forward, p)
    last = inverse_pivot[p - 1]
    return Solution(coefficients.T.copy(), np.where(last > 0.0, last * last, np.inf))


def _cholesky(moments: Floats, p: int) -> tuple[list[list[AnyArray]], list[AnyArray]]:
    """L of L L' element-wise over series; inverse pivots are 0 where a column is not identified."""
    factor: list[list[AnyArray]] = []
    inverse: list[AnyArray] = []
    for i in range(p):
        row: list[AnyArray] = []
        start = i * (i + 1) // 2
        for j in range(i):
            entry = moments[start + j].copy()
            for k in range(j):
                entry -= row[k] * factor[j][k]
            row.append(entry * inverse[j])
        pivot = moments[start + i].copy()
        for k in range(i):
            pivot -= row[k] * row[k]
        usable = pivot > _SINGULAR * moments[start + i]
        inverse.append(np.where(usable, 1.0 / np.sqrt(np.where(usable, pivot, 1.0)), 0.0))
        factor.append(row)
    return factor, inverse


def _forward(factor: list[list[AnyArray]], inverse: list[AnyArray], right: Floats, p: int) -> list[AnyArray]:
    solved: list[AnyArray] = []
    for i in range(p):
        entry = right[i].copy()
        for k in range(i):
            entry -= factor[i][k] * solved[k]
        solved.append(entry * inverse[i])
    return solved


def _backward(
    factor: list[list[AnyArray]], inverse: list[AnyArray], forward: list[AnyArray], p: int
) -> Floats:
    solved = np.zeros((p, forward[0].shape[0]))
    for i in reversed(range(p)):
        entry = forward[i].copy()
        for k in range(i + 1, p):
            entry -= factor[k][i] * solved[k]
        solved[i] = entry * inverse[i]
    return solved


def residuals(design: Design, y: Floats, solution: Solution) -> Floats:
    """[n, T] what the fit leaves, summed column by column in a fixed order."""
    left = y.copy()
    for k in range(design.columns.shape[1]):
        left -= solution.coefficients[:, k, None] * design.columns[None, :, k]
    return left


def trimmed_fit(design: Design, y: Floats, kept: int) -> tuple[Bools, Floats]:
    """The best subset found and its objective: masks [n, T], sums of the `kept` smallest squares [n].

    Deterministic starts: least squares on all months, least absolute deviations, each quarter of the window
    left out, the months nearest to their side's median, and the lower and upper residuals (trade figures are
    contaminated on one side). Two concentration steps each, then the best
    start concentrates until its subset stands. Ties at the edge of a subset are all kept.
    Source: Rousseeuw and Van Driessen's FAST-LTS, with fixed instead of random starts.
    """
    best_mask = np.zeros(y.shape, dtype=np.bool_)
    best = np.full(y.shape[0], np.inf)
    for weights in _starts(design, y, kept):
        mask, objective = _concentrate(design, y, weights, kept, _SCREENING_STEPS)
        better = objective < best
        best = np.where(better, objective, best)
        best_mask[better] = mask[better]
    return _until_still(design, y, best_mask, kept)


def _starts(design: Design, y: Floats, kept: int) -> list[Floats]:
    length = y.shape[1]
    whole = np.ones_like(y)
    starts = [whole, _least_absolute(design, y, whole)]
    for block in np.array_split(np.arange(length), 4):
        weights = np.ones_like(y)
        weights[:, block] = 0.0
        starts.append(weights)
    starts.append(_near_medians(design, y, kept))
    left = residuals(design, y, solve(design, y, whole))
    for side in (left, -left):
        starts += [_smallest(side, count)[0].astype(np.float64) for count in (kept, length // 2)]
    return starts


def _least_absolute(design: Design, y: Floats, weights: Floats) -> Floats:
    """Weights of an iteratively reweighted fit that tends to least absolute deviations."""
    for _ in range(_LAD_STEPS):
        left = np.abs(residuals(design, y, solve(design, y, weights)))
        weights = 1.0 / np.maximum(left, _NEAR)
    return weights


def _near_medians(design: Design, y: Floats, kept: int) -> Floats:
    """The months nearest to the median of their side of the shift (the last column of the design)."""
    after = design.columns[:, -1] > 0.0
    middle = np.where(
        after, np.median(y[:, after], axis=1)[:, None], np.median(y[:, ~after], axis=1)[:, None]
    )
    return _smallest((y - middle) ** 2, kept)[0].astype(np.float64)


def _smallest(squares: Floats, kept: int) -> tuple[Bools, Floats]:
    ordered = np.partition(squares, kept - 1, axis=1)
    return squares <= ordered[:, kept - 1, None], np.add.reduce(ordered[:, :kept], axis=1)


def _concentrate(design: Design, y: Floats, weights: Floats, kept: int, steps: int) -> tuple[Bools, Floats]:
    mask, objective = np.zeros(y.shape, dtype=np.bool_), np.zeros(y.shape[0])
    for _ in range(steps):
        left = residuals(design, y, solve(design, y, weights))
        mask, objective = _smallest(left * left, kept)
        weights = mask.astype(np.float64)
    return mask, objective


def _until_still(design: Design, y: Floats, mask: Bools, kept: int) -> tuple[Bools, Floats]:
    """Concentration steps on the rows whose subset still moves."""
    objective = np.full(y.shape[0], np.inf)
    moving = np.arange(y.shape[0])
    mask = mask.copy()
    for _ in range(_MOST_STEPS):
        if not moving.size:
            break
        new, objective[moving] = _concentrate(design, y[moving], mask[moving].astype(np.float64), kept, 1)
        moved = (new != mask[moving]).any(axis=1)
        mask[moving] = new
        moving = moving[moved]
    return mask, objective
