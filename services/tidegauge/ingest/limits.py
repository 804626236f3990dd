"""When a feed is so broken that it is paused rather than poured into quarantine.

A file most of whose rows cannot be taken has changed its format, or is not what it is said to be: it waits,
whole, until somebody has looked. Both limits are the operator's choice.
"""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Ints


class FeedPausedError(Exception):
    """A file was not taken, or not to its end, because its feed is paused; nothing of it is lost."""

    def __init__(self, feed: str, reason: str) -> None:
        super().__init__(f"feed {feed} is paused: {reason}")
        self.feed, self.reason = feed, reason


@dataclass(frozen=True, slots=True)
class InvalidLimit:
    """How many rows of a file may be refused; 0 switches a limit off."""

    max_share: float = 0.5  # of the rows read
    min_rows: int = 100  # a share of fewer says nothing
    max_run: int = 1000  # refused rows in a row

    def judge(self, read: int, refused: int, run: int) -> str:
        """Why the file goes too far; empty if it does not."""
        if self.max_run and run > self.max_run:
            return f"{run:,} rows in a row cannot be taken"
        if self.max_share and read >= self.min_rows and refused > self.max_share * read:
            return f"{refused:,} of the {read:,} rows read so far cannot be taken"
        return ""


def longest_run(good: Ints, bad: Ints, before: int = 0) -> tuple[int, int]:
    """The longest run of refused rows, and the one at the end, by the lines where rows stand.

    `before`: refused rows at the end of what came before. (0, 0) where lines are in no order, as in a folder.
    """
    if (np.diff(good) < 0).any():
        return 0, 0
    if not len(bad):
        return before, 0 if len(good) else before
    lines = np.concatenate([good, bad])
    is_good = np.arange(len(lines)) < len(good)
    places = np.flatnonzero(is_good[np.argsort(lines, kind="stable")])
    if not len(places):
        return before + len(bad), before + len(bad)
    gaps = np.diff(places) - 1
    at_end = len(lines) - 1 - int(places[-1])
    return max(before + int(places[0]), at_end, int(gaps.max(initial=0))), at_end
