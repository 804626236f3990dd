"""Episodes: a pure fold over the signal codes of one rule and subject, with hysteresis.

A code says what the rule said about one month. Months that the rule could not speak about neither fire nor
clear. An episode begins with the first of `fire_after` consecutive fired months and ends with the last of
`clear_after` consecutive clear ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tidegauge.domain.alerts import SEVERITIES, Severity, Status
from tidegauge.domain.rules.second_family import SecondFamily

LONGEST = 84  # months of codes that a track keeps
MOVED_BY = 0.10  # a key figure that moves by a tenth is worth an `updated`


class Code(IntEnum):
    """What a rule said about a month; FIRED + n is a signal of severity n."""

    UNKNOWN = 0
    CLEAR = 1
    FIRED = 2


def fired_code(severity: int) -> int:
    """The code of a fired month with an index into SEVERITIES."""
    return Code.FIRED + severity


@dataclass(frozen=True, slots=True)
class Episode:
    """One run of signals."""

    start: int  # month
    last_fired: int
    severity: Severity  # of the last fired month
    resolved_at: int | None  # the month whose clear code ended it


def fold(codes: Mapping[int, int], fire_after: int, clear_after: int) -> list[Episode]:
    """The episodes in month-to-code pairs (any order), earliest first."""
    episodes: list[Episode] = []
    start, last_fired, severity = 0, 0, SEVERITIES[0]
    is_open, fired_run, clear_run = False, 0, 0
    for month in sorted(codes):
        code = codes[month]
        if code >= Code.FIRED:
            if not (is_open or fired_run):
                start = month
            fired_run, clear_run = fired_run + 1, 0
            last_fired, severity = month, SEVERITIES[code - Code.FIRED]
            is_open = is_open or fired_run >= fire_after
        elif code == Code.CLEAR:
            fired_run, clear_run = 0, clear_run + 1
            if is_open and clear_run >= clear_after:
                episodes.append(Episode(start, last_fired, severity, month))
                is_open = False
    return [*episodes, Episode(start, last_fired, severity, None)] if is_open else episodes


@dataclass(frozen=True, slots=True)
class Announced:
    """What the world was last told about an episode."""

    alert_id: str
    start: int  # as first announced: part of the id
    last_fired: int
    seq: int
    status: Status
    severity: Severity
    historical: bool
    figures: dict[str, float]  # the key figures as last announced
    supersedes: str = ""
    shown_start: int = -1  # as last announced; -1: as first
    shown_month: int = -1  # the month whose figures these are; -1: not noted
    second: SecondFamily | None = None  # what made it critical, as last announced

    @property
    def over(self) -> bool:
        """Whether nothing more is said about it unless the past changes."""
        return self.status in (Status.RESOLVED, Status.WITHDRAWN, Status.SUPERSEDED)

    def moved(self, episode: Episode) -> bool:
        """Whether an episode begins elsewhere than was last said, as far back as codes are kept."""
        shown = self.start if self.shown_start < 0 else self.shown_start
        return episode.start != shown and episode.last_fired - shown < LONGEST


class Change(StrEnum):
    """Why an event goes out for an episode, or why none does."""

    OPENED = "opened"
    RESOLVED = "resolved"
    REOPENED = "reopened"  # a revision brought back what had ended
    WITHDRAWN = "withdrawn"
    SEVERITY_CHANGED = "severity_changed"
    START_MOVED = "start_moved"
    FIGURES_MOVED = "figures_moved"
    NOW_LIVE = "now_live"
    NOTHING_NEW = "nothing_new"


@dataclass(frozen=True, slots=True)
class Pair:
    """An episode as folded now beside what was announced of it; one of them may be missing."""

    episode: Episode | None
    announced: Announced | None


def match(episodes: list[Episode], announced: list[Announced], oldest: int) -> list[Pair]:
    """Pair folded with announced episodes by overlap of their months, both earliest first.

    Announced episodes that end before `oldest` (the first month whose code is still kept) are left alone,
    and so are superseded ones.
    """
    pairs: list[Pair] = []
    free = list(episodes)
    for told in announced:
        if told.status is Status.SUPERSEDED:
            continue
        found = next((one for one in free if _overlap(one, told)), None)
        if found is not None:
            free.remove(found)
            pairs.append(Pair(found, told))
        elif told.status is not Status.WITHDRAWN and told.last_fired >= oldest:
            pairs.append(Pair(None, told))
    return pairs + [Pair(one, None) for one in free]


def change(  # noqa: PLR0911 - one guard a reason reads best as returns
    pair: Pair, figures: Mapping[str, float], *, historical: bool
) -> Change:
    """What to tell about a pair, given the key figures now; NOTHING_NEW where nothing should go out."""
    episode, told = pair.episode, pair.announced
    if told is None:
        return Change.OPENED
    if episode is None:
        return Change.WITHDRAWN
    if episode.resolved_at is not None:
        return Change.NOTHING_NEW if told.status is Status.RESOLVED else Change.RESOLVED
    if told.over:
        return Change.REOPENED
    if told.severity is not episode.severity:
        return Change.SEVERITY_CHANGED
    if told.moved(episode):
        return Change.START_MOVED
    if told.historical and not historical:
        return Change.NOW_LIVE
    if any(_moved(name, told.figures.get(name), now) for name, now in figures.items()):
        return Change.FIGURES_MOVED
    return Change.NOTHING_NEW


def _overlap(episode: Episode, told: Announced) -> bool:
    return episode.start <= told.last_fired and told.start <= episode.last_fired


def _moved(name: str, before: float | None, now: float) -> bool:
    """Whether a figure moved by MOVED_BY; of a growth rate, whether what grew did (1.30 to 1.43 times)."""
    if before is None:
        return True
    if name.endswith("_change"):
        before, now = 1.0 + before, 1.0 + now
    return abs(now - before) >= MOVED_BY * abs(before) and now != before
