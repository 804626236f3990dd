"""LMDI: what of a change of value comes from the price and what from the quantity, without a rest.

dV = L(V1, V0) ln(P1 / P0) + L(V1, V0) ln(Q1 / Q0), L(a, b) = (a - b) / ln(a / b), the logarithmic mean.
Source: logarithmic mean Divisia index (Ang); used so by trade statistics tools.
"""

import numpy as np

from tidegauge.domain.arrays import Floats

_CLOSE = 0.5  # relative difference below which its logarithm is taken from the difference
_NEAR = 1e-6  # relative difference below which the mean is computed by its series


def logarithmic_mean(a: Floats, b: Floats) -> Floats:
    """[n] (a - b) / ln(a / b) of positive figures; a where both are equal; NaN where one is not positive."""
    usable = (a > 0.0) & (b > 0.0)
    a, b = np.where(usable, a, 1.0), np.where(usable, b, 1.0)
    away = (a - b) / b
    near = np.abs(away) < _NEAR
    # log1p is exact where both are close, and loses all digits where one is far smaller.
    close = np.abs(away) < _CLOSE
    log = np.where(close, np.log1p(np.where(close & ~near, away, 1.0)), np.log(a / b))
    log = np.where(near, 1.0, log)
    mean = np.where(near, b * (1.0 + away / 2.0), (a - b) / log)
    return np.where(usable, mean, np.nan)


def price_and_volume(
    value: Floats, quantity: Floats, value_before: Floats, quantity_before: Floats
) -> tuple[Floats, Floats]:
    """[n] the parts of value - value_before due to the unit value and to the quantity, in the unit of value.

    They add up to the change. NaN where one of the four is not positive.
    """
    weight = logarithmic_mean(value, value_before)
    usable = np.isfinite(weight) & (quantity > 0.0) & (quantity_before > 0.0)
    volume_log = np.log(np.where(usable, quantity, 1.0) / np.where(usable, quantity_before, 1.0))
    value_log = np.log(np.where(usable, value, 1.0) / np.where(usable, value_before, 1.0))
    by_price, by_volume = weight * (value_log - volume_log), weight * volume_log
    return np.where(usable, by_price, np.nan), np.where(usable, by_volume, np.nan)
