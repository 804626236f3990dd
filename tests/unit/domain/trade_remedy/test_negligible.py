"""The exact signs of ADA 5.8 and of SCM 11.9 and 27.10."""

import numpy as np
import pytest

from tidegauge.domain.trade_remedy.negligible import (
    ADA_VOLUME,
    SCM_DEVELOPING_VOLUME,
    dumping_de_minimis,
    negligible,
    subsidy_de_minimis,
)


def test_a_dumping_margin_under_two_per_cent_is_de_minimis():
    assert dumping_de_minimis(np.array([0.0199, 0.02, np.nan])).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("rate", "developing", "expected"),
    [
        (0.0099, False, True),
        (0.01, False, False),  # less than 1 %
        (0.02, True, True),  # at most 2 %
        (0.0201, True, False),
        (0.015, False, False),
        (0.015, True, True),
    ],
)
def test_de_minimis_subsidies(rate, developing, expected):
    assert subsidy_de_minimis(np.array([rate]), np.array([developing])).tolist() == [expected]


def small(shares, test, examined=None):
    shares = np.array(shares, float)
    examined = np.ones(len(shares), np.bool_) if examined is None else np.array(examined)
    return negligible(shares, examined, np.zeros(len(shares), np.int64), test).tolist()


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.03], [False]),  # not less than 3 %
        ([0.0299], [True]),
        ([0.0299, 0.0299], [True, True]),  # 5.98 % together
        ([0.025, 0.025, 0.02], [True, True, True]),  # 7 % together: not more than 7 %
        ([0.025, 0.025, 0.0201], [False, False, False]),
        ([0.5, 0.0299], [False, True]),  # the large one is no part of the small ones together
    ],
)
def test_negligible_dumped_imports(shares, expected):
    assert small(shares, ADA_VOLUME) == expected


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.04], [False]),
        ([0.039], [True]),
        ([0.03, 0.03, 0.03], [True, True, True]),  # 9 % together: not more than 9 %
        ([0.03, 0.03, 0.0301], [False, False, False]),
    ],
)
def test_negligible_subsidised_imports_of_developing_members(shares, expected):
    assert small(shares, SCM_DEVELOPING_VOLUME) == expected


def test_countries_outside_the_examination_do_not_add_up():
    assert small([0.029, 0.029, 0.029], ADA_VOLUME) == [False, False, False]
    assert small([0.029, 0.029, 0.029], ADA_VOLUME, [True, True, False]) == [True, True, True]


def test_products_are_kept_apart():
    shares, product = np.array([0.029, 0.029, 0.029]), np.array([1, 1, 2])
    assert negligible(shares, np.ones(3, np.bool_), product, ADA_VOLUME).tolist() == [True, True, True]
