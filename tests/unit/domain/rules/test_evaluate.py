from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.rules.random_views import random_view
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.rules.base import REASON_CODE, REASONS, Reason
from tidegauge.domain.rules.evaluate import evaluate_rule, take
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml

DEFAULT = Ruleset.default()
OVERRIDDEN = parse_rules_toml("""
[[rules.ec-trade-diversion.for]]
products = ["72", "73"]
min_quantity_growth = 0.5
[[rules.cefic-import-surge.for]]
products = ["31"]
enabled = false
""")
EVERY = [(rule, unit) for rule in RULES.values() for unit in rule.units]
every_rule = pytest.mark.parametrize(("rule", "unit"), EVERY, ids=lambda part: getattr(part, "id", str(part)))


def columns(signals):
    notes = {str(reason): rows for reason, rows in signals.notes.items()}
    codes = {"fired": signals.fired, "reason": signals.reason, "severity": signals.severity}
    return codes | signals.figures | notes


def same(one, other):
    assert columns(one).keys() == columns(other).keys()
    for name, column in columns(one).items():
        np.testing.assert_array_equal(column, columns(other)[name], err_msg=name)


@every_rule
@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), months=st.sampled_from([None, 0, 1, 12, 23]))
def test_no_view_raises_or_warns_and_every_row_has_a_reason(rule, unit, seed, months):
    made = random_view(seed, unit, months=months)
    signals = evaluate_rule(rule, made, OVERRIDDEN)
    assert (signals.fired == (signals.reason == REASON_CODE[Reason.MET])).all()
    assert (signals.severity < len(SEVERITIES)).all()
    assert set(signals.figures) == {figure.name for figure in rule.figures}
    assert not signals.fired[~made.alertable].any()
    for column in columns(signals).values():
        assert column.shape == (len(made),)
    for column in signals.figures.values():
        assert not np.isinf(column).any()


ODD = {
    "no row": {"quantity": np.empty((0, 36)), "value": np.empty((0, 36))},
    "one month": {"quantity": [[5.0]], "value": [[7.0]]},
    "no month": {"quantity": np.empty((1, 0)), "value": np.empty((1, 0))},
    "zeros": {"quantity": np.zeros(36), "value": np.zeros(36)},
    "unknown": {"quantity": np.full(36, np.nan), "value": np.full(36, np.nan)},
    "negative base": {"quantity": np.repeat([-1e6, 3e6], [24, 12]), "value": np.full(36, 2e6)},
    "all negative": {"quantity": np.full(36, -1e6), "value": np.full(36, -1e6)},
    "no prices": {"quantity": np.full(36, 1e6), "value": np.zeros(36)},
    "no quantity": {"quantity": np.zeros(36), "value": np.full(36, 1e6)},
    "one origin": {"quantity": np.full(36, 1e6), "value": np.full(36, 2e6), "total_quantity": 1e6,
                   "reference_quantity": 0.0, "reference_value": 0.0, "origins": [(0, "CN", 12e6, 24e6)]},
    "huge": {"quantity": np.full(36, 1e15), "value": np.full(36, 1e15)},
}  # fmt: skip


@every_rule
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_odd_figures_get_a_reason(rule, unit, odd):
    made = view(**ODD[odd], unit=unit, origin="" if unit.whole else "CN")
    signals = evaluate_rule(rule, made, DEFAULT)
    assert signals.reason.tolist() == [int(code) for code in signals.reason]
    assert {REASONS[code] for code in signals.reason} <= set(REASONS)
    assert (signals.fired == (signals.reason == REASON_CODE[Reason.MET])).all()
    if odd not in {"negative base", "huge", "one origin"}:
        assert not signals.fired.any()


@every_rule
@settings(max_examples=40)
@given(seed=st.integers(0, 2**20))
def test_the_order_of_the_rows_changes_nothing(rule, unit, seed):
    made = random_view(seed, unit)
    order = np.random.default_rng(seed).permutation(len(made))
    straight = evaluate_rule(rule, made, OVERRIDDEN)
    shuffled = evaluate_rule(rule, take(made, order), OVERRIDDEN)
    for name, column in columns(shuffled).items():
        np.testing.assert_array_equal(column, columns(straight)[name][order], err_msg=name)


@every_rule
@settings(max_examples=40)
@given(seed=st.integers(0, 2**20))
def test_which_rows_are_looked_at_together_changes_nothing(rule, unit, seed):
    made = random_view(seed, unit, rows=6)
    whole = evaluate_rule(rule, made, DEFAULT)
    for rows in (np.array([0, 1]), np.array([2]), np.array([3, 4, 5])):
        part = evaluate_rule(rule, take(made, rows), DEFAULT)
        for name, column in columns(part).items():
            np.testing.assert_array_equal(column, columns(whole)[name][rows], err_msg=name)


@every_rule
@settings(max_examples=40)
@given(seed=st.integers(0, 2**20))
def test_months_before_the_baseline_change_nothing(rule, unit, seed):
    long = random_view(seed, unit, months=39, rows=4)
    cut = {
        field.name: getattr(long, field.name)[..., -rule.window_months :]
        for field in fields(long)
        if isinstance(getattr(long, field.name), np.ndarray) and getattr(long, field.name).shape[-1:] == (39,)
    }
    books = long.books.over(range(int(cut["months"][0]), int(cut["months"][-1]) + 1))
    same(evaluate_rule(rule, replace(long, **cut, books=books), DEFAULT), evaluate_rule(rule, long, DEFAULT))


def two_products():
    q, v = two_years(1e6, 1.2e6), two_years(3e6, 2.9e6)
    return view(np.stack([q, q]), np.stack([v, v]), product=["31022100", "72081000"])


def test_a_product_group_is_held_to_its_own_parameters():
    signals = evaluate_rule(RULES["ec-trade-diversion"], two_products(), OVERRIDDEN)
    assert [REASONS[code] for code in signals.reason] == [Reason.MET, Reason.NOT_MET]


def test_a_rule_that_is_off_for_a_group_says_so():
    made = two_products()
    signals = evaluate_rule(RULES["cefic-import-surge"], made, OVERRIDDEN)
    assert REASONS[signals.reason[0]] is Reason.SWITCHED_OFF
    assert REASONS[signals.reason[1]] is Reason.NO_REFERENCE_PRICE
    assert np.isnan(signals.figures["value"][0])
    assert signals.figures["value"][1] == pytest.approx(12 * 2.9e6)


def test_a_part_of_a_view_keeps_its_rates_and_its_history():
    made = view(np.arange(48.0).reshape(2, 24), 1.0, product=["31", "72"])
    part = take(made, np.array([1]))
    assert part.to_feed(2.0, "EUR").tolist() == [2.5]
    assert part.quantity_history(np.array([0]), int(part.months[-2])).tolist() == [[46.0, 47.0]]
    assert part.product.tolist() == made.product[1:].tolist()
