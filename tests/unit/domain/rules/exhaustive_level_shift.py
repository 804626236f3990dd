"""The level shift as first built, one position and one start after the other: the measure of the batch.

Each start takes two concentration steps, the best goes on until its subset stands. 27 of 36 months are kept.
"""

import math
from statistics import NormalDist

import numpy as np

from tidegauge.domain.rules.student import t_two_sided

MONTHS, KEPT = 36, 27
_CUT = NormalDist().inv_cdf(0.875)
_SCALE = (1 + 9 / MONTHS) / math.sqrt(1 - 2 / 0.75 * _CUT * NormalDist().pdf(_CUT))
_INLIER = NormalDist().inv_cdf(0.9875)


def exhaustive_shift(y, first, last):
    """Position, delta and adjusted p-value [n] of the best shift of y [n, 36], and the scales [k, n]."""
    unit = np.abs(y).max(axis=1)
    y = y / unit[:, None]
    designs = [_columns(position) for position in range(first, last + 1)]
    fits = [_trimmed(x, y) for x in designs]
    scales = np.array([np.maximum(np.sqrt(objective / KEPT) * _SCALE, 1e-9) for _, objective in fits])
    misfits, tests = [], []
    for x, (mask, _), scale in zip(designs, fits, scales, strict=True):
        raw = np.abs(_left(x, y, mask.astype(float)))
        size = raw / scales.min(axis=0)[:, None]
        inner = np.minimum(size, 2.0)
        misfits.append((inner * (size - 0.5 * inner)).sum(axis=1))
        tests.append(_test(x, y, (raw <= _INLIER * scale[:, None]).astype(float)))
    best, rows = np.argmin(misfits, axis=0), np.arange(len(y))
    delta, p_value = np.array(tests)[best, :, rows].T
    return best + first, delta * unit, np.minimum(1.0, p_value * len(designs)), scales * unit


def _columns(position):
    time = np.arange(MONTHS)
    angle = 2 * np.pi * time / 12
    trend = 2 * time / (MONTHS - 1) - 1
    return np.stack([np.ones(MONTHS), trend, np.cos(angle), np.sin(angle), (time >= position) * 1.0], axis=1)


def _solve(x, y, weights):
    """Coefficients and inverse moments by the general routines."""
    moments = np.einsum("ti,nt,tj->nij", x, weights, x)
    identified = np.linalg.matrix_rank(moments, rtol=1e-9, hermitian=True) == x.shape[1]
    inverse = np.zeros_like(moments)
    inverse[identified] = np.linalg.inv(moments[identified])
    inverse[~identified] = np.linalg.pinv(moments[~identified], rcond=1e-9, hermitian=True)
    return np.einsum("nij,nj->ni", inverse, (weights * y) @ x), inverse[:, -1, -1]


def _left(x, y, weights):
    return y - _solve(x, y, weights)[0] @ x.T


def _test(x, y, inlier):
    coefficients, variance = _solve(x, y, inlier)
    freedom = np.maximum(inlier.sum(axis=1) - 5, 1.0)
    errors = np.maximum((((y - coefficients @ x.T) * inlier) ** 2).sum(axis=1) / freedom, 1e-18)
    t = coefficients[:, -1] / (np.sqrt(errors * variance) * (1 + 3 / math.sqrt(MONTHS)))
    return coefficients[:, -1], t_two_sided(t, freedom)


def _trimmed(x, y):
    best, best_mask = np.full(len(y), np.inf), np.zeros(y.shape, dtype=bool)
    for start in _starts(x, y):
        mask = start
        for _ in range(2):
            mask, objective = _smallest(_left(x, y, mask.astype(float)))
        better = objective < best
        best[better], best_mask[better] = objective[better], mask[better]
    for _ in range(30):
        before = best_mask
        best_mask, best = _smallest(_left(x, y, before.astype(float)))
        if (best_mask == before).all():
            break
    return best_mask, best


def _starts(x, y):
    whole = np.ones(y.shape)
    plain = left = _left(x, y, whole)
    for _ in range(4):
        weights = 1 / np.maximum(np.abs(left), 1e-6)
        left = _left(x, y, weights)
    quarters = np.array_split(np.arange(MONTHS), 4)
    after = x[:, -1] > 0
    middle = np.where(
        after, np.median(y[:, after], axis=1)[:, None], np.median(y[:, ~after], axis=1)[:, None]
    )
    sided = [np.argsort(np.argsort(side, axis=1), axis=1) < n for side in (plain, -plain) for n in (KEPT, 18)]
    without = [np.broadcast_to(~np.isin(np.arange(MONTHS), quarter), y.shape) for quarter in quarters]
    return [whole, weights, *without, _smallest(y - middle)[0], *sided]


def _smallest(left):
    squares = left**2
    ordered = np.sort(squares, axis=1)
    return squares <= ordered[:, KEPT - 1, None], ordered[:, :KEPT].sum(axis=1)
