"""The three methods on one worked example, and what holds between them for any sales."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.trade_remedy.dumping import (
    UNMATCHED,
    Sales,
    transaction_to_transaction,
    weighted_average,
    weighted_to_transaction,
    weighted_to_weighted,
)


def sales(*rows, model=None):
    price, quantity = np.array(rows, float).T
    return Sales(price, quantity, np.zeros(len(rows), np.int64) if model is None else np.array(model))


# Two days. At home 10 at 100 on the first and 30 at 120 on the second: 4,600 / 40 = 115 on average.
# Exported 30 at 90 on the first and 10 at 110 on the second: 3,800 / 40 = 95 on average.
HOME = sales((100, 10), (120, 30))
EXPORT = sales((90, 30), (110, 10))


def test_weighted_to_weighted():
    margin = weighted_to_weighted(HOME, EXPORT)
    assert margin.amount == (115 - 95) * 40
    assert margin.rate == pytest.approx(800 / 3_800)  # 21.05 %


def test_transaction_to_transaction_differs_by_matching():
    by_day = transaction_to_transaction(HOME, EXPORT, np.array([0, 1]))
    assert by_day.amount == (100 - 90) * 30 + (120 - 110) * 10
    assert by_day.rate == pytest.approx(400 / 3_800)  # 10.53 %: half of W-W
    assert transaction_to_transaction(HOME, EXPORT, np.array([1, 0])).rate == pytest.approx(800 / 3_800)


def test_a_transaction_without_a_match_makes_the_margin_unknown():
    margin = transaction_to_transaction(HOME, EXPORT, np.array([0, UNMATCHED]))
    assert math.isnan(margin.amount)
    assert math.isnan(margin.rate)


def test_weighted_to_transaction_over_all_sales_is_weighted_to_weighted():
    margin = weighted_to_transaction(HOME, EXPORT, np.array([True, True]))
    assert margin.rate == pytest.approx(weighted_to_weighted(HOME, EXPORT).rate)


def test_weighted_to_transaction_on_the_pattern_alone_keeps_the_whole_denominator():
    first_day = weighted_to_transaction(HOME, EXPORT, np.array([True, False]))
    assert first_day.amount == (115 - 90) * 30
    assert first_day.rate == pytest.approx(750 / 3_800)


def test_negative_comparisons_are_not_zeroed():
    export = sales((90, 10), (140, 10))
    assert weighted_to_transaction(HOME, export, np.array([True, True])).amount == 25 * 10 - 25 * 10
    assert weighted_to_weighted(HOME, export).rate == 0.0


def test_models_are_compared_with_their_like_only():
    home = sales((100, 10), (200, 10), model=[0, 1])
    export = sales((90, 1), (190, 9), model=[0, 1])
    assert weighted_to_weighted(home, export).rate == pytest.approx((10 * 1 + 10 * 9) / (90 + 9 * 190))


def test_an_exported_model_that_is_not_sold_at_home_makes_the_margin_unknown():
    home, export = sales((100, 10), model=[0]), sales((90, 1), (190, 9), model=[0, 1])
    assert np.isnan(weighted_average(home, 2)[1])
    assert math.isnan(weighted_to_weighted(home, export).rate)
    assert math.isnan(weighted_to_transaction(home, export, np.array([True, True])).rate)


def test_no_export_sales_have_no_margin():
    nothing = Sales(np.empty(0), np.empty(0), np.empty(0, np.int64))
    assert math.isnan(weighted_to_weighted(HOME, nothing).rate)


PRICES = st.lists(
    st.tuples(st.floats(1, 1e4), st.floats(0.1, 1e4), st.integers(0, 2)), min_size=1, max_size=12
)


@given(PRICES, PRICES)
def test_without_zeroing_w_t_over_all_sales_equals_w_w(home, export):
    def made(rows):
        price, quantity, model = zip(*rows, strict=True)
        return Sales(np.array(price), np.array(quantity), np.array(model))

    home, export = made(home), made(export)
    everything = np.ones(len(export.price), np.bool_)
    w_w = weighted_to_weighted(home, export)
    w_t = weighted_to_transaction(home, export, everything)
    assert w_t.amount == pytest.approx(w_w.amount, rel=1e-9, abs=1e-6 * w_w.export_value, nan_ok=True)
