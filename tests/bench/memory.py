"""Bytes a series: months alone, with weeks, and with weeks and firms."""

import gc
from datetime import timedelta

import numpy as np
from tests.bench.report import Cases, resident_mb
from tests.bench.worlds import FIRST, contributions, forget, world

from tidegauge.domain.arrays import AnyArray
from tidegauge.domain.blocks import Block
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import first_day, week_of

MONTHS = 72
WEEKS_KEPT_MONTHS = 40  # weeks of earlier months have left the ring by the end
LARGEST = 1_000_000
_FEED = Feed("BR", "official", "EUR", "CIF", "NCM")
KINDS = ("months", "months and weeks", "months, weeks and firms")


def cases(*, quick: bool) -> Cases:
    """Sizes by kind."""
    sizes = (1_000, 10_000) if quick else (10_000, 100_000, LARGEST)
    return [
        (f"{size:,} series, {kind}", measure, (size, kind))
        for kind in KINDS
        for size in sizes
        if kind != KINDS[2] or size < LARGEST
    ]


def measure(series: int, kind: str) -> dict[str, float]:
    """Every series with trade in every month (in every week, where weeks are kept)."""
    of, panel = world(series), Panel()
    gc.collect()
    before = resident_mb()
    every, dated_from = np.arange(series), FIRST + MONTHS - WEEKS_KEPT_MONTHS
    for month in range(FIRST, FIRST + MONTHS):
        made = contributions(of, every, month, of.mass_kg, of.mass_kg * of.price, _FEED)
        for week in _weeks(month) if kind != KINDS[0] and month >= dated_from else [-1]:
            panel.apply(_dated(made, week, firms=kind == KINDS[2]))
            forget(panel)
            panel.watermarks.clear()
    gc.collect()
    return {
        "resident bytes/series": (resident_mb() - before) * 1e6 / series,
        "panel.nbytes bytes/series": panel.nbytes() / series,
    }


def _weeks(month: int) -> list[int]:
    """The weeks whose Monday lies in a month."""
    first, after = first_day(month), first_day(month + 1)
    days = (first + timedelta(day) for day in range((after - first).days))
    return [week_of(day) for day in days if not day.weekday()]


def _dated(block: Block, week: int, *, firms: bool) -> Block:
    columns: dict[str, AnyArray] = dict(block.columns)
    columns["week"] = np.full(len(block), week, np.int32)
    if firms:
        columns["firm"] = np.arange(len(block), dtype=np.int64) * 7919 + week + 1
    return Block(block.kind, block.header, columns)
