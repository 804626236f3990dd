"""Before and after an event: which months stand against which."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.panel.row_books import Steps
from tidegauge.domain.rules.since import MONTHS, NO_EVENT, first_steps, masks

NOW = 24_251


def compared(months_ago):
    after, before = masks(NOW, np.array([NOW - months_ago]))
    months = np.arange(NOW - MONTHS + 1, NOW + 1) - NOW
    return months[after[0]].tolist(), months[before[0]].tolist()


def test_a_recent_event_is_held_against_the_same_months_a_year_before():
    assert compared(3) == ([-2, -1, 0], [-14, -13, -12])


def test_an_older_one_goes_two_years_back_where_a_year_is_not_before_it():
    after, before = compared(15)
    assert after == list(range(-11, 1))
    assert before == list(range(-26, -14))  # of the months -23..-12 only those up to -15 do not follow it


@given(st.integers(1, 23))
def test_every_month_has_one_of_its_season_that_does_not_follow_the_event(months_ago):
    after, before = compared(months_ago)
    assert len(after) == len(before) == min(months_ago, 12)
    assert sorted(month % 12 for month in after) == sorted(month % 12 for month in before)
    assert max(before) <= -months_ago
    assert min(before) > -months_ago - 12


def test_the_first_step_of_the_wanted_stages():
    stages = ("definitive", "expires", "initiated")
    steps = Steps(np.array([0, 0, 2]), np.array([5, 3, 9]), stages, ({}, {}, {}))
    assert first_steps(steps, 3).tolist() == [5, NO_EVENT, 9]
    assert first_steps(steps, 3, ("expires",)).tolist() == [3, NO_EVENT, NO_EVENT]
    none = Steps(np.empty(0, np.int64), np.empty(0, np.int64), (), ())
    assert first_steps(none, 2).tolist() == [NO_EVENT, NO_EVENT]
