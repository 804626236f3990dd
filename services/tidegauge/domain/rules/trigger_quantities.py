"""Where a scope stands on one published quantity trigger, month by month of the trigger's own year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.books.units import in_kilograms
from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR, january
from tidegauge.domain.rules.conditions import TOLERANCE
from tidegauge.domain.trade_remedy.trigger_levels import (
    Quarterly,
    activation_month,
    calendar_years,
    is_agriculture,
    own_year,
    quarter_end,
    quarterly,
)
from tidegauge.domain.trade_remedy.volume_trigger import trigger_level

_YEARS: Final = 3
_JAPAN, _SSG = "JP", "SSG"  # whose law says from when an additional duty is charged


@dataclass(frozen=True, slots=True)
class Standing:
    """Cumulative imports and level [T], from the first month of the own year to the one under evaluation."""

    instrument: str
    start: int  # first month of the own year
    first: int  # first month that anything rests on
    cumulative: Floats
    level: Floats  # NaN where it cannot be computed
    activates: bool  # whether Japanese law says when a duty begins
    by_quarter: bool

    def part(self) -> float:
        """The cumulative quantity as a part of the level; -1 where there is none to compare with."""
        part = float(self.cumulative[-1] / self.level[-1]) if self.level[-1] > 0.0 else -1.0
        return part if np.isfinite(part) else -1.0

    def passed(self, limit: float) -> int | None:
        """The first month of the own year in which the level was passed, if it was."""
        over = np.flatnonzero(self.cumulative > self.level * limit * (1.0 + TOLERANCE))
        return self.start + int(over[0]) if len(over) else None

    def activation(self, passed: int) -> float:
        """The month of the additional duty, NaN where the law says none or the own year ends before."""
        month = activation_month(self.start, passed, by_quarter=self.by_quarter)
        return float(month) if self.activates and month < self.start + MONTHS_A_YEAR else np.nan


def standing(view: PanelView, row: int, trigger: Mapping[str, Any]) -> Standing:
    """Where a row stands on a trigger."""
    start, formula = own_year(trigger, view.month), str(trigger.get("formula") or "")
    part = quarterly(formula)
    first = min(start, _first(start, formula, part))
    months = _imports(view, row, trigger, first)
    own = months[start - first :]
    if trigger.get("level") is not None:
        level = np.full(len(own), _published(view, row, trigger))
    elif part is not None:
        level = _of_earlier(months, start - first, len(own), part)
    elif is_agriculture(formula):
        level = np.full(len(own), _agriculture(view, row, months, (first, start)))
    else:
        level = np.full(len(own), np.nan)
    return Standing(
        instrument=str(trigger["instrument"]),
        start=start,
        first=first,
        cumulative=np.cumsum(own),
        level=level,
        activates=trigger["reporter"] == _JAPAN and (bool(formula) or _SSG in str(trigger["instrument"])),
        by_quarter=part is not None,
    )


def _first(start: int, formula: str, part: Quarterly | None) -> int:
    """The first month that a level rests on."""
    if part is not None:
        return start - part.years * MONTHS_A_YEAR
    return january(start) - _YEARS * MONTHS_A_YEAR if is_agriculture(formula) else start


def _imports(view: PanelView, row: int, trigger: Mapping[str, Any], first: int) -> Floats:
    """[months] imports that a trigger counts, in the scope's unit."""
    rows = np.array([row])
    if not trigger.get("origins"):
        imports: Floats = view.quantity_history(rows, first)[0]
        return imports
    counted = [country_number(code) for code in trigger["origins"]]
    found = [view.origins(rows, month, month) for month in range(first, view.month + 1)]
    return np.array([one.quantity[np.isin(one.origin, counted)].sum() for one in found])


def _published(view: PanelView, row: int, trigger: Mapping[str, Any]) -> float:
    """The level in the scope's unit, NaN where it is published in another."""
    unit, size = in_kilograms(str(trigger["unit"]))
    return float(trigger["level"]) * size if unit == view.basis[row] else np.nan


def _of_earlier(months: Floats, start: int, length: int, part: Quarterly) -> Floats:
    """[length] a part of the mean of earlier years' imports up to the end of each month's quarter."""
    level = np.empty(length)
    for month in range(length):
        reach = quarter_end(0, month) + 1
        years = [start - back * MONTHS_A_YEAR for back in range(1, part.years + 1)]
        level[month] = part.factor * np.mean([months[year : year + reach].sum() for year in years])
    return level


def _agriculture(view: PanelView, row: int, months: Floats, spans: tuple[int, int]) -> float:
    """The level by the Agreement on Agriculture, from imports and consumption of three calendar years."""
    first, start = spans
    years = calendar_years(start, _YEARS)
    imports = [months[begin - first : end - first + 1].sum() for begin, end in years]
    eaten = view.books.take(np.array([row])).over(range(years[0][0], view.month + 1)).industry("consumption")
    known = eaten.values[0] if eaten.units[0] == view.basis[row] else np.full(eaten.values.shape[1], np.nan)
    yearly = [_total(known[begin - years[0][0] : end - years[0][0] + 1]) for begin, end in years]
    figures = (np.mean(imports), np.mean(yearly), yearly[-1], yearly[-2])
    return float(trigger_level(*(np.array([one], np.float64) for one in figures))[0])


def _total(months: Floats) -> float:
    """The sum of a calendar year: of twelve months, or of the one figure that stands for it; else NaN."""
    known = months[np.isfinite(months)]
    return float(known.sum()) if len(known) in {1, MONTHS_A_YEAR} else np.nan
