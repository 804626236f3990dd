"""What each rule said about each subject that ever fired, and what the world was told of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.episodes import Announced, Code
from tidegauge.domain.panel.growing import Growing
from tidegauge.domain.panel.panel import YEARS_KEPT
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import MONTHS_A_YEAR

MONTHS_KEPT = YEARS_KEPT * MONTHS_A_YEAR


class TrackKey(NamedTuple):
    """A rule and its subject: a series id, or a group id for the unit PRODUCT."""

    rule: str
    unit: Unit
    subject: int


@dataclass(slots=True)
class Track:
    """Signal codes by month, under one rule version, and the episodes announced."""

    version: str
    codes: dict[int, int] = field(default_factory=dict)
    announced: list[Announced] = field(default_factory=list)

    def say(self, month: int, code: int) -> bool:
        """Note what the rule said about a month; returns whether that is new."""
        if self.codes.get(month, Code.UNKNOWN) == code:
            return False
        self.codes[month] = code
        if len(self.codes) > MONTHS_KEPT:
            newest = max(self.codes)
            self.codes = {when: said for when, said in self.codes.items() if when > newest - MONTHS_KEPT}
        return True

    def at_rest(self, month: int, fire_after: int, clear_after: int) -> bool:
        """Whether another clear month after all others can change nothing that the codes fold to.

        So it is while nothing told is open, the last episode has its clear months, and one fired month
        makes an episode (of several, a clear one in between must be remembered).
        """
        if fire_after > 1 or not all(told.over for told in self.announced):
            return False
        fired = max((when for when, code in self.codes.items() if code >= Code.FIRED), default=0)
        clear = sum(code == Code.CLEAR and when > fired for when, code in self.codes.items())
        return clear >= clear_after and month - MONTHS_KEPT < fired

    def silent(self, oldest: int) -> bool:
        """Whether nothing fired in the months kept, and nothing announced is open or could come back.

        What could come back (it lies in months from `oldest` on) is kept: it would have the same id, and its
        events go on counting.
        """
        fired = any(code >= Code.FIRED for code in self.codes.values())
        return not fired and all(told.over and told.last_fired < oldest for told in self.announced)


class Tracks:
    """All tracks of a partition; only subjects that fired have one."""

    def __init__(self) -> None:
        self._tracks: dict[TrackKey, Track] = {}
        self._bits: dict[str, np.uint64] = {}  # of each rule, by the order in which they came
        self._has = {unit: Growing(np.uint64) for unit in Unit}  # [subject] the rules with a track
        self.changed: set[TrackKey] = set()

    def __len__(self) -> int:
        """How many tracks exist."""
        return len(self._tracks)

    def __iter__(self) -> Iterator[tuple[TrackKey, Track]]:
        """Every track with its key."""
        return iter(self._tracks.items())

    def get(self, key: TrackKey) -> Track | None:
        """A track, if there is one."""
        return self._tracks.get(key)

    def put(self, key: TrackKey, track: Track) -> None:
        """Enter or replace a track."""
        self._tracks[key] = track
        has = self._has[key.unit]
        has.reach(key.subject + 1)
        has.data[key.subject] |= self._bit(key.rule)

    def drop(self, key: TrackKey) -> None:
        """Forget a track that says nothing any more."""
        del self._tracks[key]
        self._has[key.unit].data[key.subject] &= ~self._bit(key.rule)

    def having(self, rules: Iterable[str], unit: Unit, subjects: Ints) -> Bools:
        """[n] whether a subject has a track of any of some rules."""
        has = self._has[unit]
        has.reach(int(subjects.max(initial=-1)) + 1)
        wanted = np.bitwise_or.reduce([self._bit(rule) for rule in rules])
        there: Bools = (has.data[subjects] & wanted) != 0
        return there

    def _bit(self, rule: str) -> np.uint64:
        return self._bits.setdefault(rule, np.uint64(1 << len(self._bits)))
