"""The level-shift rule and the pre-test before its fit."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.rules.views import view

from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASONS, Money, Reason
from tidegauge.domain.rules.recent_shift import RULE, may_fire
from tidegauge.domain.rules.shift_pretest import moved_up

JRC = Path(__file__).parents[5] / "shared" / "data" / "jrc_customs_series"


def noisy(rise=2.0, at=24, *, level=1e6, noise=0.1, **fields):
    """36 months of `level` kg at USD 2; from column `at` on times `rise`."""
    q = level * np.random.default_rng(4).lognormal(sigma=noise, size=36)
    q[at:] *= rise
    return view(q[-24:], q[-24:] * 2, history=q, value_history=q * 2, **fields)


def verdict(made, **changed):
    signals = RULE.evaluate(made, RULE.defaults() | changed)
    return signals, REASONS[signals.reason[0]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"at": 20}, Reason.MET),
        ({"at": 30}, Reason.MET),
        ({"at": 32}, Reason.NOT_MET),  # its last five months cannot be tested
        ({"rise": 1.0}, Reason.NOT_MET),
        ({"rise": 0.5}, Reason.NOT_MET),
        ({"level": 1e4}, Reason.NOT_MET),
        ({"span_start": "2018-01"}, Reason.MET),
        ({"span_start": "2018-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"level": 0.0}, Reason.NO_TRADE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert verdict(noisy(**fields))[1] is expected


def test_the_step_is_shown_with_its_month_and_height():
    figures = verdict(noisy(rise=3.0))[0].figures
    assert month_text(int(figures["shift_month"][0])) == "2020-01"
    assert figures["shift_size"][0] == pytest.approx(2.0, abs=0.3)
    assert figures["p_value"][0] < 1e-6


def test_nothing_is_fitted_where_nothing_moved():
    signals, reason = verdict(noisy(), pre_test_limit=1e9)
    assert (signals.figures["moved"][0], reason) == (0.0, Reason.NOT_MET)
    assert np.isnan(signals.figures["p_value"][0])
    assert not may_fire(noisy(rise=0.9), RULE.defaults())[0]


def test_it_is_off_by_default():
    assert not RULE.default_on


@pytest.mark.parametrize(("last", "found"), [("2014-12", "2014-07"), ("2011-12", None)])
def test_the_return_of_ukrainian_sugar_is_found_at_its_published_month_and_its_fall_is_no_rise(last, found):
    path = JRC / "TTsugar.csv"
    if not path.exists():
        pytest.skip(f"the series of the Joint Research Centre are not at {path}")
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    months = [row[0][:7] for row in rows]
    y = np.array([float(row[1]) for row in rows])[: months.index(last) + 1][-36:]
    made = view(y[-24:], y[-24:] * 2, history=y, value_history=y * 2, month=last)

    signals, reason = verdict(made, min_value=Money(0.0, "feed"))

    assert (reason is Reason.MET) is (found is not None)
    if found is not None:
        assert signals.figures["shift_month"][0] == month_number(found)


def noise(series=2000, seed=3):
    return 10.0 + np.random.default_rng(seed).normal(size=(series, 36))


def test_the_pre_test_lets_most_of_what_did_not_move_go():
    assert moved_up(noise(), 19).mean() < 0.27


@pytest.mark.parametrize("at", [19, 24, 30])
def test_the_pre_test_lets_clear_steps_pass_under_trend_and_season(at):
    y = noise() + 3.0 * np.sin(2 * np.pi * np.arange(36) / 12) + 0.1 * np.arange(36)
    y[:, at:] += 3.0
    assert moved_up(y, 19).mean() > 0.98


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16), series=st.integers(0, 40), months=st.integers(0, 40))
def test_the_pre_test_judges_each_series_alone_and_raises_on_none(seed, series, months):
    random = np.random.default_rng(seed)
    y = random.lognormal(sigma=2.0, size=(series, months)) * (random.random((series, months)) < 0.7)
    y[random.random((series, months)) < 0.01] = np.nan
    together, order = moved_up(y, 8), random.permutation(series)
    assert moved_up(y[order], 8).tolist() == together[order].tolist()
    assert not together[np.isnan(y).any(axis=1)].any()
