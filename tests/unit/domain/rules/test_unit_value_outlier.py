"""A week with far more low unit values than an origin usually has, and what is no such week."""

import numpy as np
import pytest
from tests.unit.domain.rules.declared import DECLARED, declared, each_week, lines
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.alerts import SEVERITIES, Audience
from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES

RULE = RULES["unit-value-outlier"]
USUAL = (1.8, 1.9, 2.0, 2.1, 2.2)
# A year of five lines a week from two origins around USD 2/kg: the fences lie near 1.4 and 2.9.
YEAR = [*each_week("2023-07", "2024-06", *USUAL), *each_week("2023-07", "2024-06", *USUAL, origin="KR")]


def said(of, origin="CN", **parameters):
    signals = RULE.evaluate(of, RULE.defaults() | parameters)
    row = int(np.flatnonzero(of.origin == country_number(origin))[0])
    figures = {name: float(column[row]) for name, column in signals.figures.items()}
    return figures, REASONS[signals.reason[row]], signals, row


def test_a_week_of_low_unit_values_stands_out():
    figures, why, signals, row = said(declared(*YEAR, *lines("2024-06-12", *[0.5] * 8)))
    assert why is Reason.MET
    assert (figures["low_lines"], figures["lines"]) == (8, 13)
    assert figures["low_share"] == pytest.approx(8 / 13)
    assert figures["usual_share"] == 0.0
    assert figures["median"] == pytest.approx(2.0, rel=0.02)
    assert 1.2 < figures["low_fence"] < 1.6
    assert figures["code_flagged"] == pytest.approx(8 / figures["code_lines"])
    assert signals.words["week"][row] == "2024-06-10"
    assert SEVERITIES[signals.severity[row]] == "info"
    assert said(declared(*YEAR, *lines("2024-06-12", *[0.5] * 8)), origin="KR")[1] is Reason.NOT_MET


def test_an_origin_that_always_has_them_does_not_stand_out():
    always = each_week("2023-07", "2024-06", *[0.5] * 5)
    figures, why, _, _ = said(declared(*YEAR, *YEAR, *always))
    assert figures["low_lines"] == 5
    assert figures["rise"] == pytest.approx(0.0, abs=0.01)
    assert why is Reason.NOT_MET


@pytest.mark.parametrize(("low", "why"), [(4, Reason.NOT_MET), (5, Reason.MET)])
def test_few_low_lines_are_no_week_to_speak_of(low, why):
    assert said(declared(*YEAR, *lines("2024-06-12", *[0.5] * low)))[1] is why


def test_high_unit_values_are_shown_and_raise_nothing():
    figures, why, _, _ = said(declared(*YEAR, *lines("2024-06-12", *[9.0] * 8)))
    assert why is Reason.NOT_MET
    assert figures["code_flagged"] == pytest.approx(8 / figures["code_lines"])


def test_lines_that_were_taken_back_leave_no_trace():
    low = lines("2024-06-12", *[0.5] * 8)
    back = [{**one, "sign": -1} for one in low]
    assert said(declared(*YEAR, *low, *back))[0] == pytest.approx(said(declared(*YEAR))[0], nan_ok=True)


def test_a_week_belongs_to_the_month_of_its_thursday():
    low = lines("2024-05-31", *[0.5] * 8)  # a Friday: its week is of May
    assert said(declared(*YEAR, *low), origin="CN")[1] is Reason.NOT_MET
    assert said(declared(*YEAR, *low, month="2024-05"))[1] is Reason.MET


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (each_week("2024-06", "2024-06", *[2.0] * 20, *[0.5] * 20), Reason.TOO_FEW_LINES),  # no history
        (each_week("2023-07", "2024-06", 2.0) + lines("2024-06-12", *[0.5] * 8), Reason.TOO_FEW_LINES),
    ],
)
def test_without_enough_lines_it_cannot_speak(rows, why):
    assert said(declared(*rows))[1] is why


def test_statistics_hold_no_lines():
    flows = Feed("BR", "comexstat", "USD", "CIF", "NCM")
    assert said(declared(*YEAR, *lines("2024-06-12", *[0.5] * 8), feed=flows))[1] is Reason.NO_LINES
    made = view(two_years(1e6, 1e6), two_years(1e6, 1e6))
    assert REASONS[RULE.evaluate(made, RULE.defaults()).reason[0]] is Reason.NO_LINES
    assert not RULE.may_fire(made, RULE.defaults()).any()


def test_months_before_what_is_kept_are_not_enough_history():
    newer = lines("2025-12-10", *USUAL)
    _, why, _, _ = said(declared(*YEAR, *lines("2024-06-12", *[0.5] * 8), *newer, month="2024-06"))
    assert why is Reason.NOT_ENOUGH_HISTORY


def test_side_by_side_prices_are_shown_where_it_fires():
    cheap = each_week("2023-07", "2024-06", *(price / 2 for price in USUAL), origin="IN")
    figures, why, _, _ = said(declared(*YEAR, *cheap, *lines("2024-06-12", *[0.2] * 8)))
    assert why is Reason.MET
    assert figures["price_lines"] >= 2
    assert figures["cheapest"] == pytest.approx(1.0, rel=0.05)
    assert figures["dearest"] == pytest.approx(2.0, rel=0.1)


def test_what_it_says_is_for_the_authority_and_no_verdict():
    of = declared(*YEAR, *lines("2024-06-12", *[0.5] * 8))
    _, _, signals, row = said(of)
    evidence = describe(RULE, of, signals, row, RULE.defaults())
    texts = explain(RULE, evidence, of, row)
    assert "in the week of 2024-06-10, 8 of 13 lines" in texts["en"]
    assert "proves nothing by itself" in texts["en"]
    assert "何も証明せず" in texts["ja"]
    assert RULE.audience is Audience.AUTHORITY
    assert DECLARED.source == "declarations"
