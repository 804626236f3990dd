"""The one who tells the time where several raw partitions are read side by side.

Each raw partition says how far its contributions have reached the log. From that the marks follow: a week or
month of declarations closes when every partition that still has messages to read has left it behind; a month
of statistics when their topic has been read to its end; what came is judged at once when all is read, and
every so often before. There is one timekeeper, so its marks never run backwards and none is ignored.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.periods import day_of, month_of, week_of
from tidegauge.domain.records import RecordKind
from tidegauge.ingest import marks
from tidegauge.ingest.position import Position

_FACTS = (RecordKind.DECLARATION, RecordKind.FLOW)
Period = tuple[str, str, int, int, int]  # reporter, source, month, newest vintage (day), offset of the last


class RawProgress(msgspec.Struct, frozen=True):
    """How far one raw partition has come; all of it is in the records log already."""

    kind: RecordKind
    following: int  # offset of the next message
    rows: int
    oldest_day: int  # of acceptance, days since 1970; -1: none
    newest_day: int
    is_idle: bool  # read to its end
    periods: list[Period] = []


class Told(msgspec.Struct):
    """What the timekeeper has written."""

    last_as_of: str = ""
    closed_to: int = -1
    week_closed_to: int = -1
    rows: int = 0  # of all raw partitions, at the last mark
    ruleset: str = ""
    live_from: int = -1
    judged: dict[str, int] = {}  # raw partition -> its periods below this offset have had their marks


class Timekeeper:
    """Decides which blocks the records log needs now; `told` is what must be kept of it."""

    def __init__(self, told: Told, close_days: int, raw_partitions: int, books: int = 0) -> None:
        """`raw_partitions`: of declarations; `books`: how many raw partitions hold reference records."""
        self.told, self._close_days, self._raw_partitions = told, close_days, raw_partitions
        self._books = books
        self._position = Position(
            last_as_of=told.last_as_of, closed_to=told.closed_to, week_closed_to=told.week_closed_to
        )

    def rules(self, record: dict[str, Any], live_from: int) -> list[Block]:
        """The rules, if the log does not have them yet; what is known is judged by them at once."""
        if self.told.ruleset == record["hash"]:
            return []
        if self.told.live_from < 0:
            self.told.live_from = live_from
        self.told.ruleset = record["hash"]
        row = {**record, "live_from": self.told.live_from}
        blocks = [Block(BlockKind.RECORDS, {"record": "ruleset", "rows": [row]})]
        if self.told.last_as_of:
            blocks.append(marks.batch(self._position, self.told.last_as_of))
        return blocks

    def due(self, known: Mapping[str, RawProgress], *, hurried: bool) -> list[Block]:
        """The marks due; `hurried`: judge what came before the end of what is being read.

        A month closes as soon as it can: its successors' weeks would push its own out of the panel. Prices,
        rates and the like are read first: what is judged without them is told twice, of the last year alone.
        """
        books = [one.is_idle for one in known.values() if one.kind not in _FACTS]
        if len(books) < self._books or not all(books):
            return []
        rows, blocks = sum(one.rows for one in known.values()), [*self._closes(known)]
        self.told.closed_to, self.told.week_closed_to = (
            self._position.closed_to,
            self._position.week_closed_to,
        )
        self.told.last_as_of = self._position.last_as_of
        if not (hurried or all(one.is_idle for one in known.values())):
            return blocks
        periods = self._periods(known)
        blocks += [self._period(*period[:4]) for period in periods]
        as_of = marks.newest_instant(self._position) if self._position.newest_day >= 0 else ""
        if (rows != self.told.rows or periods) and (as_of or self._position.last_as_of):
            blocks.append(marks.batch(self._position, max(as_of, self._position.last_as_of)))
        read = {name: one.following for name, one in known.items() if one.is_idle and one.periods}
        self.told.judged |= read
        self.told.rows, self.told.last_as_of = rows, self._position.last_as_of
        return blocks

    def _closes(self, known: Mapping[str, RawProgress]) -> Iterator[Block]:
        declared = [one for one in known.values() if one.kind is RecordKind.DECLARATION]
        dated = [one for one in declared if one.oldest_day >= 0]
        busy = [one.newest_day for one in declared if not one.is_idle]
        if len(declared) < self._raw_partitions or not dated or min(busy, default=0) < 0:
            return
        self._position.newest_day = min(busy) if busy else max(one.newest_day for one in dated)
        oldest = day_of(min(one.oldest_day for one in dated))
        if self._position.closed_to < 0:
            self._position.closed_to = month_of(oldest) - 1
        if self._position.week_closed_to < 0:
            self._position.week_closed_to = week_of(oldest) - 1
        yield from marks.closes(self._position, self._close_days)

    def _periods(self, known: Mapping[str, RawProgress]) -> list[Period]:
        """Months of statistics, oldest first, whose topic has been read to its end since they were judged."""
        found = [
            period
            for name, one in known.items()
            for period in one.periods
            if one.is_idle and period[4] >= self.told.judged.get(name, 0)
        ]
        return sorted(found, key=lambda period: (period[2], period[0], period[1]))

    def _period(self, reporter: str, source: str, month: int, day: int) -> Block:
        return marks.file_period(self._position, month, day, (reporter, source))
