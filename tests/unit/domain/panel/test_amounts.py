"""Amounts: exact sums and differences, unit values over cells that have both."""

import numpy as np

from tidegauge.domain.panel.amounts import Amounts, kilograms

OWN = Amounts(*(np.array(rows, np.int64) for rows in (
    [[1000, 0], [2000, 500], [4000, 0]],
    [[10_000, 0], [30_000, 0], [50_000, 20_000]],
    [[0, 0], [0, 500], [0, 0]],
    [[0, 0], [0, 0], [0, 20_000]],
)))  # fmt: skip


def test_sums_of_runs_take_the_chosen_rows():
    summed = OWN.sums(np.array([0, 2]), np.array([True, False, True]))
    assert summed.mass_g.tolist() == [[1000, 0], [4000, 0]]
    assert summed.value_e4.tolist() == [[10_000, 0], [50_000, 20_000]]


def test_take_and_minus():
    others = OWN.sums(np.array([0]), np.ones(3, bool)).take(np.zeros(3, int)).minus(OWN)
    assert others.mass_g.tolist() == [[6000, 500], [5000, 0], [3000, 500]]
    assert others.lone_mass_g.tolist() == [[0, 500], [0, 0], [0, 500]]


def test_where_picks_rows():
    picked = OWN.where(np.array([True, False, True]), OWN.minus(OWN))
    assert picked.mass_g.tolist() == [[1000, 0], [0, 0], [4000, 0]]


def test_kg_value_and_paired_cells():
    assert OWN.kg().tolist() == [[1.0, 0.0], [2.0, 0.5], [4.0, 0.0]]
    assert OWN.value().tolist() == [[1.0, 0.0], [3.0, 0.0], [5.0, 2.0]]
    kg, value = OWN.paired()
    assert kg.tolist() == [[1.0, 0.0], [2.0, 0.0], [4.0, 0.0]]
    assert value.tolist() == [[1.0, 0.0], [3.0, 0.0], [5.0, 0.0]]


def test_a_large_sum_less_its_part_is_exact():
    big = Amounts(*(np.array([[2**61], [3]], np.int64) for _ in range(4)))
    rest = big.sums(np.array([0]), np.ones(2, bool)).take(np.zeros(2, int)).minus(big)
    assert rest.mass_g.tolist() == [[3], [2**61]]


def test_kilograms():
    assert kilograms(np.array([1500])).tolist() == [1.5]
