"""Declarations: lines in their versions, batch by batch, into the ledger that folds them."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools
from tidegauge.domain.ledger.declarations import DeclarationLedger
from tidegauge.domain.ledger.lines import LINE
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.sources import DECLARATIONS
from tidegauge.ingest import marks
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.lines import lines
from tidegauge.ingest.plausible import in_the_future
from tidegauge.ingest.position import FileProgress
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.state import IngestState
from tidegauge.ingest.taking.pages import Pages
from tidegauge.ingest.taking.progress import Progress
from tidegauge.ingest.taking.refusing import flags_at, rejected
from tidegauge.runtime.log import IngestCommit

LEDGER: Final = "declarations"


class Declarations:
    """Owns the ledger of declaration lines."""

    def __init__(self, state: IngestState) -> None:
        self._state = state
        window = state.settings.amendment_window_months
        self._ledger = DeclarationLedger(Pages(state.store, LEDGER), window)
        for page, payload in state.store.pages(LEDGER):
            self._ledger.remember(page, np.frombuffer(payload, LINE))

    def take(self, source: SourceFile, progress: FileProgress) -> Iterator[Progress]:
        """Declarations go batch by batch; batch marks lie between, and weeks and months close in passing."""
        state = self._state
        kept = Kept(state.store.document, progress.place)
        passed = progress.steps if progress.place else 0  # steps whose rows the connector does not give again
        for place, whole in enumerate(source.batches(state.settings.batch_rows, kept), passed):
            if place < progress.steps and not kept.place:
                continue
            piece = state.journal.awaited(source, whole)
            step = IngestCommit(rejects=rejected(source, piece.rejects), documents=piece.kept)
            state.journal.count(piece.counts)
            self._pass_time(self.fold(source, piece.frame, step), step)
            progress.steps, progress.place = place + 1, kept.place
            state.finish(step, source, progress)
            yield Progress(source.name, f"batch {place + 1}", len(piece.frame), None)
        yield state.end(source, progress, [], marks.newest_instant(state.position))

    def fold(self, source: SourceFile, frame: pl.DataFrame, step: IngestCommit) -> Rows:
        """Fold versions of lines into the ledger; gives the lines that it was given."""
        state, interned = self._state, self._state.position.interned
        frame = self._plausible(source, frame.with_columns(source=pl.lit(DECLARATIONS)), step)
        feed = interned.feed_numbers(frame, state.settings.reporting_currency)
        frame, feed = state.converted(source, frame, feed, step)
        state.journal.check(frame["line"], step.rejects)
        if not len(frame):
            return np.empty(0, LINE)
        batch = lines(frame, interned, feed, state.offsets(frame))
        folded = self._ledger.take(state.position.next_page[LEDGER], batch)
        state.journal.count({**folded.counts, "quarantined": len(folded.late) + len(folded.collisions)})
        state.journal.saw(source, frame)
        late, other = flags_at(folded.late, len(frame)), flags_at(folded.collisions, len(frame))
        step.rejects += source.refuse(frame, late, "accepted_at", "amendment_window")
        step.rejects += source.refuse(frame, other, "declaration_id", "key_collision")
        state.store_page(step, LEDGER, folded.page)
        state.append(step, folded.contributions)
        return batch

    def _plausible(self, source: SourceFile, frame: pl.DataFrame, step: IngestCommit) -> pl.DataFrame:
        """The rows without those that no ledger could ever place."""
        # A cancellation may mean all items; an amendment must name one, or it would wait for ever.
        unnamed: Bools = (frame["item"].is_null() & (frame["action"] != "cancel")).to_numpy()
        ahead = in_the_future(frame, self._state.today()) & ~unnamed
        step.rejects += source.refuse(frame, unnamed, "item", "item_not_named")
        step.rejects += source.refuse(frame, ahead, "accepted_at", "in_the_future")
        self._state.journal.count({"quarantined": int((unnamed | ahead).sum())})
        return frame.filter(~(unnamed | ahead))

    def _pass_time(self, batch: Rows, step: IngestCommit) -> None:
        """The marks that are due after some lines."""
        state, position = self._state, self._state.position
        if not len(batch):
            return
        position.newest_day = max(position.newest_day, int(batch["day"].max(initial=-1)))
        position.rows_since_mark += len(batch)
        for mark in marks.closes(position, state.settings.close_days):
            step.entries += state.everywhere(mark)
        if position.rows_since_mark >= state.settings.mark_every_rows:
            position.rows_since_mark = 0
            step.entries += state.everywhere(marks.batch(position, marks.newest_instant(position)))
