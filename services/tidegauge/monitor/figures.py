"""The cells that changed, as intake keeps them for charts and for "as known on"."""

import numpy as np

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.panel.panel import Panel


def changed_cells(panel: Panel, as_of: str) -> Block | None:
    """The new totals of every month cell touched since the last mark; None if none was."""
    series, months = panel.take_changed_months()
    if not len(series):
        return None
    table, rings = panel.series, panel.rings
    mass, value = (rings["months"].cells(series, months, name) for name in ("mass_g", "value_e4"))
    lone_mass, lone_value = (rings["unpaired"].cells(series, months, name) for name in ("mass_g", "value_e4"))
    feeds = [
        [feed.reporter, feed.source, feed.currency, feed.value_basis, feed.nomenclature]
        for feed in (state.feed for state in panel.feeds)
    ]
    columns = {
        "feed": table.feed.data[series],
        "product": table.product.data[series],
        "origin": table.origin.data[series],
        "month": months.astype(np.int32),
        "mass_g": mass,
        "quantity_milli": rings["quantity"].cells(series, months, "quantity_milli"),
        "value_e4": value,
        "lines": rings["months"].cells(series, months, "lines"),
        "paired_mass_g": mass - lone_mass,
        "paired_value_e4": value - lone_value,
    }
    return Block(BlockKind.FIGURES, {"as_of": as_of, "feeds": feeds}, columns)
