"""Replay: the same ingest and the same partition step over files, as fast as it goes, nothing stored.

By default a history is told month after month, as if each month had been published when it closed, from
the newest vintages allowed; `as published` takes files and vintages in the order given, like a live run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tidegauge.domain.alerts import Alert
from tidegauge.domain.arrays import AnyArray
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.ledger.contributions import COLUMNS, LINE_COLUMNS
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import closed_at
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.taking.progress import Progress
from tidegauge.monitor.service import Monitor
from tidegauge.monitor.step import Output
from tidegauge.runtime.clock import today
from tidegauge.runtime.events import MemoryEvents
from tidegauge.runtime.log import IngestCommit, Rejected
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore
from tidegauge.runtime.wire import decode_block, encode_block

FROM_THE_START = 0  # every period of a replay is a live one


@dataclass(slots=True)
class Summary:
    """What a replay came to."""

    counts: dict[str, int] = field(default_factory=dict)
    series: int = 0
    rejects: list[Rejected] = field(default_factory=list)
    without_rates: list[str] = field(default_factory=list)  # currencies that thresholds cannot be held to


class Replay:
    """One run over some files."""

    def __init__(
        self,
        ruleset: Ruleset,
        *,
        as_published: bool = False,
        observe: Callable[[Output], None] | None = None,
        settings: IngestSettings | None = None,
    ) -> None:
        self.summary = Summary()
        self._as_published, self._observe = as_published, observe
        self._store = MemoryIngestStore()
        self._ingestor = Ingestor(self._store, settings or IngestSettings(), today)
        self._ingestor.set_rules(ruleset.to_record(), FROM_THE_START)

    def read(self, sources: Sequence[SourceFile]) -> Iterator[Progress]:
        """Take every file into the ledger; yields after each period or batch."""
        for source in sources:
            yield from self._ingestor.take(source)
            for name, count in self._ingestor.progress(source).counts.items():
                self.summary.counts[name] = self.summary.counts.get(name, 0) + count
        self.summary.rejects = self._store.rejects

    def run(self) -> Iterator[list[Alert]]:
        """The alerts, mark by mark."""
        store = self._store if self._as_published else by_month(self._store)
        monitor = Monitor(
            store.log(),
            MemoryStateStore(MemoryEvents()),
            0,
            observe=self._observe,
            keep_evaluations=self._observe is not None,
        )
        yield from monitor.drain()
        self.summary.series = len(monitor.step.panel.series)
        self.summary.without_rates = monitor.without_rates()


def by_month(store: MemoryIngestStore) -> MemoryIngestStore:
    """The same records and contributions in another log: month after month, a mark when each closes."""
    blocks = [decode_block(payload) for payload in store.entries[0]]
    told = MemoryIngestStore()
    records = [block for block in blocks if block.kind is BlockKind.RECORDS]
    told.commit(IngestCommit(entries=[(0, encode_block(block)) for block in records]))
    pieces = [block for block in blocks if block.kind is BlockKind.CONTRIBUTIONS]
    if not pieces:
        return told
    header = {**pieces[-1].header, "vintages": _vintages(pieces)}  # feeds and units only ever grow
    columns = _joined(pieces, header["vintages"])
    months = columns["month"]
    bounds = np.append(np.flatnonzero(np.diff(months, prepend=-1)), len(months))
    for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        rows = {name: column[start:stop] for name, column in columns.items()}
        month = int(months[start])
        entries = [Block(BlockKind.CONTRIBUTIONS, header, rows)]
        entries += [_mark(Feed(*header["feeds"][feed]), month) for feed in np.unique(rows["feed"]).tolist()]
        told.commit(IngestCommit(entries=[(0, encode_block(block)) for block in entries]))
    return told


def _joined(pieces: list[Block], vintages: list[str]) -> dict[str, AnyArray]:
    """All contributions in order of month, numbered anew, with vintages by one common list."""
    place = {vintage: number for number, vintage in enumerate(vintages)}
    names = [name for name, _ in (*COLUMNS, *LINE_COLUMNS) if any(name in b.columns for b in pieces)]
    columns = {name: np.concatenate([_column(b, name) for b in pieces]) for name in names}
    columns["vintage"] = np.concatenate(
        [np.array([place[v] for v in b.header["vintages"]], np.int16)[b.columns["vintage"]] for b in pieces]
    )
    order = np.argsort(columns["month"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    columns["raw_offset"] = np.arange(len(order))
    return columns


def _column(block: Block, name: str) -> AnyArray:
    """A column of a block; statistics have none of the columns of lines, which are nothing there."""
    if name in block.columns:
        return block.columns[name]
    return np.zeros(len(block), dict(LINE_COLUMNS)[name])


def _vintages(pieces: list[Block]) -> list[str]:
    return sorted({vintage for block in pieces for vintage in block.header["vintages"]})


def _mark(feed: Feed, month: int) -> Block:
    header = {
        "as_of": closed_at(month),
        "reason": "file_period",
        "closes": month,
        "feed": [feed.reporter, feed.source],
    }
    return Block(BlockKind.MARK, header)
