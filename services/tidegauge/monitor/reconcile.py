"""Folds what rules said into episodes and tells the difference to what was told before."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tidegauge.domain.alerts import Alert, Severity, Status
from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.episodes import Announced, Change, Code, Episode, Pair, change, fold, match
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.rules.second_family import SecondFamily
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.announce import Announcer, Telling
from tidegauge.monitor.evaluate import Evaluation, evaluate, notable
from tidegauge.monitor.plan import Mark
from tidegauge.monitor.tracks import MONTHS_KEPT, Track, TrackKey, Tracks

_STATUS = {
    Change.OPENED: Status.OPEN,
    Change.REOPENED: Status.OPEN,
    Change.RESOLVED: Status.RESOLVED,
    Change.WITHDRAWN: Status.WITHDRAWN,
}


class _Place(NamedTuple):
    """A row of an evaluation."""

    evaluation: Evaluation
    row: int


class Reconciler:
    """Works on the tracks of one partition at one mark."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a partition's state, used together everywhere
        self,
        panel: Ground,
        selector: Selector,
        ruleset: Ruleset,
        tracks: Tracks,
        mark: Mark,
        live_from: int,
    ) -> None:
        self._panel, self._selector, self._ruleset, self._tracks = panel, selector, ruleset, tracks
        self._mark, self._live_from = mark, live_from
        self._announcer = Announcer(panel, selector, ruleset)

    def note(self, evaluation: Evaluation, tells: Bools, fresh: Bools) -> list[Alert]:
        """Enter an evaluation's codes into the tracks; fold and tell where the group `tells`.

        `fresh` are the groups whose month is evaluated for the first time, with none after it.
        """
        rule, unit = evaluation.rule, evaluation.view.unit
        rows = np.flatnonzero(notable(evaluation, self._tracks.having))
        codes, version = evaluation.codes(), self._ruleset.version(rule.id)
        alerts: list[Alert] = []
        for row in rows.tolist():
            key = TrackKey(rule.id, unit, int(evaluation.subjects[row]))
            track = self._tracks.get(key) or Track(version)
            quiet = codes[row] == Code.CLEAR and fresh[evaluation.groups[row]]
            if quiet and track.at_rest(evaluation.view.month, rule.fire_after, rule.clear_after):
                continue
            if self._say(track, evaluation, row, int(codes[row])):
                self._tracks.put(key, track)
                self._tracks.changed.add(key)
            if tells[evaluation.groups[row]] and track.codes:
                alerts += self._tell(key, track, _Place(evaluation, row))
        return alerts

    def supersede(self, fresh: Ruleset) -> list[Alert]:
        """Close what was told under rules that changed, and ask for the months behind it again."""
        alerts: list[Alert] = []
        versions = {rule.id: fresh.version(rule.id) for rule in fresh.rules()}
        for key, track in sorted(self._tracks, key=lambda pair: pair[0]):
            if key.unit not in self._selector.kinds or track.version == versions.get(key.rule):
                continue
            for place, told in enumerate(track.announced):
                if not told.over:
                    track.announced[place] = self._superseded(key, track, told, alerts)
            track.version, track.codes = versions.get(key.rule, track.version), {}
            self._tracks.changed.add(key)
        pending, done = self._panel.pending_from, self._panel.evaluated_to
        pending.data[: len(done)] = np.minimum(
            pending.used(), np.where(done.used() < 0, pending.used(), done.used())
        )
        return alerts

    def _superseded(self, key: TrackKey, track: Track, told: Announced, alerts: list[Alert]) -> Announced:
        place = self._look(key, told.last_fired)
        telling = Telling(
            Status.SUPERSEDED, told.severity, told.start, told, told.supersedes, told.historical, told.second
        )
        alerts.append(self._announcer.alert(*place, telling, self._mark, track.version))
        group = place.evaluation.groups[place.row]
        self._panel.pending_from.data[group] = min(self._panel.pending_from.data[group], told.start)
        return replace(told, seq=told.seq + 1, status=Status.SUPERSEDED)

    def _say(self, track: Track, evaluation: Evaluation, row: int, code: int) -> bool:
        month = evaluation.view.month
        feed = self._panel.feeds[int(evaluation.view.feed[row])]
        oldest = feed.known_from()
        if evaluation.rule.months_kept:
            oldest = max(oldest, feed.last_month - evaluation.rule.months_kept + 1)
        if feed.first_month < oldest > month - evaluation.rule.window_months + 1:
            return False  # months behind it have left the panel: what was said stands
        before = track.codes.get(month, Code.UNKNOWN)
        if not evaluation.view.closed[row] and before >= Code.FIRED and code < Code.FIRED:
            return False  # an open month may fire and never clears before it closes
        return track.say(month, code)

    def _tell(self, key: TrackKey, track: Track, place: _Place) -> list[Alert]:
        rule = RULES[key.rule]
        episodes = fold(track.codes, rule.fire_after, rule.clear_after)
        oldest = max(track.codes) - MONTHS_KEPT + 1
        alerts: list[Alert] = []
        for pair in match(episodes, track.announced, oldest):
            self._pair(key, track, pair, place, alerts)
        if track.silent(oldest):
            self._tracks.drop(key)
            self._tracks.changed.add(key)
        return alerts

    def _pair(self, key: TrackKey, track: Track, pair: Pair, place: _Place, alerts: list[Alert]) -> None:
        """Tell what is new about one pair, and remember it; an episode that came and went is told twice."""
        if _settled(pair, place.evaluation.view.month):
            return
        where = self._at(key, place, _month_told(pair))
        figures = self._announcer.key_figures(*where)
        historical = where.evaluation.view.month < self._live_from
        why = change(pair, figures, historical=historical)
        told = pair.announced
        if why is not Change.NOTHING_NEW:
            second = self._second(key, pair, where)
            told = self._announce(
                track, pair, why, where, figures, second, historical=historical, alerts=alerts
            )
            self._tracks.changed.add(key)
        elif told is not None and pair.episode is not None and told.last_fired != pair.episode.last_fired:
            _replace(track, told, replace(told, last_fired=pair.episode.last_fired))
            self._tracks.changed.add(key)
        if why is Change.OPENED and pair.episode is not None and pair.episode.resolved_at is not None:
            self._pair(key, track, Pair(pair.episode, told), place, alerts)

    def _announce(  # noqa: PLR0913, PLR0917 - what is told, why, and where it is shown
        self,
        track: Track,
        pair: Pair,
        why: Change,
        where: _Place,
        figures: dict[str, float],
        second: SecondFamily | None,
        *,
        historical: bool,
        alerts: list[Alert],
    ) -> Announced:
        episode, told = pair.episode, pair.announced
        episode_or_told = episode or told
        assert episode_or_told is not None  # noqa: S101 - a pair has at least one side
        severity, start = episode_or_told.severity, episode_or_told.start
        status = _STATUS.get(why, Status.UPDATED)
        supersedes = told.supersedes if told is not None else _predecessor(track, episode)
        telling = Telling(status, severity, start, told, supersedes, historical, second)
        alert = self._announcer.alert(*where, telling, self._mark, track.version)
        again = next((one for one in track.announced if one.alert_id == alert.alert_id), None)
        if told is None and again is not None:  # former rules are back in force, and so is their alert
            told = again
            alert = self._announcer.alert(*where, replace(telling, before=told), self._mark, track.version)
        alerts.append(alert)
        last_fired = episode_or_told.last_fired
        fresh = Announced(
            alert.alert_id,
            told.start if told is not None else start,
            last_fired,
            alert.seq,
            status,
            severity,
            historical,
            figures,
            supersedes,
            start,
            where.evaluation.view.month,
            second,
        )
        _replace(track, told, fresh)
        return fresh

    def _second(self, key: TrackKey, pair: Pair, where: _Place) -> SecondFamily | None:
        """What makes a pair critical: in the month that fired last, or else as it was told."""
        episode, told = pair.episode, pair.announced
        before = None if told is None else told.second
        if episode is None or episode.severity is not Severity.CRITICAL:
            return before if episode is None else None
        here = where.evaluation.signals.beside if where.evaluation.view.month == episode.last_fired else {}
        if where.row not in here:
            where = self._look(key, episode.last_fired, alone=False)
        speakers = where.evaluation.signals.beside.get(where.row, ())
        return SecondFamily(episode.last_fired, speakers) if speakers else before

    def _at(self, key: TrackKey, place: _Place, month: int) -> _Place:
        return place if month == place.evaluation.view.month else self._look(key, month)

    def _look(self, key: TrackKey, month: int, *, alone: bool = True) -> _Place:
        """One subject's rule at another month as its figures are now; `alone`: no other makes it critical."""
        table = self._panel.series
        group = key.subject if key.unit.whole else int(table.group.data[key.subject])
        groups: Ints = np.array([group], np.int64)
        only = key.rule if alone else ""
        for evaluation in evaluate(self._selector, self._ruleset, groups, month, only=only):
            if evaluation.view.unit is key.unit and evaluation.rule.id == key.rule:
                return _Place(evaluation, int(np.flatnonzero(evaluation.subjects == key.subject)[0]))
        raise LookupError(f"the rule {key.rule} is not in force")


def _settled(pair: Pair, month: int) -> bool:
    """Whether nothing can be new: the end is told, or nothing fired since the last event."""
    episode, told = pair.episode, pair.announced
    if episode is None or told is None or episode.last_fired != told.last_fired:
        return False
    if episode.resolved_at is not None:
        return told.status is Status.RESOLVED
    same = episode.severity is told.severity and not told.moved(episode)
    return not told.over and episode.last_fired != month and same


def _month_told(pair: Pair) -> int:
    """The month whose figures an event shows."""
    episode, told = pair.episode, pair.announced
    if episode is None:
        assert told is not None  # noqa: S101 - a pair has at least one side
        return told.last_fired if told.shown_month < 0 else told.shown_month
    if told is not None and episode.resolved_at is not None:
        return episode.resolved_at
    return episode.last_fired


def _replace(track: Track, old: Announced | None, new: Announced) -> None:
    if old is None:
        track.announced.append(new)
    else:
        track.announced[track.announced.index(old)] = new


def _predecessor(track: Track, episode: Episode | None) -> str:
    """The alert that the former rules had raised about these months."""
    for told in reversed(track.announced):
        if told.status is Status.SUPERSEDED and episode is not None and episode.start <= told.last_fired:
            return told.alert_id
    return ""
