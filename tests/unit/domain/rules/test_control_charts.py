"""EWMA and CUSUM on the seasonal difference of log quantity, and the rules that read them."""

import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.rules import cusum as cusum_rule
from tidegauge.domain.rules import ewma as ewma_rule
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.control_charts import Chart, cusum, ewma, standardised

CHART_RULES = pytest.mark.parametrize("rule", [ewma_rule.RULE, cusum_rule.RULE], ids=["ewma", "cusum"])


def watched(*values):
    return Chart(np.array([[0.0] * (24 - len(values)) + list(values)]), np.array([True]))


def test_the_ewma_of_one_jump_worked_by_hand():
    # z = 0.2 * 5 = 1; at t = 24 its deviation is sqrt(0.2 / 1.8 * (1 - 0.8^48)) = 0.33333
    assert ewma(watched(5.0), 0.2)[0] == pytest.approx(3.00003, abs=1e-4)
    # a month later 0.8
    assert ewma(watched(5.0, 0.0), 0.2)[0] == pytest.approx(2.40002, abs=1e-4)


def test_the_cusum_worked_by_hand():
    assert cusum(watched(2.0), 0.5)[0] == 1.5
    assert cusum(watched(2.0, 0.2, 3.0), 0.5)[0] == pytest.approx(1.5 - 0.3 + 2.5)
    assert cusum(watched(-4.0, 1.0), 0.5)[0] == 0.5


def test_a_month_without_trade_changes_nothing_and_the_last_one_must_be_known():
    assert cusum(watched(2.0, np.nan, 1.0), 0.5)[0] == cusum(watched(2.0, 1.0), 0.5)[0] == 2.0
    assert np.isnan(cusum(watched(2.0, np.nan), 0.5)[0])
    assert np.isnan(ewma(watched(2.0, np.nan), 0.2)[0])


def test_phase_one_is_the_first_two_years_of_seasonal_differences():
    quantity = np.ones((1, 60))
    quantity[0, 12:36] = np.exp(np.tile([0.1, -0.1], 12))
    quantity[0, 24:36] *= quantity[0, 12:24]
    quantity[0, 36:48] = quantity[0, 24:36] * np.exp(0.3)
    quantity[0, 48:] = quantity[0, 36:48]
    chart = standardised(quantity)
    # phase I alternates between 0.1 and -0.1: mean 0, deviation 0.1 * sqrt(24 / 23)
    assert chart.watched[0, :12] == pytest.approx(3.0 / np.sqrt(24 / 23))
    assert chart.watched[0, 12:] == pytest.approx(0.0)


@pytest.mark.parametrize("flat", [np.ones((1, 60)), np.zeros((1, 60))])
def test_without_variation_nothing_can_be_said(flat):
    assert not standardised(flat).testable[0]
    assert np.isnan(ewma(standardised(flat), 0.2)[0])


def series(rise=1.0, level=1e6, **fields):
    q = level * np.random.default_rng(8).lognormal(sigma=0.1, size=60)
    q[-6:] *= rise
    return view(q[-24:], q[-24:] * 2, history=q, value_history=q * 2, **fields)


@CHART_RULES
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.NOT_MET),
        ({"rise": 1.6}, Reason.MET),
        ({"rise": 0.5}, Reason.NOT_MET),
        ({"rise": 1.6, "level": 1e4}, Reason.NOT_MET),
        ({"span_start": "2016-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"level": 0.0}, Reason.NO_TRADE),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
    ],
)
def test_rules_and_their_reasons(rule, fields, expected):
    signals = rule.evaluate(series(**fields), rule.defaults())
    assert REASONS[signals.reason[0]] is expected


@CHART_RULES
def test_they_are_off_by_default(rule):
    assert not rule.default_on
