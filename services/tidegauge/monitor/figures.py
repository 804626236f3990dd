"""The cells that changed, as intake keeps them for charts and for "as known on"."""

from collections.abc import Callable

import numpy as np

from tidegauge.domain.arrays import AnyArray, Ints
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.scopes import ScopePanel

_Read = Callable[[Ints, Ints, str, str], AnyArray]  # (series, months, ring, channel) -> [n]


def changed_cells(panel: Panel, scopes: ScopePanel, as_of: str) -> Block | None:
    """The new totals of every month cell touched since the last mark, and of the scopes; None if none was.

    A scope stands in the column `product` by its number; the header `scopes` names them in order.
    """
    series, months = panel.take_changed_months()
    of_scopes = scopes.changed_cells(series, months)
    if not len(series) and not len(of_scopes[0]):
        return None

    def read(series: Ints, months: Ints, ring: str, channel: str) -> AnyArray:
        return panel.rings[ring].cells(series, months, channel)

    parts = [_columns(panel, series, months, read)]
    if len(of_scopes[0]):
        parts.append(_columns(scopes, *of_scopes, scopes.cells))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    feeds = [state.feed.plain() for state in panel.feeds]
    names = {"scopes": scopes.names()} if len(of_scopes[0]) else {}
    return Block(BlockKind.FIGURES, {"as_of": as_of, "feeds": feeds, **names}, columns)


def _columns(ground: Ground, series: Ints, months: Ints, read: _Read) -> dict[str, AnyArray]:
    """One part of the block: cells of one ground."""
    table = ground.series
    mass, value = (read(series, months, "months", name) for name in ("mass_g", "value_e4"))
    lone_mass, lone_value = (read(series, months, "unpaired", name) for name in ("mass_g", "value_e4"))
    return {
        "feed": table.feed.data[series],
        "product": table.product.data[series],
        "origin": table.origin.data[series],
        "month": months.astype(np.int32),
        "mass_g": mass,
        "quantity_milli": read(series, months, "quantity", "quantity_milli"),
        "value_e4": value,
        "lines": read(series, months, "months", "lines").astype(np.int32),
        "paired_mass_g": mass - lone_mass,
        "paired_value_e4": value - lone_value,
    }
