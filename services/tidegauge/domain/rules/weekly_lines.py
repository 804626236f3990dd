"""Lines below a fence by week, and how likely such a week is by chance."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.line_figures import Steps


@dataclass(frozen=True, slots=True)
class Weeks:
    """The lines of rows [n] in some weeks, and in the weeks before them."""

    low: Ints  # [n, weeks] lines below the fence
    lines: Ints  # [n, weeks]
    usual_low: Ints  # [n]
    usual_lines: Ints  # [n]


def by_week(cells: Steps, fence: Floats, weeks: tuple[int, int]) -> Weeks:
    """Lines, and those below each row's fence [n] (a place between steps), in `weeks` and before them."""
    n, length = len(fence), weeks[1] - weeks[0] + 1
    low = np.where(cells.step + 0.5 < fence[cells.row], cells.lines, 0)
    now = cells.week >= weeks[0]

    def within(lines: Ints) -> Ints:
        flat = np.bincount((cells.row * length + cells.week - weeks[0])[now], lines[now], n * length)
        return flat.reshape(n, length).astype(np.int64)

    def before(lines: Ints) -> Ints:
        return np.bincount(cells.row[~now], lines[~now], n).astype(np.int64)

    return Weeks(within(low), within(cells.lines), before(low), before(cells.lines))


def chance(weeks: Weeks, share: Floats) -> Floats:
    """[n, weeks] the probability, at most, of so large a share of low lines in any of the weeks.

    The Chernoff bound of the binomial tail, exp(-lines KL(share || usual share)), times the weeks looked at;
    1 where the share is not above the usual one. The usual share is counted with half a line more, so that
    it is never quite 0 or 1.
    """
    usual = ((weeks.usual_low + 0.5) / (weeks.usual_lines + 1.0))[:, None]
    above = share > usual  # False where there are no lines
    held = np.where(above, share, usual)
    rest = 1.0 - held
    gain = held * np.log(held / usual) + rest * np.log(np.where(rest > 0.0, rest, 1.0) / (1.0 - usual))
    bound: Floats = np.where(above, np.exp(-weeks.lines * gain), 1.0)
    chances: Floats = np.minimum(bound * weeks.lines.shape[1], 1.0)
    return chances
