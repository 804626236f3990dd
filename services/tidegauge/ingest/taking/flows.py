"""Statistics: cells of months, a file period by period, into the ledger of vintages."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from tidegauge.domain.ledger.flows import CELL, FlowLedger
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.periods import month_text
from tidegauge.ingest import marks
from tidegauge.ingest.basis import cif_where_stated
from tidegauge.ingest.cells import GROUP, cells
from tidegauge.ingest.editions import named_restated, restated
from tidegauge.ingest.plausible import in_the_future
from tidegauge.ingest.position import FileProgress
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.state import IngestState
from tidegauge.ingest.taking.pages import Pages
from tidegauge.ingest.taking.progress import Progress
from tidegauge.ingest.taking.refusing import flags_at, rejected
from tidegauge.runtime.log import IngestCommit, Rejected

LEDGER: Final = "flows"


class Imports(NamedTuple):
    """Of rows of statistics what may go to the ledger, and what became of the others."""

    frame: pl.DataFrame
    lines: pl.Series  # of rows that are not refused
    refused: list[Rejected]
    counts: dict[str, int]


def imports_of(source: SourceFile, frame: pl.DataFrame, today: Callable[[], date | None]) -> Imports:
    """The imports among rows that are not dated in the future."""
    ahead = in_the_future(frame, today())
    refused = source.refuse(frame, ahead, "period", "in_the_future")
    imports = frame.filter(~ahead, pl.col("flow") == "import")
    others = len(frame) - len(imports) - int(ahead.sum())
    return Imports(
        imports.with_columns(source=pl.col("source").fill_null("")),
        frame["line"].filter(pl.Series(~ahead)),
        refused,
        {"quarantined": int(ahead.sum()), "not_imports": others},
    )


class Flows:
    """Owns the ledger of statistical cells; a later vintage restates a `group` of them whole."""

    def __init__(self, state: IngestState, group: Sequence[str] = GROUP) -> None:
        self._state, self._group = state, group
        self._ledger = FlowLedger(Pages(state.store, LEDGER))
        for page, payload in state.store.pages(LEDGER):
            self._ledger.remember(page, np.frombuffer(payload, CELL))

    def take(self, source: SourceFile, progress: FileProgress) -> Iterator[Progress]:
        """A statistics file goes period by period, oldest first."""
        state = self._state
        piece = state.journal.awaited(source, source.whole())
        imports = imports_of(source, piece.frame, state.today)
        refused = rejected(source, piece.rejects) + imports.refused
        if progress.steps == 0:
            state.journal.count(piece.counts)
            state.journal.count(imports.counts)
            state.journal.check(imports.lines, refused)
        months = imports.frame["month"].unique().sort().to_list()
        parts = {key[0]: part for key, part in imports.frame.partition_by("month", as_dict=True).items()}
        for place, month in enumerate(months[progress.steps :], progress.steps):
            step = IngestCommit(rejects=refused if place == 0 else [])
            rows = self._period(source, parts[month], month, step)
            progress.steps = place + 1
            state.finish(step, source, progress)
            yield Progress(source.name, month_text(month), rows, len(months) - place - 1)
        yield state.end(source, progress, refused if not months else [], state.position.last_as_of)

    def _period(self, source: SourceFile, frame: pl.DataFrame, month: int, step: IngestCommit) -> int:
        batch, position = self.fold(source, frame, step), self._state.position
        for number in np.unique(batch["feed"]).tolist():
            known = position.interned.feeds[number]
            newest = int(batch["vintage"][batch["feed"] == number].max())
            mark = marks.file_period(position, month, newest, (known.reporter, known.source))
            step.entries += self._state.everywhere(mark)
        return len(batch)

    def fold(self, source: SourceFile, frame: pl.DataFrame, step: IngestCommit) -> Rows:
        """Fold imports into the ledger; gives the cells that it was given."""
        state, settings = self._state, self._state.settings
        interned = state.position.interned
        frame = cif_where_stated(frame) if settings.cif_where_stated else frame
        frame = named_restated(frame, settings.editions)
        feed = interned.feed_numbers(frame, settings.reporting_currency)
        frame, feed = state.converted(source, interned.named_apart(frame, feed), feed, step)
        state.journal.check_share(step.rejects)
        page = state.position.next_page[LEDGER]
        batch = cells(frame, interned, feed, state.offsets(frame), self._group)
        if not len(frame):
            return batch
        came = self._ledger.take(page, batch, adds=bool(source.given_as.mends))
        state.journal.count({**came.counts, "quarantined": len(came.collisions)})
        state.journal.saw(source, frame)
        other = flags_at(came.collisions, len(frame))
        step.rejects += source.refuse(frame, other, "product", "key_collision")
        state.store_page(step, LEDGER, came.page)
        state.append(step, restated(came.contributions, interned.feeds))
        return batch
