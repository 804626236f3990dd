"""Surprise: deviations from the year before by their usual size, worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.rules.views import view

from tidegauge.domain.rules.surprise import MONTHLY, held, of_amounts, of_ratios, recent, together

USUAL = 0.4
QUIET = USUAL * math.sqrt(6 / 10)  # twelve deviations of nought count as four beside the fixed size's six


def months(*last, before=100.0):
    """31 months: `before`, then the last ones."""
    return np.array([[before] * (MONTHLY.months - len(last)) + list(last)])


def test_the_newest_month_weighs_most():
    assert recent(np.array([[1.0, 2.0, 4.0, 8.0]])).tolist() == [
        [(4 + 1 + 0.25) / 1.75, (8 + 2 + 0.5) / 1.75]
    ]


def test_a_month_twice_as_large_after_a_steady_year():
    found = of_amounts(months(200.0), USUAL)
    assert found.deviation[0] == pytest.approx(math.log((200 + 50 + 25) / 175))
    assert found.score[0] == pytest.approx(found.deviation[0] / QUIET)


def test_the_months_before_the_baseline_only_tell_the_usual_size():
    steady = of_amounts(months(200.0), USUAL)
    figures = months(200.0)
    figures[0, :14] *= 3.0
    restless = of_amounts(figures, USUAL)
    assert restless.deviation[0] == steady.deviation[0]
    assert restless.score[0] < steady.score[0]


def test_without_earlier_deviations_the_fixed_size_stands_alone():
    figures = months(200.0)
    figures[0, : MONTHLY.months - MONTHLY.spoken] = np.nan
    alone = of_amounts(figures, USUAL)
    assert alone.score[0] == pytest.approx(alone.deviation[0] / USUAL)


def test_a_ratio_is_held_against_the_mean_of_its_logarithms():
    logs = np.zeros((1, MONTHLY.months - 2))
    logs[0, -1] = -0.1
    found = of_ratios(logs, 0.06)
    assert found.deviation[0] == -0.1
    assert found.score[0] == pytest.approx(-0.1 / (0.06 * math.sqrt(0.6)))


@pytest.mark.parametrize(("known", "speaks"), [(6, True), (5, False)])
def test_a_ratio_needs_half_a_year_of_its_baseline(known, speaks):
    logs = np.zeros((1, MONTHLY.months - 2))
    logs[0, :-3] = np.nan
    logs[0, -3 - known : -3] = 0.0
    assert np.isfinite(of_ratios(logs, 0.06).score[0]) == speaks


def test_a_series_that_stopped_or_never_traded_has_no_surprise():
    assert np.isnan(of_amounts(months(0.0, 0.0, 0.0), USUAL).score[0])
    assert np.isnan(of_amounts(months(before=0.0), USUAL).score[0])
    assert np.isnan(of_amounts(months(5.0, before=0.0), USUAL).score[0])


def test_one_score_alone_never_counts_for_more_than_three():
    assert together(np.array([100.0]), np.array([1.0]))[0] == pytest.approx(4 / math.sqrt(2))


def test_months_before_the_span_or_the_view_are_unknown():
    made = view(np.ones(25), np.ones(25), month="2020-12", span_start="2019-03")
    figures = held(made, made.quantity, made.span_start)
    assert figures.shape == (1, MONTHLY.months)
    assert np.isnan(figures[0]).tolist() == [True] * 9 + [False] * 22  # 2018-06..2019-02 lie before


@given(st.integers(0, 1000), st.floats(0.001, 1000.0))
def test_the_unit_of_the_figures_does_not_matter(seed, unit):
    figures = np.random.default_rng(seed).lognormal(0.0, 0.5, (3, MONTHLY.months))
    assert of_amounts(figures * unit, USUAL).score == pytest.approx(
        of_amounts(figures, USUAL).score, abs=1e-9
    )
