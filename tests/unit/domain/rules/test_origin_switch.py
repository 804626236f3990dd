"""Switch of origin after a measure: who is targeted, who rises, and by how much of the loss."""

import pytest
from tests.unit.domain.books.records import scope
from tests.unit.domain.rules.measured import PRODUCT, elsewhere, flat, here, said, turning, world

from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.view import Unit

RULE = "origin-switch"


def told(flows, *records, unit=Unit.PRODUCT, **parameters):
    named = {(PRODUCT, origin): flow for origin, flow in flows.items()}
    return said(RULE, world(named, *records, unit=unit), "", **parameters)


FALLS = turning(0.5e6)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ({"CN": FALLS, "VN": turning(1.5e6)}, "met"),
        ({"CN": turning(0.8e6), "VN": turning(1.2e6)}, "met"),
        ({"CN": turning(0.8001e6), "VN": turning(1.2e6)}, "conditions_not_met"),
        ({"CN": FALLS, "VN": turning(1.125e6)}, "met"),
        ({"CN": FALLS, "VN": turning(1.1249e6)}, "conditions_not_met"),
        ({"CN": FALLS, "VN": turning((5e6, 5.4e6))}, "conditions_not_met"),  # much, but an eighth of itself
        ({"CN": FALLS, "VN": turning((0.0, 0.5e6))}, "met"),  # new
        ({"CN": FALLS, "ZZ": turning(1.5e6)}, "conditions_not_met"),
        ({"CN": FALLS, "IN": flat()}, "conditions_not_met"),
        ({"IN": FALLS, "VN": turning(1.5e6)}, "new_over_zero_base"),  # nothing came from the targeted one
    ],
)
def test_the_targeted_origin_falls_and_another_rises(flows, expected):
    assert told(flows, here())[0] == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (here(), "met"),
        (here(target=None), "conditions_not_met"),  # against all: nowhere to go
        (elsewhere(), "conditions_not_met"),
        (here("2018-12-31"), "conditions_not_met"),
        (here("2020-11-01"), "conditions_not_met"),
        (here(products=["7218"]), "conditions_not_met"),
    ],
)
def test_which_measures_count(record, expected):
    assert told({"CN": FALLS, "VN": turning(1.5e6)}, record)[0] == expected


def test_the_figures_name_the_riser_and_its_part_of_the_loss():
    _, figures = told({"CN": FALLS, "VN": turning(1.3e6), "IN": turning(1.2e6)}, here())
    assert figures["riser"] == country_number("VN")
    assert figures["riser_change"] == pytest.approx(0.3)
    assert figures["targeted_change"] == pytest.approx(-0.5)
    assert figures["switch_share"] == pytest.approx(0.6)


def test_two_targeted_origins_are_counted_together():
    records = (here(), here(measure_id="A-2", target="IN"))
    flows = {"CN": FALLS, "IN": turning(1.1e6), "VN": turning(1.3e6)}
    _, figures = told(flows, *records)
    assert figures["targeted_change"] == pytest.approx(-0.2)
    assert figures["switch_share"] == pytest.approx(0.75)


def test_a_scope_speaks_for_its_products():
    flows = {("72171010", "CN"): FALLS, ("72299090", "VN"): turning(1.5e6)}
    wire = "scope", scope(products=["7217", "722990"])
    assert said(RULE, world(flows, here(), wire, unit=Unit.SCOPE), "")[0] == "met"
