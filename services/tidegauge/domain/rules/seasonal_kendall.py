"""Trend in monthly series: the seasonal Mann-Kendall test, corrected for autocorrelation, and its slope.

Each calendar month is compared with itself in the other years, so that seasons make no trend. The plain test
takes months for independent and rejects far too often where they are not; here the variance of the sum comes
from the covariances between the calendar months as well (Dietz and Killeen's estimator, which Hirsch and
Slack use).

With D[p, g] the sign of the difference of pair p of years in calendar month g, and R[i, g] the rank of year i
in it, the double sum over calendar months collapses into sums of squares of row sums:
Var S = (sum_p (sum_g D)^2 + 4 sum_i (sum_g R)^2 - G^2 n (n + 1)^2) / 3, G = 12 months, n years.

Source: Hirsch and Slack, Water Resources Research 20 (1984) 727-732; slope: Hirsch, Slack and Smith, Water
Resources Research 18 (1982) 107-121 (median of all pairwise slopes within calendar months, after Theil and
Sen).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.student import normal_two_sided

_THIRD: Final = 1.0 / 3.0


@dataclass(frozen=True, slots=True)
class Trend:
    """What the test says about each of n series."""

    score: Floats  # [n] S / its largest possible value, -1..1; NaN where not testable
    p_value: Floats  # [n] two-sided; NaN where not testable
    plain_p_value: Floats  # [n] the same without the correction, to be compared with


def seasonal_kendall(y: Floats) -> Trend:
    """The test of y [n, 12 * years], oldest month first; months may be NaN, which makes a series untestable.

    At least three years are needed. Source: see the module.
    """
    n, length = y.shape
    years = length // MONTHS_A_YEAR
    blocks = y[:, length - years * MONTHS_A_YEAR :].reshape(n, years, MONTHS_A_YEAR)
    signs = _signs(blocks)
    rows = np.add.reduce(signs, axis=2)
    score = np.add.reduce(rows, axis=1)
    ranks = _ranks(signs, years)
    sums = np.add.reduce(ranks, axis=2)
    squares = np.add.reduce(rows * rows, axis=1) + 4.0 * np.add.reduce(sums * sums, axis=1)
    variance = (squares - MONTHS_A_YEAR**2 * years * (years + 1) ** 2) * _THIRD
    alone = _own_variances(signs, ranks, years)
    known = np.isfinite(variance) & (years >= 3)  # noqa: PLR2004 - two years have one pair: no variance
    most = MONTHS_A_YEAR * years * (years - 1) / 2.0
    return Trend(
        np.where(known, score / max(most, 1.0), np.nan),
        np.where(known, _two_sided(score, np.maximum(variance, alone)), np.nan),
        np.where(known, _two_sided(score, alone), np.nan),
    )


def seasonal_slope(y: Floats) -> Floats:
    """[n] the median change a year of y [n, 12 * years] over all pairs of years within calendar months."""
    n, length = y.shape
    years = length // MONTHS_A_YEAR
    blocks = y[:, length - years * MONTHS_A_YEAR :].reshape(n, years, MONTHS_A_YEAR)
    first, second = _pairs(years)
    slopes = (blocks[:, second] - blocks[:, first]) / (second - first)[:, None]
    return median(slopes.reshape(n, -1))


def median(figures: Floats) -> Floats:
    """[n] the median of figures [n, k]; NaN for a row with an unknown figure, or without any."""
    n, k = figures.shape
    if not k:
        return np.full(n, np.nan)
    ordered = np.sort(figures, axis=1)  # unknown figures come last
    middle = 0.5 * (ordered[:, (k - 1) // 2] + ordered[:, k // 2])
    return np.where(np.isfinite(ordered[:, -1]), middle, np.nan)


@lru_cache(maxsize=16)
def _pairs(years: int) -> tuple[Ints, Ints]:
    """The earlier and the later year of every pair."""
    earlier, later = np.triu_indices(years, 1)
    return earlier, later


def _signs(blocks: Floats) -> Floats:
    """[n, pairs, 12] the signs of the later year less the earlier."""
    first, second = _pairs(blocks.shape[1])
    signs: Floats = np.sign(blocks[:, second] - blocks[:, first])
    return signs


def _ranks(signs: Floats, years: int) -> Floats:
    """[n, years, 12] the mid-rank of each year in its calendar month, from the signs of all pairs."""
    first, second = _pairs(years)
    sides = (np.arange(years)[:, None] == second) * 1.0 - (np.arange(years)[:, None] == first)
    ranks: Floats = (np.matmul(sides, signs) + years + 1) / 2.0  # halves of whole numbers: exact
    return ranks


def _own_variances(signs: Floats, ranks: Floats, years: int) -> Floats:
    """[n] the sum of the calendar months' own variances, as if they were independent."""
    own: Floats = np.add.reduce(signs * signs, axis=1) + 4.0 * np.add.reduce(ranks * ranks, axis=1)
    whole: Floats = np.add.reduce(own - years * (years + 1) ** 2, axis=1) * _THIRD
    return whole


def _two_sided(score: Floats, variance: Floats) -> Floats:
    """[n] the p-value of a score with the usual correction for continuity; 1 without any variance."""
    usable = variance > 0.0
    size = np.maximum(np.abs(score) - 1.0, 0.0) / np.sqrt(np.where(usable, variance, 1.0))
    return np.where(usable, normal_two_sided(size), 1.0)
