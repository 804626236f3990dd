"""Injects surges and notes how strongly each rule speaks, with the surge and without."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tests.bench.early.history import Strand
from tests.bench.early.strength import Strength
from tests.bench.early.surges import draw, injected

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.evaluate import take

FOLLOWED = 12  # months from the onset on
_BEFORE = 24
_LEAST_TRADED = 18


@dataclass(frozen=True, slots=True)
class Setting:
    """What is put to the test."""

    strands: Sequence[Strand]
    floor_eur: float  # a year: of the series that surges are put into, and of all rules alike
    follow: int  # months that must lie behind an onset
    every: int  # a series surges in every such month, shifted by its number and the seed


@dataclass(frozen=True, slots=True)
class Quiet:
    """The untouched series: one row for every series and month that is large and long enough."""

    series: Ints  # [r]
    month: Ints  # [r]
    strength: dict[str, Floats]  # rule -> [r]

    @property
    def years(self) -> float:
        """Series-years looked at."""
        return len(self.series) / MONTHS_A_YEAR


@dataclass(frozen=True, slots=True)
class Surged:
    """Rule -> [k, FOLLOWED] strengths from the onset on; NaN after the end of the data."""

    with_surge: dict[str, Floats]
    without: dict[str, Floats]


def quiet(setting: Setting, rules: dict[str, Strength]) -> Quiet:
    """Every eligible series in every month, as it is."""
    series, months = [], []
    strengths: dict[str, list[Floats]] = {name: [] for name in rules}
    for number, strand in enumerate(setting.strands):
        for month in sorted(strand.views):
            rows = _eligible(strand, month, setting.floor_eur)
            view = take(strand.views[month], rows)
            series.append(number << 32 | strand.subjects[month][rows])
            months.append(np.full(len(rows), month))
            for name, strength in rules.items():
                strengths[name].append(strength(view, setting.floor_eur))
    joined = {name: np.concatenate(parts) for name, parts in strengths.items()}
    return Quiet(np.concatenate(series), np.concatenate(months), joined)


def surged(setting: Setting, rules: dict[str, Strength], seed: int) -> Surged:
    """Surges at many onsets, each in a world of its own."""
    random = np.random.default_rng(seed)
    parts: dict[str, list[Floats]] = {name: [] for name in rules}
    bare: dict[str, list[Floats]] = {name: [] for name in rules}
    for strand in setting.strands:
        last = max(strand.views)
        for onset in sorted(strand.views):
            if onset + setting.follow - 1 > last:
                break
            rows = _eligible(strand, onset, setting.floor_eur)
            subjects = strand.subjects[onset][rows]
            subjects = subjects[(subjects + onset) % setting.every == seed % setting.every]
            surges = draw(random, onset, len(subjects))
            for name in rules:
                parts[name].append(np.full((len(subjects), FOLLOWED), np.nan))
                bare[name].append(np.full((len(subjects), FOLLOWED), np.nan))
            for ahead in range(min(FOLLOWED, last - onset + 1)):
                view = strand.views[onset + ahead]
                at = strand.rows(onset + ahead, subjects)
                touched, untouched = injected(view, at, surges), take(view, at)
                for name, strength in rules.items():
                    parts[name][-1][:, ahead] = strength(touched, setting.floor_eur)
                    bare[name][-1][:, ahead] = strength(untouched, setting.floor_eur)
    joined = [{name: np.concatenate(of[name]) for name in rules} for of in (parts, bare)]
    return Surged(joined[0], joined[1])


def _eligible(strand: Strand, month: int, floor_eur: float) -> Ints:
    """Rows that traded in most of the two years before a month, worth twice the floor in them."""
    view = strand.views[month]
    if len(view.months) <= _BEFORE:
        return np.empty(0, np.int64)
    return np.flatnonzero(_large(view, floor_eur))


def _large(view: PanelView, floor_eur: float) -> Bools:
    before = slice(-_BEFORE - 1, -1)
    worth = view.value[:, before].sum(axis=1) >= 2.0 * view.to_feed(floor_eur, "EUR")
    traded = np.count_nonzero(view.quantity[:, before] > 0.0, axis=1) >= _LEAST_TRADED
    whole = view.covers(view.month - _BEFORE)
    found: Bools = worth & traded & whole
    return found
