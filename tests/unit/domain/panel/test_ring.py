"""The ring against a dict of cells: eviction, refusal, exact whole numbers."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.panel.ring import Ring

SPAN, SLOTS = 4, 3
AMOUNTS = st.integers(-(10**15), 10**15)
CELLS = st.tuples(st.integers(0, 5), st.integers(0, 40), AMOUNTS, st.integers(-3, 3))
BATCHES = st.lists(st.lists(CELLS, max_size=12), max_size=6)


def made():
    return Ring(SPAN, SLOTS, {"mass": np.int64, "lines": np.int32})


def columns(batch):
    series, periods, mass, lines = (np.array(column, np.int64) for column in zip(*batch, strict=True))
    return series, periods, {"mass": mass, "lines": lines}


class Model:
    """Every slot of a series holds its newest epoch; what is older is refused."""

    def __init__(self):
        self.epochs, self.cells = {}, {}

    def add(self, batch):
        for series, period, *_ in batch:
            slot = (series, period // SPAN % SLOTS)
            self.epochs[slot] = max(self.epochs.get(slot, -1), period // SPAN)
        refused = []
        for series, period, *amounts in batch:
            refused.append(self.epochs[series, period // SPAN % SLOTS] != period // SPAN)
            if not refused[-1]:
                before = self.cells.get((series, period), (0, 0))
                self.cells[series, period] = tuple(a + b for a, b in zip(before, amounts, strict=True))
        return refused

    def cell(self, series, period):
        held = self.epochs.get((series, period // SPAN % SLOTS)) == period // SPAN
        return self.cells.get((series, period), (0, 0)) if held else (0, 0)


@settings(max_examples=200)
@given(BATCHES)
def test_holds_what_the_model_holds(batches):
    ring, model = made(), Model()
    for batch in filter(None, batches):
        assert ring.add(*columns(batch)).tolist() == model.add(batch)
    series, periods = np.arange(6), np.arange(45)
    expected = [[model.cell(one, period) for period in range(45)] for one in range(6)]
    for place, channel in enumerate(ring.channels):
        whole = np.array(expected)[:, :, place]
        assert np.array_equal(ring.window(series, 0, 44, channel), whole)
        assert np.array_equal(ring.window(series, 5, 9, channel), whole[:, 5:10])
        flat = ring.cells(np.repeat(series, 45), np.tile(periods, 6), channel)
        assert np.array_equal(flat, whole.ravel())


@settings(max_examples=60)
@given(st.lists(CELLS, min_size=1, max_size=30), st.randoms())
def test_taking_everything_back_leaves_zeros(batch, shuffler):
    ring = made()
    recent = [(series, period % SPAN, mass, lines) for series, period, mass, lines in batch]
    back = [(series, period, -mass, -lines) for series, period, mass, lines in recent]
    shuffler.shuffle(back)
    ring.add(*columns(recent))
    ring.add(*columns(back))
    for channel in ring.channels:
        assert not ring.window(np.arange(6), 0, 40, channel).any()


def test_sums_are_exact_where_floats_are_not():
    ring = made()
    for amount in (2**60, 1, -(2**60)):
        ring.add(np.array([0]), np.array([1]), {"mass": np.array([amount])})
    assert ring.cells(np.array([0]), np.array([1]), "mass").tolist() == [1]


def test_put_sets_totals_again():
    ring = made()
    ring.add(np.array([0, 0]), np.array([1, 2]), {"mass": np.array([5, 6]), "lines": np.array([1, 1])})
    ring.put(np.array([0]), np.array([1]), {"mass": np.array([9]), "lines": np.array([2])})
    assert ring.window(np.array([0]), 0, 3, "mass").tolist() == [[0, 9, 6, 0]]


def test_an_unknown_series_reads_as_zeros():
    assert made().window(np.array([7000]), 3, 8, "mass").tolist() == [[0] * 6]


def test_memory_grows_with_what_happened_not_with_time():
    ring = made()
    ring.add(np.array([0]), np.array([0]), {"mass": np.array([1])})
    before = ring.nbytes()
    for epoch in range(1, 30):
        ring.add(np.array([0]), np.array([epoch * SPAN]), {"mass": np.array([1])})
    assert ring.nbytes() <= before + SLOTS * SPAN * 12


def test_a_window_of_no_series_has_no_rows():
    ring = made()
    ring.add(np.array([0]), np.array([24]), {"mass": np.array([5])})
    assert ring.window(np.empty(0, np.int64), 20, 26, "mass").shape == (0, 7)


def test_reading_a_ring_that_holds_nothing_takes_no_memory():
    ring = made()
    before = ring.nbytes()
    assert ring.cells(np.array([900_000]), np.array([3]), "mass").tolist() == [0]
    assert ring.window(np.array([900_000]), 0, 1, "mass").tolist() == [[0, 0]]
    assert ring.nbytes() == before
