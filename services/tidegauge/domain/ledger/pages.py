"""Pages: rows of known versions as they came, addressed by (page, row), and how they are read again."""

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tidegauge.domain.arrays import Ints

Rows = NDArray[np.void]  # structured rows of one ledger
NO_ROW: Final = -1
_ROW_BITS = 24


class PageReader(Protocol):
    """Reads rows of stored pages."""

    def read(self, pointers: Ints, counts: Ints) -> list[bytes]:
        """For each pointer the bytes of `counts` rows from there on, in the order of the pointers."""
        ...


def pointer(page: int, row: Ints) -> Ints:
    """Where rows of a page are to be found again."""
    return (page << _ROW_BITS) | row


def page_and_row(where: int) -> tuple[int, int]:
    """The page and the row of a pointer."""
    return where >> _ROW_BITS, where & ((1 << _ROW_BITS) - 1)


def fetch(reader: PageReader, dtype: np.dtype[Any], pointers: Ints, counts: Ints) -> Rows:
    """Rows of stored pages, joined in the order of the pointers."""
    pieces = reader.read(pointers, counts)
    return np.frombuffer(b"".join(pieces), dtype)


def mix(columns: list[Ints]) -> Ints:
    """[n] a 63-bit hash of whole-number columns, the same on every machine (splitmix64 steps)."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.int64).view(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(1)).astype(np.int64)
