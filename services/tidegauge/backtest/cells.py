"""Cells of a log: what each series imported in each month, summed over all contributions."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.panel.amounts import kilograms, money
from tidegauge.domain.panel.view import Feed
from tidegauge.runtime.wire import decode_block

_KEY = ("reporter", "source", "product", "origin", "month")
_SUMS = ("lines", "mass_g", "value_e4")


def held_cells(entries: Sequence[bytes]) -> pl.DataFrame:
    """Reporter, source, product, origin, month, mass_kg and value, in order; empty cells are left out."""
    blocks = [decode_block(payload) for payload in entries]
    parts = [_rows(block) for block in blocks if block.kind is BlockKind.CONTRIBUTIONS]
    texts = dict.fromkeys(_KEY[:-1], pl.String)
    schema = {**texts, "month": pl.Int64, **dict.fromkeys(_SUMS, pl.Int64)}
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    sums = rows.group_by(_KEY).agg(pl.col(_SUMS).sum()).filter(pl.col("lines") > 0).sort(_KEY)
    return sums.select(
        *_KEY,
        pl.Series("mass_kg", kilograms(sums["mass_g"].to_numpy()), pl.Float64),
        pl.Series("value", money(sums["value_e4"].to_numpy()), pl.Float64),
    )


def _rows(block: Block) -> pl.DataFrame:
    """The signed rows of one block."""
    rows = block.columns
    sign, feed = rows["sign"].astype(np.int64), rows["feed"].astype(np.int64)
    feeds = [Feed(*one) for one in block.header["feeds"]]
    products, product = np.unique(rows["product"], return_inverse=True)
    origins, origin = np.unique(rows["origin"], return_inverse=True)
    return pl.DataFrame(
        {
            "reporter": pl.Series([one.reporter for one in feeds]).gather(feed),
            "source": pl.Series([one.source for one in feeds]).gather(feed),
            "product": pl.Series([product_code(one) for one in products.tolist()]).gather(product),
            "origin": pl.Series([country_code(one) for one in origins.tolist()]).gather(origin),
            "month": rows["month"].astype(np.int64),
            "lines": sign,
            "mass_g": rows["mass_g"] * sign,
            "value_e4": rows["value_e4"] * sign,
        }
    )
