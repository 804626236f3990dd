"""The books beside the rows of a view: currencies, distinct subjects, pairs, citations."""

import numpy as np
import pytest
from tests.unit.domain.books.records import indicator, measure, price, scope, subsidy, tariff, trigger
from tests.unit.domain.rules.views import books_of, view

from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_number

RATES = [("fx", {"currency": currency, "base": "EUR", "period": "2020-01", "rate": rate, "source": "ecb"})
         for currency, rate in (("USD", 1.25), ("BRL", 5.0))]  # fmt: skip


def beside(*records, products=("31021010",), origins=("CN",), **fields):
    n = max(len(products), len(origins))
    figures = np.ones((n, 3))
    return view(figures, figures, month="2020-02", product=products, origin=origins,
                books=books_of(*records), **fields).books  # fmt: skip


def test_prices_are_in_the_feeds_currency():
    row = price(10.0, kind="domestic", market="BR", currency="BRL")
    found = beside(*RATES, ("price", row), products=("31021010", "72071100")).prices("domestic")
    assert found.values[0].tolist() == pytest.approx([np.nan, 2.5, np.nan], nan_ok=True)
    assert np.isnan(found.values[1]).all()
    assert found.names == ("worldbank:urea", "")
    assert found.units == ("kg", "")


def test_indicators_of_both_sides():
    rows = [("industry", indicator(4.0)), ("industry", indicator(9.0, reporter="CN"))]
    books = beside(*rows)
    assert books.industry("production").values[0, 1] == 4000.0
    assert books.seller_industry("production").values[0, 1] == 9000.0
    assert np.isnan(beside(*rows, origins=("",)).seller_industry("production").values).all()


def test_empty_books_know_nothing():
    books = beside()
    assert np.isnan(books.prices("domestic").values).all()
    assert np.isnan(books.industry("production").values).all()
    assert np.isnan(books.tariff()).all()
    assert len(books.measures_elsewhere(0, 99_999).row) == len(books.subsidies().row) == 0


def test_a_duty_is_a_fraction():
    assert beside(("tariff", tariff(6.5)), products=("31021010", "72")).tariff().tolist() == \
        pytest.approx([0.065, np.nan], nan_ok=True)  # fmt: skip


def test_steps_come_as_pairs_in_the_order_of_rows():
    records = [("measure", measure()), ("measure", measure(measure_id="A-2", target="IN", initiated=None))]
    books = beside(*records, products=("72171010",), origins=("IN", "RU", "CN", "CN"))
    january = month_number("2020-01")
    found = books.measures_elsewhere(january - 12, january)
    assert found.row.tolist() == [0, 2, 2, 3, 3]
    assert (found.month - january).tolist() == [0, -10, 0, -10, 0]
    assert found.stage[:3] == ("definitive", "initiated", "definitive")
    assert [record["measure_id"] for record in found.records] == ["A-2", "A-1", "A-1", "A-1", "A-1"]
    assert books.measures_elsewhere(january, january).row.tolist() == [0, 2, 3]
    assert books.measures_here(january - 12, january).row.tolist() == []
    assert books.take(np.array([1, 2])).measures_elsewhere(january, january).row.tolist() == [1]


def test_programmes_and_triggers_of_the_last_month():
    japan = Feed("JP", "customs", "JPY", "CIF", "JP2021")
    records = [("subsidy", subsidy()), ("subsidy", subsidy(programme_id="P2", benefit_ad_valorem=None)),
               ("scope", scope(products=["3102"])), ("trigger", trigger(10.0))]  # fmt: skip
    books = beside(*records, products=("31021010", "72"), feed=japan)
    found = books.subsidies()
    assert found.row.tolist() == [0, 0]
    assert found.numbers("benefit_ad_valorem").tolist() == pytest.approx([12.5, np.nan], nan_ok=True)
    assert books.triggers().numbers("level").tolist() == [10.0]


def test_citations_name_keys_and_vintages():
    books = beside(
        ("price", price(1.0, kind="domestic", market="BR", vintage="2020-02-03")),
        ("price", price(1.0, kind="domestic", market="BR", vintage="2020-03-03", period="2021-01")),
        ("measure", measure(products=["310210"], vintage="2020-01-21")),
        ("tariff", tariff(6.5)),
    )
    assert books.cited(Read("prices", "domestic"), 0) == [
        {"record": "price", "source": "worldbank:urea", "kind": "domestic", "product": "310210",
         "market": "BR", "period": "2019-12..2020-02", "vintage": "2020-02-03"}
    ]  # fmt: skip
    assert books.cited(Read("measures_elsewhere"), 0) == [
        {"record": "measure", "measure_id": "A-1", "authority": "US", "vintage": "2020-01-21"}
    ]
    assert books.cited(Read("tariff"), 0) == [
        {"record": "tariff", "reporter": "BR", "product": "3102", "valid_from": "2019-01-01"}
    ]
    assert books.cited(Read("industry", "production"), 0) == books.cited(Read("subsidies"), 0) == []
