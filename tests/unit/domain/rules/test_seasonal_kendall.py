import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.rules.seasonal_kendall import median, seasonal_kendall, seasonal_slope


def noise(series, carried=0.0, seed=5, years=5):
    """Trendless series of which a part carries over to the next month."""
    shocks = np.random.default_rng(seed).normal(size=(series, 12 * years + 100))
    for month in range(1, shocks.shape[1]):
        shocks[:, month] += carried * shocks[:, month - 1]
    return shocks[:, 100:]


def test_a_climb_of_three_years_worked_by_hand():
    # three years, every month rises: S = 12 * 3, sum_g D = 12 for each of 3 pairs, sum_g R = 12, 24, 36
    y = np.repeat([1.0, 2.0, 3.0], 12)[None]
    trend = seasonal_kendall(y)
    assert trend.score[0] == 1.0
    # Var = (3 * 144 + 4 * (144 + 576 + 1296) - 144 * 3 * 16) / 3 = 528; z = 35 / sqrt(528) = 1.5232
    assert trend.p_value[0] == pytest.approx(0.12771, abs=2e-5)
    # without the correction 12 * 3 * 2 * 11 / 18 = 44; z = 35 / sqrt(44) = 5.2764
    assert trend.plain_p_value[0] == pytest.approx(1.317e-7, rel=1e-3)


def test_months_of_one_year_that_cancel_are_no_trend():
    y = np.tile(np.arange(12.0), 5)[None]
    assert seasonal_kendall(y).score[0] == 0.0
    assert seasonal_kendall(y).p_value[0] == 1.0


@pytest.mark.parametrize(("carried", "most"), [(0.0, 0.06), (0.3, 0.08), (0.5, 0.09), (0.7, 0.12)])
def test_trendless_series_are_called_trends_no_oftener_than_the_level(carried, most):
    trend = seasonal_kendall(noise(2000, carried))
    assert (trend.p_value < 0.10).mean() < most


def test_the_plain_test_calls_far_too_many():
    trend = seasonal_kendall(noise(2000, 0.7))
    assert (trend.plain_p_value < 0.10).mean() > 0.35


def test_a_trend_under_strong_seasons_is_found():
    time = np.arange(60)
    y = noise(400) + 0.05 * time + 10.0 * np.sin(2 * np.pi * time / 12)
    assert ((seasonal_kendall(y).p_value < 0.10) & (seasonal_kendall(y).score > 0)).mean() > 0.9


def test_the_slope_is_a_year_and_outliers_do_not_move_it():
    time = np.arange(60)
    y = 100.0 + 0.5 * time + 20.0 * np.cos(2 * np.pi * time / 12)
    y[[7, 31]] += 500.0
    assert seasonal_slope(y[None])[0] == pytest.approx(6.0)


def test_an_unknown_month_makes_only_its_own_series_unknown():
    y = noise(3)
    y[1, 30] = np.nan
    trend = seasonal_kendall(y)
    assert np.isnan(trend.p_value).tolist() == [False, True, False]
    assert np.isnan(seasonal_slope(y)).tolist() == [False, True, False]
    assert median(np.zeros((2, 0))).shape == (2,)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16), years=st.integers(1, 6), series=st.integers(0, 5))
def test_no_series_raises_and_turned_upside_down_the_trend_turns(seed, years, series):
    random = np.random.default_rng(seed)
    y = np.round(random.lognormal(size=(series, 12 * years)), 1) * (random.random((series, 12 * years)) < 0.7)
    up, down = seasonal_kendall(y), seasonal_kendall(-y)
    np.testing.assert_array_equal(up.p_value, down.p_value)
    np.testing.assert_array_equal(up.score, -down.score)
    known = np.isfinite(up.p_value)
    assert (known == (years >= 3)).all()
    assert ((up.p_value[known] >= 0) & (up.p_value[known] <= 1)).all()
    assert (up.p_value[known] >= up.plain_p_value[known]).all()
