"""The watch after a measure ended: growth and share, eighteen months long."""

import pytest
from tests.unit.domain.rules.measured import PRODUCT, flat, here, said, turning, world

RULE = "post-expiry"


def ended(when="2020-04-10", **changes):
    return here(None, expires=when, stage="terminated", **changes)


def told(own, *records, other=None):
    return said(RULE, world({(PRODUCT, "CN"): own, (PRODUCT, "IN"): other or flat()}, *records))


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (turning(1.2e6), flat(), "met"),
        (turning(1.1999e6), flat(), "conditions_not_met"),
        (turning(1.5e6), turning(1.5e6), "met"),  # the share stands still
        (turning(1.5e6), turning(1.6e6), "conditions_not_met"),
        (turning((0.0, 1e6)), flat(), "new_over_zero_base"),
    ],
)
def test_growth_and_share_since_the_end(own, other, expected):
    assert told(own, ended(), other=other)[0] == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (ended(), "met"),
        (ended("2019-06-30"), "conditions_not_met"),  # eighteen months are over
        (ended(authority="US"), "conditions_not_met"),
        (ended(target="IN"), "conditions_not_met"),
        (ended(target=None), "met"),
        (ended("2020-12-01"), "conditions_not_met"),
        (here(), "conditions_not_met"),
    ],
)
def test_which_ends_count(record, expected):
    assert told(turning(1.5e6), record)[0] == expected


def test_the_figures_and_the_price_test():
    _, figures = told(turning(1.5e6), ended())
    assert figures["share_before"] == pytest.approx(0.5)
    assert figures["share_since"] == pytest.approx(0.6)
    assert figures["share_gain_since"] == pytest.approx(0.1)
    assert figures["severity"] == 0
    assert told(turning(1.5e6, to_price=1.9), ended())[1]["severity"] == 1
