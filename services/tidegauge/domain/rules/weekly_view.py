"""A view of weeks: what a rule over periods reads, with weeks for columns and a week for its month."""

from dataclasses import fields

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.amounts import kilograms
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import months_ended_in, weeks_since


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
    same = {one.name: getattr(view, one.name) for one in fields(PanelView) if one.init}
    return PanelView(
        **same
        | {
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
        }
    )


def _at(figures: Floats, columns: Ints) -> Floats:
    """[n, weeks] figures of months [n, T] at the months of weeks; NaN where the view does not hold one."""
    held = (columns >= 0) & (columns < figures.shape[1])
    if not held.any():
        return np.full((len(figures), len(columns)), np.nan)
    return np.where(held, figures[:, np.where(held, columns, 0)], np.nan)
