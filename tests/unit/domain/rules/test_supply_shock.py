import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.evaluate import evaluate_rule
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.rules.supply_shock import RULE
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml


def shocked(quantity=0.4, price=1.0, *, share=0.5, level=1e6, **fields):
    """1,000 t a month at USD 2; in the last three months `quantity` and `price` times that."""
    q, p = np.full(24, level), np.full(24, 2.0)
    everyone = q / share
    q[-3:] *= quantity
    p[-3:] *= price
    return view(q, q * p, **{"total_quantity": everyone, **fields})


def verdict(made):
    signals = RULE.evaluate(made, RULE.defaults())
    return signals, REASONS[signals.reason[0]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"quantity": 0.5}, Reason.MET),
        ({"quantity": 0.5001}, Reason.NOT_MET),
        ({"quantity": 0.99, "price": 1.5}, Reason.MET),
        ({"quantity": 0.99, "price": 1.4999}, Reason.NOT_MET),
        ({"quantity": 1.0, "price": 1.6}, Reason.NOT_MET),  # a spike without a fall in volume
        ({"quantity": 0.0}, Reason.MET),
        ({"share": 0.30}, Reason.MET),
        ({"share": 0.2999}, Reason.NOT_MET),
        ({"level": 1_250_000 / 24}, Reason.MET),
        ({"level": 1_249_000 / 24}, Reason.NOT_MET),
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2019-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"level": 0.0, "total_quantity": 1.0}, Reason.NO_TRADE),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert verdict(shocked(**fields))[1] is expected


@pytest.mark.parametrize(("fields", "expected"), [({}, "info"), ({"price": 1.5}, "watch")])
def test_severity(fields, expected):
    assert SEVERITIES[verdict(shocked(**fields))[0].severity[0]] == expected


def test_the_downward_chart_is_shown_where_five_years_are_held():
    history = 1e6 * np.random.default_rng(1).lognormal(sigma=0.1, size=60)
    history[-3:] *= 0.4
    made = view(history[-24:], history[-24:] * 2, history=history, total_quantity=2e6)
    assert verdict(made)[0].figures["chart"][0] < -3.0
    assert np.isnan(verdict(shocked(span_start="2019-01"))[0].figures["chart"][0])


def surge_that_ends_in_a_shock(unit=Unit.SERIES, price_at_the_end=1.6):
    """Three times the quantity of the year before, 20 % cheaper, until less comes at a far higher price."""
    q, p = np.repeat([1e6, 3e6], 12), np.repeat([2.0, 1.6], 12)
    q[-3:], p[-3:] = 0.9e6, 2.0 * price_at_the_end
    return view(q, q * p, unit=unit, origin="" if unit is Unit.PRODUCT else "CN", total_quantity=q * 1.2)


@pytest.mark.parametrize("unit", [Unit.SERIES, Unit.PRODUCT])
def test_less_at_a_far_higher_price_holds_back_a_surge(unit):
    made, rule = surge_that_ends_in_a_shock(unit), RULES["ec-trade-diversion"]
    assert rule.evaluate(made, rule.defaults()).fired[0]  # the year to date alone would fire

    signals = evaluate_rule(rule, made, Ruleset.default())

    assert REASONS[signals.reason[0]] is Reason.SUPPLY_SHOCK
    assert signals.notes[Reason.SUPPLY_SHOCK][0]
    assert not signals.fired[0]


def test_without_a_spike_and_by_the_operators_wish_nothing_is_held_back():
    rule = RULES["ec-trade-diversion"]
    calm = surge_that_ends_in_a_shock(price_at_the_end=1.4)
    assert evaluate_rule(rule, calm, Ruleset.default()).fired[0]
    lenient = parse_rules_toml("[rules.supply-shock]\nholds_back = false\n")
    signals = evaluate_rule(rule, surge_that_ends_in_a_shock(), lenient)
    assert (signals.fired[0], signals.notes[Reason.SUPPLY_SHOCK][0]) == (True, True)
