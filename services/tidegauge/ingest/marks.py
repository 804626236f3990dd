"""Marks: when the rules run. Their instants come from the data, so that the same files give the same log."""

from datetime import timedelta

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.periods import closed_at, day_of, first_day, month_of, week_of, week_start
from tidegauge.ingest.position import Position


def file_period(position: Position, month: int, day: int, feed: tuple[str, str]) -> Block:
    """A month of a statistics file is in: published on `day` (days since 1970), not before it was over."""
    return _mark(position, max(_midnight(day), closed_at(month)), "file_period", month, feed)


def batch(position: Position, as_of: str, feed: tuple[str, str] | None = None) -> Block:
    """A flushed batch, or the end of a file."""
    return _mark(position, as_of, "batch", None, feed)


def closes(position: Position, days_after: int) -> list[Block]:
    """The weeks and months that the newest acceptance has left behind by more than `days_after` days.

    They come in order of time; of a week and a month that end together the week comes first.
    """
    if position.newest_day < 0:
        return []
    passed = day_of(position.newest_day) - timedelta(days=days_after)
    week, month = week_of(passed) - 1, month_of(passed) - 1
    weeks = range(position.week_closed_to + 1 if position.week_closed_to >= 0 else week, week + 1)
    months = range(position.closed_to + 1 if position.closed_to >= 0 else month, month + 1)
    ends = [(week_start(one + 1), "week_close", one) for one in weeks]
    ends += [(first_day(one + 1), "month_close", one) for one in months]
    position.week_closed_to = max(position.week_closed_to, week)
    position.closed_to = max(position.closed_to, month)
    ends.sort(key=lambda end: (end[0], end[1] == "month_close"))
    return [
        _mark(position, f"{(over + timedelta(days=days_after)).isoformat()}T00:00:00Z", reason, one, None)
        for over, reason, one in ends
    ]


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
