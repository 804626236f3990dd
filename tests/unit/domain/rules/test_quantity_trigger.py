"""Published quantity triggers: levels, forms, origins, units, and what it cannot compute."""

import math

import numpy as np
import pytest
from tests.contributions import block, row
from tests.unit.domain.books.records import indicator, scope, trigger
from tests.unit.domain.rules.measured import EURO, said
from tests.unit.domain.rules.views import books_of

from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.scopes import ScopePanel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.ruleset import Ruleset

RULE = "quantity-trigger"
JAPAN = Feed("JP", "customs", "JPY", "CIF", "JP2021")
BEEF = "scope", scope(scope_id="beef", products=["0201", "0202"])
QUOTED = "117 % of the previous year to the end of the quarter"


def published(level=None, **changes):
    fields = {"scope_id": "beef", "unit": "kg", "valid_from": "2015-04-01", "valid_to": None} | changes
    return "trigger", trigger(level, **fields)


def view(kg, *records, month="2019-09", first="2014-01", origins=("AU", "US")):
    """Beef of each origin, `kg(month)` of every month, up to a month that is closed; a view of the scope."""
    last, panel, rows = month_number(month), Panel(), []
    for number in range(month_number(first), last + 1):
        for origin in origins:
            rows.append(row(len(rows), product="02013000", origin=origin, month=month_text(number),
                            kg=kg(month_text(number)), value=1000.0))  # fmt: skip
    panel.apply(block(rows, feeds=(JAPAN,)))
    panel.feeds[0].closed_to = last
    books, ground = books_of(EURO, BEEF, *records), ScopePanel(panel)
    ground.refresh(books.scopes, Ruleset.default())
    return Selector(ground, books, Ruleset.default()).view(
        Unit.SCOPE, np.arange(ground.series.groups), last, 24
    )


def steady(_month):
    return 50.0


def told(kg, *records, **options):
    return said(RULE, view(kg, *records, **options), "")


@pytest.mark.parametrize(
    ("level", "expected"),
    [(599.0, "met"), (600.0, "conditions_not_met"), (1e6, "conditions_not_met")],
)
def test_cumulative_imports_of_the_fiscal_year_pass_the_level(level, expected):
    reason, figures = told(steady, published(level))  # April to September: six months of 100 kg
    assert reason == expected
    assert figures["cumulative"] == 600.0
    assert figures["level"] == level


def test_a_new_year_begins_again():
    assert told(steady, published(599.0), month="2019-09")[0] == "met"
    assert told(steady, published(599.0), month="2020-03")[0] == "met"
    assert told(steady, published(599.0), month="2020-04")[0] == "conditions_not_met"


def test_only_the_named_origins_count():
    assert told(steady, published(299.0, origins=["AU"]))[1]["cumulative"] == 300.0
    assert told(steady, published(299.0, origins=["AU"]))[0] == "met"
    assert told(steady, published(301.0, origins=["AU"]))[0] == "conditions_not_met"


def test_when_it_was_passed_and_when_a_duty_would_begin():
    _, figures = told(steady, published(399.0, formula=None))
    assert month_text(int(figures["exceeded_month"])) == "2019-07"
    assert month_text(int(figures["activation_month"])) == "2019-09"
    assert math.isnan(told(steady, published(399.0, instrument="CPTPP"))[1]["activation_month"])


def rising(part):
    """100 kg a month from both origins, from April 2019 `part` as much."""
    return lambda month: 50.0 * (part if month >= "2019-04" else 1.0)


@pytest.mark.parametrize(
    ("part", "month", "expected"),
    [
        (1.17, "2019-06", "conditions_not_met"),  # not more than 117 %
        (1.18, "2019-06", "met"),
        (1.18, "2019-05", "conditions_not_met"),  # two months against a whole quarter
        (1.76, "2019-05", "met"),
        (1.18, "2019-07", "conditions_not_met"),
        (1.18, "2019-09", "met"),
    ],
)
def test_the_beef_rule_of_117_percent(part, month, expected):
    """Temporary Tariff Measures Act, Art. 7-5: above 117 % of the previous year to the end of the quarter."""
    reason, figures = told(rising(part), published(formula=QUOTED), month=month)
    assert reason == expected
    assert figures["level"] == pytest.approx(1.17 * (300.0 if month <= "2019-06" else 600.0))


def test_the_beef_rule_names_the_next_quarter():
    _, figures = told(rising(1.76), published(formula=QUOTED), month="2019-05")
    assert month_text(int(figures["activation_month"])) == "2019-07"


def test_the_pork_rule_of_119_percent_of_three_years():
    formula = "119 % of the mean of the three previous years to the end of the quarter"
    grown = lambda month: {"2016": 40.0, "2017": 50.0, "2018": 60.0}.get(month[:4], 50.0)  # noqa: E731
    _, figures = told(grown, published(formula=formula), month="2019-06")
    assert figures["level"] == pytest.approx(1.19 * (240.0 + 300.0 + 360.0) / 3)


def consumption(*yearly):
    return [("industry", indicator(value, reporter="JP", product="02", indicator="consumption",
                                   period=f"{year}-12", unit="kg"))
            for year, value in zip((2016, 2017, 2018), yearly, strict=True)]  # fmt: skip


@pytest.mark.parametrize(
    ("eaten", "level"),
    [
        ((), 1.25 * 1200.0),  # consumption is not known
        ((12_000.0, 12_000.0, 12_000.0), 1.25 * 1200.0),  # a tenth of it is imported
        ((11_900.0, 11_900.0, 11_900.0), 1.10 * 1200.0),
        ((4000.0, 4000.0, 4000.0), 1.10 * 1200.0),
        ((3900.0, 3900.0, 3900.0), 1.05 * 1200.0),
        ((4000.0, 4000.0, 4050.0), 1.10 * 1200.0 + 50.0),
        ((4000.0, 4050.0, 4000.0), 1.10 * 1200.0 - 50.0),
        ((4000.0, 4200.0, 4000.0), 1.05 * 1200.0),  # never below 105 %
    ],
)
def test_the_volume_trigger_of_the_agreement_on_agriculture(eaten, level):
    _, figures = told(steady, published(formula="AoA 5.4"), *(consumption(*eaten) if eaten else ()))
    assert figures["level"] == pytest.approx(level)


def test_what_cannot_be_computed_is_said():
    assert told(steady, published(formula="as agreed"))[0] == "trigger_level_not_computable"
    assert told(steady, published(5.0, unit="p/st"))[0] == "trigger_level_not_computable"
    assert told(steady, published(0.0001, unit="t"))[0] == "met"


def test_of_several_triggers_the_one_furthest_exceeded_is_told():
    _, figures = told(steady, published(500.0), published(400.0, instrument="CPTPP"))
    assert figures["level"] == 400.0


@pytest.mark.parametrize("record", [published(1.0, valid_to="2019-08-31"), published(1.0, reporter="KR"),
                                    published(trigger_price=5.0)])  # fmt: skip
def test_without_a_trigger_of_quantity_in_force_nothing_is_met(record):
    reason, figures = told(steady, record)
    assert reason == "conditions_not_met"
    assert math.isnan(figures["level"])


def test_years_that_are_not_held_are_no_zeros():
    assert told(steady, published(1.0), first="2019-05")[0] == "not_enough_history"
    assert told(steady, published(formula="AoA 5.4"), first="2016-02")[0] == "not_enough_history"
    assert told(steady, published(formula="AoA 5.4"), first="2016-01")[0] == "conditions_not_met"
