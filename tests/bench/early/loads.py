"""Thresholds that give every rule the same load on the untouched series, and what is found at them."""

from collections.abc import Callable

import numpy as np
from tests.bench.early.trial import Quiet, Surged

from tidegauge.domain.arrays import Bools, Floats

CLEAR_AFTER = 2  # months that end an episode: that of all three rules
_TRIED = 600  # thresholds

Load = Callable[[Quiet, Bools], int]


def alarm_months(_quiet: Quiet, alarms: Bools) -> int:
    """How many months are on alarm."""
    return int(np.count_nonzero(alarms))


def episodes(quiet: Quiet, alarms: Bools) -> int:
    """How many alarms begin an episode: none of the same series in the CLEAR_AFTER months before."""
    rows = np.flatnonzero(alarms)
    rows = rows[np.lexsort((quiet.month[rows], quiet.series[rows]))]
    apart = np.diff(quiet.month[rows], prepend=-100) > CLEAR_AFTER
    other = np.diff(quiet.series[rows], prepend=-1) != 0
    return int(np.count_nonzero(apart | other))


def threshold(quiet: Quiet, rule: str, load: Load, most: float) -> float:
    """The lowest threshold down to which a rule's load never exceeds `most`."""
    strengths = np.unique(quiet.strength[rule][np.isfinite(quiet.strength[rule])])[::-1]
    if not len(strengths):
        return np.inf
    places = np.unique(np.geomspace(1, len(strengths), _TRIED).astype(np.int64)) - 1
    best = np.inf
    for tried in strengths[places].tolist():
        if load(quiet, quiet.strength[rule] >= tried) > most:
            break
        best = tried
    return best


def found(surged: Surged, rule: str, at: float, months: int) -> float:
    """Share of surges with an alarm within so many months that the untouched series does not raise."""
    alarms: Floats = (surged.with_surge[rule] >= at) & ~(surged.without[rule] >= at)
    return float(alarms[:, :months].any(axis=1).mean())
