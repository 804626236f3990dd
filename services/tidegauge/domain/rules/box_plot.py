"""Quartiles, fences and flagged lines of distributions that are kept in steps of log unit value."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.unit_values import STEPS_AN_OCTAVE


@dataclass(frozen=True, slots=True)
class Fences:
    """Places between steps (see unit_values.prices_at); NaN where there are no lines."""

    median: Floats  # [n]
    low: Floats  # [n] a line below it is flagged
    high: Floats  # [n] a line above it is flagged


def quantile(counts: Ints, share: float) -> Floats:
    """[n] the place below which a share of the lines [n, steps] lies, spread evenly within each step.

    At most half a step (1.1 %) from the quantile of the lines themselves; NaN without lines.
    """
    reached = np.cumsum(counts, axis=1)
    total = reached[:, -1]
    wanted = share * total
    step = np.minimum((reached < wanted[:, None]).sum(axis=1), counts.shape[1] - 1)
    rows = np.arange(len(counts))
    within = counts[rows, step]
    before = reached[rows, step] - within
    part = np.where(within > 0, (wanted - before) / np.maximum(within, 1), 0.0)
    return np.where(total > 0, step + np.clip(part, 0.0, 1.0), np.nan)


def fences(counts: Ints, k: float, ratio: float) -> Fences:
    """Quartiles less and plus k interquartile ranges of the log, or a ratio to the median if that is nearer.

    A line is flagged where either test flags it, so the nearer fence counts.
    """
    lower, median, upper = (quantile(counts, share) for share in (0.25, 0.5, 0.75))
    spread, reach = k * (upper - lower), np.log2(ratio) * STEPS_AN_OCTAVE
    return Fences(
        median, np.maximum(lower - spread, median - reach), np.minimum(upper + spread, median + reach)
    )


def flagged(counts: Ints, of: Fences) -> tuple[Ints, Ints]:
    """[n] lines [n, steps] below and above the fences; a line stands in the middle of its step."""
    middle = np.arange(counts.shape[1]) + 0.5
    below = np.where(middle < of.low[:, None], counts, 0).sum(axis=1)
    above = np.where(middle > of.high[:, None], counts, 0).sum(axis=1)
    return below, above
