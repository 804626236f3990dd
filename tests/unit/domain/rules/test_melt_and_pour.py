"""Lines that name another country of melt and pour than their origin."""

import numpy as np
import pytest
from tests.unit.domain.rules.declared import declared, each_week, lines
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES

RULE = RULES["melt-and-pour"]
YEAR_BEFORE = each_week("2022-07", "2023-06", 2.0, melt="CN")


def said(of, **parameters):
    signals = RULE.evaluate(of, RULE.defaults() | parameters)
    return {name: column[0] for name, column in signals.figures.items()}, REASONS[signals.reason[0]], signals


def rows(own, other, unstated=0, price=2.0):
    """Lines of one day of China: melted there, in Russia, and not stated."""
    return (
        lines("2024-03-06", *[price] * own, melt="CN")
        + lines("2024-03-06", *[price] * other, melt="RU")
        + lines("2024-03-06", *[price] * unstated)
    )


@pytest.mark.parametrize(
    ("own", "other", "unstated", "why"),
    [
        (90, 10, 0, Reason.MET),
        (91, 10, 0, Reason.NOT_MET),  # 9.9 %
        (10, 4, 0, Reason.NOT_MET),  # four lines
        (10, 5, 15, Reason.MET),
        (10, 5, 16, Reason.MELT_NOT_STATED),  # under half of the lines state it
    ],
)
def test_a_tenth_of_the_lines_that_state_it(own, other, unstated, why):
    figures, found, _ = said(declared(*YEAR_BEFORE, *rows(own, other, unstated)))
    assert found is why
    assert figures["differing_share"] == pytest.approx(other / (own + other))
    assert figures["differing_kg"] == 100.0 * other
    assert figures["differing_share_before"] == 0.0


def test_a_correction_takes_the_line_back():
    wrong = lines("2024-03-06", *[2.0] * 6, melt="RU")
    right = [{**one, "melt": "CN"} for one in wrong]
    back = [{**one, "sign": -1} for one in wrong]
    figures, why, _ = said(declared(*rows(20, 0), *wrong, *back, *right))
    assert why is Reason.NOT_MET
    assert figures["differing_lines"] == 0


def test_statistics_and_lines_that_say_nothing_cannot_speak():
    flows = Feed("BR", "comexstat", "USD", "CIF", "NCM")
    assert said(declared(*rows(10, 10), feed=flows))[1] is Reason.NO_LINES
    assert said(view(two_years(1e6, 1e6), two_years(1e6, 1e6)))[1] is Reason.NO_LINES
    assert said(declared(*rows(0, 0, 30)))[1] is Reason.MELT_NOT_STATED


@pytest.mark.parametrize(
    ("price", "many", "level"), [(2.0, 60, "info"), (1.8, 60, "watch"), (1.8, 20, "info")]
)
def test_volume_and_price_raise_the_severity(price, many, level):
    signals = said(declared(*YEAR_BEFORE, *rows(many // 2, many // 2, price=price)))[2]
    assert SEVERITIES[signals.severity[0]] == level


def test_it_is_said_in_words_and_is_no_finding():
    of = declared(*YEAR_BEFORE, *rows(90, 10))
    evidence = describe(RULE, of, said(of)[2], 0, RULE.defaults())
    texts = explain(RULE, evidence, of, 0)
    assert "10 lines of 31022100 declared as of CN into BR (10 %, threshold 10 %)" in texts["en"]
    assert "no finding" in texts["en"]
    assert "認定ではない" in texts["ja"]
    assert np.array_equal(RULE.may_fire(of, RULE.defaults()), [True])
    assert np.array_equal(RULE.may_fire(declared(*rows(90, 4)), RULE.defaults()), [False])
