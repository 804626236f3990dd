"""Early surge: both directions, the price that is tested, gates and reasons, worked by hand."""

import math

import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.registry import RULES

RULE = RULES["early-surge"]
MONTHS = 31


def surge(*, quantity=2.0, price=0.8, reference=1.0, **fields):
    """1,000 t a month at USD 2/kg; in the last month `quantity` times as much at `price` times the price.

    The reference partners' price stays, or moves to `reference` times what it was in the last month.
    """
    last = np.arange(MONTHS) == MONTHS - 1
    q = 1e6 * np.where(last, quantity, 1.0)
    v = 2.0 * q * np.where(last, price, 1.0)
    others = {"reference_quantity": 1e6, "reference_value": 2e6 * np.where(last, reference, 1.0)}
    return view(q, v, **{**others, **fields})


def signals(made, **parameters):
    found = RULE.evaluate(made, {**RULE.defaults(), **parameters})
    assert found.fired.tolist() == [REASONS[code] is Reason.MET for code in found.reason]
    return found


def reason(made, **parameters):
    return REASONS[signals(made, **parameters).reason[0]]


def test_scores_worked_by_hand():
    """Q(now) is 2.75 / 1.75 of a mean month; P(now) 4.7 / 2.75 against 2; the usual sizes are quiet ones."""
    figures = signals(surge()).figures
    assert figures["quantity_change"][0] == pytest.approx(2.75 / 1.75 - 1)
    assert figures["price_change"][0] == pytest.approx(4.7 / 2.75 / 2 - 1)
    quiet = math.sqrt(0.6)
    assert figures["quantity_score"][0] == pytest.approx(math.log(2.75 / 1.75) / (0.40 * quiet))
    fall = math.log(2 / (4.7 / 2.75)) / (0.06 * quiet)
    # others' mean P is 2 in every weighted month
    assert figures["price_score"][0] == pytest.approx(fall)
    assert fall > 3
    assert figures["score"][0] == pytest.approx((figures["quantity_score"][0] + 3) / math.sqrt(2))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"quantity": 1.0}, Reason.NOT_MET),  # price alone
        ({"price": 1.0}, Reason.NOT_MET),  # volume alone
        ({"quantity": 0.5}, Reason.NOT_MET),
        ({"price": 1.2}, Reason.NOT_MET),
        ({"reference": 0.6}, Reason.NOT_MET),  # the others fell as well
        ({"price": 1.0, "reference": 1.4}, Reason.MET),  # the others rose
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2019-09"}, Reason.NOT_ENOUGH_HISTORY),
        ({"span_start": "2019-08"}, Reason.MET),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
    ],
)
def test_gates_and_reasons(fields, expected):
    assert reason(surge(**fields)) is expected


@pytest.mark.parametrize(("quantity", "expected"), [(1.175, Reason.MET), (1.1749, Reason.NOT_MET)])
def test_the_least_rise_of_the_quantity(quantity, expected):
    """A rise to 1.175 of the last month is one of 10 % of the weighted three."""
    assert reason(surge(quantity=quantity), min_score=0.0) is expected


def test_the_threshold_is_inclusive():
    made = surge()
    score = float(signals(made).figures["score"][0])
    assert reason(made, min_score=score) is Reason.MET
    assert reason(made, min_score=score + 1e-6) is Reason.NOT_MET


def test_the_value_of_twelve_months_has_a_floor():
    """EUR 1,000,000 at 1.25."""
    made = surge()
    scale = 1_250_000.0 / made.value[0, -12:].sum()
    small = surge(reference_quantity=1e6)
    for factor, expected in ((scale, Reason.MET), (scale * 0.9999, Reason.NOT_MET)):
        shrunk = view(small.quantity * factor, small.value * factor,
                      reference_quantity=1e6, reference_value=2e6)  # fmt: skip
        assert reason(shrunk) is expected


def test_nothing_against_nothing_and_something_against_nothing():
    nothing = np.zeros(MONTHS)
    fresh = np.where(np.arange(MONTHS) >= MONTHS - 3, 1e6, 0.0)
    assert reason(view(nothing, nothing)) is Reason.NO_TRADE
    assert reason(view(fresh, fresh)) is Reason.ZERO_BASE


def test_without_reference_partners_the_world_price_then_the_unit_value_itself_is_tested():
    alone = {"reference_quantity": 0.0, "reference_value": 0.0}
    itself = signals(surge(**alone))
    world = signals(surge(**alone, benchmark=np.where(np.arange(MONTHS) == MONTHS - 1, 1.0, 2.0)))
    assert itself.fired[0]
    assert itself.notes[Reason.NO_REFERENCE_PRICE][0]
    assert np.isnan(itself.figures["reference_price_change"][0])
    assert not world.fired[0]  # the world price halved: the unit value fell less
    assert world.figures["price_change"][0] > 0


def test_a_reference_that_is_mostly_undeclared_is_not_held_against():
    made = surge(reference=1.4, price=1.0, reference_undeclared=0.51e6)
    assert reason(made) is Reason.NOT_MET
    assert signals(made).notes[Reason.REFERENCE_UNDECLARED][0]
    assert reason(surge(reference=1.4, price=1.0, reference_undeclared=0.5e6)) is Reason.MET


def test_all_origins_are_held_against_the_world_price():
    nothing = {"reference_quantity": np.nan, "reference_value": np.nan}
    assert reason(surge(**nothing, unit=Unit.PRODUCT, origin="", benchmark=2.0)) is Reason.MET


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "watch"),
        ({"benchmark": 2.0}, "watch"),
        ({"benchmark": 2.0, "production": 1.0}, "warning"),
        ({"benchmark": np.where(np.arange(MONTHS) == MONTHS - 1, 1.0, 2.0), "production": 1.0}, "info"),
    ],
)
def test_severity(fields, expected):
    found = signals(surge(**fields))
    assert found.fired[0]
    assert SEVERITIES[found.severity[0]] == expected


def test_a_noisy_past_raises_the_bar():
    made = surge()
    noisy = made.quantity.copy()
    noisy[0, 4:14:2] *= 4.0
    value = made.value * noisy / made.quantity
    restless = view(noisy, value, reference_quantity=1e6, reference_value=2e6)
    assert signals(restless).figures["score"][0] < signals(made).figures["score"][0]
