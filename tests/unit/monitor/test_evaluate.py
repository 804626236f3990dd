"""Each rule looks at the rows that it might fire on, and says of them what it says of the whole view."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.rules.worlds import world

from tidegauge.domain.rules.base import REASON_CODE, Reason
from tidegauge.domain.rules.evaluate import annotated, evaluate_rule, evaluate_some
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_some_rows_hear_what_they_hear_among_all(rule, seed):
    made, ruleset = world(seed, "2024-06", rule.units[0]), Ruleset.default()
    wanted = np.random.default_rng(seed).random(len(made)) < 0.4
    whole = evaluate_rule(rule, made, ruleset)
    (some,) = annotated([rule], [evaluate_some(rule, made, ruleset, wanted)], made, ruleset)
    for name in ("fired", "reason", "severity"):
        np.testing.assert_array_equal(getattr(some, name)[wanted], getattr(whole, name)[wanted])
    for name, column in whole.figures.items():
        np.testing.assert_array_equal(some.figures[name][wanted], column[wanted])
    assert not some.fired[~wanted].any()
    assert (some.reason[~wanted] == REASON_CODE[Reason.NOT_EVALUATED]).all()
