"""Growing arrays: what was written stays, new rows hold the fill, and who looks at the old one keeps it."""

import numpy as np
import pytest

from tidegauge.domain.panel.growing import Growing


@pytest.mark.parametrize("fill", [0, -7])
@pytest.mark.parametrize("width", [0, 3])
def test_growth_keeps_what_was_written_and_fills_the_rest(fill, width):
    column = Growing(np.int32, width, fill)
    written = 0
    for rows in (1, 1024, 1025, 5000, 5001, 90_000):
        column.reach(rows)
        assert (column.used()[written:] == fill).all()
        column.data[written:rows] = np.arange(written, rows).reshape(-1, *(1,) * bool(width))
        written = rows
    assert len(column) == 90_000
    expected = np.arange(90_000).reshape(-1, *(1,) * bool(width))
    assert (column.used() == expected).all()


def test_one_who_looks_at_the_rows_keeps_them():
    column = Growing(np.int64)
    column.reach(3)
    before = column.used()
    before[:] = (1, 2, 3)
    column.reach(1_000_000)
    assert before.tolist() == [1, 2, 3]
    assert column.used()[:4].tolist() == [1, 2, 3, 0]


def test_never_shrinks():
    column = Growing(np.int64)
    column.reach(2000)
    column.reach(10)
    assert len(column) == 2000
