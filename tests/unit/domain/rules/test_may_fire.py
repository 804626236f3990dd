"""The cheap conditions of a rule never leave out a row that would fire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.rules.worlds import IN_TESTS_OF_THEIR_OWN, world

from tidegauge.domain.rules.evaluate import evaluate_rule, may_fire
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


@every_rule
@given(seed=st.integers(0, 10_000), month=st.sampled_from(["2024-01", "2024-06", "2024-12"]))
def test_every_row_that_fires_might(rule, seed, month):
    made = world(seed, month, rule.units[0])

    fired = rule.evaluate(made, rule.defaults()).fired

    assert (rule.may_fire(made, rule.defaults()) | ~fired).all()


@every_rule
def test_some_rows_fire_and_some_cannot(rule):
    if rule.id in IN_TESTS_OF_THEIR_OWN:
        return
    worlds = [world(seed, "2024-06", rule.units[0]) for seed in range(40)]

    assert any(rule.evaluate(made, rule.defaults()).fired.any() for made in worlds)
    assert any((~rule.may_fire(made, rule.defaults())).any() for made in worlds)


def test_a_rule_is_asked_with_the_parameters_of_each_product():
    made, rule = world(0, "2024-06"), RULES["share-gain"]
    ruleset = Ruleset.default()
    assert may_fire(rule, made, ruleset).tolist() == rule.may_fire(made, rule.defaults()).tolist()
    assert (may_fire(rule, made, ruleset) | ~evaluate_rule(rule, made, ruleset).fired).all()
