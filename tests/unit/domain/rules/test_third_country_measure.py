"""Deflection after a measure elsewhere: gates, reasons, the control, and a second family."""

import math
from functools import partial

import pytest
from tests.unit.domain.rules.measured import EVENT, PRODUCT, elsewhere, flat, said, turning, world

from tidegauge.domain.periods import month_number

RULE = "third-country-measure"


def told(own, *records, others=None, **parameters):
    flows = {(PRODUCT, "CN"): own} | {
        (PRODUCT, one): flow for one, flow in (others or {"IN": flat()}).items()
    }
    return said(RULE, world(flows, *records), **parameters)


SURGES = turning(1.5e6, to_price=1.8)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (SURGES, "met"),
        (turning(1.1e6, to_price=1.9), "met"),
        (turning(1.0999e6, to_price=1.9), "conditions_not_met"),
        (turning(1.1e6, to_price=1.9001), "conditions_not_met"),
        (turning((1e6, 0.0)), "conditions_not_met"),
        (turning((0.0, 1e6)), "new_over_zero_base"),
        (turning(1.5e3, to_price=1.8), "conditions_not_met"),
    ],
)
def test_quantity_up_and_unit_value_down_since_the_measure(own, expected):
    assert told(own, elsewhere())[0] == expected


def test_the_figures_of_the_measure_and_since():
    _, figures = told(SURGES, elsewhere())
    assert figures["measure_month"] == month_number(EVENT)
    assert figures["months_after"] == 8
    assert figures["quantity_change_since"] == pytest.approx(0.5)
    assert figures["unit_value_change_since"] == pytest.approx(-0.1)
    assert figures["quantity_change_on_control"] == pytest.approx(0.5)
    assert figures["unit_value_change_on_control"] == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (elsewhere(), "met"),
        (elsewhere(products=["721710"]), "met"),
        (elsewhere(products=["721720"]), "conditions_not_met"),
        (elsewhere(target="IN"), "conditions_not_met"),
        (elsewhere(authority="BR"), "conditions_not_met"),
        (elsewhere("2018-12-31"), "conditions_not_met"),
        (elsewhere("2019-01-01"), "met"),  # the last month that is watched: 2020 against 2018
        (elsewhere("2020-09-30"), "met"),  # three full months follow
        (elsewhere("2020-10-01"), "conditions_not_met"),
        (elsewhere("2022-01-01"), "conditions_not_met"),
        (elsewhere(None, definitive="2020-04-10"), "met"),
        (elsewhere(None, expires="2020-04-10"), "conditions_not_met"),
    ],
)
def test_which_measures_count(record, expected):
    turn = partial(turning, 1.5e6, to_price=1.8)
    assert told(turn(), record)[0] == expected


def test_no_measure_known_is_not_met_and_shows_none():
    reason, figures = told(SURGES)
    assert reason == "conditions_not_met"
    assert math.isnan(figures["measure_month"])


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"IN": turning(1.5e6, to_price=1.8)}, "conditions_not_met"),  # everybody's move
        ({"IN": turning(1.36e6, to_price=1.89)}, "met"),
        ({"IN": turning(1.37e6)}, "conditions_not_met"),
        ({"IN": turning(1e6, to_price=1.90)}, "met"),
        ({"IN": turning(1e6, to_price=1.89)}, "met"),
        ({"ZZ": flat()}, "no_control"),
        ({"BR": flat()}, "no_control"),
        ({"KR": flat()}, "no_control"),
        ({"KR": turning(1.5e6, to_price=1.8), "IN": flat()}, "met"),
    ],
)
def test_the_control_is_the_origins_without_a_measure(others, expected):
    both = (elsewhere(), elsewhere(measure_id="A-2", target="KR"))
    assert told(turning(1.5e6, to_price=1.79), *both, others=others)[0] == expected


def test_a_countervailing_duty_adds_the_family_subsidy():
    assert "countervailing_duty_elsewhere" not in told(SURGES, elsewhere())[1]["notes"]
    assert "countervailing_duty_elsewhere" in told(SURGES, elsewhere(kind="CVD"))[1]["notes"]


def test_a_short_history_cannot_speak():
    flows = {(PRODUCT, "CN"): SURGES, (PRODUCT, "IN"): flat()}
    assert said(RULE, world(flows, elsewhere(), months=19))[0] == "not_enough_history"
    assert said(RULE, world(flows, elsewhere(), months=20))[0] == "met"


def test_volume_and_price_are_a_watch():
    assert told(SURGES, elsewhere())[1]["severity"] == 1
