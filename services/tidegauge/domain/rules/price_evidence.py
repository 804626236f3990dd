"""The figures that stand beside every price statement, under the same names in every rule.

The benchmark is a world price, not a home-market price; P is the customs unit value, never a price paid.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.shared import Columns
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Figure, Parameter, Reason, Window
from tidegauge.domain.rules.conditions import above
from tidegauge.domain.rules.windows import (
    Months,
    base_of,
    growth,
    mean,
    months_of,
    ratio,
    total,
    unit_value,
)

# What whoever shows these figures may say of them.
PRICE_REASONS: Final = (
    Reason.ZERO_BASE, Reason.NO_REFERENCE_PRICE, Reason.REFERENCE_UNDECLARED, Reason.WORLD_PRICE_MOVE,
    Reason.NO_BENCHMARK, Reason.NOT_APPLICABLE,
)  # fmt: skip

MOSTLY = 0.5  # more than this part of the reference undeclared: it cannot be compared with

RELATIVE_PRICE_CHANGE = -0.05

RELATIVE_PRICE = Parameter(
    "max_relative_unit_value_change",
    RELATIVE_PRICE_CHANGE,
    "fraction",
    "change of the unit value relative to the world price; above it the fall follows the world price and the "
    "severity is held at info",
)


@dataclass(frozen=True, slots=True)
class PriceEvidence:
    """What a window says about price and volume, and what it cannot say."""

    figures: dict[str, Floats]  # [n] each
    quantity: Floats  # [n] kg in the window
    base_quantity: Floats  # [n] kg in the window that it is held against
    notes: dict[Reason, Bools]


def price_evidence(
    view: PanelView, window: Window, relative_price: float = RELATIVE_PRICE_CHANGE
) -> PriceEvidence:
    """Volume, unit value, exchange-rate effect, benchmark and reference over a window and its base.

    Worked out once a view and window, whichever rules ask.

    `relative_price` is the change relative to the benchmark above which a fall is the world price's (RULES,
    "Evidence, not rules"). (1 + dP) / (1 + dB) - 1 with both in the feed's currency.
    """
    known = view.shared.of(view, ("price evidence", window), lambda whole: _columns(whole, window))
    figures = {name: known[name] for name in _LABELS}
    notes = {
        Reason.WORLD_PRICE_MOVE: above(figures["relative_unit_value_change"], relative_price).met,
        Reason.NO_BENCHMARK: known["no_benchmark"],
        Reason.REFERENCE_UNDECLARED: known["undeclared"],
    }
    return PriceEvidence(figures, known["quantity"], known["base_quantity"], notes)


def _columns(view: PanelView, window: Window) -> Columns:
    """The figures, and what the notes and the callers need beside them."""
    now, base = months_of(window, view.month), base_of(window, view.month)
    quantity, before = total(view, view.quantity, now), total(view, view.quantity, base)
    price = unit_value(view, now)
    price_change = growth(price, unit_value(view, base))
    benchmark = growth(mean(view, view.benchmark, now), mean(view, view.benchmark, base))
    seller = growth(_converted(view, view.seller_rate, now), _converted(view, view.seller_rate, base))
    dollars = growth(_converted(view, view.usd_rate, now), _converted(view, view.usd_rate, base))
    undeclared = mostly_undeclared(view, now)
    return {
        "quantity_change": growth(quantity, before * (_length(now) / _length(base))),
        "unit_value": price,
        "unit_value_change": price_change,
        "unit_value_change_usd": dollars,
        "unit_value_change_seller": seller,
        "exchange_rate_effect": ratio(1.0 + price_change, 1.0 + seller) - 1.0,
        "benchmark_change": benchmark,
        "relative_unit_value_change": ratio(1.0 + price_change, 1.0 + benchmark) - 1.0,
        "reference_gap": np.where(undeclared, np.nan, reference_gap(view, now)),
        "share": share(view, now),
        "value": total(view, view.value, now),
        "quantity": quantity,
        "base_quantity": before,
        "undeclared": undeclared,
        "no_benchmark": ~np.isfinite(benchmark),
    }


def _length(months: Months) -> int:
    return months[1] - months[0] + 1


def share(view: PanelView, months: Months) -> Floats:
    """[n] part of all origins' quantity; NaN for the unit PRODUCT, which is all origins."""
    if view.unit.whole:
        return np.full(len(view), np.nan)
    return ratio(total(view, view.quantity, months), total(view, view.total_quantity, months))


def reference_gap(view: PanelView, months: Months) -> Floats:
    """[n] unit value against the reference partners' (intra-area, else other origins); NaN without either."""
    value = total(view, view.reference_value, months)
    return growth(unit_value(view, months), ratio(value, total(view, view.reference_quantity, months)))


def mostly_undeclared(view: PanelView, months: Months) -> Bools:
    """[n] whether more than half of the reference quantity is not declared or pooled."""
    undeclared = total(view, view.reference_undeclared, months)
    return above(ratio(undeclared, total(view, view.reference_quantity, months)), MOSTLY).met


def _converted(view: PanelView, rate: Floats, months: Months) -> Floats:
    """[n] unit value with each month's value at that month's rate; months without value need no rate."""
    traded = view.paired_value != 0.0
    value = np.where(traded, view.paired_value * np.where(traded, rate, 1.0), 0.0)
    return ratio(total(view, value, months), total(view, view.paired_quantity, months))


_LABELS: dict[str, tuple[str, str, str, tuple[Reason, ...]]] = {
    "quantity_change": ("Change of quantity", "輸入数量の増減率", "%", (Reason.ZERO_BASE,)),
    "unit_value": ("Customs unit value", "単価(課税価格ベース)", "{currency}/kg", (Reason.FIGURE_UNKNOWN,)),
    "unit_value_change": ("Change of the customs unit value", "単価の増減率", "%", (Reason.FIGURE_UNKNOWN,)),
    "unit_value_change_usd": (
        "Change of the customs unit value in US dollars", "米ドル建て単価の増減率", "%",
        (Reason.FIGURE_UNKNOWN,)),
    "unit_value_change_seller": (
        "Change of the customs unit value in the seller's currency", "輸出国通貨建て単価の増減率", "%",
        (Reason.FIGURE_UNKNOWN,)),
    "exchange_rate_effect": (
        "Part of the change that comes from the seller's exchange rate", "為替による単価の増減率", "%",
        (Reason.FIGURE_UNKNOWN,)),
    "benchmark_change": ("Change of the world price", "国際価格の増減率", "%", (Reason.NO_BENCHMARK,)),
    "relative_unit_value_change": (
        "Change of the customs unit value relative to the world price",
        "国際価格に対する単価の相対的な増減率", "%", (Reason.NO_BENCHMARK, Reason.FIGURE_UNKNOWN)),
    "reference_gap": (
        "Gap to the unit value of the reference partners", "比較対象国の単価との差", "%",
        (Reason.NOT_APPLICABLE, Reason.REFERENCE_UNDECLARED, Reason.NO_REFERENCE_PRICE)),
    "share": (
        "Share of the imports of all origins", "全原産国の輸入数量に占める割合", "%",
        (Reason.NOT_APPLICABLE, Reason.FIGURE_UNKNOWN)),
    "value": ("Import value", "輸入額", "{currency}", (Reason.FIGURE_UNKNOWN,)),
}  # fmt: skip
_PLAIN = {
    Window.YTD_CHANGE: Window.YTD,
    Window.QUARTER_ON_YEAR: Window.QUARTER,
    Window.EIGHT_WEEKS_ON_YEAR: Window.EIGHT_WEEKS,
}
_OF_THE_WINDOW = {"unit_value", "reference_gap", "share", "value"}
_KEYS = {"quantity_change", "unit_value_change"}


def shared_figures(window: Window, held_to: dict[str, tuple[Comparison, str]]) -> tuple[Figure, ...]:
    """The evidence columns over a change window; `held_to` gives figures their comparison and parameter."""
    plain = _PLAIN.get(window, Window.L12)
    made = []
    for name, (label, label_ja, unit, unknown) in _LABELS.items():
        comparison, parameter = held_to.get(name, (Comparison.SHOWN, ""))
        where = plain if name in _OF_THE_WINDOW else window
        # a cumulative value grows from month to month by itself: only that of a rolling window is key
        key = name in _KEYS or (name == "value" and where is not Window.YTD)
        made.append(Figure(name, label, label_ja, unit, where, comparison, parameter, key, unknown))
    return tuple(made)
