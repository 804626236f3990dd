"""A plan of events is read whole or refused with the event and the reason."""

import pytest

from tidegauge.domain.periods import month_number
from tidegauge.scenario.events import SIZES, Event, Kind
from tidegauge.scenario.parameters import Parameters, ScenarioError
from tidegauge.scenario.plan import parse_plan

ASKED = Parameters(1000, 50, 10, 24, 1, month_number("2023-01"))
SURGE = {"kind": "surge", "product": "31021010", "origin": "CN", "from": "2024-01", "to": "2024-06"}


def written(**change):
    kept = {name: value for name, value in {**SURGE, **change}.items() if value is not None}
    lines = [f"{name} = {value!r}" for name, value in kept.items()]
    return "\n".join(["[[event]]", *lines])


def test_an_event_takes_the_sizes_of_its_kind_unless_told():
    (event,) = parse_plan(written(size=5), ASKED)
    assert event == Event(Kind.SURGE, "31021010", "CN", 12, 17, 5.0, *SIZES[Kind.SURGE][1:])


def test_a_subsidy_needs_no_product_and_a_switch_its_other():
    text = written(kind="subsidy", product=None) + "\n" + written(kind="origin_switch", other="VN")
    subsidy, switch = parse_plan(text, ASKED)
    assert (subsidy.product, switch.other) == ("", "VN")


def test_an_empty_plan_plants_nothing():
    assert parse_plan("", ASKED) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "flood"}, "'kind' must be one of surge"),
        ({"kind": ["surge"]}, "'kind' must be one of"),
        ({"product": "x"}, "'product' must be a product code"),
        ({"product": None}, "'product' must be a product code"),
        ({"origin": "DE"}, "'origin' must be the alpha-2 code of a country outside the EU"),
        ({"origin": ["CN"]}, "'origin' must be the alpha-2 code"),
        ({"from": "2024-13"}, "'from': '2024-13' is not a month"),
        ({"to": "2025-01"}, "'to' 2025-01 lies outside the scenario, 2023-01 to 2024-12"),
        ({"to": "2023-12"}, "'from' lies after 'to'"),
        ({"size": 0}, "'size' must be a number above 0"),
        ({"price": "low"}, "'price' must be a number above 0"),
        ({"share": 1.5}, "'share' must not pass 1"),
        ({"other": "VN"}, "'other' belongs to a switch"),
        ({"kind": "origin_switch"}, "'other' must be the alpha-2 code"),
        ({"kind": "code_switch", "other": "31021010"}, "'other' must differ"),
        ({"colour": "red"}, "'colour' is not known"),
    ],
)
def test_a_wrong_event_is_one_sentence(change, said):
    with pytest.raises(ScenarioError) as refused:
        parse_plan(written(**change), ASKED)
    assert str(refused.value).startswith("event 1: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["event = 3", "event = [1]", "[other]\nx = 1"])
def test_a_plan_of_anything_else_is_refused(text):
    with pytest.raises(ScenarioError, match="a plan holds tables"):
        parse_plan(text, ASKED)


def test_broken_toml_says_where():
    with pytest.raises(ScenarioError, match=r"not valid TOML: .*line 2"):
        parse_plan("[[event]]\nkind = \n", ASKED)
