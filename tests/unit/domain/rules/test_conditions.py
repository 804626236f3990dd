import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.rules.base import REASONS, Money, Reason
from tidegauge.domain.rules.conditions import (
    above,
    amount,
    at_least,
    at_most,
    below,
    blocks,
    convertible,
    decide,
    number,
)


def one(figure):
    return np.array([figure])


@pytest.mark.parametrize(
    ("compare", "figure", "threshold", "met"),
    [
        (at_least, 120.0 / 100.0 - 1.0, 0.2, True),  # 0.19999999999999996 in floating point
        (at_least, 0.199999, 0.2, False),
        (at_most, 0.9 - 1.0, -0.1, True),
        (at_most, -0.099999, -0.1, False),
        (above, 1.2 - 1.0, 0.2, False),
        (above, 0.200001, 0.2, True),
        (below, 0.8 - 1.0, -0.2, False),
        (below, -0.200001, -0.2, True),
        (at_least, 249_999.0, 250_000.0, False),
        (at_least, 250_000.0, 250_000.0, True),
    ],
)
def test_the_edges_are_inclusive_or_not_whatever_the_rounding(compare, figure, threshold, met):
    assert compare(one(figure), threshold).met.tolist() == [met]


def test_an_unknown_side_is_neither_met_nor_refuted():
    condition = at_least(one(np.nan), 1.0)
    assert (condition.met[0], condition.known[0]) == (False, False)
    np.testing.assert_array_equal(condition.column(), [np.nan])
    assert not at_least(one(1.0), one(np.nan)).known[0]


def reasons(blocked, *conditions):
    fired, codes = decide(blocked, conditions)
    assert fired.tolist() == [REASONS[code] is Reason.MET for code in codes]
    return [REASONS[code] for code in codes]


def test_a_refuted_condition_speaks_although_another_is_unknown():
    unknown, refuted, met = at_least(one(np.nan), 1.0), at_least(one(0.0), 1.0), at_least(one(2.0), 1.0)
    assert reasons([], unknown, refuted) == [Reason.NOT_MET]
    assert reasons([], unknown, met) == [Reason.FIGURE_UNKNOWN]
    assert reasons([], met, met) == [Reason.MET]
    assert reasons([], convertible(one(np.nan)), unknown, met) == [Reason.THRESHOLD_NOT_CONVERTIBLE]


def test_the_first_block_is_the_reason():
    met = at_least(np.full(5, 2.0), 1.0)
    made = view(np.ones((5, 24)), 1.0, alertable=[False, True, True, True, True],
                span_start=["1990-01", "2019-02", "1990-01", "1990-01", "1990-01"])  # fmt: skip
    now, base = np.array([1.0, 1.0, 0.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0, 1.0])
    first = int(made.months[0])
    assert reasons(blocks(made, first, now, base), met) == [
        Reason.NEVER_ALERTS, Reason.NOT_ENOUGH_HISTORY, Reason.NO_TRADE, Reason.ZERO_BASE, Reason.MET
    ]  # fmt: skip
    assert reasons(blocks(made, first, now, base, speaks_of_new=True), met)[3] is Reason.MET


def test_parameters_of_the_wrong_kind_are_refused():
    made = view([1.0], [1.0])
    with pytest.raises(TypeError, match="floor"):
        number({"floor": Money(1.0, "EUR")}, "floor")
    with pytest.raises(TypeError, match="floor"):
        amount(made, {"floor": 1.0}, "floor")
    assert amount(made, {"floor": Money(2.0, "EUR")}, "floor").tolist() == [2.5]
    assert amount(made, {"floor": Money(2.0, "feed")}, "floor").tolist() == [2.0]
