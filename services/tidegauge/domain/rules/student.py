"""The tails of Student's t distribution, from the regularised incomplete beta function, and of the normal."""

import math

import numpy as np

from tidegauge.domain.arrays import Floats

_TERMS = 300  # of the continued fraction; a few dozen suffice for the degrees of freedom met here
_TINY = 1e-300
_BELOW_ONE = math.nextafter(1.0, 0.0)
_SETTLED = 1e-15
# highest power first
_ERFC = (
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807,
    -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223,
)  # fmt: skip


def t_two_sided(t: Floats, freedom: Floats) -> Floats:
    """[n] P(|T| >= |t|) with `freedom` degrees of freedom (at least 1), exact far into the tail.

    Source: Abramowitz and Stegun 26.7.1, P = I_x(freedom / 2, 1 / 2) with x = freedom / (freedom + t^2).
    """
    x = freedom / (freedom + t * t)
    return regularised_beta(x, freedom / 2.0, np.full_like(freedom, 0.5))


def normal_two_sided(z: Floats) -> Floats:
    """[n] P(|Z| >= |z|) of the standard normal distribution, to a relative error of 1.2e-7.

    Source: Press et al., Numerical Recipes, erfcc (Chebyshev fit to the complementary error function).
    """
    x = np.abs(z) / math.sqrt(2.0)
    t = 1.0 / (1.0 + 0.5 * x)
    series = np.zeros_like(t)
    for coefficient in _ERFC:
        series = coefficient + t * series
    return np.minimum(t * np.exp(series - x * x), 1.0)


def regularised_beta(x: Floats, a: Floats, b: Floats) -> Floats:
    """[n] I_x(a, b) for x in 0..1 and positive a, b.

    Source: Abramowitz and Stegun 26.5.8 (continued fraction) with 26.5.2 where it converges slowly.
    """
    mirrored = x > (a + 1.0) / (a + b + 2.0)
    left = np.where(mirrored, 1.0 - x, x)
    first, second = np.where(mirrored, b, a), np.where(mirrored, a, b)
    inside = np.clip(left, _TINY, 1.0)
    log_front = first * np.log(inside) + second * np.log1p(-np.minimum(inside, _BELOW_ONE)) - _log_beta(a, b)
    tail = np.where(left <= 0.0, 0.0, np.exp(log_front) / (first * _fraction(inside, first, second)))
    return np.clip(np.where(mirrored, 1.0 - tail, tail), 0.0, 1.0)


def _log_beta(a: Floats, b: Floats) -> Floats:
    return _log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)


def _log_gamma(x: Floats) -> Floats:
    """Element by element over the few distinct values, as numpy has no log-gamma."""
    distinct, place = np.unique(x, return_inverse=True)
    return np.array([math.lgamma(value) for value in distinct.tolist()], dtype=np.float64)[place]


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """The denominator 1 + d1 / (1 + d2 / ...) by the modified Lentz method."""
    value = np.ones_like(x)
    c, d = np.ones_like(x), np.zeros_like(x)
    settled = np.zeros(x.shape, dtype=np.bool_)  # stops each row by itself: no row depends on another
    for step in range(1, _TERMS):
        term = _coefficient(step, x, a, b)
        d = 1.0 / _off_zero(1.0 + term * d)
        c = _off_zero(1.0 + term / c)
        change = c * d
        value = np.where(settled, value, value * change)
        settled |= np.abs(change - 1.0) < _SETTLED
        if bool(settled.all()):
            break
    return value


def _coefficient(step: int, x: Floats, a: Floats, b: Floats) -> Floats:
    """d_step of 26.5.8."""
    half = step // 2
    if step % 2 == 0:
        return half * (b - half) * x / ((a + step - 1) * (a + step))
    return -(a + half) * (a + b + half) * x / ((a + step - 1) * (a + step))


def _off_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < _TINY, _TINY, value)
