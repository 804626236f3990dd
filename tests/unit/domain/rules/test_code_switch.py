"""Switch of code after a measure: across headings and chapters of one scope, from one origin."""

import pytest
from tests.unit.domain.books.records import scope
from tests.unit.domain.rules.measured import elsewhere, flat, here, said, turning, world

from tidegauge.domain.panel.view import Unit

RULE, PLAIN, BORON = "code-switch", "72172030", "72299090"
WIRE = "scope", scope(products=["721720", "722990", "7326"])
ON_PLAIN = here(products=["721720"])
FALLS = turning(0.5e6)


def made(plain, boron, *records, origin="CN"):
    flows = {(PLAIN, origin): plain, (BORON, origin): boron, (PLAIN, "IN"): flat()}
    return world(flows, WIRE, *(records or (ON_PLAIN,)), unit=Unit.SCOPE_SERIES)


@pytest.mark.parametrize(
    ("plain", "boron", "expected"),
    [
        (FALLS, turning(1.5e6), "met"),
        (turning(0.8e6), turning(1.2e6), "met"),
        (turning(0.8001e6), turning(1.2e6), "conditions_not_met"),
        (FALLS, turning(1.125e6), "met"),
        (FALLS, turning(1.1249e6), "conditions_not_met"),
        (FALLS, turning((5e6, 5.4e6)), "conditions_not_met"),
        (FALLS, turning((0.0, 0.5e6)), "met"),
        (FALLS, flat(), "conditions_not_met"),
        (flat(0.0), turning(1.5e6), "new_over_zero_base"),
    ],
)
def test_the_codes_of_the_measure_fall_and_the_neighbours_rise(plain, boron, expected):
    assert said(RULE, made(plain, boron))[0] == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (ON_PLAIN, "met"),
        (here(products=["7217201000", "7217203000"]), "met"),
        (here(products=["721720", "722990"]), "conditions_not_met"),  # both are named: nothing is a neighbour
        (here(products=["721720"], target="IN"), "conditions_not_met"),
        (elsewhere(products=["721720"]), "conditions_not_met"),
        (here("2020-11-01", products=["721720"]), "conditions_not_met"),
    ],
)
def test_which_measures_count(record, expected):
    assert said(RULE, made(FALLS, turning(1.5e6), record))[0] == expected


def test_the_figures_and_the_neighbour():
    view = made(FALLS, turning(1.3e6))
    _, figures = said(RULE, view)
    assert figures["covered_change"] == pytest.approx(-0.5)
    assert figures["neighbour_change"] == pytest.approx(0.3)
    assert figures["switch_share"] == pytest.approx(0.6)
    assert figures["neighbour"] == 1.0
