"""Situations: what is clearly worse, and how the day's line is drawn."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.alerts import make_alert, make_evidence

from tidegauge.domain.alerts import Family, Severity
from tidegauge.domain.evidence import Evidence
from tidegauge.domain.situations import (
    Candidate,
    Change,
    LiveAlert,
    Place,
    SituationState,
    Standing,
    Worse,
    changes_since,
    draw_line,
    effective_state,
    order,
    place,
    row_figures,
    situation_key,
    standing,
    worse_by,
)

TODAY = "2024-03-04"
EARLIER = "2024-03-01T08:00:00Z"
NOW = "2024-03-04T09:00:00Z"


def held(severity=Severity.WATCH, families=(Family.SURGE,), **figures):
    return Standing(severity, families, {f"ec {name}": value for name, value in figures.items()})


def candidate(number, **changes):
    fields = {
        "id": number,
        "state": SituationState.ACTIVE,
        "severity": Severity.WATCH,
        "families": 1,
        "value_at_stake": 1.0,
        "opened_at": NOW,
        "worsened_at": NOW,
    }
    return Candidate(**(fields | changes))


def test_rules_and_sources_share_a_situation_and_scopes_stand_for_their_products():
    keys = {situation_key(make_alert(rule=rule, source=source)) for rule in "ab" for source in ("x", "y")}
    assert keys == {"BR/31022100/CN"}
    assert situation_key(make_alert(origin="")) == "BR/31022100/*"
    assert situation_key(make_alert(scope_id="nitrogen")) == "BR/nitrogen/CN"


def test_row_figures_are_fractions_and_leave_out_what_could_not_be_computed():
    evidence = (
        *make_evidence(share=None, value=math.nan),
        Evidence("share", "Share", 37.0, "%", "L12"),
        Evidence("some_other", "Other", 1.0, "kg", "L12"),
    )
    found = row_figures(make_alert(evidence=evidence))
    assert found == pytest.approx(
        {
            "quantity_change": 0.42,
            "unit_value_change": -0.18,
            "relative_unit_value_change": -0.11,
            "share": 0.37,
        }
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(held(), held(), None, id="the same"),
        pytest.param(held(), held(Severity.WARNING), Worse.HIGHER_SEVERITY, id="severity"),
        pytest.param(held(Severity.WARNING), held(), None, id="milder"),
        pytest.param(held(), held(families=(Family.PRICE, Family.SURGE)), Worse.ANOTHER_FAMILY, id="family"),
        pytest.param(
            held(quantity_change=0.4), held(quantity_change=0.5), Worse.KEY_FIGURE, id="a quarter more"
        ),
        pytest.param(held(quantity_change=0.4), held(quantity_change=0.49), None, id="less than a quarter"),
        pytest.param(held(quantity_change=0.4), held(quantity_change=-0.4), None, id="imports fall"),
        pytest.param(
            held(unit_value_change=-0.2),
            held(unit_value_change=-0.25),
            Worse.KEY_FIGURE,
            id="price falls further",
        ),
        pytest.param(held(unit_value_change=-0.2), held(unit_value_change=0.2), None, id="price rises"),
        pytest.param(held(share=0.02), held(share=0.026), None, id="under one point"),
        pytest.param(held(share=0.0), held(share=0.5), None, id="no size to compare with"),
        pytest.param(Standing(), held(), Worse.HIGHER_SEVERITY, id="from nothing"),
        pytest.param(held(), Standing(), None, id="to nothing"),
    ],
)
def test_clearly_worse(before, after, expected):
    assert worse_by(before, after) is expected


def test_figures_are_compared_within_the_same_rule():
    before = Standing(Severity.WATCH, (Family.SURGE,), {"ec quantity_change": 0.1})
    after = Standing(
        Severity.WATCH, (Family.SURGE,), {"ec quantity_change": 0.1, "cefic quantity_change": 0.9}
    )
    assert worse_by(before, after) is None


severities = st.sampled_from([None, *Severity])
standings = st.builds(
    Standing,
    severities,
    st.sets(st.sampled_from(list(Family))).map(lambda found: tuple(sorted(found))),
    st.dictionaries(
        st.sampled_from(["a quantity_change", "a unit_value_change", "b share", "b value"]),
        st.floats(-10, 10, allow_nan=False),
    ),
)


@given(standings)
def test_nothing_is_worse_than_itself_nor_different_from_itself(one):
    assert worse_by(one, one) is None
    assert changes_since(one, one) == ()


def test_a_standing_holds_the_worst_severity_and_every_family():
    alerts = [
        LiveAlert("1", "ec", Family.SURGE, Severity.WATCH, "2023-06", {"share": 0.1}),
        LiveAlert("2", "cefic", Family.PRICE, Severity.CRITICAL, "2023-05", {"share": 0.2}),
    ]
    found = standing(alerts)
    assert found == Standing(
        Severity.CRITICAL, (Family.PRICE, Family.SURGE), {"ec share": 0.1, "cefic share": 0.2}
    )
    assert standing(reversed(alerts)) == found
    assert standing([]) == Standing()


def test_changes_name_what_moved():
    before = held(quantity_change=0.1, share=0.3)
    after = held(Severity.WARNING, (Family.PRICE,), quantity_change=0.4, share=0.31)
    assert changes_since(before, after) == (
        Change("severity", Severity.WATCH, Severity.WARNING),
        Change("family", None, Family.PRICE),
        Change("family", Family.SURGE, None),
        Change("quantity_change", 0.1, 0.4, "ec"),
    )


def test_a_snooze_ends_by_itself():
    assert effective_state(SituationState.SNOOZED, NOW, EARLIER) is SituationState.SNOOZED
    assert effective_state(SituationState.SNOOZED, NOW, NOW) is SituationState.ACTIVE
    assert effective_state(SituationState.DISMISSED, "", NOW) is SituationState.DISMISSED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Place.NEW),
        ({"opened_at": EARLIER}, Place.WORSENED),
        ({"opened_at": EARLIER, "worsened_at": EARLIER}, Place.EARLIER),
        ({"severity": Severity.INFO}, Place.BELOW_THRESHOLD),
        ({"severity": None}, Place.QUIET),
        ({"state": SituationState.SNOOZED}, Place.SNOOZED),
        ({"state": SituationState.DISMISSED}, Place.DISMISSED),
        ({"state": SituationState.IN_CASE}, Place.IN_CASE),
        ({"state": SituationState.DISMISSED, "severity": None}, Place.QUIET),
    ],
)
def test_where_a_situation_stands(changes, expected):
    assert place(candidate(1, **changes), TODAY, Severity.WATCH) is expected


def test_the_order_is_families_then_value_then_waiting():
    found = [
        candidate(1, families=1, value_at_stake=9.0),
        candidate(2, families=2, value_at_stake=1.0),
        candidate(3, families=1, value_at_stake=9.0, opened_at=EARLIER),
        candidate(4, families=2, value_at_stake=5.0),
    ]
    assert [each.id for each in sorted(found, key=order)] == [4, 2, 3, 1]


def test_the_best_of_a_flood_are_above_the_line_and_the_rest_is_counted():
    line = draw_line([candidate(n, value_at_stake=float(n)) for n in range(40)], TODAY, 15, Severity.WATCH)
    assert [number for number, _ in line.above] == list(range(39, 24, -1))
    assert line.below == {Place.OVER_LIMIT: tuple(range(24, -1, -1))}


def test_places_left_over_go_to_what_waits_from_earlier_days():
    waiting = [
        candidate(n, opened_at=EARLIER, worsened_at=EARLIER, value_at_stake=100.0 + n) for n in range(10, 13)
    ]
    line = draw_line([candidate(1), *waiting], TODAY, 3, Severity.WATCH)
    assert dict(line.above) == {12: Place.EARLIER, 11: Place.EARLIER, 1: Place.NEW}
    assert line.below == {Place.WAITING: (10,)}


candidates = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 10**6),
        state=st.sampled_from(SituationState),
        severity=severities,
        families=st.integers(0, 4),
        value_at_stake=st.floats(0, 1e9),
        opened_at=st.sampled_from([NOW, EARLIER]),
        worsened_at=st.sampled_from([NOW, EARLIER]),
    ),
    unique_by=lambda each: each.id,
    max_size=60,
)


@given(candidates, st.integers(1, 20))
def test_every_situation_is_either_above_the_line_or_below_it_for_one_reason(found, limit):
    line = draw_line(found, TODAY, limit, Severity.WATCH)
    above = [number for number, _ in line.above]
    below = [number for ids in line.below.values() for number in ids]
    assert sorted(above + below) == sorted(each.id for each in found)
    assert len(above) <= limit
    by_id = {each.id: each for each in found}
    assert all(by_id[number].state is SituationState.ACTIVE and by_id[number].severity for number in above)
    assert draw_line(found[::-1], TODAY, limit, Severity.WATCH) == line
