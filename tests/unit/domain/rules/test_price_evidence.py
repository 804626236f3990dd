import numpy as np
import pytest
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import Reason, Window
from tidegauge.domain.rules.price_evidence import price_evidence
from tidegauge.domain.rules.severity import severity


def evidence(made):
    return price_evidence(made, Window.L12_CHANGE)


def figure(made, name):
    return evidence(made).figures[name][0]


def noted(made, reason):
    return bool(evidence(made).notes[reason][0])


def priced(before, now, **fields):
    """Ten kg a month at a unit value of `before`, then `now`."""
    return view(np.full(24, 10.0), two_years(before, now) * 10.0, **fields)


def test_the_change_relative_to_the_benchmark_is_a_ratio_of_ratios():
    made = priced(2.0, 1.8, benchmark=two_years(4.0, 3.0))
    assert figure(made, "unit_value_change") == pytest.approx(-0.1)
    assert figure(made, "benchmark_change") == pytest.approx(-0.25)
    assert figure(made, "relative_unit_value_change") == pytest.approx(0.9 / 0.75 - 1)


@pytest.mark.parametrize(("now", "moved"), [(1.9, False), (1.9001, True), (1.5, False), (2.4, True)])
def test_world_price_move_is_noted_above_minus_five_percent(now, moved):
    made = priced(2.0, now, benchmark=4.0)
    assert noted(made, Reason.WORLD_PRICE_MOVE) is moved
    assert not noted(made, Reason.NO_BENCHMARK)


def test_without_a_benchmark_no_world_price_move_is_claimed():
    made = priced(2.0, 2.0)
    assert noted(made, Reason.NO_BENCHMARK)
    assert not noted(made, Reason.WORLD_PRICE_MOVE)
    assert np.isnan(figure(made, "relative_unit_value_change"))


def test_a_benchmark_with_a_month_missing_is_no_benchmark():
    world = np.full(24, 4.0)
    world[3] = np.nan
    assert noted(priced(2.0, 1.5, benchmark=world), Reason.NO_BENCHMARK)


def test_the_exchange_rate_effect_is_what_the_seller_did_not_do():
    # the seller's price stays; his currency loses a fifth against the feed's: 5 for one, then 6.25
    made = priced(2.0, 1.6, seller_rate=two_years(5.0, 6.25), usd_rate=two_years(1.0, 1.1))
    assert figure(made, "unit_value_change_seller") == pytest.approx(0.0)
    assert figure(made, "exchange_rate_effect") == pytest.approx(-0.2)
    assert figure(made, "unit_value_change_usd") == pytest.approx(0.8 * 1.1 - 1)


def test_months_without_trade_need_no_exchange_rate():
    quantity, value, rate = np.full(24, 10.0), np.full(24, 20.0), np.full(24, 5.0)
    quantity[2] = value[2] = 0.0
    rate[2] = np.nan
    assert figure(view(quantity, value, seller_rate=rate), "unit_value_change_seller") == pytest.approx(0.0)
    rate[3] = np.nan
    assert np.isnan(figure(view(quantity, value, seller_rate=rate), "unit_value_change_seller"))


def test_the_gap_compares_with_the_reference_of_the_same_months():
    made = priced(2.0, 1.8, reference_quantity=5.0, reference_value=two_years(5.0, 10.0))
    assert figure(made, "reference_gap") == pytest.approx(-0.1)


@pytest.mark.parametrize(("undeclared", "speaks"), [(2.5, True), (2.6, False)])
def test_a_reference_more_than_half_undeclared_is_no_reference(undeclared, speaks):
    made = priced(2.0, 1.8, reference_quantity=5.0, reference_value=10.0, reference_undeclared=undeclared)
    assert np.isfinite(figure(made, "reference_gap")) == speaks
    assert noted(made, Reason.REFERENCE_UNDECLARED) is not speaks


def test_share_is_of_all_origins_and_does_not_apply_to_them():
    assert figure(priced(2.0, 2.0, total_quantity=40.0), "share") == 0.25
    assert np.isnan(figure(priced(2.0, 2.0, unit=Unit.PRODUCT), "share"))


@pytest.mark.parametrize(
    ("price", "confirmed", "world", "raised", "expected"),
    [
        (False, False, False, False, "info"),
        (False, True, False, False, "info"),
        (True, False, False, False, "watch"),
        (True, True, False, False, "warning"),
        (False, False, False, True, "watch"),
        (True, False, False, True, "warning"),
        (True, True, False, True, "warning"),
        (True, True, True, True, "info"),
    ],
)
def test_severity_follows_the_documented_table(price, confirmed, world, raised, expected):
    names = ["info", "watch", "warning", "critical"]
    bits = [np.array([bit]) for bit in (price, confirmed, world, raised)]
    assert names[severity(bits[0], bits[1], bits[2], bits[3])[0]] == expected
