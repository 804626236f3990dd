"""Columns that several rules ask of a view are worked out once, and taken from the whole for its parts."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.rules.parts import take

KEY = ("twice",)


@pytest.fixture
def made():
    return view(np.arange(72.0).reshape(6, 12), 1.0)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def twice(asked):
    def make(whole):
        asked.append(len(whole))
        return {"total": 2 * whole.quantity.sum(axis=1)}

    return make


def total(of, make):
    return of.shared.of(of, KEY, make)["total"]


def test_parts_of_parts_take_what_the_whole_worked_out_once(made, twice, asked):
    part = take(made, np.array([1, 3, 5]))
    last = take(part, np.array([2]))
    np.testing.assert_array_equal(total(last, twice), 2 * made.quantity[[5]].sum(axis=1))
    np.testing.assert_array_equal(total(part, twice), 2 * made.quantity[[1, 3, 5]].sum(axis=1))
    assert total(made, twice).shape == (6,)
    assert asked == [6]


def test_a_view_with_other_figures_is_asked_anew(made, twice, asked):
    total(made, twice)
    other = replace(made, quantity=made.quantity + 1)
    np.testing.assert_array_equal(total(other, twice), total(made, twice) + 24)
    assert asked == [6, 6]


def test_nobody_writes_to_what_others_read(made, twice):
    with pytest.raises(ValueError, match="read-only"):
        total(take(made, np.array([0])), twice)[0] = 1.0
