"""How much earlier weeks tell than months: `python tests/bench/early/weeks.py [--seeds 3] [--lines 150_000]`.

Declarations of an invented country, with surges planted in some of its products, are taken as they would
arrive. Thresholds of both rules are set so that they raise as many alarm months on the products without a
plant. Tables go to the terminal, everything to build/early-weeks.json. Nothing is asserted:
docs/early-surge.md tells what it means.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tidegauge.commands.files import opened  # noqa: E402 - after the path
from tidegauge.domain.codes import country_code, product_code  # noqa: E402
from tidegauge.domain.panel.view import Unit  # noqa: E402
from tidegauge.domain.periods import first_day, month_number, month_text  # noqa: E402
from tidegauge.domain.rules.base import REASONS, SPEAKS  # noqa: E402
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml  # noqa: E402
from tidegauge.ingest.service import Ingestor  # noqa: E402
from tidegauge.ingest.settings import IngestSettings  # noqa: E402
from tidegauge.monitor.evaluate import Evaluation  # noqa: E402
from tidegauge.monitor.service import Monitor  # noqa: E402
from tidegauge.monitor.step import Output  # noqa: E402
from tidegauge.runtime.events import MemoryEvents  # noqa: E402
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore  # noqa: E402
from tidegauge.scenario.parameters import Parameters  # noqa: E402
from tidegauge.scenario.plan import parse_plan  # noqa: E402
from tidegauge.scenario.world import make_world  # noqa: E402
from tidegauge.scenario.write import Writer  # noqa: E402

MONTHLY, WEEKLY = "early-surge", "early-surge-weekly"
CLOSED, OPEN, WEEKS = "months, once closed", "months, also while open", "weeks"
HOWS = (CLOSED, OPEN, WEEKS)  # the monthly rule at closes alone, at every mark, and the weekly one
FIRST, MONTHS = month_number("2022-01"), 36
ORIGINS, PLANTED = ("CN", "TR", "US", "KR", "CH", "GB"), 18
SIZES, PRICES = (1.5, 2.0, 3.0), (0.75, 0.85, 0.92)
HALF_A_YEAR_DAYS, EIGHT_WEEKS_DAYS = 183, 56
LOADS = (0.25, 0.5, 1.0)  # alarm months a series-year
_ANY = "[rules.{rule}]\nmin_score = 0\n"
Key = tuple[int, str, str, int]  # seed, product, origin, month


@dataclass(slots=True)
class Heard:
    """Of each way, by series and month: every higher score, and the day on which it was first told."""

    rises: dict[str, dict[Key, list[tuple[float, date]]]] = field(
        default_factory=lambda: {how: {} for how in HOWS}
    )
    spoken: set[Key] = field(default_factory=set)  # months of which both rules may speak

    def note(self, evaluation: Evaluation, seed: int, day: date) -> None:
        """Enter what fires at any score."""
        view, signals, rule = evaluation.view, evaluation.signals, evaluation.rule.id
        if view.unit is not Unit.SERIES:
            return
        for row in np.flatnonzero(signals.fired).tolist():
            key, score = _key(evaluation, row, seed), float(signals.figures["score"][row])
            for how in (WEEKS,) if rule == WEEKLY else (OPEN, CLOSED)[: 1 + bool(view.closed[row])]:
                rises = self.rises[how].setdefault(key, [])
                if not rises or score > rises[-1][0]:
                    rises.append((score, day))
        if rule == WEEKLY:
            speaks = np.array([reason in SPEAKS for reason in REASONS])[signals.reason] & view.closed
            worth = signals.figures["annual_value"] >= 1e6
            self.spoken |= {_key(evaluation, row, seed) for row in np.flatnonzero(speaks & worth).tolist()}

    def told(self, how: str, key: Key, at: float) -> date | None:
        """The day on which a month is on alarm at a threshold."""
        return next((day for score, day in self.rises[how].get(key, ()) if score >= at), None)


def main(given: Sequence[str] | None = None) -> None:
    """Make the scenarios, hear both rules, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=150_000, help="goods items a scenario (150,000)")
    parser.add_argument("--products", type=int, default=48)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "early-weeks.json")
    asked = parser.parse_args(given)
    heard, planted = Heard(), {}
    for seed in range(1, asked.seeds + 1):
        planted |= scenario(heard, seed, asked.lines, asked.products)
    results = measure(heard, planted)
    sys.stdout.write(table(results))
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def plan(seed: int) -> str:
    """Surges in as many products, from the 20th month on, each of its own size, price and onset."""
    random, events = np.random.default_rng(seed), []
    for place in range(PLANTED):
        start = FIRST + 19 + place % 11
        events.append(
            f'[[event]]\nkind = "surge"\nproduct = "7208{1000 + place:04d}"\n'
            f'origin = "{ORIGINS[place % len(ORIGINS)]}"\nfrom = "{month_text(start)}"\n'
            f'to = "{month_text(min(start + 6, FIRST + MONTHS - 1))}"\n'
            f"size = {random.choice(SIZES)}\nprice = {random.choice(PRICES)}\n"
        )
    return "\n".join(events)


def scenario(heard: Heard, seed: int, lines: int, products: int) -> dict[tuple[int, str, str], int]:
    """Take one scenario line by line; gives the onset of every planted surge."""
    parameters = Parameters(lines, products, len(ORIGINS) + 2, MONTHS, seed, FIRST)
    events = parse_plan(plan(seed), parameters)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "out"
        folder.mkdir()
        for _ in Writer(folder, make_world(parameters, events)).write():
            pass
        # four pieces a week, and a batch mark after each: both rules may speak all the time
        settings = IngestSettings(batch_rows=lines // (52 * 3 * 4), mark_every_rows=lines // (52 * 3 * 4))
        store = MemoryIngestStore()
        ingestor = Ingestor(store, settings)
        text = "".join(_ANY.format(rule=rule) for rule in (MONTHLY, WEEKLY))
        ingestor.set_rules(parse_rules_toml(text).only((MONTHLY, WEEKLY)).to_record(), 0)
        for source in opened(sorted(folder.glob("declarations-*"))):
            for _ in ingestor.take(source):
                pass
    _hear(heard, store, seed)
    return {(seed, one.product, one.origin): FIRST + one.first for one in events}


def _hear(heard: Heard, store: MemoryIngestStore, seed: int) -> None:
    def observe(output: Output) -> None:
        day = date.fromisoformat(monitor.step.last_as_of[:10]) if monitor.step.last_as_of else date.min
        for evaluation in output.evaluations:
            heard.note(evaluation, seed, day)

    monitor = Monitor(
        store.log(), MemoryStateStore(MemoryEvents()), 0, observe=observe, keep_evaluations=True
    )
    for _ in monitor.drain():
        pass


def measure(heard: Heard, planted: dict[tuple[int, str, str], int]) -> dict[str, Any]:
    """What each way finds, and when, at thresholds that give all the same load, and at the default ones."""
    touched = {(seed, product) for seed, product, _ in planted}
    quiet = {key for key in heard.spoken if key[:2] not in touched}
    default = {
        how: float(Ruleset.default().parameters_for(WEEKLY if how == WEEKS else MONTHLY, "")["min_score"])
        for how in HOWS
    }
    rows = [
        _row(heard, how, at, planted, quiet)
        for load in (*LOADS, None)
        for how in HOWS
        for at in [default[how] if load is None else _threshold(heard, how, quiet, load)]
    ]
    return {"surges": len(planted), "quiet_series_years": len(quiet) / 12, "rows": rows}


def _threshold(heard: Heard, how: str, quiet: set[Key], load: float) -> float:
    """The threshold at which so many months a series-year are on alarm."""
    peaks = sorted((heard.rises[how][key][-1][0] for key in quiet if key in heard.rises[how]), reverse=True)
    most = int(load * len(quiet) / 12)
    return peaks[min(most, len(peaks)) - 1]


def _row(
    heard: Heard, how: str, at: float, planted: dict[tuple[int, str, str], int], quiet: set[Key]
) -> dict[str, Any]:
    """One way at one threshold: its load, and days from each onset to the first alarm."""
    days = np.array([_days(heard, how, one, onset, at) for one, onset in planted.items()])
    return {
        "how": how,
        "min_score": at,
        "load": 12 * sum(heard.told(how, key, at) is not None for key in quiet) / len(quiet),
        "within_8_weeks": float((days <= EIGHT_WEEKS_DAYS).mean()),
        "within_half_a_year": float((days <= HALF_A_YEAR_DAYS).mean()),
        "median_weeks": float(np.median(days)) / 7,
        "days": days.tolist(),
    }


def _days(heard: Heard, how: str, one: tuple[int, str, str], onset: int, at: float) -> float:
    """Days from the onset to the first alarm about a month from it on; infinite where there is none."""
    told = (heard.told(how, (*one, month), at) for month in range(onset, onset + 7))
    days = [(day - first_day(onset)).days for day in told if day is not None]
    return min(days, default=np.inf)


def _key(evaluation: Evaluation, row: int, seed: int) -> Key:
    view = evaluation.view
    return seed, product_code(int(view.product[row])), country_code(int(view.origin[row])), view.month


def table(results: dict[str, Any]) -> str:
    """As Markdown; the last rows are the rules as they are by default."""
    lines = [
        f"{results['surges']} surges, {results['quiet_series_years']:,.0f} series-years without",
        "",
        "| | least score | alarm months a series-year | found in 8 weeks | in half a year | median weeks |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {row['how']} | {row['min_score']:.2f} | {row['load']:.2f} | {row['within_8_weeks']:.0%} | "
        f"{row['within_half_a_year']:.0%} | {row['median_weeks']:.1f} |"
        for row in results["rows"]
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
