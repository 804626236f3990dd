"""The trigger's own year, its published forms, and Japan's dates of activation."""

import pytest

from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.trade_remedy.trigger_levels import (
    activation_month,
    calendar_years,
    is_agriculture,
    own_year,
    quarter_end,
    quarterly,
)

APRIL = month_number("2019-04")


def trigger(**changes):
    return {"valid_from": "2015-04-01"} | changes


@pytest.mark.parametrize(
    ("fields", "month", "start"),
    [
        ({}, "2019-04", "2019-04"),
        ({}, "2020-03", "2019-04"),
        ({}, "2020-04", "2020-04"),
        ({"period": "FY2019"}, "2019-12", "2019-04"),
        ({"period": "2019-10..2020-09"}, "2020-01", "2019-10"),
        ({"valid_from": "2018-01-01"}, "2019-12", "2019-01"),
    ],
)
def test_the_own_year(fields, month, start):
    assert month_text(own_year(trigger(**fields), month_number(month))) == start


def test_the_forms_of_a_level():
    beef = quarterly("117 % of the previous year to the end of the quarter")
    pork = quarterly("119% of the mean of the three previous years to the end of the quarter")
    assert (beef.factor, beef.years) == (1.17, 1)
    assert (pork.factor, pork.years) == (1.19, 3)
    assert quarterly("AoA 5.4") is None
    assert is_agriculture("AoA 5.4")
    assert is_agriculture("AoA Art. 5.4")
    assert not is_agriculture("5.4 % of something")


def test_calendar_years_end_before_a_fiscal_year_begins():
    assert [(month_text(a), month_text(b)) for a, b in calendar_years(APRIL)] == [
        ("2016-01", "2016-12"), ("2017-01", "2017-12"), ("2018-01", "2018-12"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("month", "end"), [("2019-04", "2019-06"), ("2019-06", "2019-06"), ("2020-01", "2020-03")]
)
def test_quarters_of_the_fiscal_year(month, end):
    assert month_text(quarter_end(APRIL, month_number(month))) == end


@pytest.mark.parametrize(
    ("exceeded", "by_quarter", "begins"),
    [
        # Temporary Tariff Measures Act, Art. 7-3: the first day of the second month after
        ("2019-04", False, "2019-06"),
        ("2019-12", False, "2020-02"),
        # Art. 7-5, 7-6: the next quarter's first day; from June, September or December the second month after
        ("2019-04", True, "2019-07"),
        ("2019-05", True, "2019-07"),
        ("2019-06", True, "2019-08"),
        ("2019-08", True, "2019-10"),
        ("2019-09", True, "2019-11"),
        ("2019-12", True, "2020-02"),
    ],
)
def test_activation_in_japan(exceeded, by_quarter, begins):
    assert month_text(activation_month(APRIL, month_number(exceeded), by_quarter=by_quarter)) == begins
