"""A table from 64-bit keys to whole numbers, looked up and filled many keys at a time."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints

MISSING: Final = -1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: spreads packed keys
_MOST_FULL = 0.6


class KeyTable:
    """Open addressing with linear probing over two arrays; 16 bytes a slot, at most 60 % full.

    Values are >= 0. A key's value can be replaced; keys are never removed.
    """

    def __init__(self, slots: int = 4096) -> None:
        self._allocate(slots)
        self._used = 0

    def __len__(self) -> int:
        """How many keys are held."""
        return self._used

    def get(self, keys: Ints) -> Ints:
        """[n] the value of each key, MISSING where there is none."""
        found = np.full(len(keys), MISSING, np.int64)
        places, left = self._places(keys), np.arange(len(keys))
        while len(left):
            values = self._values[places]
            hit = self._keys[places] == keys[left]
            empty = values == MISSING
            found[left[hit & ~empty]] = values[hit & ~empty]
            go_on = ~(hit | empty)
            left, places = left[go_on], (places[go_on] + 1) & self._mask
        return found

    def put(self, keys: Ints, values: Ints) -> None:
        """Set the values of keys that are distinct within the call."""
        while self._used + len(keys) > _MOST_FULL * len(self._keys):
            self._grow()
        places, left = self._places(keys), np.arange(len(keys))
        while len(left):
            done = self._settle(keys[left], values[left], places)
            left, places = left[~done], (places[~done] + 1) & self._mask

    def _settle(self, keys: Ints, values: Ints, places: Ints) -> Bools:
        """Write where the slot is the key's own, or empty and won by this key; say which were written."""
        empty = self._values[places] == MISSING
        self._keys[places[empty]] = keys[empty]  # of several claimants of one slot the last stays
        own: Bools = self._keys[places] == keys
        self._used += int(np.count_nonzero(own & empty))
        self._values[places[own]] = values[own]
        return own

    def _places(self, keys: Ints) -> Ints:
        mixed = keys.astype(np.int64).view(np.uint64) * _GOLDEN
        return (mixed >> self._shift).astype(np.int64)

    def _allocate(self, slots: int) -> None:
        self._keys = np.zeros(slots, np.int64)
        self._values = np.full(slots, MISSING, np.int64)
        self._mask = slots - 1
        self._shift = np.uint64(64 - (slots.bit_length() - 1))

    def _grow(self) -> None:
        held = self._values != MISSING
        keys, values = self._keys[held], self._values[held]
        self._allocate(2 * len(self._keys))
        self._used = 0
        self.put(keys, values)
