"""A ledger's surroundings for tests: pages in memory, and what all contributions come to."""

from collections import Counter
from itertools import pairwise

import numpy as np

from tidegauge.domain.ledger.contributions import COLUMNS, LINE_COLUMNS
from tidegauge.domain.ledger.pages import page_and_row

_WHERE_FROM = {"sign", "line_key", "version", "vintage", "raw_offset"}
CONTENT = [name for name, _ in (*COLUMNS, *LINE_COLUMNS) if name not in _WHERE_FROM]


class Pages:
    """A PageReader over pages that were stored."""

    def __init__(self):
        self.stored = []

    def store(self, rows):
        self.stored.append(rows.copy())

    def read(self, pointers, counts):
        found = []
        for where, count in zip(pointers.tolist(), counts.tolist(), strict=True):
            page, row = page_and_row(where)
            found.append(self.stored[page][row : row + count].tobytes())
        return found


class Sum:
    """The sum of contributions, content by content."""

    def __init__(self):
        self.net = Counter()
        self.least = 0

    def add(self, columns):
        assert len({len(column) for column in columns.values()}) == 1
        nothing = np.zeros(len(columns["sign"]), np.int64)  # statistics have no columns of lines
        rows = zip(*(columns.get(name, nothing).tolist() for name in CONTENT), strict=True)
        for content, sign in zip(rows, columns["sign"].tolist(), strict=True):
            self.net[content] += sign
            self.least = min(self.least, self.net[content])

    @property
    def left(self):
        return {content: count for content, count in self.net.items() if count}


def content(**fields):
    """A contribution's content, by name."""
    return tuple(int(fields.get(name, 0)) for name in CONTENT)


def split(rows, cuts):
    """Rows in batches, cut at some places."""
    bounds = sorted({0, len(rows), *(cut % (len(rows) + 1) for cut in cuts)})
    return [rows[start:stop] for start, stop in pairwise(bounds)]


def numbered(rows):
    """The same rows with raw offsets in their order."""
    rows = rows.copy()
    rows["raw_offset"] = np.arange(len(rows))
    return rows
