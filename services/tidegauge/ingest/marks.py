"""Marks: when the rules run. Their instants come from the data, so that the same files give the same log."""

from collections.abc import Iterator
from datetime import timedelta

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.periods import closed_at, day_of, first_day, month_of
from tidegauge.ingest.position import Position


def file_period(position: Position, month: int, day: int, feed: tuple[str, str]) -> Block:
    """A month of a statistics file is in: published on `day` (days since 1970), not before it was over."""
    return _mark(position, max(_midnight(day), closed_at(month)), "file_period", month, feed)


def batch(position: Position, as_of: str, feed: tuple[str, str] | None = None) -> Block:
    """A flushed batch, or the end of a file."""
    return _mark(position, as_of, "batch", None, feed)


def month_closes(position: Position, days_after: int) -> Iterator[Block]:
    """The months that the newest acceptance has left behind by more than `days_after` days."""
    newest = day_of(position.newest_day)
    if position.newest_day < 0:
        return
    month = month_of(newest - timedelta(days=days_after)) - 1
    first = position.closed_to + 1 if position.closed_to >= 0 else month
    for closing in range(first, month + 1):
        position.closed_to = closing
        over = first_day(closing + 1) + timedelta(days=days_after)
        yield _mark(position, f"{over.isoformat()}T00:00:00Z", "month_close", closing, None)


def newest_instant(position: Position) -> str:
    """Midnight of the newest acceptance."""
    return _midnight(position.newest_day)


def _midnight(day: int) -> str:
    return f"{day_of(day).isoformat()}T00:00:00Z"


def _mark(
    position: Position, as_of: str, reason: str, closes: int | None, feed: tuple[str, str] | None
) -> Block:
    position.last_as_of = max(position.last_as_of, as_of)  # time never runs backwards in the log
    header = {
        "as_of": position.last_as_of,
        "reason": reason,
        "closes": closes,
        "feed": None if feed is None else list(feed),
    }
    return Block(BlockKind.MARK, header)
