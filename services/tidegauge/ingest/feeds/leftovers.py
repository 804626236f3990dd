"""What a connector leaves out of a file, so that every row read is accounted for.

Rows read = records + rejects + rows counted under a note as left out or joined.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tidegauge.domain.records import Note, Reason, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.base import TextBatch
from tidegauge.ingest.feeds.csv_table import CsvRows
from tidegauge.ingest.rejects import RAW_LIMIT, Reject


class Account:
    """Rows of one batch that become no record: refused ones, and those that are left out and counted."""

    def __init__(self, path: Path, rows: CsvRows) -> None:
        self._file = str(path)
        self._rows = rows
        self.rejects = [Reject(self._file, bad.line, "", bad.reason, bad.raw[:RAW_LIMIT]) for bad in rows.bad]
        self.notes: Counter[Note] = Counter({Note.BLANK_LINE: rows.blank}) if rows.blank else Counter()
        self.left = pl.repeat(value=True, n=rows.frame.height, dtype=pl.Boolean, eager=True)  # still in

    def leave_out(self, rows: pl.Series, note: Note) -> None:
        """Leave rows (bool[n], null is false) out, counted under a note; rows already out do not count."""
        if not rows.any():
            return
        out = rows.fill_null(value=False) & self.left
        self.notes[note] += int(out.sum())
        self.left &= ~out

    def refuse(self, rows: pl.Series, column: str, reason: Reason) -> None:
        """Refuse rows (bool[n], null is false) for a fault of the format itself."""
        if not rows.any():
            return
        out = rows.fill_null(value=False) & self.left
        at = out.arg_true().to_list()
        if not at:
            return
        lines = self._rows.lines.gather(at).to_list()
        raws = self._rows.raw(at)
        self.rejects += [
            Reject(self._file, line, column, reason, raw[:RAW_LIMIT])
            for line, raw in zip(lines, raws, strict=True)
        ]
        self.left &= ~out

    def batch(self, kind: RecordKind, frame: pl.DataFrame, unknown: tuple[str, ...] = ()) -> TextBatch:
        """The rows that are left, out of canonical text columns of all rows of the batch."""
        if self.left.all():
            return TextBatch(
                kind, frame, self._rows.lines, self._rows.raw, self.rejects, unknown, +self.notes
            )
        places = self.left.arg_true()

        def raw(positions: Sequence[int]) -> list[str]:
            return self._rows.raw(places.gather(list(positions)).to_list())

        lines = self._rows.lines.filter(self.left)
        return TextBatch(kind, frame.filter(self.left), lines, raw, self.rejects, unknown, +self.notes)

    def count(self, rows: pl.Series, note: Note) -> None:
        """Count rows that go on under a note."""
        if rows.any():
            self.notes[note] += int((rows.fill_null(value=False) & self.left).sum())


_CODE: Final = "^[0-9]+$"
_SHORTEST: Final = 2  # digits of a chapter


class Levels:
    """Keeps one file from giving a product at several levels: 3102 beside 310210 would count twice.

    A code is left out where a longer code below it has been seen, or a shorter one above it was given: the
    parent's rows may stand in an earlier batch.
    """

    def __init__(self) -> None:
        self._above: set[str] = set()  # codes above one that was seen
        self._seen: set[str] = set()
        self._below: set[str] = set()  # codes below one that was given before them
        self._given: set[str] = set()

    def aggregates(self, codes: Distinct, given: pl.Series) -> pl.Series:
        """Which rows (bool[n]) hold a code that must not be given; `given`: the rows still to be given."""
        distinct = set(codes.among(given))
        new = distinct - self._seen
        self._seen |= new
        self._meet(pl.Series(sorted(new), dtype=pl.String))
        out = (distinct & self._above) | (distinct & self._below)
        self._given |= new - out
        return codes.one_of(out)

    def _meet(self, new: pl.Series) -> None:
        """Enter codes that were never seen; what is no code stands above and below none."""
        new = new.filter(new.str.contains(_CODE))
        if not len(new):
            return
        lengths = new.str.len_bytes()
        shorter = {len(code) for code in self._given}
        for length in range(_SHORTEST, int(lengths.max())):  # type: ignore[arg-type]  # there are some
            longer = new.filter(lengths > length)
            heads = longer.str.head(length)
            self._above.update(heads.unique().to_list())
            if length in shorter:
                self._below.update(longer.filter(heads.is_in(list(self._given))).to_list())
