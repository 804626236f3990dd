import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASONS, Money, Reason
from tidegauge.domain.rules.ec_trade_diversion import RULE

# Worked by hand for 2019 (a common year) and 2020 (a leap year), January..June: 182 days are 26 weeks.
# 100 t a month at USD 10.4/kg: USD 6,240,000 in half a year, USD 240,000 a week, EUR 192,000 at 1.25.
MONTHS = 24
THRESHOLD_USD = 250_000.0  # EUR 200,000


def half_year(quantity=1.2, price=0.8, month="2020-06", weekly=None, **fields):
    """100 t a month at USD 20/kg until 2019-12; then that times `quantity` and `price`."""
    q = np.full((1, MONTHS), 100_000.0)
    v = q * 20.0
    now = np.arange(month_number(month) - MONTHS + 1, month_number(month) + 1) >= month_number("2020-01")
    q[:, now] *= quantity
    v[:, now] *= quantity * price
    if weekly is not None:
        v *= weekly * 26 / v[:, now].sum()
    return view(q, v, month=month, **fields)


def verdict(made, **parameters):
    signals = RULE.evaluate(made, {**RULE.defaults(), **parameters})
    assert signals.fired.tolist() == [REASONS[code] is Reason.MET for code in signals.reason]
    return signals


def reason(made, **parameters):
    return REASONS[verdict(made, **parameters).reason[0]]


def severity(made, **parameters):
    return SEVERITIES[verdict(made, **parameters).severity[0]]


def notes(made):
    return {why for why, rows in verdict(made).notes.items() if rows[0]}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.MET),
        ({"quantity": 1.05}, Reason.MET),
        ({"quantity": 1.0499}, Reason.NOT_MET),
        ({"price": 0.95}, Reason.MET),
        ({"price": 0.9501}, Reason.NOT_MET),
        ({"weekly": 250_000.0}, Reason.MET),
        ({"weekly": 249_999.0}, Reason.NOT_MET),
        ({"quantity": 0.0}, Reason.NOT_MET),
    ],
)
def test_c2_c3_and_c4_meet_at_their_inclusive_edges(fields, expected):
    assert reason(half_year(**fields)) is expected


def test_the_figures_of_the_window_are_as_worked_by_hand():
    figures = verdict(half_year()).figures
    assert figures["quantity_change"][0] == pytest.approx(0.2)
    assert figures["unit_value_change"][0] == pytest.approx(-0.2)
    assert figures["unit_value"][0] == pytest.approx(16.0)
    assert figures["value"][0] == pytest.approx(6 * 120_000 * 16)
    assert figures["weekly_value"][0] == pytest.approx(6 * 120_000 * 16 / 26)
    assert [figures[f"c{number}"][0] for number in (2, 3, 4)] == [1.0, 1.0, 1.0]
    assert np.isnan(figures["c5"][0])


def test_the_window_starts_again_in_january():
    made = half_year(month="2020-01")
    # one month of 31 days: 120 t at USD 16 over 31 / 7 weeks
    assert verdict(made).figures["weekly_value"][0] == pytest.approx(120_000 * 16 / (31 / 7))
    assert reason(made) is Reason.MET


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"alertable": False}, Reason.NEVER_ALERTS),
        ({"span_start": "2019-02"}, Reason.NOT_ENOUGH_HISTORY),
        ({"span_start": "2019-01"}, Reason.MET),
        ({"rates": {}}, Reason.THRESHOLD_NOT_CONVERTIBLE),
        ({"rates": {}, "quantity": 1.0}, Reason.NOT_MET),
    ],
)
def test_what_it_cannot_speak_about_has_its_reason(fields, expected):
    assert reason(half_year(**fields)) is expected


def test_a_threshold_in_the_feeds_own_currency_needs_no_rate():
    made = half_year(rates={}, weekly=200_000.0)
    assert reason(made, min_weekly_value=Money(200_000.0, "feed")) is Reason.MET


def test_growth_over_nothing_is_new_and_no_trade_is_no_trade():
    q = np.zeros(MONTHS)
    assert reason(view(q, q, month="2020-06")) is Reason.NO_TRADE
    q[-3:] = 1e6
    assert reason(view(q, q * 10, month="2020-06")) is Reason.ZERO_BASE


def test_a_quantity_without_a_value_leaves_the_unit_value_unknown():
    made = half_year()
    made.paired_value[:] = 0.0
    made.paired_quantity[:] = 0.0
    assert reason(made) is Reason.FIGURE_UNKNOWN


def with_history(step, month="2020-12", **fields):
    """Three years of noise around 100 t, times `step` from March 2020 on; C2 to C4 met."""
    length = month_number(month) - month_number("2018-01") + 1
    history = 100_000.0 * (1 + 0.05 * np.random.default_rng(5).normal(size=length))
    history[26:] *= step
    return half_year(month=month, history=history, **fields)


def test_c1_finds_a_step_of_this_year_and_lifts_the_severity():
    figures = verdict(with_history(1.6)).figures
    assert (figures["c1"][0], figures["c1_recent"][0]) == (1.0, 1.0)
    assert abs(figures["c1_shift_month"][0] - month_number("2020-03")) <= 1
    assert severity(with_history(1.6)) == "warning"


def test_c1_is_not_met_by_noise_nor_by_a_fall_and_the_severity_stays_at_watch():
    for step in (1.0, 0.5):
        assert verdict(with_history(step)).figures["c1"][0] == 0.0
        assert severity(with_history(step)) == "watch"


@pytest.mark.parametrize("month", ["2020-01", "2020-02", "2020-03", "2020-04", "2020-05"])
def test_c1_is_not_testable_from_january_to_may(month):
    made = with_history(1.6, month=month)
    assert np.isnan(verdict(made).figures["c1"][0])
    assert np.isfinite(verdict(made).figures["c1_recent"][0])
    assert Reason.C1_NOT_TESTABLE in notes(made)
    assert severity(made) == "watch"


def test_june_tests_january_alone():
    made = with_history(1.6, month="2020-06")
    assert Reason.C1_NOT_TESTABLE not in notes(made)
    assert month_text(int(verdict(made).figures["c1_shift_month"][0])) == "2020-01"


def test_c1_needs_both_calendar_years_before():
    made = with_history(1.6, span_start="2018-02")
    assert reason(made) is Reason.MET
    assert Reason.C1_NOT_TESTABLE in notes(made)
    assert np.isnan(verdict(made).figures["c1"][0])


def test_c1_is_fitted_only_where_the_cheap_conditions_hold():
    made = with_history(1.6, quantity=1.0)
    figures = verdict(made).figures
    assert np.isnan(figures["c1"][0])
    assert np.isnan(figures["c1_recent"][0])
    assert Reason.C1_NOT_TESTABLE not in notes(made)


@pytest.mark.parametrize(
    ("production", "benchmark", "expected"),
    [
        (1.0, np.nan, "watch"),
        (np.nan, 4.0, "watch"),
        (0.0, 4.0, "watch"),
        (1.0, 4.0, "warning"),
    ],
)
def test_a_fall_against_the_world_price_with_known_production_is_a_warning(production, benchmark, expected):
    made = half_year(production=production, benchmark=benchmark, span_start="2019-01")  # no C1
    assert severity(made) == expected


def test_unknown_production_is_said_and_does_not_block():
    assert Reason.PRODUCTION_UNKNOWN in notes(half_year())
    assert Reason.PRODUCTION_UNKNOWN not in notes(half_year(production=0.0))
    assert verdict(half_year(production=0.0)).fired[0]


def test_a_fall_with_the_world_price_is_held_at_info_even_with_c1():
    world = np.where(np.arange(MONTHS) < 12, 4.0, 3.2)
    made = with_history(1.6, benchmark=world, production=1.0)
    assert verdict(made).figures["c1"][0] == 1.0
    assert severity(made) == "info"
    assert Reason.WORLD_PRICE_MOVE in notes(made)


def test_all_origins_are_looked_at_too_and_have_no_share():
    made = half_year(unit=Unit.PRODUCT, origin="")
    assert reason(made) is Reason.MET
    assert np.isnan(verdict(made).figures["share"][0])
