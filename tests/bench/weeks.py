"""What the weekly rule costs: closes of a week and of a month, and a batch mark, with it and without."""

import time
from dataclasses import dataclass

import numpy as np
from tests.bench.report import Cases
from tests.bench.worlds import DECLARED, FIRST, World, contributions, fx_block, rules_block, settle, world

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.periods import closed_at, months_ended_in, weeks_ending_in
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.step import PartitionStep

RULE = "early-surge-weekly"
MONTHS, TOUCHED = 27, 100  # two years and a quarter of weeks
BUSY = 0.7  # part of the weeks with trade


def cases(*, quick: bool) -> Cases:
    """By number of series."""
    sizes = (1_000, 10_000) if quick else (10_000, 100_000)
    return [(f"{size:,} series", measure, (size,)) for size in sizes]


def measure(series: int) -> dict[str, float]:
    """CPU seconds of each kind of mark by all default rules, and by all but the weekly one."""
    of, found = world(series), {}
    for name, without in (("", False), (", without the rule", True)):
        bench = _filled(of, without=without)
        found |= {f"{mark}{name}": took for mark, took in bench.marks().items()}
        if not without:
            rings = bench.step.panel.rings
            found["weeks, bytes a series"] = rings["weeks"].nbytes() / series
            found["unpaired weeks, bytes a series"] = rings["unpaired_weeks"].nbytes() / series
    return found


@dataclass(slots=True)
class _Bench:
    of: World
    step: PartitionStep
    month: int
    offset: int

    def take(self, block: Block) -> tuple[float, int]:
        """CPU seconds, and how many alert events."""
        began, self.offset = time.process_time(), self.offset + 1
        alerts = sum(len(output.alerts) for output in self.step.take(self.offset, block))
        return time.process_time() - began, alerts

    def marks(self) -> dict[str, float]:
        """The second week of the open month closes, then a few lines come, then the month closes."""
        first, last = weeks_ending_in(self.month)
        self.take(_mark("week_close", first, 0))
        week_s, alerts = self.take(_mark("week_close", first + 1, 1))
        batch_s = []
        for turn in range(3):
            rows = np.sort(np.random.default_rng(turn).choice(len(self.of), TOUCHED, replace=False))
            self.step.panel.apply(_week(self.of, rows, first + 2, 10_000 + turn))
            batch_s.append(self.take(_mark("batch", None, 2 + turn))[0])
        self.take(_mark("week_close", last, 9))
        month_s, _ = self.take(_mark("month_close", self.month, 10))
        return {
            "week close, CPU s": week_s,
            "week close, alert events": float(alerts),
            f"batch mark of {TOUCHED} series, CPU ms": 1000 * max(batch_s),
            "month close, CPU s": month_s,
        }


def _filled(of: World, *, without: bool) -> _Bench:
    """Every busy week of the months before, called judged, and the weeks of one that is open."""
    step, month = PartitionStep(), FIRST + MONTHS
    rules = Ruleset.default()
    if without:
        rules = rules.only(tuple(rule.id for rule in rules.rules() if rule.id != RULE))
    row = {**rules.to_record(), "live_from": 0}
    blocks = [Block(BlockKind.RECORDS, {"record": "ruleset", "rows": [row]}) if without else rules_block()]
    for offset, block in enumerate([*blocks, fx_block()]):
        list(step.take(offset, block))
    for week in range(weeks_ending_in(FIRST)[0], weeks_ending_in(month)[1] + 1):
        rows = np.flatnonzero(np.random.default_rng(week).random(len(of)) < BUSY)
        step.panel.apply(_week(of, rows, week, week))
        _forget(step)
    settle(step.panel, month - 1)
    for state in step.panel.feeds:
        state.close_weeks(weeks_ending_in(month)[0] - 1)
    return _Bench(of, step, month, 1)


def _week(of: World, rows: np.ndarray, week: int, partition: int) -> Block:
    """One line of each row; every hundredth series surges in the open month."""
    random, month = np.random.default_rng(week), int(months_ended_in(np.array([week]))[0])
    mass = of.mass_kg[rows] / 4.0 * random.lognormal(0, 0.35, len(rows))
    price = of.price[rows] * random.lognormal(0, 0.08, len(rows))
    hit = (rows % 100 == 0) & (month >= FIRST + MONTHS)
    mass, price = np.where(hit, 3 * mass, mass), np.where(hit, 0.8 * price, price)
    block = contributions(of, rows, month, mass, mass * price, DECLARED)
    block.columns["week"] = np.full_like(block.columns["week"], week)
    block.header["raw_partition"] = partition
    return block


def _forget(step: PartitionStep) -> None:
    """Drop the notes of what changed, as a checkpoint does."""
    step.panel.take_changed_months()
    for name in step.panel.touched:
        step.panel.take_touched(name)


def _mark(reason: str, closes: int | None, place: int) -> Block:
    as_of = f"{closed_at(FIRST + MONTHS)[:10]}T00:00:{place:02d}Z"
    return Block(BlockKind.MARK, {"as_of": as_of, "reason": reason, "closes": closes, "feed": None})
