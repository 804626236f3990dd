"""What every way of taking records shares: where ingest stands, and how a step is put together."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Ints
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.ledger.contributions import Columns, blocks
from tidegauge.domain.ledger.pages import Rows
from tidegauge.ingest import marks
from tidegauge.ingest.journal import Journal
from tidegauge.ingest.position import FileProgress, Position, documents, load_position
from tidegauge.ingest.rates import Rates
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.taking.progress import Progress
from tidegauge.runtime.log import IngestCommit, IngestStore, Rejected
from tidegauge.runtime.wire import encode_block

RAW_PARTITION = 0  # files form one raw partition; topics bring their own numbers


class IngestState:
    """Everything but the ledgers, as last committed and as the step under way changes it."""

    def __init__(
        self,
        store: IngestStore,
        settings: IngestSettings,
        today: Callable[[], date | None],
        now: Callable[[], str],
        raw_partition: int = RAW_PARTITION,
    ) -> None:
        self.store, self.settings, self.today = store, settings, today
        self._now, self._raw_partition = now, raw_partition
        self.load()

    def load(self) -> None:
        """Go back to what was last committed."""
        self.journal = Journal(self.store, self._now, self.settings.limit)
        self.position: Position = load_position(self.store)
        self.rates = Rates()
        self.rates.load(self.store.document)

    def offsets(self, frame: pl.DataFrame) -> Ints:
        """[n] where each row stands in the raw log."""
        first = self.position.next_raw_offset
        self.position.next_raw_offset += len(frame)
        return np.arange(first, first + len(frame))

    def converted(
        self, source: SourceFile, frame: pl.DataFrame, feed: Ints, step: IngestCommit
    ) -> tuple[pl.DataFrame, Ints]:
        """The rows in the currency of their feed; those that cannot be converted are refused."""
        converted, refusals = self.rates.convert(frame, feed, self.position.interned.feeds)
        if made := self.rates.fresh():
            block = Block(BlockKind.RECORDS, {"record": "conversion", "rows": made})
            step.entries += self.everywhere(block)
        refused = np.zeros(len(frame), bool)
        for rows, column, reason in refusals:
            step.rejects += source.refuse(frame, rows, column, reason)
            refused |= rows
        self.journal.count({"quarantined": int(refused.sum())})
        return converted.filter(~refused), feed[~refused]

    def everywhere(self, block: Block) -> list[tuple[int, bytes]]:
        """A block as entries of every partition."""
        payload = encode_block(block)
        return [(partition, payload) for partition in range(self.settings.partitions)]

    def append(self, step: IngestCommit, columns: Columns) -> None:
        """Contributions as entries of their products' partitions."""
        interned, partitions = self.position.interned, self.settings.partitions
        made = blocks(columns, interned.feeds, interned.units, self._raw_partition, partitions)
        step.entries += [(partition, encode_block(block)) for partition, block in made.items()]

    def store_page(self, step: IngestCommit, ledger: str, rows: Rows) -> None:
        """The next page of a ledger."""
        if len(rows):
            page = self.position.next_page[ledger]
            step.pages.append((ledger, page, rows.dtype.itemsize, rows.tobytes()))
            self.position.next_page[ledger] = page + 1

    def finish(self, step: IngestCommit, source: SourceFile, progress: FileProgress) -> None:
        """Commit a step with all that it changed."""
        self.journal.enter(step, source)
        step.documents |= documents(self.position, source.digest, progress) | self.rates.documents()
        self.store.commit(step)

    def end(
        self, source: SourceFile, progress: FileProgress, rejects: list[Rejected], as_of: str
    ) -> Progress:
        """Close a file with a batch mark, which evaluates whatever its periods left pending."""
        step = IngestCommit(rejects=rejects)
        self.position.rows_since_mark = 0
        step.entries += self.everywhere(marks.batch(self.position, max(as_of, self.position.last_as_of)))
        progress.done = True
        self.finish(step, source, progress)
        return Progress(source.name, "end of file", 0, 0)
