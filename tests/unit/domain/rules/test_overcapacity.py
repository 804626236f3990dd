"""Exporter's overcapacity: capacity or its ratio to consumption, with more and cheaper imports here."""

import math

import pytest
from tests.unit.domain.books.records import indicator
from tests.unit.domain.rules.measured import PRODUCT, flat, said, turning, world

RULE = "overcapacity"


def industry(name, value, period, **changes):
    row = indicator(value, reporter="CN", product="7217", indicator=name, period=period) | changes
    return "industry", row


def capacity(now, before=100.0, **changes):
    return industry("capacity", now, "2020-06", **changes), industry("capacity", before, "2019-06", **changes)


def told(*records, own=None):
    surge = own or turning(1.2e6, to_price=1.8, after="2019-12")
    return said(RULE, world({(PRODUCT, "CN"): surge, (PRODUCT, "IN"): flat()}, *records))


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (capacity(110.0), "met"),
        (capacity(109.9), "conditions_not_met"),
        ((*capacity(100.0), industry("consumption", 80.0, "2020-01")), "met"),
        ((*capacity(100.0), industry("consumption", 90.0, "2020-01")), "conditions_not_met"),
        ((*capacity(100.0), industry("consumption", 80.0, "2020-01", unit="p/st")), "conditions_not_met"),
        (capacity(110.0, reporter="IN"), "sellers_capacity_unknown"),
        ((), "sellers_capacity_unknown"),
        (capacity(110.0)[:1], "sellers_capacity_unknown"),
    ],
)
def test_ample_capacity(records, expected):
    assert told(*records)[0] == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (turning(1.05e6, to_price=1.9, after="2019-12"), "met"),
        (turning(1.0499e6, to_price=1.9, after="2019-12"), "conditions_not_met"),
        (turning(1.05e6, to_price=1.9001, after="2019-12"), "conditions_not_met"),
    ],
)
def test_more_and_cheaper(own, expected):
    assert told(*capacity(110.0), own=own)[0] == expected


def test_the_figures():
    _, figures = told(*capacity(150.0), industry("consumption", 100.0, "2020-01"))
    assert figures["capacity_growth"] == pytest.approx(0.5)
    assert figures["capacity_to_consumption"] == pytest.approx(1.5)
    assert math.isnan(told()[1]["capacity_growth"])
