"""The books: newest vintages, longest prefixes, and records that they cannot use."""

import itertools
import math

import numpy as np
import pytest
from tests.unit.domain.books.records import price

from tidegauge.domain.books import FxBook, PriceBook, ProductionBook
from tidegauge.domain.periods import month_number

JANUARY = month_number("2020-01")


def rate(currency, value, vintage=None, period="2020-01"):
    return {"currency": currency, "base": "EUR", "period": period, "rate": value, "source": "ecb-fx"} | (
        {"vintage": vintage} if vintage else {}
    )


def test_cross_rates_go_over_the_base():
    book = FxBook()
    for row in (rate("USD", 1.25), rate("BRL", 5.0)):
        book.take(row)
    months = range(JANUARY, JANUARY + 2)
    assert book.cross("USD", "BRL", months)[0] == 4.0
    assert book.cross("BRL", "USD", months)[0] == 0.25
    assert book.cross("EUR", "USD", months)[0] == 1.25
    assert np.isnan(book.cross("USD", "BRL", months)[1])
    assert np.isnan(book.cross("USD", "XTS", months)).all()
    assert book.cross("XTS", "XTS", months).tolist() == [1.0, 1.0]


def test_a_rate_that_comes_in_changes_what_was_answered_before():
    book, months = FxBook(), range(JANUARY, JANUARY + 1)
    book.take(rate("USD", 1.25))
    assert book.cross("EUR", "USD", months)[0] == 1.25
    assert book.sources(("EUR", "USD"), months) == "ecb-fx"
    book.take({**rate("USD", 1.5, "2020-03-01"), "source": "boj"})
    assert book.cross("EUR", "USD", months)[0] == 1.5
    assert book.sources(("EUR", "USD"), months) == "boj and ecb-fx"


def test_the_newest_vintage_of_a_rate_counts_in_any_order():
    rows = [rate("USD", 1.1, "2020-02-01"), rate("USD", 1.2, "2020-03-01"), rate("USD", 1.3)]
    for order in itertools.permutations(rows):
        book = FxBook()
        for row in order:
            book.take(row)
        assert book.per_base("USD", JANUARY) == 1.2


def test_the_longest_prefix_speaks_for_a_product():
    book = PriceBook()
    book.take(price(0.2))
    book.take(price(0.3, product="3102", source="worldbank:dap"))
    assert book.find("benchmark", "31021010").key["source"] == "worldbank:urea"
    assert book.find("benchmark", "31022100").key["source"] == "worldbank:dap"
    assert book.find("benchmark", "72081000") is None


@pytest.mark.parametrize(("unit", "per_kg"), [("kg", 200.0), ("t", 0.2), ("mt", 0.2), ("TNE", 0.2)])
def test_prices_are_brought_to_the_kilogram(unit, per_kg):
    book = PriceBook()
    book.take(price(200.0, unit=unit))
    assert book.find("benchmark", "310210").at(JANUARY) == per_kg


def test_the_newest_vintage_of_a_price_counts():
    for order in itertools.permutations([price(0.2), price(0.5, vintage="2020-05-01"), price(0.9)]):
        book = PriceBook()
        for row in order:
            book.take(row)
        assert book.find("benchmark", "310210").at(JANUARY) == 0.5


@pytest.mark.parametrize(
    "unusable",
    [
        price(0.2, kind="domestic"),
        price(0.2, unit="p/st"),
        price(0.2, currency=None),
    ],
)
def test_prices_that_no_rule_can_use_pass_by(unusable):
    book = PriceBook()
    book.take(unusable)
    assert book.find("benchmark", "310210") is None


def test_two_sources_of_one_product_are_never_spliced():
    rows = [
        price(0.2, source="a", currency="USD"),
        price(0.3, source="a", currency="USD", period="2020-02"),
        price(9.0, source="b", currency="EUR"),
        price(9.5, source="b", currency="EUR", period="2020-03"),
    ]
    for order in itertools.permutations(rows):
        book = PriceBook()
        for row in order:
            book.take(row)
        found = book.find("benchmark", "310210")
        assert (found.key["source"], found.currency) == ("a", "USD")
        assert found.over(range(JANUARY, JANUARY + 2)).tolist() == [0.2, 0.3]


def made(product, value, **changes):
    return {"reporter": "BR", "product": product, "indicator": "production", "value": value} | changes


def test_production_by_the_longest_prefix():
    book = ProductionBook()
    for row in (made("3102", 10.0), made("31022100", 0.0), made("3105", 1.0, indicator="consumption")):
        book.take(row)
    assert book.find("BR", "31021010") == 1.0
    assert book.find("BR", "31022100") == 0.0
    assert math.isnan(book.find("BR", "31054000"))
    assert math.isnan(book.find("AR", "31021010"))


def test_any_month_of_production_is_production():
    for order in itertools.permutations([made("3102", 0.0), made("3102", 3.0)]):
        book = ProductionBook()
        for row in order:
            book.take(row)
        assert book.find("BR", "3102") == 1.0


def test_an_industry_code_is_no_product():
    book = ProductionBook()
    book.take(made("C20.15", 5.0))
    assert not book.known
