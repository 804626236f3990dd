"""Contribution and mark blocks for tests: one row is one small dict, everything else has a default."""

from typing import Any

import numpy as np

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.ledger.contributions import COLUMNS, LINE_COLUMNS
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import closed_at, month_number

BRAZIL = Feed("BR", "comexstat", "USD", "FOB", "NCM")


def row(  # noqa: PLR0913 - one argument a column
    offset,
    *,
    product="31022100",
    origin="CN",
    month="2020-01",
    sign=1,
    kg=0.0,
    value=0.0,
    has_mass=True,
    has_value=True,
    quantity=None,
    firm=0,
    feed=0,
    week=-1,
    vintage=0,
    gross_kg=None,
    melt=None,
    quota=False,
) -> dict[str, Any]:
    """One contribution: codes and months as text, amounts in kg and currency units.

    With gross mass, melt and pour or a quota it is a line of a declaration.
    """
    line = {
        "gross_g": round((gross_kg or 0) * 1000),
        "melt": country_number(melt) if melt else 0,
        "quota": quota,
    }
    return {
        **(line if week >= 0 else {}),
        "feed": feed,
        "product": product_number(product),
        "origin": country_number(origin),
        "month": month_number(month) if isinstance(month, str) else month,
        "week": week,
        "sign": sign,
        "mass_g": round(kg * 1000) if has_mass else 0,
        "has_mass": has_mass,
        "quantity_milli": 0 if quantity is None else round(quantity * 1000),
        "unit": -1 if quantity is None else 0,
        "value_e4": round(value * 10_000) if has_value else 0,
        "has_value": has_value,
        "firm": firm,
        "line_key": offset,
        "version": 0,
        "vintage": vintage,
        "raw_offset": offset,
    }


def block(rows, feeds=(BRAZIL,), raw_partition=0, vintages=("",)) -> Block:
    """A CONTRIBUTIONS block of such rows."""
    header = {
        "feeds": [[f.reporter, f.source, f.currency, f.value_basis, f.nomenclature] for f in feeds],
        "units": ["p/st"],
        "vintages": list(vintages),
        "raw_partition": raw_partition,
    }
    lines = [one for one in LINE_COLUMNS if any(one[0] in made for made in rows)]
    columns = {
        name: np.array([one.get(name, 0) for one in rows], dtype) for name, dtype in (*COLUMNS, *lines)
    }
    return Block(BlockKind.CONTRIBUTIONS, header, columns)


def mark(month, feed=BRAZIL, reason="file_period", as_of=None) -> Block:
    """A mark that closes a month of a feed; `month` None closes nothing."""
    number = month_number(month) if isinstance(month, str) else month
    header = {
        "as_of": as_of or closed_at(number),
        "reason": reason,
        "closes": number,
        "feed": None if feed is None else [feed.reporter, feed.source],
    }
    return Block(BlockKind.MARK, header)


def records(kind, *rows) -> Block:
    """A RECORDS block."""
    return Block(BlockKind.RECORDS, {"record": kind, "rows": list(rows)})
