"""A ring of periods for many series: chunks of neighbouring periods, allocated where something happened."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike

from tidegauge.domain.arrays import AnyArray, Bools, Ints, distinct
from tidegauge.domain.panel.growing import Growing

_NO_EPOCH = np.iinfo(np.int16).min


class Windows(Protocol):
    """A ring, or a sum over one."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of what it holds."""
        ...

    def windows(self, series: Ints, first: int, last: int, channels: Iterable[str]) -> list[AnyArray]:
        """[n, last - first + 1] of each channel, over an inclusive window of periods."""
        ...


class Ring:
    """Whole-number cells [series, period] of several channels, the last `slots * span` periods of each.

    A chunk holds `span` neighbouring periods (an epoch) of one series. A newer epoch that needs the slot of
    an older one replaces it; what is older than the slot's epoch is refused. Chunk 0 is all zeros.
    """

    def __init__(self, span: int, slots: int, channels: Mapping[str, DTypeLike]) -> None:
        self.span, self.slots = span, slots
        self.channels = tuple(channels)
        self._epoch = Growing(np.int16, slots, fill=_NO_EPOCH)  # [series, slot]
        self._chunk = Growing(np.int32, slots)  # [series, slot], 0 = none
        self._pools = {name: Growing(dtype, span) for name, dtype in channels.items()}  # [chunk, period]
        for pool in self._pools.values():
            pool.reach(1)
        self._chunks = 1

    def add(self, series: Ints, periods: Ints, amounts: Mapping[str, AnyArray]) -> Bools:
        """Add signed amounts to cells; returns [n] which were too old to be kept and were left out."""
        kept, cells = self._cells(series, periods)
        for name, amount in amounts.items():
            np.add.at(self._pools[name].data.reshape(-1), cells, amount[kept])
        return ~kept

    def put(self, series: Ints, periods: Ints, amounts: Mapping[str, AnyArray]) -> None:
        """Set cells to given totals, as a stored state is loaded; later calls win."""
        kept, cells = self._cells(series, periods)
        for name, amount in amounts.items():
            self._pools[name].data.reshape(-1)[cells] = amount[kept]

    def window(self, series: Ints, first: int, last: int, channel: str) -> AnyArray:
        """[n, last - first + 1] one channel over an inclusive window of periods."""
        return self.windows(series, first, last, (channel,))[0]

    def windows(self, series: Ints, first: int, last: int, channels: Iterable[str]) -> list[AnyArray]:
        """The same of several channels: the chunks are looked up once."""
        epochs = np.arange(first // self.span, last // self.span + 1)
        if self._chunks == 1:
            empty = (len(series), last - first + 1)
            return [np.zeros(empty, self._pools[name].data.dtype) for name in channels]
        slots = epochs % self.slots
        self._reach(series)
        there = self._epoch.data.take(series, axis=0)[:, slots] == epochs
        chunks = np.where(there, self._chunk.data.take(series, axis=0)[:, slots], 0)
        start = first - int(epochs[0]) * self.span
        columns = slice(start, start + last - first + 1)
        held = len(series), len(epochs) * self.span
        # `take` moves whole chunks, twice as fast as an index does
        wide = (self._pools[name].data.take(chunks, axis=0).reshape(held) for name in channels)
        return [one[:, columns] for one in wide]

    def cells(self, series: Ints, periods: Ints, channel: str) -> AnyArray:
        """[n] one channel at single cells; 0 where nothing is held."""
        return self.totals(series, periods, (channel,))[channel]

    def totals(
        self, series: Ints, periods: Ints, channels: Iterable[str] | None = None
    ) -> dict[str, AnyArray]:
        """The same of several channels (None: all): the chunks are looked up once."""
        names = self.channels if channels is None else channels
        if self._chunks == 1:
            return {name: np.zeros(len(series), self._pools[name].data.dtype) for name in names}
        epochs = periods // self.span
        self._reach(series)
        place = series * self.slots + epochs % self.slots
        there = self._epoch.data.reshape(-1).take(place) == epochs
        chunks = np.where(there, self._chunk.data.reshape(-1).take(place), 0).astype(np.int64)
        cells = chunks * self.span + periods % self.span
        return {name: self._pools[name].data.reshape(-1).take(cells) for name in names}

    def nbytes(self) -> int:
        """Bytes in use by chunks and their index."""
        pools = sum(self._chunks * self.span * pool.data.itemsize for pool in self._pools.values())
        return pools + self._epoch.used_bytes() + self._chunk.used_bytes()

    def _cells(self, series: Ints, periods: Ints) -> tuple[Bools, Ints]:
        """Which rows are kept, and the flat pool index of those; makes room where an epoch is new."""
        self._reach(series)
        epochs = periods // self.span
        flat = series * self.slots + epochs % self.slots
        held = self._epoch.data.reshape(-1)
        if (held[flat] != epochs).any():
            self._turn(flat, epochs)
        kept = held[flat] == epochs
        chunks = self._chunk.data.reshape(-1)[flat[kept]].astype(np.int64)
        return kept, chunks * self.span + periods[kept] % self.span

    def _turn(self, flat: Ints, epochs: Ints) -> None:
        """Give every slot its newest epoch: reuse the chunk of the older one, or allocate."""
        held, chunk = self._epoch.data.reshape(-1), self._chunk.data.reshape(-1)
        before = held[flat]
        np.maximum.at(held, flat, epochs.astype(np.int16))
        turned = distinct(flat[held[flat] > before])
        reused = chunk[turned[chunk[turned] > 0]]
        for pool in self._pools.values():
            pool.data[reused] = 0
        fresh = turned[chunk[turned] == 0]
        chunk[fresh] = np.arange(self._chunks, self._chunks + len(fresh))
        self._chunks += len(fresh)
        for pool in self._pools.values():
            pool.reach(self._chunks)

    def _reach(self, series: Ints) -> None:
        rows = int(series.max(initial=-1)) + 1
        self._epoch.reach(rows)
        self._chunk.reach(rows)
