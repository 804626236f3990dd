"""Walks a history as it became known: each publication in order of its day, each followed by the rules.

A file of one late vintage does not say when its months were first published. The first vintage that is
known of a month therefore counts from the day the month was over, unless it came out within half a year of
it; later vintages are revisions and count from their own day.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from tidegauge.backtest.cells import held_cells
from tidegauge.domain.alerts import Alert
from tidegauge.domain.backtest.cases import Key, Span
from tidegauge.domain.codes import PSEUDO_ORIGINS
from tidegauge.domain.periods import first_day
from tidegauge.domain.records import RecordKind
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.source import Given, Piece, SourceFile
from tidegauge.monitor.service import Monitor
from tidegauge.replay import FROM_THE_START
from tidegauge.runtime.clock import today
from tidegauge.runtime.events import MemoryEvents
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore

_LATE_DAYS = 183  # a first vintage later than that after its month says nothing about its publication
_GROUP = ("reporter", "source", "flow", "month", "product")


@dataclass(slots=True)
class _Publication(SourceFile):
    """What came out on one day."""

    piece: Piece = field(default_factory=lambda: Piece(pl.DataFrame(), [], {}, {}))

    def whole(self) -> Piece:
        """Its rows, read before."""
        return self.piece


class Walk:
    """One walk over some files."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._store = MemoryIngestStore()
        self._ingestor = Ingestor(self._store, today=today)
        self._ingestor.set_rules(ruleset.to_record(), FROM_THE_START)
        self._monitor = Monitor(self._store.log(), MemoryStateStore(MemoryEvents()), 0)
        self.read = 0
        self.quarantined = 0
        self.revised = 0  # rows of later vintages

    def publications(self, sources: Sequence[SourceFile], step: Callable[[], None]) -> list[SourceFile]:
        """Everything to be taken, in order: books first, statistics by day, declarations as they are."""
        kinds = (RecordKind.FLOW, RecordKind.DECLARATION)
        books = [source for source in sources if source.kind not in kinds]
        statistics = [source for source in sources if source.kind is RecordKind.FLOW]
        pieces = []
        for source in statistics:
            pieces.append(source.whole())
            step()
        self.quarantined += sum(len(piece.rejects) for piece in pieces)
        days = self._by_day([piece.frame for piece in pieces]) if pieces else {}
        made: list[SourceFile] = [
            _publication(statistics[0], day, frame) for day, frame in sorted(days.items())
        ]
        return [*books, *made, *(source for source in sources if source.kind is RecordKind.DECLARATION)]

    def take(self, source: SourceFile) -> Iterator[Alert]:
        """Take one publication or file; yields what the rules tell after it."""
        for _ in self._ingestor.take(source):
            for alerts in self._monitor.drain():
                yield from alerts
        counts = self._ingestor.progress(source).counts
        self.read += counts.get("read", 0)
        self.quarantined += counts.get("quarantined", 0)

    def without_rates(self) -> list[str]:
        """Currencies that money thresholds cannot be held to."""
        return self._monitor.without_rates()

    def cells(self) -> pl.DataFrame:
        """Reporter, source, product, origin, month, kg and value of every cell as known at the end."""
        return held_cells(self._store.entries[0])

    def spans(self, cells: pl.DataFrame) -> dict[Key, Span]:
        """The series that may alert; each to the end of its feed."""
        feed, series = ("reporter", "source"), ("reporter", "source", "product", "origin")
        ends = {(row[0], row[1]): row[2] for row in cells.group_by(feed).agg(pl.col("month").max()).rows()}
        months = cells.group_by(series).agg(pl.col("month").sort()).sort(series)
        found = {}
        for reporter, source, product, origin, traded in months.rows():
            inside = {reporter, *self._ruleset.area(reporter, traded[-1])}
            if origin not in PSEUDO_ORIGINS and origin not in inside:
                span = Span(traded[0], ends[reporter, source], tuple(traded))
                found[reporter, source, product, origin] = span
        return found

    def _by_day(self, frames: list[pl.DataFrame]) -> dict[date, pl.DataFrame]:
        """All rows by the day on which they count as known; of one day, the later file restates a group."""
        numbered = [frame.with_columns(file=pl.lit(place)) for place, frame in enumerate(frames)]
        known = _known(pl.concat(numbered, how="diagonal_relaxed"))
        self.revised += int(known["revision"].sum())
        newest = pl.col("file") == pl.col("file").max().over(*_GROUP, "known")
        kept = known.filter(newest).with_columns(vintage=pl.col("known"))
        parts = kept.partition_by("known", as_dict=True)
        return {day[0]: part.drop("file", "known", "revision") for day, part in parts.items()}


def _known(frame: pl.DataFrame) -> pl.DataFrame:
    """With `known`, the day on which a row counts as published, and whether it revises an earlier one."""
    over = {month: first_day(month + 1) for month in frame["month"].unique().to_list()}
    frame = frame.with_columns(
        over=pl.col("month").replace_strict(over, return_dtype=pl.Date), source=pl.col("source").fill_null("")
    )
    said = pl.coalesce("vintage", "over")
    first = said.min().over("reporter", "source", "month")
    late = (said == first) & ((said - pl.col("over")).dt.total_days() > _LATE_DAYS)
    return frame.with_columns(
        known=pl.when(late).then("over").otherwise(pl.max_horizontal(said, "over")), revision=said > first
    ).drop("over")


def _publication(like: SourceFile, day: date, frame: pl.DataFrame) -> SourceFile:
    name = f"published by {day.isoformat()}"
    piece = Piece(frame, [], {"read": len(frame)}, {})
    return _Publication(
        path=like.path,
        kind=like.kind,
        format_name=like.format_name,
        options=like.options,
        digest=f"{like.digest}|{day.isoformat()}",
        reason=name,
        given_as=Given(name=name),
        piece=piece,
    )
