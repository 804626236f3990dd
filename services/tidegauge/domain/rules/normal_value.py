"""The normal value beside the rows of a view: which step of the ladder speaks, and the margin it gives."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Codes, Floats
from tidegauge.domain.books.prices import SURROGATE
from tidegauge.domain.panel.row_books import Read, RowBooks
from tidegauge.domain.panel.view import Origins, PanelView
from tidegauge.domain.rules.base import Parameters
from tidegauge.domain.rules.conditions import number
from tidegauge.domain.rules.windows import Months, holds, ratio
from tidegauge.domain.trade_remedy.normal_value import NO_STEP, Step, first_available

KINDS = {
    Step.HOME_MARKET: "home_market",
    Step.THIRD_COUNTRY: "third_country",
    Step.CONSTRUCTED: "constructed",
    Step.SURROGATE: SURROGATE,
}
READS = tuple(Read("prices", kind) for kind in KINDS.values())
CIF = "CIF"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Normal value against export price over one window, at the same level, month by month."""

    normal_value: Floats  # [n] mean over the export sales that could be compared; NaN without one
    step: Codes  # [n] Step, NO_STEP where there is none
    export_price: Floats  # [n] the same sales, brought towards ex-factory
    margin: Floats  # [n] fraction of that export price
    coverage: Floats  # [n] part of the export quantity that could be compared


def compared(view: PanelView, parameters: Parameters, months: Months) -> Comparison:
    """W-W with monthly averages: each month's normal value against that month's average export price.

    Months are compared with the same month (sales as near as possible in time, ADA 2.4) and summed with
    their sign, so nothing is zeroed. The first step of the ladder that is known for enough of the export
    quantity speaks alone.
    """
    if not holds(view, months):
        unknown = np.full(len(view), np.nan)
        return Comparison(unknown, np.full(len(view), NO_STEP, np.uint8), unknown, unknown, unknown)
    window = view.columns(*months)
    quantity = view.paired_quantity[:, window]
    value = view.paired_value[:, window] * _kept_ex_factory(view, parameters)[:, None]
    enough = number(parameters, "min_coverage")
    found = {}
    for step in _steps(parameters):
        prices = view.books.prices(KINDS[step]).values[:, window]
        if step is not Step.CONSTRUCTED:
            prices = prices * (1.0 - number(parameters, "home_allowances"))
        found[step] = _against(prices, quantity, value)
    candidates = {
        step: np.where(one.coverage >= enough, one.normal_value, np.nan) for step, one in found.items()
    }
    normal_value, which = first_available(candidates)
    columns = [np.full(len(view), np.nan) for _ in range(3)]
    for step, one in found.items():
        rows = which == step
        for column, part in zip(columns, (one.export_price, one.margin, one.coverage), strict=True):
            column[rows] = part[rows]
    return Comparison(normal_value, which, *columns)


@dataclass(frozen=True, slots=True)
class _Against:
    normal_value: Floats
    export_price: Floats
    margin: Floats
    coverage: Floats


def _against(prices: Floats, quantity: Floats, value: Floats) -> _Against:
    """One step of the ladder: prices, export quantity and export value are [n, months]."""
    known = np.isfinite(prices)
    sold = np.where(known, quantity, 0.0).sum(axis=1)
    normal = np.where(known, prices * quantity, 0.0).sum(axis=1)
    paid = np.where(known, value, 0.0).sum(axis=1)
    return _Against(
        normal_value=ratio(normal, sold),
        export_price=ratio(paid, sold),
        margin=ratio(normal - paid, paid),
        coverage=ratio(sold, quantity.sum(axis=1)),
    )


def cif(view: PanelView) -> Bools:
    """[n] whether the feed's values hold the freight to the border."""
    return np.array([feed.value_basis == CIF for feed in view.feeds], np.bool_)[view.feed]


def known_elsewhere(books: RowBooks, parameters: Parameters, window: slice) -> Bools:
    """[k] whether any step of the ladder is known beside rows, in any month of a window."""
    kinds = [KINDS[step] for step in _steps(parameters)]
    known = [np.isfinite(books.prices(kind).values[:, window]).any(axis=1) for kind in kinds]
    found: Bools = np.logical_or.reduce(known)
    return found


def small_together(origins: Origins, n: int, examined: Bools, single: float) -> Floats:
    """[n] the share in each row's product that examined origins below `single` have together."""
    total = np.bincount(origins.row, origins.quantity, n).astype(np.float64)
    share = ratio(origins.quantity, total[origins.row])
    counted = examined & origins.supplier & (share < single)
    return np.bincount(origins.row, np.where(counted, share, 0.0), n).astype(np.float64)


def _steps(parameters: Parameters) -> list[Step]:
    """The steps that may speak: a surrogate only where the operator names its legal basis."""
    named = bool(parameters["surrogate_legal_basis"])
    return [step for step in Step if step is not Step.SURROGATE or named]


def _kept_ex_factory(view: PanelView, parameters: Parameters) -> Floats:
    """[n] the part of the customs value that is left at the factory gate, by the stated allowances."""
    to_border = np.where(cif(view), number(parameters, "freight_and_insurance"), 0.0)
    kept: Floats = (1.0 - to_border) * (1.0 - number(parameters, "inland_costs"))
    return kept
