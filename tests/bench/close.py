"""One month close with all default rules, its gates and slices, and a batch mark that touches few series."""

import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from tests.bench.report import Cases
from tests.bench.worlds import (
    FLOWS,
    World,
    contributions,
    filled,
    forget,
    fx_block,
    mark,
    month_block,
    rules_block,
    world,
)

from tidegauge.domain.arrays import Floats
from tidegauge.domain.blocks import Block
from tidegauge.domain.periods import MONTHS_A_YEAR, closed_at, days_between, january
from tidegauge.domain.rules.base import REASON_CODE, Reason
from tidegauge.monitor.service import Monitor
from tidegauge.monitor.step import Output
from tidegauge.runtime.embedded import EmbeddedIngestStore, EmbeddedLog, EmbeddedStateStore, LogDatabase
from tidegauge.runtime.log import IngestCommit
from tidegauge.runtime.wire import encode_block

MONTHS = 72
TOUCHED = 100
MARKS = 50
C2_TO_C4 = ("c2", "c3", "c4")
FLOOR = 200_000  # of C4, in the feed's own euros


def cases(*, quick: bool) -> Cases:
    """By number of series."""
    sizes = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
    return [(f"{size:,} series", measure, (size,)) for size in sizes]


def measure(series: int) -> dict[str, float]:
    """The close of the 72nd month (the 71st opened the episodes that go on), then a batch mark."""
    of = world(series)
    with tempfile.TemporaryDirectory() as folder:
        database = LogDatabase(Path(folder) / "log.db")
        bench = _Bench(database)
        bench.write(rules_block(), fx_block())
        bench.drain()
        last = filled(bench.monitor.step, of, MONTHS - 2) + 2
        for month in (last - 1, last):
            bench.monitor.step.panel.apply(month_block(of, month))
            forget(bench.monitor.step.panel)
            bench.write(mark(month, closed_at(month)))
            took = bench.drain()
        found = _close_figures(bench, took) | _batch(bench, of, last + 1)
        gates = _gates(bench, last)
        database.close()
    peers = _peer(of, last, found["close s"]) | _peer_of_every_month(of, last, found["close s"])
    return found | gates | peers


class _Bench:
    """A monitor over a real file, timed slice by slice."""

    def __init__(self, database: LogDatabase) -> None:
        self._store = EmbeddedIngestStore(database)
        self.monitor = Monitor(EmbeddedLog(database), EmbeddedStateStore(database, 0), 0)
        self.alerts = 0

    def write(self, *blocks: Block) -> None:
        self._store.commit(IngestCommit(entries=[(0, encode_block(block)) for block in blocks]))

    def drain(self) -> list[float]:
        """Seconds of each commit's step."""
        self.alerts, took, began = 0, [], time.perf_counter()
        for alerts in self.monitor.drain():
            self.alerts += len(alerts)
            now = time.perf_counter()
            took.append(now - began)
            began = now
        return took


def _close_figures(bench: _Bench, took: list[float]) -> dict[str, float]:
    slices = _spread("slice", np.array(took))
    return {"close s": sum(took), **slices, "alert events": float(bench.alerts)}


def _batch(bench: _Bench, of: World, month: int) -> dict[str, float]:
    """A few lines in an open month, then a batch mark, many times: the block and all that follows from it."""
    took, busy, members, alerts = [], [], 0, 0
    for turn in range(MARKS):
        rows = np.sort(np.random.default_rng(turn).choice(len(of), min(TOUCHED, len(of)), replace=False))
        block = contributions(of, rows, month, of.mass_kg[rows], of.mass_kg[rows] * of.price[rows], FLOWS)
        block.header["raw_partition"] = 10_000 + turn
        members = max(members, int(np.isin(of.product, of.product[rows]).sum()))
        bench.write(block, mark(None, closed_at(month), reason="batch"))
        began = time.process_time()
        took.append(sum(bench.drain()))
        busy.append(time.process_time() - began)
        alerts = max(alerts, bench.alerts)
    return {
        **_spread("batch mark", np.array(took)),
        **_spread("batch mark, processor", np.array(busy)),
        "batch mark, most series read": float(members),
        "batch mark, most alert events": float(alerts),
    }


def _spread(name: str, took_s: Floats) -> dict[str, float]:
    took = 1000 * took_s
    return {
        f"{name} p50 ms": float(np.median(took)),
        f"{name} p95 ms": float(np.quantile(took, 0.95)),
        f"{name} max ms": float(took.max()),
    }


def _gates(bench: _Bench, month: int) -> dict[str, float]:
    """How many rows pass C2 to C4 and so reach C1, from an evaluation that is not timed."""
    step = bench.monitor.step
    step._keep = True  # noqa: SLF001 - the bench looks inside
    step.panel.pending_from.used()[:] = month
    took: dict[str, float] = {"all": 0.0} | dict.fromkeys(C2_TO_C4, 0.0) | {"c1 fitted": 0.0}
    for output in step.take(step.offset + 1, mark(None, closed_at(month + 1), reason="batch")):
        _count(output, month, took)
    return {f"rows: {name}": value for name, value in took.items()}


def _count(output: Output, month: int, into: dict[str, float]) -> None:
    for evaluation in output.evaluations:
        if evaluation.rule.id != "ec-trade-diversion" or evaluation.view.month != month:
            continue
        figures = evaluation.signals.figures
        met = np.ones(len(evaluation.view), bool)
        into["all"] += len(met)
        for name in C2_TO_C4:  # one after another, as a gate before the next
            met &= figures[name] == 1.0
            into[name] += int(met.sum())
        into["c1 fitted"] += int((evaluation.signals.reason == REASON_CODE[Reason.MET]).sum())


def _peer(of: World, month: int, close_s: float) -> dict[str, float]:
    """C2 to C4 of the same month in one Polars pass over the two years that they need, as a long table."""
    start = january(month)
    months = [*range(start - MONTHS_A_YEAR, month - MONTHS_A_YEAR + 1), *range(start, month + 1)]
    parts = [month_block(of, when).columns for when in months]
    names = ("product", "origin", "month", "mass_g", "value_e4")
    long = pl.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in names})
    began = time.perf_counter()
    now = pl.col("month") >= start
    sums = long.group_by("product", "origin").agg(
        pl.col("mass_g").filter(now).sum().alias("mass"),
        pl.col("mass_g").filter(~now).sum().alias("mass_before"),
        pl.col("value_e4").filter(now).sum().alias("value"),
        pl.col("value_e4").filter(~now).sum().alias("value_before"),
    )
    hits = sums.filter(
        (pl.col("mass") >= 1.05 * pl.col("mass_before"))
        & (pl.col("value") / pl.col("mass") <= 0.95 * pl.col("value_before") / pl.col("mass_before"))
        & (pl.col("value") / 1e4 / (days_between(start, month) / 7) >= FLOOR)
    )
    took = time.perf_counter() - began
    return {"Polars C2-C4 s": took, "Polars hits": float(len(hits)), "close / Polars": close_s / took}


def _peer_of_every_month(of: World, month: int, close_s: float) -> dict[str, float]:
    """C2 to C4 of every month of the whole table in one Polars pass: what a batch job would compute again."""
    parts = [month_block(of, when).columns for when in range(month - MONTHS + 1, month + 1)]
    names = ("product", "origin", "month", "mass_g", "value_e4")
    long = pl.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in names})
    began = time.perf_counter()
    year = pl.col("month") // MONTHS_A_YEAR
    series = ("product", "origin", "year")
    ytd = (
        long.with_columns(year=year, of_year=pl.col("month") % MONTHS_A_YEAR)
        .sort("product", "origin", "month")
        .with_columns(pl.col("mass_g", "value_e4").cum_sum().over(series))
    )
    before = ytd.select("product", "origin", "of_year", "mass_g", "value_e4", year=pl.col("year") + 1)
    both = ytd.join(before, on=("product", "origin", "year", "of_year"), suffix="_before")
    weeks = (pl.col("of_year") + 1) * 30.44 / 7
    unit_value, unit_value_before = (
        pl.col(f"value_e4{which}") / pl.col(f"mass_g{which}") for which in ("", "_before")
    )
    hits = both.filter(
        (pl.col("mass_g") >= 1.05 * pl.col("mass_g_before"))
        & (unit_value <= 0.95 * unit_value_before)
        & (pl.col("value_e4") / 1e4 / weeks >= FLOOR)
    )
    took = time.perf_counter() - began
    return {
        "Polars C2-C4, every month s": took,
        "Polars hits, every month": float(len(hits)),
        "close / Polars, every month": close_s / took,
    }
