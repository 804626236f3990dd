import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.quantity_screen import RULE, may_fire


def cumulated(years=(100, 120, 140), now=151.0, *, month="2020-06", level=1e4, **fields):
    """Three calendar years in equal months, and the present one to a month, at USD 2 a kilogram."""
    months = int(month[-2:])
    q = np.concatenate([np.repeat(np.array(years) * level / 12, 12), np.full(months, now * level / months)])
    shown = q[-24:]
    return view(shown, shown * 2, history=q, unit=Unit.PRODUCT, origin="", month=month, **fields)


def reason(made):
    return REASONS[RULE.evaluate(made, RULE.defaults()).reason[0]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),  # 151 of a mean of 120
        ({"now": 150.001}, Reason.MET),
        ({"now": 150.0}, Reason.NOT_MET),  # exactly 125 % is not more than 125 %
        ({"now": 151.0, "month": "2020-01"}, Reason.MET),
        ({"now": 151.0, "month": "2020-12"}, Reason.MET),
        ({"level": 100.0}, Reason.NOT_MET),  # USD 30,200
        ({"span_start": "2017-01"}, Reason.MET),
        ({"span_start": "2017-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"now": 0.0}, Reason.NO_TRADE),
        ({"years": (0, 0, 0)}, Reason.ZERO_BASE),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert reason(cumulated(**fields)) is expected


def test_the_gate_lets_go_what_cannot_pass_the_mean():
    defaults = RULE.defaults()
    assert may_fire(cumulated((0, 0, 360)), defaults)[0]  # the mean is last year's third
    assert not may_fire(cumulated((0, 0, 400)), defaults)[0]


def test_it_is_off_by_default_and_no_special_safeguard():
    assert not RULE.default_on
    assert "Not a special safeguard" in RULE.legal_basis
