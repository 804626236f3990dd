"""The cells of a wide table as records, row by row, without a cell being looked at alone."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools


class Across:
    """Which cells of a table become records: `row` and `month` (UInt32) of each, in the order of rows.

    A month stands for whatever the columns of a table count.
    """

    def __init__(self, kept: Bools) -> None:
        """`kept`: bool[rows, months]."""
        self._rows, self._months = kept.shape
        self._whole = bool(kept.all())
        if self._whole:
            row = np.repeat(np.arange(self._rows, dtype=np.uint32), self._months)
            month = np.tile(np.arange(self._months, dtype=np.uint32), self._rows)
        else:
            row, month = (places.astype(np.uint32) for places in np.nonzero(kept))
        self.row, self.month = pl.Series(row), pl.Series(month)

    @classmethod
    def first(cls, months: pl.Series, most: int) -> "Across":
        """Of each row its first `months` (Int64[rows]) cells, of at most `most`."""
        return cls(np.arange(most) < months.to_numpy()[:, None])

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.row)

    def cells(self, columns: Sequence[pl.Series], further: pl.Series | None = None) -> pl.Series:
        """The cell of each record, out of one column a month.

        `further` (Int64[rows]): by how many columns the cells of a row stand further on; null: it has none.
        """
        if further is None:
            return self._gathered(columns, None)
        if further.null_count() == len(further):
            return pl.Series([None], dtype=columns[0].dtype).new_from_index(0, len(self))
        if not further.null_count() and further.min() == further.max():
            return self._gathered(columns[further[0] :][: self._months], None)
        return self._gathered(columns, (further * self._rows).gather(self.row))

    def _gathered(self, columns: Sequence[pl.Series], further: pl.Series | None) -> pl.Series:
        numbers = all(column.dtype.is_numeric() and not column.null_count() for column in columns)
        if further is None and self._whole and numbers:
            return pl.Series(np.column_stack(columns).ravel())
        cells = self.month * self._rows + self.row
        return pl.concat(columns, rechunk=True).gather(cells if further is None else cells + further)

    def rows_of(self, records: Sequence[int]) -> list[int]:
        """The rows that some records stem from, each once."""
        return self.row.gather(list(records)).unique(maintain_order=True).to_list()
