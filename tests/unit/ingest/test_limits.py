"""When a file is too broken to be poured into quarantine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.ingest.limits import InvalidLimit, longest_run

LIMIT = InvalidLimit(max_share=0.5, min_rows=100, max_run=10)


@pytest.mark.parametrize(
    ("read", "refused", "run", "reason"),
    [
        (99, 99, 9, ""),
        (100, 50, 10, ""),
        (100, 51, 0, "51 of the 100 rows read so far cannot be taken"),
        (10_000, 11, 11, "11 rows in a row cannot be taken"),
    ],
)
def test_the_limits(read, refused, run, reason):
    assert LIMIT.judge(read, refused, run) == reason


def test_zero_switches_a_limit_off():
    assert InvalidLimit(0, 100, 0).judge(1000, 1000, 1000) == ""


@given(st.lists(st.booleans()), st.integers(0, 5))
def test_runs_are_those_of_the_lines_in_order(is_bad, before):
    lines = np.arange(len(is_bad)) * 3 + 2
    bad = np.array(is_bad, bool)
    longest = at_end = before
    for one in is_bad:
        at_end = at_end + 1 if one else 0
        longest = max(longest, at_end)
    found = longest_run(lines[~bad], lines[bad][::-1], before)
    assert found == (longest, at_end)


def test_lines_in_no_order_have_no_runs():
    assert longest_run(np.array([3, 2]), np.array([4, 5])) == (0, 0)
