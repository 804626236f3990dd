"""The cheap conditions of a rule never leave out a row that would fire."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.rules.views import view

from tidegauge.domain.rules.evaluate import evaluate_rule, may_fire
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset

ROWS, MONTHS = 40, 25


def world(seed, month):
    """Series that rise and cheapen at random, about the size of the money floors."""
    random = np.random.default_rng(seed)
    rise = 1.0 + np.outer(random.choice([0.0, 1.0, 5.0], ROWS), np.arange(MONTHS) >= 13)
    quantity = 10 ** random.uniform(4.5, 6.5, (ROWS, 1)) * rise * random.lognormal(0, 0.2, (ROWS, MONTHS))
    quantity *= (random.random((ROWS, 1)) < 0.8) | (np.arange(MONTHS) >= 13)
    price = np.where(np.arange(MONTHS) >= 13, random.choice([0.7, 1.0], (ROWS, 1)), 1.0)
    total = np.maximum(quantity.max(axis=1, keepdims=True) * random.uniform(1.0, 20.0, (ROWS, 1)), quantity)
    return view(
        month=month,
        quantity=quantity,
        value=quantity * price,
        total_quantity=total,
        reference_quantity=total,
        reference_value=total * 1.2,
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
@given(seed=st.integers(0, 10_000), month=st.sampled_from(["2024-01", "2024-06", "2024-12"]))
def test_every_row_that_fires_might(rule, seed, month):
    made = world(seed, month)
    ruleset = Ruleset.default()

    fired = evaluate_rule(rule, made, ruleset).fired

    assert (may_fire(rule, made, ruleset) | ~fired).all()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_some_rows_fire_and_some_cannot(rule):
    worlds = [world(seed, "2024-06") for seed in range(40)]
    ruleset = Ruleset.default()

    assert any(evaluate_rule(rule, made, ruleset).fired.any() for made in worlds)
    assert any((~may_fire(rule, made, ruleset)).any() for made in worlds)
