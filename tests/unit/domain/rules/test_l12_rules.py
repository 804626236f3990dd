"""Cefic import surge, share gain and new entrant: all look at the last 12 months against the 12 before."""

import numpy as np
import pytest
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.registry import RULES

# EUR 1,000,000 at 1.25 is USD 1,250,000 in 12 months.


def verdict(rule, made):
    signals = RULES[rule].evaluate(made, RULES[rule].defaults())
    assert signals.fired.tolist() == [REASONS[code] is Reason.MET for code in signals.reason]
    return signals


def reason(rule, made):
    return REASONS[verdict(rule, made).reason[0]]


def severity(rule, made):
    signals = verdict(rule, made)
    assert signals.fired[0]
    return SEVERITIES[signals.severity[0]]


def cefic(quantity=1.5, price=1.8, price_before=2.0, reference=2.0, value_usd=None, **fields):
    """1,000 t a month at USD 2/kg, then times `quantity` at `price`; the reference stays at `reference`."""
    q = two_years(1e6, 1e6 * quantity)
    v = q * two_years(price_before, price)
    if value_usd is not None:
        q, v = (figures * value_usd / v[12:].sum() for figures in (q, v))
    plenty = {"total_quantity": q * 10, "reference_quantity": 1e6, "reference_value": 1e6 * reference}
    return view(q, v, **{**plenty, **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"quantity": 1.2}, Reason.MET),
        ({"quantity": 1.1999}, Reason.NOT_MET),
        ({"price": 1.8001}, Reason.NOT_MET),
        ({"price": 1.6, "price_before": 1.6}, Reason.NOT_MET),
        ({"price": 1.6, "price_before": 1.6001}, Reason.MET),
        ({"value_usd": 1_250_000.0}, Reason.MET),
        ({"value_usd": 1_249_999.0}, Reason.NOT_MET),
        ({"total_quantity": 1.5e6 / 0.03}, Reason.MET),
        ({"total_quantity": 1.5e6 / 0.0299}, Reason.NOT_MET),
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2019-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"span_start": "2019-01"}, Reason.MET),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"reference_quantity": 0.0, "reference_value": 0.0}, Reason.NO_REFERENCE_PRICE),
        (
            {"reference_quantity": two_years(0, 1), "reference_value": two_years(0, 2)},
            Reason.NO_REFERENCE_PRICE,
        ),
        ({"reference_undeclared": 0.5e6}, Reason.MET),
        ({"reference_undeclared": 0.51e6}, Reason.REFERENCE_UNDECLARED),
        ({"reference_undeclared": two_years(0.51e6, 0.0)}, Reason.REFERENCE_UNDECLARED),
    ],
)
def test_cefic_gates_and_reasons(fields, expected):
    assert reason("cefic-import-surge", cefic(**fields)) is expected


def test_cefic_over_a_zero_base_is_new():
    q = two_years(0.0, 1e6)
    assert reason("cefic-import-surge", view(q, q)) is Reason.ZERO_BASE


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "watch"),
        ({"benchmark": 4.0}, "watch"),
        ({"benchmark": 4.0, "production": 1.0}, "warning"),
        ({"benchmark": two_years(4.0, 3.6), "production": 1.0}, "info"),
    ],
)
def test_cefic_severity(fields, expected):
    assert severity("cefic-import-surge", cefic(**fields)) == expected


def gain(before=0.10, now=0.15, total=1.2, price=2.0, quantity=None, **fields):
    """A share of 1,000 t a month in all, which become `total` times as many."""
    everyone = two_years(1e6, 1e6 * total)
    q = everyone * two_years(before, now) if quantity is None else quantity
    return view(q, q * two_years(2.0, price), total_quantity=everyone, **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"now": 0.1499}, Reason.NOT_MET),
        ({"total": 0.7}, Reason.MET),
        ({"total": 0.10 / 0.15}, Reason.NOT_MET),  # the share grows, the quantity stands still
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2019-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"before": 0.0}, Reason.ZERO_BASE),
        ({"before": 0.0, "now": 0.0}, Reason.NO_TRADE),
        ({"now": 0.0}, Reason.NOT_MET),
    ],
)
def test_share_gain_gates_and_reasons(fields, expected):
    assert reason("share-gain", gain(**fields)) is expected


def test_share_gain_has_a_value_floor():
    made = gain()
    scale = 1_250_000.0 / made.value[0, 12:].sum()
    assert reason("share-gain", view(made.quantity, made.value * scale, total_quantity=made.total_quantity)) \
        is Reason.MET  # fmt: skip
    low = made.value * scale * 0.9999
    assert (
        reason("share-gain", view(made.quantity, low, total_quantity=made.total_quantity)) is Reason.NOT_MET
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "info"),
        ({"total": 1.0}, "info"),
        ({"total": 0.9}, "watch"),
        ({"price": 1.9}, "watch"),
        ({"price": 1.9001}, "info"),
        ({"price": 1.9, "total": 0.9}, "warning"),
        ({"price": 1.9, "benchmark": 4.0, "production": 1.0}, "warning"),
        ({"price": 1.9, "benchmark": two_years(4.0, 3.8), "total": 0.9}, "info"),
        ({"price": 2.0, "benchmark": 4.0, "total": 0.9}, "watch"),  # no price statement, no world price
    ],
)
def test_share_gain_severity(fields, expected):
    assert severity("share-gain", gain(**fields)) == expected


def entrant(before=0.0, now=1e6, price=2.0, **fields):
    q = two_years(before, now)
    plenty = {"total_quantity": 1e7, "reference_quantity": 1e6, "reference_value": 2e6}
    return view(q, q * price, **{**plenty, **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"before": 9_999.0}, Reason.MET),
        ({"before": 10_000.0}, Reason.NOT_MET),
        ({"price": 1_250_000.0 / 12e6}, Reason.MET),
        ({"price": 1_249_999.0 / 12e6}, Reason.NOT_MET),
        ({"total_quantity": 1e6 / 0.03}, Reason.MET),
        ({"total_quantity": 1e6 / 0.0299}, Reason.NOT_MET),
        ({"now": 0.0}, Reason.NO_TRADE),
        ({"before": 1e6, "now": 0.0}, Reason.NOT_MET),
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2019-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
    ],
)
def test_new_entrant_gates_and_reasons(fields, expected):
    assert reason("new-entrant", entrant(**fields)) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "info"),
        ({"price": 1.8}, "watch"),
        ({"price": 1.8001}, "info"),
        ({"price": 1.8, "reference_undeclared": 0.6e6}, "info"),
        ({"price": 1.8, "benchmark": 4.0, "production": 1.0, "before": 1.0}, "watch"),
    ],
)
def test_new_entrant_severity(fields, expected):
    assert severity("new-entrant", entrant(**fields)) == expected
    assert not verdict("new-entrant", entrant(**fields)).notes[Reason.WORLD_PRICE_MOVE].any()


def test_growth_of_a_new_entrant_is_undefined_not_infinite():
    assert np.isnan(verdict("new-entrant", entrant()).figures["quantity_change"][0])
