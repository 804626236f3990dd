"""A tally is a plain sum of signed lines, however it came in and whatever was merged."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.panel.tally import Tally

STEPS, WEEKS = 8, 10
CELL = st.tuples(st.integers(0, 4), st.integers(100, 108), st.integers(0, STEPS - 1))
ADDED = st.lists(st.tuples(CELL, st.sampled_from([1, 1, 2, -1])), max_size=30)


def columns(rows):
    series, week, step = np.array([cell for cell, _ in rows], np.int64).reshape(-1, 3).T
    return series, week * STEPS + step, {"lines": np.array([lines for _, lines in rows], np.int32)}


def filled(batches):
    tally = Tally(STEPS, WEEKS)
    for rows in batches:
        if rows:
            tally.add(*columns(rows))
        tally.nbytes()  # settles: each batch becomes a run
    return tally


def read(tally, first=100, last=108, series=range(5)):
    rows, weeks, steps, lines = tally.read(np.array(series), first, last)
    found = Counter()
    for row, week, step, count in zip(*map(np.ndarray.tolist, (rows, weeks, steps, lines)), strict=True):
        found[series[row], week, step] += count
    return {cell: count for cell, count in found.items() if count}


def summed(batches):
    found = Counter()
    for cell, lines in (one for rows in batches for one in rows):
        found[cell] += lines
    return {cell: count for cell, count in found.items() if count}


@settings(max_examples=150)
@given(st.lists(ADDED, max_size=5))
def test_it_is_the_sum_of_its_batches(batches):
    assert read(filled(batches)) == summed(batches)


@settings(max_examples=50)
@given(st.lists(ADDED, min_size=1, max_size=4))
def test_cells_and_reloading_give_the_same(batches):
    tally, again = filled(batches), Tally(STEPS, WEEKS)
    cells = sorted({cell for rows in batches for cell, _ in rows})
    if cells:
        series, periods, _ = columns([(cell, 1) for cell in cells])
        for _ in range(2):  # what is loaded later wins
            again.put(series, periods, {"lines": tally.cells(series, periods, "lines")})
    assert read(again) == read(tally)


def test_what_is_taken_back_leaves_nothing():
    tally = filled([[((1, 100, 3), 1), ((1, 101, 4), 1)], [((1, 100, 3), -1), ((1, 101, 4), -1)]])
    assert read(tally) == {}
    assert Tally(STEPS, WEEKS).nbytes() <= tally.nbytes()


def test_a_window_of_weeks_and_a_choice_of_series():
    tally = filled([[((1, 100, 3), 1), ((1, 102, 7), 2), ((2, 102, 0), 3), ((3, 102, 0), 9)]])
    assert read(tally, 101, 102, series=[2, 1]) == {(1, 102, 7): 2, (2, 102, 0): 3}


def test_weeks_out_of_reach_of_the_series_newest_are_refused_and_never_read():
    early, newest = ((1, 100, 3), 1), ((1, 110, 3), 1)
    for batches in ([[early], [newest]], [[newest], [early]], [[early, newest]]):
        assert read(filled(batches), 90, 120) == {(1, 110, 3): 1}
    tally = filled([[newest]])
    assert tally.add(*columns([early])).tolist() == [True]


def test_of_an_unknown_series_nothing_is_held():
    assert read(filled([]), series=[7]) == {}


def test_a_window_older_than_what_is_kept_is_empty():
    tally = filled([[((0, 100, 1), 1)], [((0, 200, 1), 1)]])
    assert not any(map(len, tally.read(np.array([0]), 95, 108)))
