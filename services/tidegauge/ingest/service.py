"""The ingest service: takes files period by period or batch by batch, each step in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.ledger.contributions import Columns, blocks
from tidegauge.domain.ledger.declarations import DeclarationLedger
from tidegauge.domain.ledger.flows import CELL, FlowLedger
from tidegauge.domain.ledger.lines import LINE
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.periods import month_text
from tidegauge.domain.records import RecordKind
from tidegauge.domain.sources import DECLARATIONS
from tidegauge.ingest import marks
from tidegauge.ingest.basis import cif_where_stated
from tidegauge.ingest.cells import GROUP, cells
from tidegauge.ingest.editions import named_restated, restated
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.journal import Journal
from tidegauge.ingest.limits import FeedPausedError, InvalidLimit
from tidegauge.ingest.lines import lines
from tidegauge.ingest.plausible import in_the_future
from tidegauge.ingest.position import (
    FileProgress,
    Position,
    documents,
    load_position,
    load_progress,
)
from tidegauge.ingest.rates import Rates
from tidegauge.ingest.reference import record_blocks
from tidegauge.ingest.source import SourceFile
from tidegauge.runtime.log import IngestCommit, IngestStore, Rejected
from tidegauge.runtime.wire import encode_block

RAW_PARTITION = 0  # files form one raw partition; topics bring their own numbers


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """What an operator may set about ingest."""

    partitions: int = 1
    batch_rows: int = 4096
    mark_every_rows: int = 250_000  # about a second of busy input
    amendment_window_months: int = 36
    close_days: int = 3  # a month of declarations closes so long after its end
    limit: InvalidLimit | None = None  # where a feed is paused; None: nowhere
    reporting_currency: str = ""  # of new feeds; empty: the one that a feed states first
    editions: Mapping[str, str] = field(default_factory=dict)  # source -> HS edition that it is restated in
    cif_where_stated: bool = False  # FOB statistics with freight and insurance become CIF


@dataclass(frozen=True, slots=True)
class Progress:
    """One committed step."""

    source: str
    label: str  # the period or batch just taken
    rows: int
    steps_left: int | None


class _Reader:
    """Reads pages of one ledger."""

    def __init__(self, store: IngestStore, ledger: str) -> None:
        self.read = partial(store.read, ledger)


class Ingestor:
    """Owns the ledgers; every public method that yields has committed what it yields."""

    def __init__(
        self,
        store: IngestStore,
        settings: IngestSettings | None = None,
        today: Callable[[], date | None] = lambda: None,
        now: Callable[[], str] = lambda: "",
    ) -> None:
        self._store, self._settings, self._today = store, settings or IngestSettings(), today
        self._now = now
        self._raw_partition = RAW_PARTITION
        self._group: Sequence[str] = GROUP
        self._load()
        window = self._settings.amendment_window_months
        self._lines = DeclarationLedger(_Reader(store, "declarations"), window)
        self._cells = FlowLedger(_Reader(store, "flows"))
        for page, payload in store.pages("declarations"):
            self._lines.remember(page, np.frombuffer(payload, LINE))
        for page, payload in store.pages("flows"):
            self._cells.remember(page, np.frombuffer(payload, CELL))

    def _load(self) -> None:
        """Everything but the ledgers, as last committed."""
        self._journal = Journal(self._store, self._now, self._settings.limit)
        self.position: Position = load_position(self._store)
        self._rates = Rates()
        self._rates.load(self._store.document)

    def set_rules(self, record: dict[str, Any], live_from: int) -> bool:
        """Write the rules in force to every partition if they changed; says whether they did."""
        if self.position.ruleset == record["hash"] and self.position.live_from is not None:
            return False
        if self.position.live_from is None:
            self.position.live_from = live_from
        self.position.ruleset = record["hash"]
        row = {**record, "live_from": self.position.live_from}
        written = [Block(BlockKind.RECORDS, {"record": "ruleset", "rows": [row]})]
        if self.position.last_as_of:  # what is known is judged by the new rules at once
            written.append(marks.batch(self.position, self.position.last_as_of))
        step = IngestCommit(entries=[entry for block in written for entry in self._everywhere(block)])
        step.documents = documents(self.position, "", None)
        self._store.commit(step)
        return True

    def take(self, source: SourceFile) -> Iterator[Progress]:
        """Take a file from where an earlier run left it; a file taken whole is known by its content.

        Raises FeedPausedError where its feed is paused, or too many of its rows are refused.
        """
        progress = load_progress(self._store, source.digest, source.name)
        if progress.done:
            return
        self._journal.begin(source, progress)
        takers = {RecordKind.FLOW: self._flows, RecordKind.DECLARATION: self._declarations}
        try:
            yield from takers.get(source.kind, self._reference)(source, progress)
        except FeedPausedError:
            self._load()  # as if the step that went too far had never begun; no ledger has seen it
            raise

    def progress(self, source: SourceFile) -> FileProgress:
        """How far a file has been taken."""
        return load_progress(self._store, source.digest, source.name)

    def _flows(self, source: SourceFile, progress: FileProgress) -> Iterator[Progress]:
        """A statistics file goes period by period, oldest first."""
        piece = self._journal.awaited(source, source.whole())
        frame = piece.frame
        ahead = in_the_future(frame, self._today())
        refused = _rejected(source, piece.rejects) + source.refuse(frame, ahead, "period", "in_the_future")
        imports = frame.filter(~ahead, pl.col("flow") == "import")
        imports = imports.with_columns(source=pl.col("source").fill_null(""))
        months = imports["month"].unique().sort().to_list()
        if progress.steps == 0:
            others = len(frame) - len(imports) - int(ahead.sum())
            self._journal.count(piece.counts)
            self._journal.count({"quarantined": int(ahead.sum()), "not_imports": others})
            self._journal.check(frame["line"].filter(pl.Series(~ahead)), refused)
        parts = {key[0]: part for key, part in imports.partition_by("month", as_dict=True).items()}
        for place, month in enumerate(months[progress.steps :], progress.steps):
            step = IngestCommit(rejects=refused if place == 0 else [])
            rows = self._period(source, parts[month], month, step)
            progress.steps = place + 1
            self._finish(step, source, progress)
            yield Progress(source.name, month_text(month), rows, len(months) - place - 1)
        yield self._end(source, progress, refused if not months else [], self.position.last_as_of)

    def _period(self, source: SourceFile, frame: pl.DataFrame, month: int, step: IngestCommit) -> int:
        batch = self._cells_step(source, frame, step)
        for number in np.unique(batch["feed"]).tolist():
            known = self.position.interned.feeds[number]
            newest = int(batch["vintage"][batch["feed"] == number].max())
            mark = marks.file_period(self.position, month, newest, (known.reporter, known.source))
            step.entries += self._everywhere(mark)
        return len(batch)

    def _cells_step(self, source: SourceFile, frame: pl.DataFrame, step: IngestCommit) -> Rows:
        """Fold cells into the ledger; gives those that it was given."""
        interned = self.position.interned
        frame = cif_where_stated(frame) if self._settings.cif_where_stated else frame
        frame = named_restated(frame, self._settings.editions)
        feed = interned.feed_numbers(frame, self._settings.reporting_currency)
        frame, feed = self._converted(source, interned.named_apart(frame, feed), feed, step)
        self._journal.check_share(step.rejects)
        page = self.position.next_page["flows"]
        batch = cells(frame, interned, feed, self._offsets(frame), self._group)
        if not len(frame):
            return batch
        came = self._cells.take(page, batch, adds=bool(source.given_as.mends))
        self._journal.count({**came.counts, "quarantined": len(came.collisions)})
        self._journal.saw(source, frame)
        step.rejects += source.refuse(frame, _at(came.collisions, len(frame)), "product", "key_collision")
        self._store_page(step, "flows", came.page)
        self._append(step, restated(came.contributions, interned.feeds))
        return batch

    def _declarations(self, source: SourceFile, progress: FileProgress) -> Iterator[Progress]:
        """Declarations go batch by batch, with batch marks in between and month closes as time passes."""
        kept = Kept(self._store.document)
        for place, whole in enumerate(source.batches(self._settings.batch_rows, kept)):
            # Rows that rest on what was kept are given anew: the ledger knows repeated ones to the letter.
            if place < progress.steps and not kept.used:
                continue
            piece = self._journal.awaited(source, whole)
            step = IngestCommit(rejects=_rejected(source, piece.rejects), documents=piece.kept)
            self._journal.count(piece.counts)
            self._lines_step(source, piece.frame, step)
            progress.steps = place + 1
            self._finish(step, source, progress)
            yield Progress(source.name, f"batch {place + 1}", len(piece.frame), None)
        yield self._end(source, progress, [], marks.newest_instant(self.position))

    def _lines_step(self, source: SourceFile, frame: pl.DataFrame, step: IngestCommit) -> None:
        frame = frame.with_columns(source=pl.lit(DECLARATIONS))
        # A cancellation may mean all items; an amendment must name one, or it would wait for ever.
        unnamed = (frame["item"].is_null() & (frame["action"] != "cancel")).to_numpy()
        step.rejects += source.refuse(frame, unnamed, "item", "item_not_named")
        ahead = in_the_future(frame, self._today()) & ~unnamed
        step.rejects += source.refuse(frame, ahead, "accepted_at", "in_the_future")
        self._journal.count({"quarantined": int((unnamed | ahead).sum())})
        frame = frame.filter(~(unnamed | ahead))
        feed = self.position.interned.feed_numbers(frame, self._settings.reporting_currency)
        frame, feed = self._converted(source, frame, feed, step)
        self._journal.check(frame["line"], step.rejects)
        if not len(frame):
            return
        page = self.position.next_page["declarations"]
        batch = lines(frame, self.position.interned, feed, self._offsets(frame))
        folded = self._lines.take(page, batch)
        self._journal.count({**folded.counts, "quarantined": len(folded.late) + len(folded.collisions)})
        self._journal.saw(source, frame)
        step.rejects += source.refuse(frame, _at(folded.late, len(frame)), "accepted_at", "amendment_window")
        step.rejects += source.refuse(
            frame, _at(folded.collisions, len(frame)), "declaration_id", "key_collision"
        )
        self._store_page(step, "declarations", folded.page)
        self._append(step, folded.contributions)
        self._pass_time(batch, step)

    def _converted(
        self,
        source: SourceFile,
        frame: pl.DataFrame,
        feed: Ints,
        step: IngestCommit,
    ) -> tuple[pl.DataFrame, Ints]:
        """The rows in the currency of their feed; those that cannot be converted are refused."""
        converted, refusals = self._rates.convert(frame, feed, self.position.interned.feeds)
        if made := self._rates.fresh():
            block = Block(BlockKind.RECORDS, {"record": "conversion", "rows": made})
            step.entries += self._everywhere(block)
        refused = np.zeros(len(frame), bool)
        for rows, column, reason in refusals:
            step.rejects += source.refuse(frame, rows, column, reason)
            refused |= rows
        self._journal.count({"quarantined": int(refused.sum())})
        return converted.filter(~refused), feed[~refused]

    def _pass_time(self, batch: Rows, step: IngestCommit) -> None:
        position = self.position
        position.newest_day = max(position.newest_day, int(batch["day"].max(initial=-1)))
        position.rows_since_mark += len(batch)
        for mark in marks.month_closes(position, self._settings.close_days):
            step.entries += self._everywhere(mark)
        if position.rows_since_mark >= self._settings.mark_every_rows:
            position.rows_since_mark = 0
            step.entries += self._everywhere(marks.batch(position, marks.newest_instant(position)))

    def _reference(self, source: SourceFile, progress: FileProgress) -> Iterator[Progress]:
        """Prices, rates and the like go to every partition; they count from the next mark on."""
        piece = self._journal.awaited(source, source.whole())
        step = IngestCommit(rejects=_rejected(source, piece.rejects))
        for block in record_blocks(source.kind, piece.frame):
            if source.kind is RecordKind.FX:
                self._rates.take(block.header["rows"])
            step.entries += self._everywhere(block)
        self._journal.count({**piece.counts, "accepted": len(piece.frame)})
        self._journal.check(piece.frame["line"], step.rejects)
        self._journal.saw(source, piece.frame)
        progress.done = True
        self._finish(step, source, progress)
        yield Progress(source.name, str(source.kind), len(piece.frame), 0)

    def _end(
        self, source: SourceFile, progress: FileProgress, rejects: list[Rejected], as_of: str
    ) -> Progress:
        """Close a file with a batch mark, which evaluates whatever its periods left pending."""
        step = IngestCommit(rejects=rejects)
        self.position.rows_since_mark = 0
        step.entries += self._everywhere(marks.batch(self.position, max(as_of, self.position.last_as_of)))
        progress.done = True
        self._finish(step, source, progress)
        return Progress(source.name, "end of file", 0, 0)

    def _offsets(self, frame: pl.DataFrame) -> Ints:
        """[n] where each row stands in the raw log."""
        first = self.position.next_raw_offset
        self.position.next_raw_offset += len(frame)
        return np.arange(first, first + len(frame))

    def _store_page(self, step: IngestCommit, ledger: str, rows: Rows) -> None:
        if len(rows):
            page = self.position.next_page[ledger]
            step.pages.append((ledger, page, rows.dtype.itemsize, rows.tobytes()))
            self.position.next_page[ledger] = page + 1

    def _append(self, step: IngestCommit, columns: Columns) -> None:
        interned = self.position.interned
        made = blocks(columns, interned.feeds, interned.units, self._raw_partition, self._settings.partitions)
        step.entries += [(partition, encode_block(block)) for partition, block in made.items()]

    def _everywhere(self, block: Block) -> list[tuple[int, bytes]]:
        payload = encode_block(block)
        return [(partition, payload) for partition in range(self._settings.partitions)]

    def _finish(self, step: IngestCommit, source: SourceFile, progress: FileProgress) -> None:
        self._journal.enter(step, source)
        step.documents |= documents(self.position, source.digest, progress) | self._rates.documents()
        self._store.commit(step)


def _rejected(source: SourceFile, rejects: list[Any]) -> list[Rejected]:
    return [
        Rejected(source.name, one.line, one.column, str(one.reason), one.raw, one.record) for one in rejects
    ]


def _at(places: Ints, count: int) -> Bools:
    flags = np.zeros(count, bool)
    flags[places] = True
    return flags
