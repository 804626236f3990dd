"""Raw topics: one JSON record a message, through the same validation and ledgers as files.

A partition of a raw topic is a raw partition of its own, with its own ledger; the offset of a message is its
place in the raw log. Nothing here writes marks: several partitions share one time, see `timekeeper`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl

from tidegauge.domain.arrays import Ints
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.ingest import switch
from tidegauge.ingest.cells import GROUP
from tidegauge.ingest.feeds.base import FeedOptions, TextBatch
from tidegauge.ingest.json_messages import Messages
from tidegauge.ingest.limits import FeedPausedError, longest_run
from tidegauge.ingest.mending import CANONICAL
from tidegauge.ingest.position import load_progress
from tidegauge.ingest.reference import record_blocks
from tidegauge.ingest.rejects import RAW_LIMIT, Reject
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import Given, SourceFile
from tidegauge.ingest.state import IngestState
from tidegauge.ingest.taking.declarations import Declarations
from tidegauge.ingest.taking.flows import Flows, imports_of
from tidegauge.ingest.taking.references import References
from tidegauge.ingest.taking.refusing import rejected
from tidegauge.ingest.validation import TypedBatch, validate
from tidegauge.runtime.log import IngestCommit, IngestStore, Rejected

NO_KEY: Final = "message_without_key"  # versions of one record could lie in different partitions
EMPTY: Final = "empty_message"
RECENT_MESSAGES: Final = 1000  # operator's choice: a share of faults is one of about so many messages
# A message is one cell; its group's other cells may lie anywhere, so each cell is restated by itself.
CELL_GROUP: Final = (*GROUP, "origin")
STATE: Final = "topic"  # name of the document
_RATES: Final = Messages(RECORDS[RecordKind.FX])


class RawMessage(NamedTuple):
    """One message of a raw topic."""

    offset: int
    key: bytes | None
    value: bytes | None


class Recent(NamedTuple):
    """What the limit of a topic's faults looks at."""

    read: int = 0  # of the last messages
    refused: int = 0
    run: int = 0  # refused ones in a row, up to the last


@dataclass(slots=True)
class TopicState:
    """Where the ingest of one raw partition stands, stored with its ledger."""

    following: int = 0  # offset of the next message
    rows: int = 0  # taken since the beginning
    oldest_day: int = -1  # of acceptance among declarations, days since 1970
    newest_day: int = -1
    periods: dict[str, tuple[str, str, int, int, int]] = field(default_factory=dict)
    recent: Recent = field(default_factory=Recent)


def topic_state(stored: bytes | None) -> TopicState:
    """A state as it was stored; the first one where none was."""
    return TopicState() if stored is None else msgspec.msgpack.decode(stored, type=TopicState)


class _RawState(IngestState):
    """The state of one raw partition: the place of a row in the raw log is the offset of its message."""

    def offsets(self, frame: pl.DataFrame) -> Ints:
        """[n] what each row's `line` says."""
        offsets: Ints = frame["line"].to_numpy()
        return offsets


class TopicIngestor:
    """Takes one partition of one raw topic, in order, each batch in one transaction."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it is, and what every ingestor takes
        self,
        store: IngestStore,
        kind: RecordKind,
        name: str,
        raw_partition: int,
        settings: IngestSettings,
        today: Callable[[], date | None] = lambda: None,
    ) -> None:
        one_by_one = replace(settings, limit=None)  # of a topic; a file's limit is not asked
        self._ingest = _RawState(store, one_by_one, today, lambda: "", raw_partition)
        self._flows, self._declarations = Flows(self._ingest, CELL_GROUP), Declarations(self._ingest)
        self._references = References(self._ingest)
        self.state = topic_state(store.document(STATE))
        self._messages = Messages(RECORDS[kind])
        self._limit = settings.limit
        self.took: dict[str, int] = {}  # what became of the last messages, by outcome
        given = Given(name=name, feed=name)
        self._source = SourceFile(
            Path(name), kind, CANONICAL, FeedOptions(kind=kind), f"topic:{name}", "", given_as=given
        )

    def know_rates(self, rows: Sequence[dict[str, Any]]) -> None:
        """Enter exchange rates; they are stored with the next messages."""
        self._ingest.rates.take(rows)

    def take_messages(self, messages: Sequence[RawMessage]) -> int:
        """Take the next messages; those below `state.following` are known. Gives how many were new."""
        fresh = [message for message in messages if message.offset >= self.state.following]
        if not fresh:
            return 0
        source, refused = self._source, list[Rejected]()
        progress = load_progress(self._ingest.store, source.digest, source.name)
        before = dict(progress.counts)
        progress.feed, progress.format_name, progress.arrived = source.feed, source.format_name, "-"
        self._ingest.journal.begin(source, progress)
        batch = self._typed(fresh, refused)
        recent = self._judged(fresh, batch.rows["line"].to_numpy(), refused)
        self._ingest.journal.count({"read": len(fresh), "quarantined": len(refused)})
        pieces = list(self._pieces(batch.rows, refused))
        ends = [int(piece["line"][0]) for piece in pieces[1:]] + [fresh[-1].offset + 1]
        for piece, end in zip(pieces, ends, strict=True):
            step = IngestCommit(rejects=[one for one in refused if self.state.following <= one.line < end])
            self._taken(piece, step)
            self.state.following, self.state.recent = end, recent
            step.documents[STATE] = msgspec.msgpack.encode(self.state)
            self._ingest.finish(step, source, progress)
        self.took = {name: count - before.get(name, 0) for name, count in progress.counts.items()}
        return len(fresh)

    def _judged(self, messages: Sequence[RawMessage], good: Ints, refused: list[Rejected]) -> Recent:
        """The last messages with these; raises FeedPausedError where too many are refused.

        The messages up to which somebody let the topic go on pass.
        """
        bad, before, limit = [one.line for one in refused], self.state.recent, self._limit
        longest, run = longest_run(good, np.sort(np.array(bad, np.int64)), before.run)
        if before.read >= RECENT_MESSAGES:
            before = Recent(before.read // 2, before.refused // 2)
        now = Recent(before.read + len(messages), before.refused + len(bad), run)
        store, name = self._ingest.store, self._source.name
        passed = store.document(switch.ANYWAY + name)
        if limit is None or (passed and messages[0].offset < int(passed)):
            return Recent()
        reason = limit.judge(now.read, now.refused, longest)
        if reason:
            raise FeedPausedError(name, reason)
        return now

    def _typed(self, messages: Sequence[RawMessage], refused: list[Rejected]) -> TypedBatch:
        """Validated rows whose `line` is their offset; the others are refused."""
        good = [message for message in messages if message.key and message.value and message.value.strip()]
        if len(good) < len(messages):
            refused += self._not_good(messages)
        offsets = np.array([message.offset for message in good], np.int64)
        rows = self._messages.rows([message.value or b"" for message in good])
        bad = [
            Reject(self._source.name, int(offsets[one.line]), "", one.reason, one.raw[:RAW_LIMIT])
            for one in rows.bad
        ]
        lines = pl.Series("line", offsets[rows.lines.to_numpy()], pl.Int64)
        batch = validate(TextBatch(self._source.kind, rows.frame, lines, rows.raw, bad), self._source.name)
        refused += rejected(self._source, batch.rejects)
        return batch

    def _not_good(self, messages: Sequence[RawMessage]) -> Iterator[Rejected]:
        for message in messages:
            if not (message.value and message.value.strip()):
                yield Rejected(self._source.name, message.offset, "", EMPTY, "")
            elif not message.key:
                raw = message.value.decode("utf-8", errors="backslashreplace")[:RAW_LIMIT]
                yield Rejected(self._source.name, message.offset, "", NO_KEY, raw)

    def _pieces(self, frame: pl.DataFrame, refused: list[Rejected]) -> Iterator[pl.DataFrame]:
        """What is taken in one transaction each: everything, but of cells only one version at a time."""
        if self._source.kind is not RecordKind.FLOW:
            yield frame
            return
        imports = imports_of(self._source, frame, self._ingest.today)
        refused += imports.refused
        self._ingest.journal.count(imports.counts)
        yield from without_repeats(imports.frame)

    def _taken(self, frame: pl.DataFrame, step: IngestCommit) -> None:
        self.state.rows += len(frame)
        if self._source.kind is RecordKind.DECLARATION:
            self._note_days(self._declarations.fold(self._source, frame, step))
        elif self._source.kind is RecordKind.FLOW:
            self._note_periods(self._flows.fold(self._source, frame, step))
        else:
            self._references.append(self._source, frame, step)

    def _note_periods(self, batch: Rows) -> None:
        """Remember which months of which feeds were touched, until a mark has judged them."""
        feeds, both = self._ingest.position.interned.feeds, np.stack([batch["feed"], batch["month"]], axis=1)
        for number, month in np.unique(both, axis=0).tolist():
            feed, rows = feeds[number], batch[(both == (number, month)).all(axis=1)]
            name = f"{feed.reporter}|{feed.source}|{month}"
            known = self.state.periods.get(name)
            day = max(int(rows["vintage"].max()), known[3] if known else -1)
            self.state.periods[name] = (feed.reporter, feed.source, month, day, int(rows["raw_offset"].max()))

    def forget_periods(self, before: int) -> None:
        """Marks have judged what was touched below this offset; stored with the next batch."""
        judged = [name for name, period in self.state.periods.items() if period[4] < before]
        for name in judged:
            del self.state.periods[name]

    def _note_days(self, batch: Rows) -> None:
        days = batch["day"][batch["day"] > 0].astype(np.int64)
        if len(days):
            oldest, state = int(days.min()), self.state
            state.oldest_day = oldest if state.oldest_day < 0 else min(oldest, state.oldest_day)
            state.newest_day = max(state.newest_day, int(days.max()))


def rates_of(messages: Sequence[RawMessage]) -> list[dict[str, Any]]:
    """The canonical rows of messages with exchange rates; what cannot be read is left out here."""
    texts = [message.value for message in messages if message.key and message.value]
    rows = _RATES.rows(texts)
    batch = validate(TextBatch(RecordKind.FX, rows.frame, rows.lines, rows.raw), "rates")
    return [row for block in record_blocks(RecordKind.FX, batch.rows) for row in block.header["rows"]]


def without_repeats(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Consecutive pieces in which no cell occurs twice: the ledger would add them up as rows of one file."""
    start = 0
    while start < len(frame) or start == 0:
        rest = frame[start:]
        first = rest.select(pl.struct(CELL_GROUP).is_first_distinct()).to_series()
        stop = len(rest) if first.all() else int((~first).arg_true()[0])
        yield rest[:stop]
        start += max(stop, 1)
