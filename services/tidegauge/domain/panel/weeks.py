"""The ISO weeks behind the rows of a view: of declarations alone; statistics have none, and give nothing."""

from collections.abc import Callable
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Ints
from tidegauge.domain.panel.amounts import Amounts, group_sums
from tidegauge.domain.panel.beside import Beside, of_groups, of_series
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.members import Members
from tidegauge.domain.panel.panel import FeedState
from tidegauge.domain.sources import is_declarations

NO_WEEK: Final = -1
_AMOUNTS: Final = ("mass_g", "value_e4")


class Weeks:
    """The weeks of rows that are series or whole groups of the panel; of any other rows there are none."""

    def __init__(self, panel: Ground | None, members: Members | None, rows: Ints, *, whole: bool) -> None:
        """`rows` [n]: places among the members, or among the groups where rows are `whole` groups."""
        self._panel, self._members, self._rows, self._whole = panel, members, rows, whole

    @staticmethod
    def none(rows: int) -> "Weeks":
        """No weeks behind so many rows."""
        return Weeks(None, None, np.zeros(rows, np.int64), whole=False)

    def take(self, rows: Ints) -> "Weeks":
        """The same behind some rows."""
        return Weeks(self._panel, self._members, self._rows[rows], whole=self._whole)

    def closed_to(self) -> Ints:
        """[n] the newest complete week of each row's feed; NO_WEEK for statistics."""
        return self._of_feeds(lambda state: state.week_closed_to)

    def known_from(self) -> Ints:
        """[n] the first week of which everything is held."""
        return self._of_feeds(FeedState.weeks_known_from)

    def mass_g(self, first: int, last: int) -> Ints:
        """[n, last - first + 1] the rows' own mass over an inclusive window of weeks."""
        if self._panel is None or self._members is None:
            return np.zeros((len(self._rows), last - first + 1), np.int64)
        ring = self._panel.rings["weeks"]
        if not self._whole:
            return ring.windows(self._members.series[self._rows], first, last, ("mass_g",))[0]
        groups, which = np.unique(self._rows, return_inverse=True)
        members, _ = self._members.of(groups)
        mass = ring.windows(members.series, first, last, ("mass_g",))[0]
        return group_sums(mass, members.starts, ~members.intra)[which]

    def amounts(self, first: int, last: int) -> Beside:
        """The rows' amounts and what stands beside them, over an inclusive window of weeks."""
        if self._panel is None or self._members is None:
            nothing = np.zeros((len(self._rows), last - first + 1), np.int64)
            none = Amounts(nothing, nothing, nothing, nothing)
            return Beside(none, none, None, nothing)
        places = self._rows if self._whole else self._members.place[self._rows]
        groups, which = np.unique(places, return_inverse=True)
        members, kept = self._members.of(groups)
        weeks, lone = (
            self._panel.rings[name].windows(members.series, first, last, _AMOUNTS)
            for name in ("weeks", "unpaired_weeks")
        )
        amounts = Amounts(*weeks, *lone)
        if self._whole:
            return of_groups(members, amounts).take(which)
        return of_series(members, amounts, np.searchsorted(kept, self._rows))

    def _of_feeds(self, say: Callable[[FeedState], int]) -> Ints:
        """[n] what the feeds of declarations say of themselves; NO_WEEK for all others."""
        if self._panel is None or self._members is None:
            return np.full(len(self._rows), NO_WEEK)
        table = self._panel.series
        if self._whole:
            feed = table.group_feed.data[self._members.groups[self._rows]]
        else:
            feed = table.feed.data[self._members.series[self._rows]]
        states = self._panel.feeds
        said = [say(one) if is_declarations(one.feed.source) else NO_WEEK for one in states]
        found: Ints = np.array(said, np.int64)[feed]
        return found
