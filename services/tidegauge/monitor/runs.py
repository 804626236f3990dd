"""Changed cells as sorted runs: each checkpoint adds one, small ones merge, so writes stay proportional.

A run holds cells (series, period) with their totals at the time; a later run wins. Because totals are read
back from the ring, merging runs is the union of their keys. A run of FROZEN_CELLS is never merged again.
"""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import AnyArray, Ints, distinct
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.panel.packing import unpack
from tidegauge.domain.panel.ring import Ring
from tidegauge.domain.panel.tally import Tally
from tidegauge.runtime.state import Changes, StateKey
from tidegauge.runtime.wire import decode_block, encode_block

FROZEN_CELLS = 4_000_000
_FULL_SHARE = 2  # a run absorbs the one before it unless that is at least so many times larger


@dataclass(slots=True)
class _Run:
    number: int
    cells: Ints  # packed (series, period)


class Runs:
    """The stored runs of one ring or tally."""

    def __init__(self, name: str, ring: Ring | Tally) -> None:
        self._space, self._ring = f"cells.{name}", ring
        self._stack: list[_Run] = []
        self._next = 0

    def add(self, cells: Ints, changes: Changes) -> None:
        """Store cells that changed; absorbs earlier small runs."""
        if not len(cells):
            return
        while self._stack and len(self._stack[-1].cells) < _FULL_SHARE * len(cells):
            absorbed = self._stack.pop()
            changes.deletes.add(self._key(absorbed.number))
            changes.puts.pop(self._key(absorbed.number), None)
            cells = distinct(np.concatenate([cells, absorbed.cells]))
        run = _Run(self._next, cells)
        self._next += 1
        changes.puts[self._key(run.number)] = self._payload(cells)
        if len(cells) < FROZEN_CELLS:
            self._stack.append(run)

    def load(self, key: str, payload: bytes) -> None:
        """Take a stored run back, oldest first."""
        columns = dict(decode_block(payload).columns)
        cells = columns.pop("cells")
        self._ring.put(*unpack(cells), columns)
        self._next = int(key) + 1
        if len(cells) < FROZEN_CELLS:
            self._stack.append(_Run(int(key), cells))

    def _payload(self, cells: Ints) -> bytes:
        series, periods = unpack(cells)
        columns: dict[str, AnyArray] = {"cells": cells, **self._ring.totals(series, periods)}
        return encode_block(Block(BlockKind.FIGURES, {}, columns))

    def _key(self, number: int) -> StateKey:
        return StateKey(self._space, f"{number:012d}")
