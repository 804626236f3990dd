"""Prices, rates and the like: whole files, to every partition."""

from collections.abc import Iterator

import polars as pl

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.position import FileProgress
from tidegauge.ingest.reference import record_blocks
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.state import IngestState
from tidegauge.ingest.taking.progress import Progress
from tidegauge.ingest.taking.refusing import rejected
from tidegauge.runtime.log import IngestCommit


class References:
    """Records that keep no ledger: they count from the next mark on."""

    def __init__(self, state: IngestState) -> None:
        self._state = state

    def take(self, source: SourceFile, progress: FileProgress) -> Iterator[Progress]:
        """A file goes in one step."""
        state = self._state
        piece = state.journal.awaited(source, source.whole())
        step = IngestCommit(rejects=rejected(source, piece.rejects))
        state.journal.count(piece.counts)
        self.append(source, piece.frame, step)
        state.journal.check(piece.frame["line"], step.rejects)
        progress.done = True
        state.finish(step, source, progress)
        yield Progress(source.name, str(source.kind), len(piece.frame), 0)

    def append(self, source: SourceFile, frame: pl.DataFrame, step: IngestCommit) -> None:
        """Rows as blocks of every partition; exchange rates hold for what is converted from now on."""
        state = self._state
        for block in record_blocks(source.kind, frame):
            if source.kind is RecordKind.FX:
                state.rates.take(block.header["rows"])
            step.entries += state.everywhere(block)
        state.journal.count({"accepted": len(frame)})
        state.journal.saw(source, frame)
