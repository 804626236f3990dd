"""How early surges are found beside the published rules: `python tests/bench/early/run.py [--seeds 3]`.

Known surges are put into official series (--data). Thresholds are set so that every rule raises as
many alarm months, or as many episodes, on the untouched series. Tables go to the terminal and everything to
build/early.json. Nothing is asserted: docs/early-surge.md tells what it means.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))


from tests.bench.early import alternatives, history, loads, strength, trial  # noqa: E402 - after the path

from tidegauge.domain.panel.view import Unit  # noqa: E402

EARLY = "early-surge"
MEASURES: dict[str, loads.Load] = {"alarm months": loads.alarm_months, "episodes": loads.episodes}
HALF_A_YEAR, A_YEAR = 6, 12
EC_FLOOR_EUR = 200_000 * strength.WEEKS_A_YEAR  # the published value floor of the EC rule, a year
LOW_FLOOR_EUR = 1_000_000.0


def main(given: Sequence[str] | None = None) -> None:
    """Run every setting and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--every", type=int, default=6, help="a series surges every so many months (6)")
    parser.add_argument("--alternatives", action="store_true", help="what else was tried, on Brazil alone")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "early.json")
    asked = parser.parse_args(given)
    if not asked.data.is_dir():
        parser.error(f"the official figures are not at {asked.data}")
    results = {}
    if asked.alternatives:
        results = compare(asked.data, asked.every, asked.seeds)
    for name, setting in [] if asked.alternatives else settings(asked.data, asked.every):
        results[name] = measure(setting, asked.seeds)
        sys.stdout.write(table(name, results[name]))
        sys.stdout.flush()
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def settings(data: Path, every: int) -> list[tuple[str, trial.Setting]]:
    """Series that are large enough for the EC rule's own floor, then smaller ones, then other trade."""
    brazil, union = history.brazil(data), history.union(data)
    return [
        (f"{history.BRAZIL}, EUR 10.4 m a year", trial.Setting(brazil, EC_FLOOR_EUR, A_YEAR, every)),
        (f"{history.BRAZIL}, EUR 1 m a year", trial.Setting(brazil, LOW_FLOOR_EUR, A_YEAR, every)),
        (
            f"{history.BRAZIL}, all origins together, EUR 10.4 m a year",
            trial.Setting(history.brazil(data, Unit.PRODUCT), EC_FLOOR_EUR, A_YEAR, max(1, every // 3)),
        ),
        (f"{history.UNION}, EUR 1 m a year", trial.Setting(union, LOW_FLOOR_EUR, HALF_A_YEAR, 1)),
    ]


def measure(setting: trial.Setting, seeds: int) -> dict[str, Any]:
    """What each rule finds at the load of each published rule, seed by seed."""
    rules = {EARLY: strength.early, **strength.RIVALS}
    quiet = trial.quiet(setting, rules)
    worlds = [trial.surged(setting, rules, seed) for seed in range(seeds)]
    rows = []
    for measured, load in MEASURES.items():
        for whose in strength.RIVALS:
            most = load(quiet, quiet.strength[whose] >= 1.0)
            if most == 0:  # the Cefic rule speaks of single origins alone
                continue
            at = {name: loads.threshold(quiet, name, load, most) for name in rules} | {whose: 1.0}
            rows.append(_row(measured, whose, most / quiet.years, at, worlds, setting.follow))
    defaults = {
        name: {kind: load(quiet, quiet.strength[name] >= at) / quiet.years for kind, load in MEASURES.items()}
        | {"found": [loads.found(world, name, at, HALF_A_YEAR) for world in worlds]}
        for name, at in {EARLY: strength.EARLY_SCORE, **dict.fromkeys(strength.RIVALS, 1.0)}.items()
    }
    size = {"series": len(np.unique(quiet.series)), "series_months": len(quiet.series)}
    return {**size, "surges_a_seed": len(worlds[0].with_surge[EARLY]), "at_default": defaults, "rows": rows}


def compare(data: Path, every: int, seeds: int) -> dict[str, Any]:
    """Share found within six months by each alternative, at the loads of the published rules."""
    strands = history.brazil(data, columns=alternatives.LONGEST)
    setting = trial.Setting(strands, EC_FLOOR_EUR, A_YEAR, every)
    rules = {EARLY: strength.early, **alternatives.CHOICES, **strength.RIVALS}
    quiet = trial.quiet(setting, rules)
    worlds = [trial.surged(setting, rules, seed) for seed in range(seeds)]
    loaded = [(measured, whose) for whose in strength.RIVALS for measured in MEASURES]
    sys.stdout.write("| | " + " | ".join(f"{whose}: {measured}" for measured, whose in loaded) + " |\n")
    sys.stdout.write("| --- " * (len(loaded) + 1) + "|\n")
    found: dict[str, list[float]] = {}
    for name in [EARLY, *alternatives.CHOICES]:
        found[name] = []
        for measured, whose in loaded:
            most = MEASURES[measured](quiet, quiet.strength[whose] >= 1.0)
            at = loads.threshold(quiet, name, MEASURES[measured], most)
            found[name].append(float(np.mean([loads.found(one, name, at, HALF_A_YEAR) for one in worlds])))
        sys.stdout.write(f"| {name} | " + " | ".join(f"{share:.1%}" for share in found[name]) + " |\n")
    return {"alternatives": found}


def _row(  # noqa: PLR0913, PLR0917 - one line of the table
    measured: str, whose: str, load: float, at: dict[str, float], worlds: list[trial.Surged], follow: int
) -> dict[str, Any]:
    found: dict[str, Any] = {"equal": measured, "load_of": whose, "a_series_year": load, "thresholds": at}
    for months in (HALF_A_YEAR, A_YEAR):
        if months > follow:
            continue
        shares = {name: [loads.found(world, name, at[name], months) for world in worlds] for name in at}
        best = np.max([shares[name] for name in strength.RIVALS], axis=0)
        ratio = [early / other for early, other in zip(shares[EARLY], best, strict=True)]
        found[f"within_{months}"] = {"shares": shares, "times_the_better": ratio}
    return found


def table(name: str, result: dict[str, Any]) -> str:
    """One setting as Markdown: means over the seeds, least and greatest ratio."""
    lines = [
        f"\n## {name}",
        f"{result['series']} series, {result['series_months']:,} series-months",
        f"with {result['surges_a_seed']:,} surges a seed",
        "",
        f"| equal | at the load of | a series-year | {EARLY} | EC | Cefic | times the better | 12 months |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in result["rows"]:
        within = row[f"within_{HALF_A_YEAR}"]
        shares = " | ".join(f"{np.mean(found):.1%}" for found in within["shares"].values())
        times = within["times_the_better"]
        year = row.get(f"within_{A_YEAR}")
        later = "" if year is None else " / ".join(f"{np.mean(one):.0%}" for one in year["shares"].values())
        lines.append(
            f"| {row['equal']} | {row['load_of']} | {row['a_series_year']:.2f} | {shares} | "
            f"{np.mean(times):.2f} ({min(times):.2f}-{max(times):.2f}) | {later} |"
        )
    for rule, one in result["at_default"].items():
        lines.append(
            f"\n{rule} as it is: {one['alarm months']:.2f} alarm months and {one['episodes']:.2f} episodes "
            f"a series-year, {np.mean(one['found']):.1%} found within {HALF_A_YEAR} months"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
