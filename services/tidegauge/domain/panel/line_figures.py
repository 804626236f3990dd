"""What single lines of declarations say of the rows of a view; statistics have no lines, and give nothing."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.amounts import kilograms, money
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.panel import TALLY_MONTHS
from tidegauge.domain.panel.unit_values import BINS
from tidegauge.domain.periods import weeks_of
from tidegauge.domain.sources import is_declarations


@dataclass(frozen=True, slots=True)
class Steps:
    """Lines by unit value, as cells that add up."""

    row: Ints  # [c] index into the rows of the view
    week: Ints  # [c]
    step: Ints  # [c] of the unit value, see unit_values
    lines: Ints  # [c]


@dataclass(frozen=True, slots=True)
class Melted:
    """Lines by where their metal was melted and poured."""

    stated: Ints  # [n] lines that say it
    differing: Ints  # [n] of them, lines that name another country than the origin
    differing_kg: Floats  # [n]


class Lines:
    """The lines behind rows that are series; of any other rows there are none. Windows are months."""

    def __init__(self, panel: Ground | None, series: Ints) -> None:
        self._panel, self._series = panel, series

    @staticmethod
    def none(rows: int) -> "Lines":
        """No lines behind so many rows."""
        return Lines(None, np.zeros(rows, np.int64))

    def take(self, rows: Ints) -> "Lines":
        """The same behind some rows."""
        return Lines(self._panel, self._series[rows])

    def declared(self) -> Bools:
        """[n] whether a row rests on single declarations."""
        if self._panel is None:
            return np.zeros(len(self._series), np.bool_)
        of_feed = np.array([is_declarations(state.feed.source) for state in self._panel.feeds], np.bool_)
        found: Bools = of_feed[self._panel.series.feed.data[self._series]]
        return found

    def reached(self, first: int) -> Bools:
        """[n] whether the distributions of unit values still hold every month from `first` on."""
        if self._panel is None:
            return np.zeros(len(self._series), np.bool_)
        newest = np.array([state.last_month for state in self._panel.feeds], np.int64)
        held: Bools = first > newest[self._panel.series.feed.data[self._series]] - TALLY_MONTHS
        return held

    def number(self, first: int, last: int) -> Ints:
        """[n] lines in a window of months."""
        declared = self.declared()
        if not declared.any():
            return np.zeros(len(self._series), np.int64)
        return np.where(declared, self._summed("months", ("lines",), first, last)[0], 0)

    def melted(self, first: int, last: int) -> Melted:
        """Where the metal of the lines of a window was melted and poured."""
        stated, differing, grams = self._summed("melt", ("stated", "differing", "differing_g"), first, last)
        return Melted(stated, differing, kilograms(grams))

    def gross(self, first: int, last: int) -> tuple[Floats, Floats]:
        """Gross kg and value [n] of the lines of a window that state both."""
        grams, value = self._summed("gross", ("gross_g", "value_e4"), first, last)
        return kilograms(grams), money(value)

    def steps(self, tally: str, first: int, last: int) -> Steps:
        """The lines of the rows themselves by unit value, in the weeks of a window of months.

        `tally`: `net` per kg of net mass, `gross_mass` per kg of gross mass, `quota` the lines under a quota,
        per kg of net mass.
        """
        if self._panel is None or tally not in self._panel.tallies:
            return Steps(_NONE, _NONE, _NONE, _NONE)
        return Steps(*self._panel.tallies[tally].read(self._series, *weeks_of(first, last)))

    def code_steps(self, first: int, last: int) -> Ints:
        """[n, BINS] the lines of all origins of each row's product by unit value per kg of net mass."""
        if self._panel is None or not self._panel.tallies:
            return np.zeros((len(self._series), BINS), np.int64)
        table = self._panel.series
        groups, which = np.unique(table.group.data[self._series], return_inverse=True)
        members, place = table.members(groups)
        row, _, step, lines = self._panel.tallies["net"].read(members, *weeks_of(first, last))
        flat = np.bincount(place[row] * BINS + step, lines, len(groups) * BINS)
        return flat.reshape(len(groups), BINS).astype(np.int64)[which]

    def _summed(self, ring: str, channels: tuple[str, ...], first: int, last: int) -> list[Ints]:
        if self._panel is None or not self.declared().any():
            return [np.zeros(len(self._series), np.int64) for _ in channels]
        windows = self._panel.rings[ring].windows(self._series, first, last, channels)
        return [one.sum(axis=1, dtype=np.int64) for one in windows]


_NONE = np.empty(0, np.int64)
