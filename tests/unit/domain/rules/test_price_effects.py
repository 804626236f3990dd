"""Undercutting at landed cost, depression and suppression, worked by hand."""

import numpy as np
import pytest
from tests.unit.domain.books.records import tariff
from tests.unit.domain.rules.views import books_of, monthly, two_years, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES

RULE = RULES["price-effects"]
CIF = Feed("BR", "comexstat", "USD", "CIF", "NCM")


def made(*records, price=2.0, quantity=1.0, **fields):
    """1,000 t a month from China at USD 2/kg, a tenth of all imports."""
    amount = two_years(1e6, 1e6 * quantity)
    plenty = {"total_quantity": amount * 10}
    return view(amount, amount * two_years(2.0, price), books=books_of(*records), **{**plenty, **fields})


def domestic(before, now, kind="domestic"):
    early = monthly(kind, before, 12, "2019-12", origin=None, market="BR")
    return early + monthly(kind, now, 12, "2020-12", origin=None, market="BR")


def duty(rate):
    return ("tariff", tariff(rate, product="31022100", origin=None))


def said(of, **parameters):
    signals = RULE.evaluate(of, RULE.defaults() | parameters)
    return {name: column[0] for name, column in signals.figures.items()}, REASONS[signals.reason[0]], signals


@pytest.mark.parametrize(
    ("records", "feed", "freight", "landed", "why"),
    [
        ([], CIF, 0.0, 2.0, Reason.MET),
        ([duty(5.0)], CIF, 0.1, 2.1, Reason.NOT_MET),  # freight is in the value already
        ([duty(5.0)], None, 0.0, 2.1, Reason.NOT_MET),
        ([duty(5.0)], None, 0.1, 2.0 * 1.1 * 1.05, Reason.NOT_MET),
    ],
)
def test_imports_are_compared_at_landed_cost(records, feed, freight, landed, why):
    of = made(*domestic(2.2, 2.2), *records, **({"feed": feed} if feed else {}))
    figures, found, _ = said(of, freight_and_insurance=freight)
    assert figures["landed_cost"] == pytest.approx(landed)
    assert figures["undercutting"] == pytest.approx(1 - landed / 2.2)
    assert found is why


def test_what_is_left_out_of_the_landed_cost_is_said():
    of = made(*domestic(2.2, 2.2))
    _, _, signals = said(of)
    assert signals.notes[Reason.DUTY_EXCLUDED][0]
    assert signals.notes[Reason.FREIGHT_EXCLUDED][0]
    texts = explain(RULE, describe(RULE, of, signals, 0, RULE.defaults()), of, 0)
    assert (
        "USD 2 per kg landed against a domestic price of USD 2.2 per kg: a part of 9.1 % below it"
        in texts["en"]
    )
    assert "The duty is not known and excluded." in texts["en"]
    assert "suppression cannot be judged" in texts["en"]
    _, _, known = said(made(*domestic(2.2, 2.2), duty(0.0), feed=CIF))
    assert not known.notes[Reason.DUTY_EXCLUDED][0]
    assert not known.notes[Reason.FREIGHT_EXCLUDED][0]


def test_a_falling_domestic_price_is_a_depression():
    figures, why, _ = said(made(*domestic(2.0, 1.9)))
    assert figures["domestic_change"] == pytest.approx(-0.05)
    assert figures["undercutting"] < 0
    assert why is Reason.MET
    assert said(made(*domestic(2.0, 1.9001)))[1] is Reason.NOT_MET


def test_a_price_that_cannot_follow_a_rising_cost_is_suppressed():
    cost = domestic(1.0, 1.1, kind="constructed")
    figures, why, _ = said(made(*domestic(2.0, 2.0), *cost))
    assert figures["cost_change"] == pytest.approx(0.10)
    assert figures["suppression"] == pytest.approx(0.10)
    assert why is Reason.MET
    assert said(made(*domestic(2.0, 2.12), *cost))[1] is Reason.MET  # undercut by 5.7 % instead
    assert said(made(*domestic(1.9, 2.0), *cost))[1] is Reason.NOT_MET  # 4.7 points behind


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2020-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"total_quantity": 1e6 / 0.0299}, Reason.NOT_MET),
    ],
)
def test_gates_and_reasons(fields, why):
    assert said(made(*domestic(2.2, 2.2), **fields))[1] is why


def test_without_a_domestic_price_it_cannot_speak():
    for records in ([], monthly("domestic", 2.2, last="2020-12", origin=None, market="AR")):
        figures, why, signals = said(made(*records))
        assert why is Reason.NO_DOMESTIC_PRICE
        assert np.isnan(figures["undercutting"])
        assert signals.notes[Reason.NO_DOMESTIC_PRICE][0]


def test_too_few_months_with_a_price_are_no_comparison():
    ten = monthly("domestic", 2.2, 10, "2020-12", origin=None, market="BR")
    assert said(made(*ten))[1] is Reason.NO_DOMESTIC_PRICE


@pytest.mark.parametrize(
    ("prices", "fields", "level"),
    [
        ((2.2, 2.2), {}, "info"),
        ((2.2, 2.2), {"quantity": 1.1}, "watch"),
        ((2.2, 2.2), {"quantity": 1.1, "benchmark": two_years(1.0, 1.1), "production": 1.0}, "warning"),
        ((2.2, 2.0), {"quantity": 1.1, "price": 1.8, "benchmark": two_years(1.0, 0.9)}, "info"),
        ((2.2, 2.2), {"quantity": 1.1, "price": 1.8, "benchmark": two_years(1.0, 0.9)}, "watch"),
    ],
)
def test_severity_and_the_world_price(prices, fields, level):
    _, why, signals = said(made(*domestic(*prices), **fields))
    assert why is Reason.MET
    assert SEVERITIES[signals.severity[0]] == level
