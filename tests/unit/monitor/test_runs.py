"""Stored runs: whatever was merged, loading them gives the cells of the ring."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.panel.packing import pack
from tidegauge.domain.panel.ring import Ring
from tidegauge.monitor import runs as module
from tidegauge.monitor.runs import Runs
from tidegauge.runtime.state import Changes

CELLS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(-9, 9)), max_size=10)
SPAN, SLOTS = 4, 4


def made():
    return Ring(SPAN, SLOTS, {"mass": np.int64, "lines": np.int32})


class Store(dict):
    def commit(self, changes):
        for key in changes.deletes:
            self.pop(key, None)
        self.update(changes.puts)

    def loaded(self):
        ring = made()
        runs = Runs("months", ring)
        for key in sorted(self):
            runs.load(key.key, self[key])
        return ring, runs


def add(ring, runs, store, batch):
    series, periods, amounts = (np.array(column, np.int64) for column in zip(*batch, strict=True))
    ring.add(series, periods, {"mass": amounts, "lines": np.sign(amounts)})
    changes = Changes()
    runs.add(np.unique(pack(series, periods)), changes)
    store.commit(changes)


def cells(ring):
    return [ring.window(np.arange(5), 0, 35, channel).tolist() for channel in ring.channels]


@settings(max_examples=100)
@given(st.lists(CELLS, max_size=12), st.sampled_from([3, 4_000_000]), st.booleans())
def test_loading_gives_the_same_cells(batches, frozen_cells, restarts):
    before, module.FROZEN_CELLS = module.FROZEN_CELLS, frozen_cells
    try:
        ring, store = made(), Store()
        runs = Runs("months", ring)
        for batch in filter(None, batches):
            add(ring, runs, store, batch)
            if restarts:
                ring, runs = store.loaded()
        assert cells(store.loaded()[0]) == cells(ring)
    finally:
        module.FROZEN_CELLS = before


def test_small_runs_merge_so_that_few_remain():
    ring, store = made(), Store()
    runs, written = Runs("months", ring), 0
    for number in range(256):
        add(ring, runs, store, [(number % 5, number % 16, 1)])
        written += 1
    assert len(store) <= 10
    assert written == 256


def test_nothing_changed_writes_nothing():
    changes = Changes()
    Runs("months", made()).add(np.empty(0, np.int64), changes)
    assert changes == Changes()
