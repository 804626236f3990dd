"""Measures speed and memory beside a peer in the same run: `python tests/bench/run.py [PART ...] [--quick]`.

Every measurement runs in a process of its own, on one core and with one Polars thread. One table a part
goes to the terminal, everything to build/bench.json. Nothing is asserted: a figure is read by a person.
"""

import argparse
import json
import multiprocessing
import os
import platform
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is imported: the peer gets the same one core

from tests.bench import block, blocks, close, memory, read, restart, weeks  # noqa: E402 - after the thread count
from tests.bench.report import Cases, Row, table  # noqa: E402

PARTS: dict[str, Callable[..., Cases]] = {
    "block": block.cases,
    "blocks": blocks.cases,
    "memory": memory.cases,
    "close": close.cases,
    "restart": restart.cases,
    "read": read.cases,
    "weeks": weeks.cases,
}


def measure(part: str, runs: int, *, quick: bool) -> list[Row]:
    """Every case of a part, each run in a fresh process."""
    rows: list[Row] = []
    for label, function, arguments in PARTS[part](quick=quick):
        found = [_alone(function, arguments) for _ in range(runs)]
        rows += [Row(label, name, [one[name] for one in found]) for name in found[0]]
        sys.stderr.write(f"  {part}: {label}\n")
    return rows


def _alone(function: Callable[..., dict[str, float]], arguments: tuple[Any, ...]) -> dict[str, float]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(function, *arguments).result()


def main(given: Sequence[str] | None = None) -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default all")
    parser.add_argument("--quick", action="store_true", help="small sizes, one run: does it work at all")
    parser.add_argument("--runs", type=int, default=3, help="runs of each case (3)")
    asked = parser.parse_args(given)
    unknown = sorted(set(asked.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    out = ROOT / "build" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    results = json.loads(out.read_text()) if out.exists() else {}
    for part in asked.parts or PARTS:
        rows = measure(part, 1 if asked.quick else asked.runs, quick=asked.quick)
        sys.stdout.write(table(part, rows) + "\n")
        sys.stdout.flush()
        results[part] = {
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
            "quick": asked.quick,
            "rows": [row.plain() for row in rows],
        }
        out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
