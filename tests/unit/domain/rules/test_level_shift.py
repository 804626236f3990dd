import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.rules.exhaustive_level_shift import exhaustive_shift

from tidegauge.domain.rules.level_shift import best_shift, fit_level_shift, fit_positions, last_testable

JRC = Path(__file__).parents[5] / "shared" / "data" / "jrc_customs_series"


def noise(series, months, seed=7):
    return 10.0 + np.random.default_rng(seed).normal(size=(series, months))


def published(name):
    path = JRC / name
    if not path.exists():
        pytest.skip(f"the series of the Joint Research Centre are not at {path}")
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [row[0][:7] for row in rows], np.array([[float(row[1]) for row in rows]])


def test_finds_the_published_fall_of_sugars_from_ukraine_to_lithuania():
    months, y = published("TTP17049075.csv")
    shift = fit_level_shift(y, 5, last_testable(len(months)))
    assert months[shift.position[0]] == "2011-05"
    assert shift.delta[0] < 0
    assert shift.p_value[0] < 0.01


@pytest.mark.parametrize(
    ("first", "last", "month", "sign"),
    [("2008-01", "2012-12", "2011-05", -1), ("2012-01", "2014-12", "2014-07", 1)],
)
def test_finds_the_fall_and_the_return_in_the_long_sugar_series(first, last, month, sign):
    months, y = published("TTsugar.csv")
    start, stop = months.index(first), months.index(last) + 1
    shift = fit_level_shift(y[:, start:stop], 5, last_testable(stop - start))
    assert months[start + shift.position[0]] == month
    assert np.sign(shift.delta[0]) == sign
    assert shift.p_value[0] < 0.01


def test_trendless_noise_is_called_a_shift_no_oftener_than_it_says():
    fits = fit_positions(noise(1500, 36), 19, 30)
    for first in (24, 19):
        # 1 % of 1500 is 15; 30 is beyond the 99.9 % point of the binomial law
        assert (best_shift(fits, first, 30).p_value < 0.01).sum() < 30


def test_a_clear_step_is_found_at_its_month_with_its_height():
    y = noise(200, 36)
    y[:, 26:] += 8.0
    shift = fit_level_shift(y, 24, 30)
    assert (shift.p_value < 0.01).mean() > 0.97
    assert (np.abs(shift.position - 26) <= 1).mean() > 0.95
    assert np.median(shift.delta) == pytest.approx(8.0, abs=0.4)


def test_single_outliers_neither_hide_a_step_nor_make_one():
    y = noise(200, 36)
    y[:, [3, 11, 19]] += 40.0
    calm = fit_level_shift(y, 24, 30)
    assert (calm.p_value < 0.01).mean() < 0.05
    y[:, 26:] += 8.0
    assert (fit_level_shift(y, 24, 30).p_value < 0.01).mean() > 0.9


def test_a_steady_climb_with_seasons_is_no_shift():
    time = np.arange(36)
    y = noise(300, 36) + 2.0 * time + 6.0 * np.sin(2 * np.pi * time / 12)
    assert (fit_level_shift(y, 24, 30).p_value < 0.01).mean() < 0.03


def test_a_step_without_noise_is_as_sure_as_can_be():
    y = np.repeat([[5.0, 9.0]], [26, 10], axis=1)
    shift = fit_level_shift(y, 24, 30)
    assert (shift.position[0], shift.p_value[0] < 1e-12) == (26, True)
    assert shift.delta[0] == pytest.approx(4.0)


@pytest.mark.parametrize("value", [0.0, 7.0, 1e15])
def test_a_constant_series_has_p_one(value):
    shift = fit_level_shift(np.full((1, 36), value), 24, 30)
    assert shift.p_value[0] == pytest.approx(1.0, abs=1e-4)
    assert bool(shift.testable[0])


def test_without_a_position_to_test_nothing_is_testable():
    shift = fit_level_shift(noise(2, 28), 24, 27)
    assert shift.testable.tolist() == [False, False]
    assert shift.position.tolist() == [-1, -1]
    assert shift.p_value.tolist() == [1.0, 1.0]


def test_a_series_with_an_unknown_month_is_not_testable_and_harms_no_other():
    y = noise(3, 36)
    alone = fit_level_shift(y[[0, 2]], 24, 30)
    y[1, 4] = np.nan
    shift = fit_level_shift(y, 24, 30)
    assert shift.testable.tolist() == [True, False, True]
    assert shift.p_value[[0, 2]].tolist() == alone.p_value.tolist()
    assert (shift.p_value[1], shift.delta[1]) == (1.0, 0.0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16), series=st.integers(2, 70), months=st.integers(25, 36))
def test_a_series_gets_the_same_result_to_the_last_bit_in_any_company(seed, series, months):
    random = np.random.default_rng(seed)
    y = random.lognormal(sigma=2.0, size=(series, months)) * (random.random((series, months)) < 0.7)
    together = fit_level_shift(y, 8, last_testable(months))
    order = random.permutation(series)
    shuffled = fit_level_shift(y[order], 8, last_testable(months))
    one = fit_level_shift(y[:1], 8, last_testable(months))
    for name in ("position", "delta", "p_value"):
        assert getattr(shuffled, name).tolist() == getattr(together, name)[order].tolist()
        assert getattr(one, name).tolist() == getattr(together, name)[:1].tolist()


def test_the_result_does_not_depend_on_the_chunk_that_a_series_falls_into():
    y = noise(700, 30)
    np.testing.assert_array_equal(
        fit_level_shift(y, 22, 24).p_value[650:], fit_level_shift(y[650:], 22, 24).p_value
    )


def few_outliers(random):
    y = random.normal(10.0, 1.0, size=(150, 36)) + (random.random((150, 36)) < 0.1) * random.exponential(10)
    y[:, 26:] += random.uniform(0.0, 5.0, size=(150, 1))
    return y


def skewed(random):
    y = random.lognormal(sigma=0.6, size=(150, 36))
    y[:, 27:] *= random.uniform(1.0, 4.0, size=(150, 1))
    return y


@pytest.mark.parametrize("made", [few_outliers, skewed])
def test_decides_as_the_exhaustive_fit_but_for_few_doubtful_cases(made):
    y = made(np.random.default_rng(11))
    fits = fit_positions(y, 19, 30)
    shift = best_shift(fits, 19, 30)
    _, delta, p_value, scale = exhaustive_shift(y, 19, 30)
    found, former = (shift.p_value < 0.01) & (shift.delta > 0), (p_value < 0.01) & (delta > 0)
    assert 15 < former.sum() < 100
    assert (found != former).sum() <= 6
    assert (np.isclose(shift.p_value, p_value, rtol=1e-4)).mean() > 0.75
    assert (fits.scale * fits.unit).sum() < 1.01 * scale.sum()


@settings(max_examples=40, deadline=None)
@given(data=st.data(), months=st.integers(1, 40), first=st.integers(-5, 45), span=st.integers(0, 40))
def test_no_series_raises_or_warns(data, months, first, span):
    cell = st.one_of(st.just(0.0), st.just(float("nan")), st.floats(0, 1e14))
    rows = data.draw(st.lists(st.lists(cell, min_size=months, max_size=months), min_size=0, max_size=3))
    shift = fit_level_shift(np.array(rows, dtype=float).reshape(len(rows), months), first, first + span)
    assert np.isfinite(shift.p_value).all()
    assert np.isfinite(shift.delta).all()
    assert ((shift.p_value >= 0) & (shift.p_value <= 1)).all()
