"""Early surge by weeks: worked by hand, which weeks count, gates, reasons, and what never raises."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.rules.declared import lines
from tests.unit.domain.rules.test_describe import check_explanations
from tests.unit.domain.rules.views import two_years, view
from tests.unit.domain.rules.weekly import KG, steady, surge, weeks_of

from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import week_text
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES

RULE = RULES["early-surge-weekly"]
SUNDAY = date(2024, 6, 16)  # of 2024-W24, whose Wednesday is the 12th
WEIGHTS = [0.5 ** (back / 2.0) for back in range(8)]


def said(made, origin="CN", **parameters):
    chosen = RULE.defaults() | parameters
    signals = RULE.evaluate(made, chosen)
    assert signals.fired.tolist() == [REASONS[code] is Reason.MET for code in signals.reason]
    assert (RULE.may_fire(made, chosen) | ~signals.fired).all()
    row = int(np.flatnonzero(made.origin == country_number(origin))[0]) if origin else 0
    figures = {name: float(column[row]) for name, column in signals.figures.items()}
    return figures, REASONS[signals.reason[row]], signals, row


def test_a_week_worked_by_hand():
    """Six times as much in 2024-W24 at 0.8 of the price; seven quiet weeks and a quiet year before it."""
    figures, why, _, _ = said(weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY))
    rest = sum(WEIGHTS) - 1.0
    assert why is Reason.MET
    assert week_text(int(figures["week"])) == "2024-W24"
    assert figures["quantity_change"] == pytest.approx((rest + 6.0) / (rest + 1.0) - 1.0)
    price = (rest + 6.0 * 0.8) / (rest + 6.0)
    assert figures["price_change"] == pytest.approx(price - 1.0)  # Korea's price stood still
    quiet = math.sqrt(6.0 / (6.0 + 26 / 8))
    volume = math.log((rest + 6.0) / (rest + 1.0)) / (0.40 * quiet)
    fall = min(3.0, -math.log(price) / (0.06 * quiet))
    assert figures["quantity_score"] == pytest.approx(volume)
    assert figures["score"] == pytest.approx((volume + fall) / math.sqrt(2.0))
    assert figures["annual_value"] == pytest.approx(2.0 * KG * (51 + 6.0 * 0.8))
    assert figures["unit_value"] == pytest.approx(2.0 * (7 + 4.8) / (7 + 6))
    assert figures["share"] == pytest.approx((7 + 6) / (7 + 6 + 8))
    assert said(weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY), "KR")[1] is Reason.NOT_MET


def test_a_week_counts_once_it_is_complete():
    trade = [*steady(), *surge("2024-06-12")]
    assert said(weeks_of(*trade, closed=SUNDAY - timedelta(days=7)))[1] is Reason.NOT_MET
    assert said(weeks_of(*trade, closed=date(2024, 5, 26)))[1] is Reason.NO_COMPLETE_WEEK
    assert not RULE.may_fire(weeks_of(*trade, closed=date(2024, 5, 26)), RULE.defaults()).any()


def test_what_comes_after_the_week_does_not_count():
    """The next week, which is not complete, would undo it; a closed one is shown only if it is stronger."""
    after = lines("2024-06-19", 8.0, kg=KG, origin="CN")
    alone = said(weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY))[0]
    figures, why, _, _ = said(weeks_of(*steady(), *surge("2024-06-12"), *after, closed=SUNDAY))
    assert why is Reason.MET
    assert figures == pytest.approx(alone, nan_ok=True)
    figures, why, _, _ = said(
        weeks_of(*steady(), *surge("2024-06-12"), *after, closed=SUNDAY + timedelta(days=7))
    )
    assert why is Reason.MET
    assert week_text(int(figures["week"])) == "2024-W24"


def test_a_week_lies_in_the_month_of_its_sunday():
    """2024-W22 is 27 May to 2 June: a week of June, and all of it counts."""
    trade = [*steady(), *surge("2024-05-29")]
    sunday = date(2024, 6, 2)
    assert said(weeks_of(*trade, closed=sunday, month="2024-06"))[1] is Reason.MET
    assert said(weeks_of(*trade, closed=sunday, month="2024-05"))[1] is Reason.NOT_MET


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        ("2020-12-30", "2020-W53", "2021-01"),  # ends on the 3rd of January
        ("2021-01-06", "2021-W01", "2021-01"),
        ("2023-12-27", "2023-W52", "2023-12"),  # ends on the 31st
    ],
)
def test_years_of_53_weeks_and_the_turn_of_a_year(day, week, month):
    trade = [*steady(first="2019-01", last=month), *surge(day)]
    figures, why, _, _ = said(weeks_of(*trade, closed=date.fromisoformat(day), month=month))
    assert why is Reason.MET
    assert week_text(int(figures["week"])) == week


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"times": 1.0 + 1e-9}, Reason.NOT_MET),  # price alone
        ({"price": 1.0}, Reason.NOT_MET),  # volume alone
        ({"price": 1.2}, Reason.NOT_MET),
        ({}, Reason.MET),
    ],
)
def test_both_directions_are_needed(how, why):
    assert said(weeks_of(*steady(), *surge("2024-06-12", **how), closed=SUNDAY))[1] is why


def test_the_threshold_is_inclusive():
    made = weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY)
    score = said(made)[0]["score"]
    assert said(made, min_score=score)[1] is Reason.MET
    assert said(made, min_score=score + 1e-6)[1] is Reason.NOT_MET


def test_the_value_of_52_weeks_has_a_floor():
    """EUR 1,000,000; the weeks before the 52 do not count."""
    kg = 1_000_000.0 / (2.0 * (51 + 4.8))
    for part, why in ((1.0, Reason.MET), (0.999, Reason.NOT_MET)):
        trade = [*steady(kg=kg * part), *surge("2024-06-12", kg=kg * part)]
        assert said(weeks_of(*trade, closed=SUNDAY))[1] is why


def test_an_amount_without_its_other_half_moves_no_price():
    """Mass without a value, and a value without mass, count as amounts and for no unit value."""
    made = weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY)
    lone = [
        *lines("2024-06-12", 0.0, kg=500.0, has_value=False),
        {**lines("2024-06-12", 1.0, kg=9e6)[0], "has_mass": False},
    ]
    beside = weeks_of(*steady(), *surge("2024-06-12"), *lone, closed=SUNDAY)
    assert said(beside)[0]["unit_value"] == pytest.approx(said(made)[0]["unit_value"])
    assert said(beside)[0]["price_change"] == pytest.approx(said(made)[0]["price_change"])
    assert said(beside)[0]["quantity_change"] > said(made)[0]["quantity_change"]
    back = [{**one, "sign": -1} for one in lone]
    without = weeks_of(*steady(), *surge("2024-06-12"), *lone, *back, closed=SUNDAY)
    assert said(without)[0] == pytest.approx(said(made)[0], nan_ok=True)


def test_a_year_and_fifteen_weeks_are_the_history_it_needs():
    """67 weeks with the one spoken of: from Monday 2023-03-06."""
    trade = [*steady(), *surge("2024-06-12")]
    assert said(weeks_of(*trade, closed=SUNDAY, since="2023-03"))[1] is Reason.MET
    assert said(weeks_of(*trade, closed=SUNDAY, since="2023-04"))[1] is Reason.NOT_ENOUGH_HISTORY


def test_weeks_that_left_the_panel_are_not_enough_history():
    late = lines("2027-03-03", 2.0, kg=KG)
    trade = [*steady(), *surge("2024-06-12"), *late]
    assert said(weeks_of(*trade, closed=date(2027, 2, 28), month="2024-06"))[1] is Reason.NOT_ENOUGH_HISTORY


def test_statistics_have_no_weeks():
    flows = Feed("BR", "comexstat", "EUR", "CIF", "NCM")
    made = weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY, feed=flows)
    assert said(made)[1] is Reason.NO_LINES
    assert not RULE.may_fire(made, RULE.defaults()).any()
    assert (
        REASONS[RULE.evaluate(view(two_years(1e6, 1e6), 1.0), RULE.defaults()).reason[0]] is Reason.NO_LINES
    )


def test_undeclared_origins_never_alert():
    trade = [*steady(), *surge("2024-06-12"), *lines("2024-06-12", 0.1, kg=9 * KG, origin="ZZ")]
    assert said(weeks_of(*trade, closed=SUNDAY), "ZZ")[1] is Reason.NEVER_ALERTS


def test_all_origins_together_are_the_sum_of_their_weeks():
    figures, why, _, _ = said(
        weeks_of(*steady(), *surge("2024-06-12", times=15.0), closed=SUNDAY, unit=Unit.PRODUCT), origin=""
    )
    assert why is Reason.MET
    assert figures["annual_value"] == pytest.approx(2.0 * KG * (51 + 52 + 15.0 * 0.8))
    assert math.isnan(figures["reference_price_change"])


def test_evidence_names_the_weeks_and_words_say_them():
    made = weeks_of(*steady(), *surge("2024-06-12"), closed=SUNDAY)
    _, _, signals, row = said(made)
    items = {item.name: item for item in describe(RULE, made, signals, row, RULE.defaults())}
    assert items["week"].value == "2024-W24"
    assert items["score"].window == "2024-W17..2024-W24 against 2023-W17..2024-W16"
    assert items["annual_value"].window == "2023-W25..2024-W24"
    texts = explain(RULE, tuple(items.values()), made, row)
    assert "From 2024-W17 to 2024-W24 (against 2023-W17 to 2024-W16)" in texts["en"]
    assert "the newest weeks weighing most" in texts["en"]
    assert "直近の週ほど重視" in texts["ja"]
    check_explanations(RULE, made)


AMOUNTS = st.sampled_from([0.0, 1.0, KG, 3 * KG, 1e9])


@settings(max_examples=30)
@given(data=st.data())
def test_it_gives_a_reason_for_whatever_comes(data):
    """Single weeks, gaps, zeros, amounts taken back, one origin, unknown halves: never an error."""
    rows = [
        line
        for _ in range(data.draw(st.integers(1, 12)))
        for line in lines(
            (date(2022, 12, 1) + timedelta(days=data.draw(st.integers(0, 600)))).isoformat(),
            data.draw(st.sampled_from([0.0, 0.5, 2.0])),
            kg=data.draw(AMOUNTS),
            origin=data.draw(st.sampled_from(["CN", "KR", "ZZ"])),
            has_mass=data.draw(st.booleans()),
            has_value=data.draw(st.booleans()),
            sign=data.draw(st.sampled_from([1, 1, -1])),
        )
    ]
    usual = steady() if data.draw(st.booleans()) else []
    for unit in (Unit.SERIES, Unit.PRODUCT):
        made = weeks_of(*usual, *rows, closed=SUNDAY, unit=unit)
        signals = RULE.evaluate(made, RULE.defaults())
        assert not signals.fired[~np.isfinite(signals.figures["score"])].any()
        assert (RULE.may_fire(made, RULE.defaults()) | ~signals.fired).all()
        check_explanations(RULE, made)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_said_of_a_row_rests_on_it_alone(seed):
    random = np.random.default_rng(seed)
    rows = [
        {**line, "product": f"{72081000 + place}", "kg": line["kg"] * size, "value": line["value"] * size}
        for place in range(4)
        for line in [*steady(), *surge("2024-06-12", times=random.uniform(1.1, 9.0))]
        for size in [random.lognormal(0, 0.3)]
    ]
    whole = weeks_of(*rows, closed=SUNDAY)
    signals = RULE.evaluate(whole, RULE.defaults())
    for place in range(4):
        mine = [row for row in rows if row["product"] == f"{72081000 + place}"]
        alone = weeks_of(*mine, closed=SUNDAY)
        one = RULE.evaluate(alone, RULE.defaults())
        at = np.flatnonzero(whole.product == alone.product[0])
        assert one.reason.tolist() == signals.reason[at].tolist()
        for name, column in one.figures.items():
            np.testing.assert_array_equal(column, signals.figures[name][at])
