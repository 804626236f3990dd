import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.meti_five_year_screen import RULE, may_fire

TIME = np.arange(60)
FIRST = "2016-01"  # of the 60 months to 2020-12


def screened(quantity=0.01, price=-0.004, *, level=1e6, gaps=(), noise=0.05, **fields):
    """Five years of `level` kg a month at USD 2, each growing by a rate a month, with noise and gaps."""
    random = np.random.default_rng(3)
    q = level * np.exp(quantity * TIME) * random.lognormal(sigma=noise, size=60)
    p = 2.0 * np.exp(price * TIME) * random.lognormal(sigma=noise / 2, size=60)
    q[list(gaps)] = 0.0
    return view(q[-24:], (q * p)[-24:], history=q, value_history=q * p, **fields)


def verdict(made, **changed):
    signals = RULE.evaluate(made, RULE.defaults() | changed)
    return signals, REASONS[signals.reason[0]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"unit": Unit.PRODUCT, "origin": ""}, Reason.MET),
        ({"quantity": -0.01}, Reason.NOT_MET),
        ({"price": 0.004}, Reason.NOT_MET),
        ({"quantity": 0.0, "price": 0.0, "noise": 0.3}, Reason.NOT_MET),
        ({"level": 2e4}, Reason.NOT_MET),  # never a million a year
        ({"level": 1e5, "quantity": 0.03}, Reason.MET),  # USD 2.8 m in the first year
        ({"level": 4e4, "quantity": 0.03}, Reason.NOT_MET),  # USD 1.1 m in the first year
        ({"gaps": range(6)}, Reason.MET),
        ({"gaps": range(7)}, Reason.NOT_MET),
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": FIRST}, Reason.MET),
        ({"span_start": "2016-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"level": 0.0}, Reason.NO_TRADE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert verdict(screened(**fields))[1] is expected


def test_trends_are_rates_a_year():
    figures = verdict(screened(noise=0.0))[0].figures
    assert figures["quantity_trend"][0] == pytest.approx(0.12, abs=0.01)
    assert figures["unit_value_trend"][0] == pytest.approx(-0.048, abs=0.003)
    assert figures["five_year_quantity_change"][0] == pytest.approx(np.exp(0.48) - 1)
    assert figures["traded_months"][0] == 60


def test_a_trend_is_not_fitted_where_the_end_points_speak_against_it():
    figures = verdict(screened(price=0.004))[0].figures
    assert np.isnan(figures["quantity_trend"][0])
    assert figures["five_year_unit_value_change"][0] > 0


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, "watch"), ({"benchmark": 1.0, "production": 1.0, "price": -0.006}, "warning")],
)
def test_severity(fields, expected):
    signals, reason = verdict(screened(**fields))
    assert reason is Reason.MET
    assert SEVERITIES[signals.severity[0]] == expected


def test_a_fall_with_the_world_price_stays_info():
    signals, _ = verdict(screened(benchmark=np.exp(-0.004 * np.arange(24))))
    assert SEVERITIES[signals.severity[0]] == "info"
    assert signals.notes[Reason.WORLD_PRICE_MOVE][0]


def test_the_cheap_gate_lets_the_small_and_the_patchy_go():
    defaults = RULE.defaults()
    assert may_fire(screened(), defaults)[0]
    assert not may_fire(screened(level=2e4), defaults)[0]
    assert not may_fire(screened(gaps=range(40, 47)), defaults)[0]
