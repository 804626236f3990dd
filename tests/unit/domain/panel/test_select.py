"""Views: totals, references, areas, pseudo-origins, spans, benchmarks and rates."""

import numpy as np
import pytest
from tests.contributions import BRAZIL, block, row

from tidegauge.domain.books import Books
from tidegauge.domain.codes import country_code, product_number
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import month_number
from tidegauge.domain.ruleset import Ruleset

EU, GERMANY = (Feed(reporter, "comext", "EUR", "CIF", "CN2025") for reporter in ("EU", "DE"))
MONTH = month_number("2020-03")


def selector(panel, books=None):
    return Selector(panel, books or Books(), Ruleset.default())


def panel_of(*rows, feed=BRAZIL):
    panel = Panel()
    panel.apply(block([row(offset, **one) for offset, one in enumerate(rows)], feeds=(feed,)))
    return panel


def view_of(panel, unit=Unit.SERIES, *, columns=3, month=MONTH, groups=None, books=None):  # noqa: PLR0913 - each has a default
    asked = np.arange(panel.series.groups) if groups is None else np.array(groups)
    return selector(panel, books).view(unit, asked, month, columns)


def one(origin, kg, value=None, month="2020-03", **more):
    return {"origin": origin, "kg": kg, "value": kg * 2 if value is None else value, "month": month} | more


def origins(view):
    return [country_code(number) for number in view.origin.tolist()]


def last(figures):
    return figures[:, -1].tolist()


def test_series_stand_beside_the_total_and_the_other_origins():
    view = view_of(panel_of(one("CN", 10), one("BY", 5), one("ZZ", 1), one("BR", 2)))
    assert origins(view) == ["BR", "BY", "CN", "ZZ"]
    assert last(view.quantity) == [2, 5, 10, 1]
    assert last(view.value) == [4, 10, 20, 2]
    assert last(view.total_quantity) == [18] * 4
    assert last(view.total_value) == [36] * 4
    assert last(view.reference_quantity) == [16, 13, 8, 17]
    assert last(view.reference_undeclared) == [1, 1, 1, 0]
    assert view.alertable.tolist() == [False, True, True, False]


def test_months_without_a_record_are_zeros():
    view = view_of(panel_of(one("CN", 10), one("CN", 4, month="2020-01")))
    assert view.quantity.tolist() == [[4, 0, 10]]
    assert view.months.tolist() == [MONTH - 2, MONTH - 1, MONTH]


def test_unit_values_rest_on_cells_that_have_both():
    view = view_of(
        panel_of(one("CN", 10), one("CN", 7, has_value=False), one("BY", 5, value=50, has_mass=False))
    )
    assert last(view.quantity) == [0, 17]
    assert last(view.paired_quantity) == [0, 10]
    assert last(view.paired_value) == [0, 20]
    assert last(view.reference_quantity) == [10, 0]


def test_all_origins_of_a_product():
    view = view_of(panel_of(one("CN", 10), one("ZZ", 1), one("CN", 3, product="72")), Unit.PRODUCT)
    assert view.product.tolist() == [product_number("31022100"), product_number("72")]
    assert origins(view) == ["", ""]
    assert last(view.quantity) == last(view.total_quantity) == [11, 3]
    assert np.isnan(view.reference_quantity).all()
    assert view.alertable.all()
    assert view.quantity_history(np.array([1, 0]), MONTH - 1).tolist() == [[0, 3], [0, 11]]


@pytest.mark.parametrize("feed", [EU, GERMANY])
def test_all_origins_are_the_extra_area_ones_and_partners_inside_are_the_reference(feed):
    rows = (one("CN", 10, 30), one("TR", 5), one("QR", 3), one("FR", 100, 700), one("NL", 1, 7))
    panel = panel_of(*rows, feed=feed)
    view = view_of(panel)
    assert origins(view) == ["CN", "FR", "NL", "QR", "TR"]
    assert last(view.total_quantity) == [18] * 5
    assert [last(view.reference_quantity)[place] for place in (0, 4)] == [101, 101]
    assert [last(view.reference_value)[place] for place in (0, 4)] == [707, 707]
    assert last(view.reference_undeclared)[0] == 0
    assert view.alertable.tolist() == [True, False, False, False, True]
    whole = view_of(panel, Unit.PRODUCT)
    assert last(whole.quantity) == [18]
    assert whole.quantity_history(np.array([0]), MONTH).tolist() == [[18]]


def test_a_union_without_partners_inside_is_held_against_the_other_origins():
    view = view_of(panel_of(one("CN", 10), one("TR", 5), feed=EU))
    assert last(view.reference_quantity) == [5, 10]


def test_areas_have_dates():
    rows = (one("GB", 10, month="2020-12"), one("CN", 5, month="2020-12"), one("GB", 8, month="2021-01"))
    panel = panel_of(*rows, feed=EU)
    before = view_of(panel, month=month_number("2020-12"), columns=1)
    after = view_of(panel, month=month_number("2021-01"), columns=1)
    assert dict(zip(origins(before), before.alertable.tolist(), strict=True)) == {"CN": True, "GB": False}
    assert after.alertable.all()


def test_which_groups_are_read_together_changes_no_row():
    products = ["31022100", "31021010", "72081000"]
    panel = panel_of(*(one(o, k + 1, product=p) for k, o in enumerate(("CN", "BY", "ZZ")) for p in products))
    for unit in Unit:
        together = view_of(panel, unit, groups=[2, 0, 1])
        alone = [view_of(panel, unit, groups=[group]) for group in (2, 0, 1)]
        for name in ("product", "origin", "quantity", "total_value", "reference_quantity", "alertable"):
            joined = np.concatenate([getattr(part, name) for part in alone])
            assert np.array_equal(getattr(together, name), joined, equal_nan=True)


def test_the_span_begins_with_the_feed():
    view = view_of(panel_of(one("CN", 10), one("BY", 1, month="2019-07")))
    assert view.span_start.tolist() == [month_number("2019-07")] * 2
    assert view.covers(month_number("2019-06")).tolist() == [False, False]


def test_the_span_does_not_reach_beyond_what_the_panel_keeps():
    """Months that have left the ring read as zeros; a rule must not take them for months without trade."""
    panel = panel_of(one("CN", 10, month="2005-01"), one("CN", 10, month="2020-03"))
    view = view_of(panel)
    first = int(view.span_start[0])
    assert first == month_number("2014-01")
    panel.apply(block([row(2, origin="CN", month=first, kg=4)]))
    assert view_of(panel, month=first, columns=1).quantity.tolist() == [[4]]


def test_a_month_is_closed_as_far_as_its_feed_is():
    panel = panel_of(one("CN", 10))
    panel.feeds[0].closed_to = MONTH
    assert view_of(panel).closed.tolist() == [True]
    assert view_of(panel, month=MONTH + 1).closed.tolist() == [False]


def books_with(*rates, price=None):
    books = Books()
    for currency, value in rates:
        books.fx.take(
            {"currency": currency, "base": "EUR", "period": "2020-03", "rate": value, "source": "ecb"}
        )
    if price:
        books.prices.take({"source": "urea", "kind": "benchmark", "unit": "t", "period": "2020-03"} | price)
    return books


def test_benchmarks_are_in_the_feeds_currency():
    books = books_with(
        ("USD", 1.25), ("BRL", 5.0), price={"product": "3102", "price": 500.0, "currency": "BRL"}
    )
    view = view_of(panel_of(one("CN", 10), one("CN", 10, product="72")), books=books)
    assert view.benchmark_name == ("urea", "")
    assert view.benchmark[0, -1] == pytest.approx(0.125)
    assert np.isnan(view.benchmark[0, :-1]).all()
    assert np.isnan(view.benchmark[1]).all()


def test_rates_of_the_seller_and_of_thresholds():
    books = books_with(("USD", 1.25), ("CNY", 8.0))
    view = view_of(panel_of(one("CN", 10), one("BY", 1)), books=books)
    assert view.seller_currency[1] == "CNY"
    assert view.seller_rate[1, -1] == pytest.approx(6.4)
    assert np.isnan(view.seller_rate[0]).all()
    assert view.usd_rate[:, -1].tolist() == [1.0, 1.0]
    assert view.to_feed(100.0, "EUR").tolist() == [125.0, 125.0]
    assert view.to_feed(100.0, "feed").tolist() == [100.0, 100.0]
    assert np.isnan(view.to_feed(100.0, "BRL")).all()


def test_known_production():
    books = Books()
    books.production.take({"reporter": "BR", "product": "3102", "indicator": "production", "value": 4.0})
    view = view_of(panel_of(one("CN", 10), one("CN", 10, product="72")), books=books)
    assert view.production[0] == 1.0
    assert np.isnan(view.production[1])


def test_firms_behind_a_window():
    panel = panel_of(one("CN", 1, firm=7), one("CN", 1, firm=9, month="2020-02"), one("BY", 1, firm=7))
    sums = selector(panel).firms(np.array([0]), MONTH - 1, MONTH)
    assert [int(part[0]) for part in sums[:3]] == [2, 16, 130]


@pytest.mark.parametrize("unit", list(Unit)[:2])
def test_the_history_of_paired_cells_leaves_lone_ones_out(unit):
    panel = panel_of(
        one("CN", 10, month="2019-03"),
        one("CN", 4),
        one("CN", 7, has_value=False),
        one("CN", 1, month="2020-02"),
    )
    kg, value = view_of(panel, unit).paired_history(np.array([0]), MONTH - 12)
    assert (kg[0, [0, 11, 12]].tolist(), value[0, [0, 11, 12]].tolist()) == ([10, 1, 4], [20, 2, 8])
    assert kg.shape == (1, 13)


@pytest.mark.parametrize("unit", list(Unit)[:2])
def test_the_origins_behind_a_row_are_its_products_own_outside_the_area(unit):
    panel = panel_of(
        one("CN", 10), one("CN", 3, month="2020-02"), one("FR", 7), one("QR", 2), one("TR", 5, product="72"),
        feed=EU,
    )  # fmt: skip
    view = view_of(panel, unit)
    rows = np.flatnonzero(view.product == product_number("31022100"))[:1]
    found = view.origins(rows, MONTH - 1, MONTH)
    assert [country_code(number) for number in found.origin.tolist()] == ["CN", "QR"]
    assert (found.quantity.tolist(), found.value.tolist()) == ([13, 2], [26, 4])
    assert (found.supplier.tolist(), found.row.tolist()) == ([True, False], [0, 0])


def test_origins_of_several_rows_come_in_the_order_asked_for():
    panel = panel_of(one("CN", 10), one("BY", 2), one("TR", 5, product="72"))
    found = view_of(panel, Unit.PRODUCT).origins(np.array([1, 0]), MONTH, MONTH)
    assert found.row.tolist() == [0, 1, 1]
    assert [country_code(number) for number in found.origin.tolist()] == ["TR", "BY", "CN"]


def test_a_view_tells_which_months_a_feed_reported_and_when():
    panel = Panel()
    rows = [row(0, **one("CN", 10), vintage=1), row(1, **one("CN", 4, month="2020-01"))]
    panel.apply(block(rows, vintages=("", "2020-05-15")))
    view = view_of(panel)
    assert view.reported.tolist() == [[True, False, True]]
    assert view.vintage[0, 2] == month_number("2020-05")
    assert np.isnan(view.vintage[0, :2]).all()
