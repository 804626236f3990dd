"""Price lines: how many unit values stand side by side in one code (grades, qualities, packings).

Lines (quantity, value) that scatter around value = price * quantity with an error in proportion lie, in log
unit value, around one point a price line: a mixture of normal distributions there is the mixture of price
lines. Fitted by expectation maximisation from fixed starts over the steps of the distribution, many codes at
once; the number of lines is the one with the least BIC.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.unit_values import STEPS_AN_OCTAVE

MOST: Final = 3
_ROUNDS: Final = 60
_NARROWEST: Final = 0.02  # octaves: 1.4 %, about what a step hides
_CLEARLY: Final = 10.0  # BIC by which one more line must be better: "very strong" (Kass and Raftery 1995)
_LEAST_SHARE: Final = 0.05  # of the lines of the code


@dataclass(frozen=True, slots=True)
class PriceLines:
    """The price lines of each distribution, the cheapest first."""

    number: Ints  # [n] 1..MOST
    place: Floats  # [n, MOST] between steps, NaN beyond `number`
    share: Floats  # [n, MOST] of the lines, NaN beyond `number`


def price_lines(counts: Ints) -> PriceLines:
    """The price lines behind lines [n, steps]; every row must hold some."""
    place = (np.arange(counts.shape[1]) + 0.5) / STEPS_AN_OCTAVE
    occupied = counts.any(axis=0)
    weight, at = counts[:, occupied].astype(np.float64), place[occupied]
    number, score = np.ones(len(counts), np.int64), np.full(len(counts), np.inf)
    where, share = (np.full((len(counts), MOST), np.nan) for _ in range(2))
    for lines in range(1, MOST + 1):
        centre, part, likelihood = _fitted(weight, at, lines)
        bic = -2.0 * likelihood + (3 * lines - 1) * np.log(weight.sum(axis=1))
        better = (bic < score - (_CLEARLY if lines > 1 else 0.0)) & (part.min(axis=1) >= _LEAST_SHARE)
        order = np.argsort(centre, axis=1, kind="stable")
        rows = np.flatnonzero(better)
        where[rows, :lines] = np.take_along_axis(centre, order, axis=1)[rows] * STEPS_AN_OCTAVE
        share[rows, :lines] = np.take_along_axis(part, order, axis=1)[rows]
        number[rows], score[rows] = lines, bic[rows]
    return PriceLines(number, where, share)


def _fitted(weight: Floats, at: Floats, lines: int) -> tuple[Floats, Floats, Floats]:
    """Centres [n, lines] and shares [n, lines] of a mixture, and its log likelihood [n]."""
    total = weight.sum(axis=1)
    reached = np.cumsum(weight, axis=1)
    starts = [(reached < (line + 0.5) / lines * total[:, None]).sum(axis=1) for line in range(lines)]
    centre = at[np.minimum(np.stack(starts, axis=1), len(at) - 1)]
    mean = (weight * at).sum(axis=1) / total
    spread = np.sqrt((weight * (at - mean[:, None]) ** 2).sum(axis=1) / total)
    width = np.maximum(spread / lines, _NARROWEST)[:, None].repeat(lines, axis=1)
    part = np.full(centre.shape, 1.0 / lines)
    likelihood = np.zeros(len(weight))
    for _ in range(_ROUNDS if lines > 1 else 2):
        away = (at - centre[:, :, None]) / width[:, :, None]
        density = part[:, :, None] * np.exp(-0.5 * away**2) / (width[:, :, None] * np.sqrt(2.0 * np.pi))
        every = np.maximum(density.sum(axis=1), np.finfo(float).tiny)
        likelihood = (weight * np.log(every)).sum(axis=1)
        owned = density / every[:, None, :] * weight[:, None, :]
        sums = np.maximum(owned.sum(axis=2), np.finfo(float).tiny)
        part, centre = sums / total[:, None], (owned * at).sum(axis=2) / sums
        squares = (owned * (at - centre[:, :, None]) ** 2).sum(axis=2) / sums
        width = np.maximum(np.sqrt(squares), _NARROWEST)
    return centre, part, likelihood
