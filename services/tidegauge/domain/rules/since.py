"""Before and after an event: each row's months since its own event, against the same months before it.

The months after are those of the last twelve that follow the event. Each is held against the last same
calendar month that does not follow it, so that the season is in both and nothing before is counted twice.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.row_books import Steps
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.windows import growth, ratio

NO_EVENT: Final = -1
MONTHS: Final = 3 * MONTHS_A_YEAR  # that an event of up to 24 months ago rests on
WATCHED: Final = 24  # months for which an event is looked at
TAKEN: Final = ("initiated", "provisional", "definitive")  # steps by which a measure comes


@dataclass(frozen=True, slots=True)
class Moves:
    """How some rows moved since their events; [n] each, NaN where there is no event or nothing to compare."""

    months: Floats  # how many months follow the event, at most twelve
    quantity: Floats  # kg after
    quantity_before: Floats
    quantity_change: Floats
    unit_value_change: Floats


def first_steps(steps: Steps, rows: int, stages: tuple[str, ...] = TAKEN) -> Ints:
    """[n] the month of the first step of some stages beside each row, NO_EVENT without one."""
    found = np.full(rows, np.iinfo(np.int64).max)
    wanted = np.isin(np.array(steps.stage, dtype=object), stages) if steps.stage else np.zeros(0, np.bool_)
    np.minimum.at(found, steps.row[wanted], steps.month[wanted])
    event: Ints = np.where(found == np.iinfo(np.int64).max, NO_EVENT, found)
    return event


def moves(view: PanelView, event: Ints) -> Moves:
    """How the rows moved since their events [n], by their own history."""
    rows = np.flatnonzero(event != NO_EVENT)
    columns = [np.full(len(view), np.nan) for _ in range(5)]
    if len(rows):
        first = view.month - MONTHS + 1
        quantity = view.quantity_history(rows, first)
        paired, value = view.paired_history(rows, first)
        after, before = masks(view.month, event[rows])
        now, base = _summed(quantity, after), _summed(quantity, before)
        price = ratio(_summed(value, after), _summed(paired, after))
        price_before = ratio(_summed(value, before), _summed(paired, before))
        found = (after.sum(axis=1).astype(float), now, base, growth(now, base), growth(price, price_before))
        for column, part in zip(columns, found, strict=True):
            column[rows] = part
    return Moves(*columns)


def masks(month: int, event: Ints) -> tuple[Bools, Bools]:
    """[n, MONTHS] which months up to `month` lie after each event, and which they are held against."""
    months = np.arange(month - MONTHS + 1, month + 1)
    after = (months > event[:, None]) & (months > month - MONTHS_A_YEAR)
    before = np.zeros_like(after)
    one, two = MONTHS_A_YEAR, 2 * MONTHS_A_YEAR
    before[:, :-one] |= after[:, one:] & (months[:-one] <= event[:, None])
    before[:, :-two] |= after[:, two:] & (months[one:-one] > event[:, None])
    return after, before


def covered(view: PanelView, event: Ints) -> Bools:
    """[n] whether the year before the event lies inside the span; True without an event."""
    held: Bools = (event == NO_EVENT) | (view.span_start <= event - MONTHS_A_YEAR + 1)
    return held


def _summed(figures: Floats, mask: Bools) -> Floats:
    summed: Floats = np.where(mask, figures, 0.0).sum(axis=1)
    return summed
