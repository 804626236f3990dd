import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.decomposition import logarithmic_mean, price_and_volume

AMOUNTS = st.floats(1e-3, 1e12)


def parts(value, quantity, value_before, quantity_before):
    price, volume = price_and_volume(
        *(np.array([float(one)]) for one in (value, quantity, value_before, quantity_before))
    )
    return price[0], volume[0]


def test_worked_by_hand():
    # value 100 -> 150, quantity 10 -> 20, price 10 -> 7.5; L = 50 / ln 1.5 = 123.3152
    price, volume = parts(150, 20, 100, 10)
    assert volume == pytest.approx(123.3152 * np.log(2.0), abs=1e-3)  # 85.4756
    assert price == pytest.approx(123.3152 * np.log(0.75), abs=1e-3)  # -35.4756


def test_with_one_quantity_all_comes_from_the_price():
    assert parts(150, 10, 100, 10) == pytest.approx((50.0, 0.0))


def test_equal_values_can_hide_two_opposite_parts():
    price, volume = parts(100, 20, 100, 10)
    assert price == pytest.approx(-100 * np.log(2.0))
    assert volume == -price


@pytest.mark.parametrize("four", [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (np.nan, 1, 1, 1)])
def test_without_trade_on_one_side_nothing_is_split(four):
    assert np.isnan(parts(*four)).all()


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_parts_add_up(value, quantity, value_before, quantity_before):
    price, volume = parts(value, quantity, value_before, quantity_before)
    size = max(abs(price), abs(volume), value, value_before)
    assert price + volume == pytest.approx(value - value_before, abs=1e-6 * size)


@given(AMOUNTS, AMOUNTS)
def test_the_mean_lies_between(a, b):
    mean = logarithmic_mean(np.array([a]), np.array([b]))[0]
    assert min(a, b) * (1 - 1e-9) <= mean <= max(a, b) * (1 + 1e-9)
