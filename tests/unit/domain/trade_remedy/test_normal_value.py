"""The normal value ladder, the test of cost and the way to ex-factory."""

import numpy as np
import pytest

from tidegauge.domain.trade_remedy.normal_value import (
    NO_STEP,
    CostTest,
    Step,
    constructed,
    ex_factory,
    first_available,
    ordinary_course,
    sufficient,
)

NONE = np.nan


def test_the_first_known_step_of_the_ladder_speaks_and_is_named():
    value, which = first_available({
        Step.CONSTRUCTED: np.array([80.0, 80.0, 80.0, NONE]),
        Step.HOME_MARKET: np.array([100.0, NONE, NONE, NONE]),
        Step.THIRD_COUNTRY: np.array([90.0, 90.0, NONE, NONE]),
    })  # fmt: skip
    assert value.tolist()[:3] == [100.0, 90.0, 80.0]
    assert np.isnan(value[3])
    assert which.tolist() == [Step.HOME_MARKET, Step.THIRD_COUNTRY, Step.CONSTRUCTED, NO_STEP]


def test_a_surrogate_comes_last_and_only_where_it_is_given():
    value, which = first_available({
        Step.SURROGATE: np.array([70.0, 70.0]),
        Step.CONSTRUCTED: np.array([80.0, NONE]),
    })  # fmt: skip
    assert value.tolist() == [80.0, 70.0]
    assert which.tolist() == [Step.CONSTRUCTED, Step.SURROGATE]


def course(*rows):
    return ordinary_course(*np.array(rows, float).T)


@pytest.mark.parametrize(
    ("rows", "kept", "outcome"),
    [
        # (price, quantity, unit cost)
        ([(10, 81, 8), (7, 19, 8)], [True, True], CostTest.ALL_KEPT),  # 19 % below cost
        ([(10, 80, 8), (7, 20, 8)], [True, False], CostTest.DISREGARDED),  # 20 %: substantial
        ([(7, 50, 8), (7.5, 50, 8)], [False, False], CostTest.NONE_LEFT),
        # under cost when sold, over the average cost 8 of the period: recovers its costs and stays
        ([(9, 30, 10), (10, 40, 6), (7, 30, 8.6667)], [True, True, False], CostTest.DISREGARDED),
        # the average price 7.96 lies under the average cost although only 1 % is below cost
        ([(8, 99, 8), (4, 1, 8)], [True, False], CostTest.DISREGARDED),
    ],
)
def test_sales_below_cost(rows, kept, outcome):
    found = course(*rows)
    assert found.kept.tolist() == kept
    assert found.outcome is outcome


def test_no_sales_are_no_ordinary_course():
    nothing = np.empty(0)
    assert ordinary_course(nothing, nothing, nothing).outcome is CostTest.NONE_LEFT


def test_home_sales_are_representative_from_five_per_cent_on():
    assert sufficient(np.array([5.0, 4.99, 0.0]), np.array([100.0, 100.0, 0.0])).tolist() == [
        True,
        False,
        False,
    ]


def test_constructed_value_adds_costs_and_profit():
    assert constructed(np.array([60.0]), np.array([10.0]), np.array([7.0])).tolist() == [77.0]


def test_allowances_are_taken_off_and_an_unknown_one_is_not_guessed():
    price = np.array([100.0, 100.0])
    assert ex_factory(price, {}).tolist() == [100.0, 100.0]
    brought = ex_factory(price, {"freight": np.array([8.0, NONE]), "insurance": np.array([0.5, 0.5])})
    assert brought[0] == 91.5
    assert np.isnan(brought[1])
