"""Landed cost and what imports do to domestic prices."""

import numpy as np
import pytest

from tidegauge.domain.trade_remedy.landed import landed_cost, suppression, undercutting


def test_duty_is_charged_on_price_and_freight():
    landed = landed_cost(np.array([100.0]), np.array([10.0]), np.array([0.05]))
    assert landed[0] == pytest.approx(115.5)


@pytest.mark.parametrize(("landed", "expected"), [(90.0, 0.1), (100.0, 0.0), (120.0, -0.2)])
def test_undercutting_is_a_part_of_the_domestic_price(landed, expected):
    assert undercutting(np.array([100.0]), np.array([landed]))[0] == pytest.approx(expected)


def test_undercutting_of_no_price_is_unknown():
    assert np.isnan(undercutting(np.array([0.0, np.nan]), np.array([1.0, 1.0]))).all()


@pytest.mark.parametrize(
    ("cost", "price", "expected"),
    [(0.10, 0.04, 0.06), (0.10, 0.12, 0.0), (-0.05, -0.10, 0.0), (0.10, -0.02, 0.12)],
)
def test_suppression(cost, price, expected):
    assert suppression(np.array([cost]), np.array([price]))[0] == pytest.approx(expected)
