"""An array that grows in place where the system can move its pages, so that growth is no pause."""

import numpy as np
from numpy.typing import DTypeLike

from tidegauge.domain.arrays import AnyArray

_LEAST = 1024
_ROOM = 8  # a grown array has room for so many times its part more


class Growing:
    """Rows of a fixed width; `data` is the whole allocation, rows below the reached count are in use."""

    def __init__(self, dtype: DTypeLike, width: int = 0, fill: int = 0) -> None:
        self._shape = (width,) if width else ()
        self._fill = fill
        self._rows = 0
        self.data: AnyArray = self._made(_LEAST, np.dtype(dtype))

    def reach(self, rows: int) -> None:
        """Make at least so many rows usable."""
        if rows > len(self.data):
            self._grow(max(rows, len(self.data) + len(self.data) // _ROOM))
        self._rows = max(self._rows, rows)

    def used(self) -> AnyArray:
        """The rows in use, as a view."""
        return self.data[: self._rows]

    def used_bytes(self) -> int:
        """Bytes of the rows in use."""
        return self.used().nbytes

    def __len__(self) -> int:
        """How many rows are in use."""
        return self._rows

    def _grow(self, rows: int) -> None:
        before = len(self.data)
        try:
            self.data.resize((rows, *self._shape))  # moves pages instead of copying, and adds zeros
        except ValueError:  # someone looks at it: the old array must stay
            wider = self._made(rows, self.data.dtype)
            wider[: self._rows] = self.data[: self._rows]
            self.data = wider
        else:
            if self._fill:
                self.data[before:] = self._fill

    def _made(self, rows: int, dtype: np.dtype[np.generic]) -> AnyArray:
        shape = (rows, *self._shape)
        # zeros come as untouched pages from the system, a filled array would cost memory at once
        return np.zeros(shape, dtype) if self._fill == 0 else np.full(shape, self._fill, dtype)
