"""Steps of the logarithm of unit values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.panel.unit_values import BINS, prices_at, step_of, steps_of_prices


def test_a_step_is_two_per_cent_wide():
    assert prices_at(np.array([1.0]))[0] / prices_at(np.array([0.0]))[0] == pytest.approx(1.0219, abs=1e-4)


@given(st.floats(0.001, 4e6))
def test_a_price_lies_within_its_step(price):
    step = steps_of_prices(np.array([price]))
    low, high = prices_at(step)[0], prices_at(step + 1)[0]
    assert low <= price * (1 + 1e-12)
    assert price <= high * (1 + 1e-12)


def test_amounts_in_the_panels_whole_numbers():
    two_a_kg = step_of(np.array([100 * 10_000]), np.array([50 * 1_000]))
    assert two_a_kg.tolist() == steps_of_prices(np.array([2.0])).tolist()


def test_the_ends_hold_what_lies_beyond():
    assert steps_of_prices(np.array([1e-9, 0.0, np.nan, 1e12])).tolist() == [0, 0, 0, BINS - 1]
