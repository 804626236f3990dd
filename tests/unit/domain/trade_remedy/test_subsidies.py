"""Programmes are summed by kind, and each counts once."""

import pytest

from tidegauge.domain.trade_remedy.subsidies import Benefit, total_benefit


def benefit(programme, rate, **fields):
    plain = {"kind": "direct_transfer", "found_by": "US", "source": "a", "recipient": ""}
    return Benefit(programme=programme, rate=rate, **{**plain, **fields})


def test_distinct_programmes_are_summed_by_kind():
    found = total_benefit([
        benefit("loans", 0.03),
        benefit("grants", 0.01),
        benefit("tax", 0.02, kind="revenue_forgone"),
    ])  # fmt: skip
    assert found.by_kind == {"direct_transfer": pytest.approx(0.04), "revenue_forgone": 0.02}
    assert found.rate == pytest.approx(0.06)
    assert not found.left_out


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"rate": 0.05}, {"rate": 0.01, "found_by": "analyst", "source": "b"}),
        ({"rate": 0.05, "found_by": "notified"}, {"rate": 0.01, "found_by": "petition"}),
        ({"rate": 0.05}, {"rate": 0.01, "recipient": "one firm"}),
        ({"rate": 0.01}, {"rate": 0.05, "source": "b"}),
        ({"rate": 0.05, "found_by": "petition"}, {"rate": 0.01, "found_by": ""}),
    ],
)
def test_one_programme_counts_once(first, second):
    one, other = benefit("loans", **first), benefit("loans", **second)
    for order in ([one, other], [other, one]):
        found = total_benefit(order)
        assert found.counted == (one,)
        assert found.left_out == (other,)
        assert found.rate == one.rate


def test_nothing_known_is_no_benefit():
    assert total_benefit([]).rate == 0.0
