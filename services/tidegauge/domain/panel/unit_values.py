"""Unit values in fixed steps of their logarithm, so that distributions are sums that can be taken back."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Floats, Ints

BINS: Final = 1024
STEPS_AN_OCTAVE: Final = 32  # steps of 2.2 %
_LOWEST: Final = -10.0  # log2 of the unit value at the lower edge of the first step: 0.001 a kg
_GRAMS_A_KG, _VALUE_SCALE = 1000.0, 10_000.0


def step_of(value_e4: Ints, mass_g: Ints) -> Ints:
    """[n] the step of value / mass, in currency units a kg; both positive. The ends hold what lies beyond."""
    per_kg = value_e4 / mass_g * (_GRAMS_A_KG / _VALUE_SCALE)
    return steps_of_prices(per_kg)


def steps_of_prices(per_kg: Floats) -> Ints:
    """[n] the step that a price a kg lies in; NaN and what is not positive give the first."""
    known = np.where(per_kg > 0.0, per_kg, 2.0**_LOWEST)
    return np.clip(np.floor(_place(known)), 0, BINS - 1).astype(np.int64)


def _place(per_kg: Floats) -> Floats:
    placed: Floats = (np.log2(per_kg) - _LOWEST) * STEPS_AN_OCTAVE
    return placed


def prices_at(steps: Floats) -> Floats:
    """Prices a kg at places between steps: the lower edge of step k at k, its middle at k + 0.5."""
    return np.exp2(np.asarray(steps, np.float64) / STEPS_AN_OCTAVE + _LOWEST)
