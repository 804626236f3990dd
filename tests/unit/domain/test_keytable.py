"""The key table against a plain dict."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.keytable import MISSING, KeyTable

# Few distinct values make collisions of keys, extreme ones the corners of the hash.
KEYS = st.one_of(st.integers(-40, 40), st.integers(-(2**63), 2**63 - 1))
PUTS = st.lists(st.dictionaries(KEYS, st.integers(0, 2**62), max_size=30), max_size=8)


def ints(values):
    return np.array(list(values), np.int64)


@settings(max_examples=150)
@given(PUTS, st.lists(KEYS, max_size=20), st.sampled_from([2, 8, 64]))
def test_holds_what_a_dict_holds(puts, others, slots):
    table, model = KeyTable(slots), {}
    for batch in puts:
        table.put(ints(batch), ints(batch.values()))
        model |= batch
    asked = [*model, *others]
    assert table.get(ints(asked)).tolist() == [model.get(key, MISSING) for key in asked]
    assert len(table) == len(model)


def test_grows_far_beyond_its_first_slots():
    table = KeyTable(4)
    keys = np.arange(-50_000, 50_000, dtype=np.int64) * 7_919
    table.put(keys, np.arange(100_000))
    assert np.array_equal(table.get(keys[::-1]), np.arange(100_000)[::-1])
    assert table.get(keys + 1).max() == MISSING


def test_key_zero_is_a_key_like_any_other():
    table = KeyTable(8)
    assert table.get(ints([0])).tolist() == [MISSING]
    table.put(ints([0]), ints([5]))
    assert table.get(ints([0, 1])).tolist() == [5, MISSING]
