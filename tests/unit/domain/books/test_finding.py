"""Who a record speaks of: prices by market and origin, industries, measures, duties and triggers."""

import itertools
import math

import pytest
from tests.unit.domain.books.records import indicator, measure, price, scope, subsidy, tariff, trigger

from tidegauge.domain.books import (
    IndustryBook,
    MeasureBook,
    PriceBook,
    ScopeBook,
    SubsidyBook,
    TariffBook,
    TriggerBook,
)
from tidegauge.domain.periods import month_number

JANUARY = month_number("2020-01")
GERMANY = ("DE", "EU")


def holding(book, *rows):
    for row in rows:
        book.take(row)
    return book


def quoted(kind, *rows, here=GERMANY, origin="CN", per="kg"):
    """The price of January that speaks of German imports of 31021000 from China."""
    found = holding(PriceBook(), *rows).find(kind, "31021000", here, origin, per)
    return None if found is None else found.at(JANUARY)


@pytest.mark.parametrize(
    ("kind", "fields", "speaks"),
    [
        ("home_market", {"market": "CN"}, True),
        ("home_market", {"origin": "CN"}, True),
        ("home_market", {"market": "IN"}, False),
        ("home_market", {}, False),
        ("third_country", {"origin": "CN", "market": "JP"}, True),
        ("third_country", {"origin": "CN", "market": "DE"}, False),
        ("third_country", {"origin": "IN", "market": "JP"}, False),
        ("constructed", {"origin": "CN"}, True),
        ("constructed", {"origin": "IN"}, False),
        ("domestic", {"market": "DE"}, True),
        ("domestic", {"market": "EU"}, True),
        ("domestic", {"market": "FR"}, False),
        ("trigger", {}, True),
        ("trigger", {"market": "EU", "origin": "CN"}, True),
        ("trigger", {"market": "EU", "origin": "IN"}, False),
        ("trigger", {"market": "US"}, False),
        ("benchmark", {"market": "US"}, True),
    ],
)
def test_whom_a_price_speaks_of(kind, fields, speaks):
    assert (quoted(kind, price(2.0, kind=kind, **fields)) is not None) is speaks


def test_the_member_before_its_union_and_the_exact_origin_before_all():
    member, union = (price(value, kind="domestic", market=market) for value, market in ((1, "DE"), (2, "EU")))
    assert quoted("domestic", union, member) == 1
    exact, general = price(3, kind="trigger", origin="CN", source="z"), price(4, kind="trigger", source="a")
    assert quoted("trigger", exact, general) == 3
    assert quoted("trigger", exact, general, origin="IN") == 4


def test_all_origins_have_no_normal_value():
    assert quoted("home_market", price(2.0, kind="home_market", market="CN"), origin="") is None


def test_a_price_for_another_unit_speaks_only_where_that_is_asked():
    row = price(9.0, kind="domestic", market="DE", unit="p/st")
    assert quoted("domestic", row) is None
    assert quoted("domestic", row, per="p/st") == 9.0


def test_an_index_needs_no_currency_and_no_kilogram():
    row = price(104.2, kind="index", currency=None, unit="2015=100", market="DE")
    assert quoted("index", row) == 104.2


def test_days_make_a_month_and_a_monthly_price_goes_before_them():
    days = [price(value, period=None, date=f"2020-01-{day}") for value, day in ((1.0, "02"), (3.0, "31"))]
    assert quoted("benchmark", *days) == 2.0
    assert quoted("benchmark", *days, price(7.0)) == 7.0


def known(*rows, product="31021010", whose=GERMANY, name="capacity"):
    found = holding(IndustryBook(), *rows).find(name, product, whose)
    return None if found is None else found.at(JANUARY)


def test_an_indicator_in_kilograms_by_the_longest_prefix():
    rows = [indicator(5, reporter="DE", indicator="capacity"),
            indicator(7, reporter="DE", indicator="capacity", product="310210")]  # fmt: skip
    assert known(*rows) == 7000.0
    assert known(*rows, product="31029000") == 5000.0
    assert known(*rows, whose=("BR",)) is None
    assert known(*rows, name="sales") is None


@pytest.mark.parametrize(
    ("code", "product", "speaks"),
    [
        ("C20.15", "31021010", True),
        ("2015", "28141000", True),
        ("C20", "31021010", True),
        ("C20.15", "29054300", False),
        ("C24.34", "72171010", True),
        ("C24.10", "72171010", False),
        ("B-D", "72171010", False),
    ],
)
def test_an_industry_speaks_for_its_products(code, product, speaks):
    row = indicator(101.5, reporter="DE", product=code, classification="NACE2", unit="I21")
    assert (known(row, product=product, name="production") == 101.5) is speaks


def test_a_finer_industry_and_a_product_code_go_first():
    division = indicator(1.0, reporter="DE", product="C20", classification="NACE2", unit="I21")
    branch = division | {"product": "C20.15", "value": 2.0}
    product = indicator(3.0, reporter="DE", product="3102", unit="I21")
    assert known(division, branch, name="production") == 2.0
    assert known(division, branch, product, name="production") == 3.0


def steps(*rows, product="72171010", origin="CN", here=("BR",), abroad=True):
    found = holding(MeasureBook(), *rows).steps((product,), origin, here, abroad=abroad)
    return [(step.stage, step.month - JANUARY) for step in found]


def test_a_measure_elsewhere_is_compared_on_six_digits():
    dated = [("initiated", -10), ("definitive", 0)]
    assert steps(measure()) == dated
    assert steps(measure(), product="72299090") == dated
    assert steps(measure(), product="72172000") == []
    assert steps(measure(), origin="IN") == []
    assert steps(measure(), here=("US",)) == []
    assert steps(measure(target=None)) == []


def test_a_measure_here_is_compared_on_all_digits_and_may_be_against_all():
    here = {"here": ("US",), "abroad": False}
    assert len(steps(measure(), product="7217101000", **here)) == 2
    assert len(steps(measure(), product="72171010", **here)) == 2
    assert steps(measure(), product="7217109000", **here) == []
    assert len(steps(measure(target=None, kind="SG"), product="72171010", **here)) == 2
    assert len(steps(measure(authority="EU"), here=GERMANY, abroad=False)) == 2
    assert steps(measure(authority="EU"), here=GERMANY) == []


def test_the_newest_record_of_a_measure_counts_then_the_further_stage():
    begun = measure(stage="initiated", definitive=None)
    ended = measure(stage="terminated", expires="2020-03-01", vintage="2020-03-02", products=["722990"])
    for order in itertools.permutations([begun, measure(), ended]):
        assert steps(*order, product="72299090") == [("initiated", -10), ("definitive", 0), ("expires", 2)]
        assert steps(*order) == []
    for order in itertools.permutations([begun, measure()]):
        assert len(steps(*order)) == 2


def test_a_subsidy_holds_in_its_months():
    book = holding(SubsidyBook(), subsidy(period_from="2019-06", period_to="2020-01"))
    found = {month: len(book.find(("31021010",), "CN", month)) for month in ("2019-05", "2020-01", "2020-02")}
    assert found == {"2019-05": 0, "2020-01": 1, "2020-02": 0}
    assert book.find(("31021010",), "RU", "2020-01") == []
    assert book.find(("31022100",), "CN", "2020-01") == []


def duty(*rows, origin="CN", month="2020-01", product="31021010"):
    found = holding(TariffBook(), *rows).find(product, origin, ("BR",), month)
    return math.nan if found is None else found["duty_rate"]


def test_the_duty_in_force():
    mfn, own = tariff(6.0), tariff(2.0, origin="CN", regime="FTA")
    assert duty(mfn, own) == 2.0
    assert duty(mfn, own, origin="RU") == 6.0
    assert duty(mfn, own, tariff(4.0, product="310210")) == 4.0
    assert duty(mfn, tariff(0.0, origin="CN", quota="09.1")) == 6.0
    assert duty(tariff(6.0, valid_to="2019-12-31"), tariff(5.0, valid_from="2018-01-01")) == 5.0
    assert math.isnan(duty(mfn, month="2018-12"))
    assert duty(mfn, tariff(7.0)) == 7.0  # a later record of the same key


def test_scopes_span_headings_and_belong_to_a_reporter():
    book = holding(ScopeBook(), scope(), scope(scope_id="eu", reporter="EU"))
    assert book.of("72299090", GERMANY) == ["eu", "wire"]
    assert book.of("72299090", ("JP",)) == ["wire"]
    assert book.of("7227", ("JP",)) == []


def test_a_trigger_holds_from_its_first_to_its_last_month():
    book = holding(TriggerBook(), trigger(10.0), trigger(11.0, valid_from="2020-04-01", valid_to=None))
    levels = {month: [one["level"] for one in book.find("wire", ("JP",), month)]
              for month in ("2019-03", "2019-04", "2020-03", "2020-04", "2030-01")}  # fmt: skip
    assert list(levels.values()) == [[], [10.0], [10.0], [11.0], [11.0]]
