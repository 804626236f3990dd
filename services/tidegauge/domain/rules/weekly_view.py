"""A view of weeks: what a rule over periods reads, with weeks for columns and a week for its month."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.amounts import kilograms
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import months_ended_in, weeks_since

_COLUMNS: Final = (
    "quantity", "value", "paired_quantity", "paired_value", "total_quantity", "total_value",
    "reference_quantity", "reference_value", "reference_undeclared", "benchmark", "usd_rate", "seller_rate",
)  # fmt: skip


def weekly(view: PanelView, week: int, length: int) -> PanelView:
    """The same rows over `length` weeks ending with `week`; prices and rates are those of a week's month.

    A week lies in the month of its Sunday. The span begins with the first whole week of what is held.
    What is read by months alone (histories, books, supplementary quantities) stays as it is.
    """
    weeks = np.arange(week - length + 1, week + 1)
    found = view.weeks.amounts(int(weeks[0]), week)
    paired_quantity, paired_value = found.own.paired()
    reference_quantity, reference_value = found.paired_reference()
    columns = months_ended_in(weeks) - int(view.months[0]) if len(view.months) else np.full(length, -1)
    return _changed(
        view,
        {
            "month": week,
            "months": weeks,
            "quantity": found.own.kg(),
            "value": found.own.value(),
            "paired_quantity": paired_quantity,
            "paired_value": paired_value,
            "total_quantity": found.total.kg(),
            "total_value": found.total.value(),
            "reference_quantity": reference_quantity,
            "reference_value": reference_value,
            "reference_undeclared": kilograms(found.undeclared_g),
            "span_start": np.maximum(weeks_since(view.span_start), view.weeks.known_from()),
            "benchmark": _at(view.benchmark, columns),
            "usd_rate": _at(view.usd_rate, columns),
            "seller_rate": _at(view.seller_rate, columns),
        },
    )


def until(view: PanelView, week: int, length: int) -> PanelView:
    """A view of weeks, cut to `length` of them that end with `week`."""
    last = week - view.month + len(view.months)
    kept = slice(last - length, last)
    cut = {name: getattr(view, name)[:, kept] for name in _COLUMNS}
    return _changed(view, {"month": week, "months": view.months[kept], **cut})


def _changed(view: PanelView, changes: Mapping[str, Any]) -> PanelView:
    same = {
        one.name: getattr(view, one.name) for one in fields(PanelView) if one.init and one.name not in changes
    }
    return PanelView(**same, **changes)


def _at(figures: Floats, columns: Ints) -> Floats:
    """[n, weeks] figures of months [n, T] at the months of weeks; NaN where the view does not hold one."""
    held = (columns >= 0) & (columns < figures.shape[1])
    if not held.any():
        return np.full((len(figures), len(columns)), np.nan)
    return np.where(held, figures[:, np.where(held, columns, 0)], np.nan)
