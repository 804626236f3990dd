"""Encoded blocks of the records log to alerts: the monitor alone, by the size of the blocks."""

import tempfile
import time
from pathlib import Path

from tests.bench.block import HISTORY, SERIES, Typed, frames_of, services
from tests.bench.report import Cases, Stopwatch
from tests.bench.worlds import world

from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor import service as monitoring
from tidegauge.monitor import step as stepping
from tidegauge.monitor.state import Checkpointer
from tidegauge.monitor.step import PartitionStep
from tidegauge.runtime.embedded import EmbeddedLog, EmbeddedStateStore, LogDatabase

FIRST_RELEASE = ("ec-trade-diversion", "cefic-import-surge", "share-gain", "new-entrant")
BLOCK_ROWS = (400, 4_096, 16_384, 65_536)


def cases(*, quick: bool) -> Cases:
    """By rows of a block, with the rules of the first release; and once with all that are on by default."""
    rows = 60_000 if quick else 1_500_000
    few = Ruleset.default().only(FIRST_RELEASE)
    sized = [(f"blocks of {size:,}", measure, (rows, size, few)) for size in BLOCK_ROWS]
    return [*sized, (f"blocks of {BLOCK_ROWS[2]:,}, all rules", measure, (rows, BLOCK_ROWS[2], None))]


def measure(rows: int, block_rows: int, rules: Ruleset | None) -> dict[str, float]:
    """The last two thirds of the lines, out of the log; the first third has opened the first episodes."""
    frames = frames_of(world(SERIES), rows)
    third = len(frames) // 3
    lines, watch = sum(map(len, frames[third:])), Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        database = LogDatabase(Path(folder) / "log.db")
        ingestor, monitor = services(database, block_rows, rules)
        for digest, part in (("first", frames[:third]), ("timed", frames[third:])):
            for _progress in ingestor.take(Typed(part, digest)):
                pass
            if digest == "first":
                list(monitor.drain())
        _watched(watch)
        entries, began, busy = monitor.lag(), time.perf_counter(), time.process_time()
        alerts = sum(len(batch) for batch in monitor.drain())
        took, busy = time.perf_counter() - began, time.process_time() - busy
        database.close()
    parts = {f"{name} us/line": 1e6 * seconds / lines for name, seconds in watch.seconds.items()}
    return {
        "lines/s": lines / took,
        "lines/s of processor time": lines / busy,
        "all us/line": 1e6 * took / lines,
        **parts,
        "rest us/line": 1e6 * (took - sum(watch.seconds.values())) / lines,
        "entries of the log": float(entries),
        "months behind": float(HISTORY),
        "alert events": float(alerts),
    }


def _watched(watch: Stopwatch) -> None:
    """Where the time goes; what a part calls that is named itself counts there."""
    watch.watch(EmbeddedLog, "read", "log read")
    watch.watch(monitoring, "decode_block", "decode")
    watch.watch(Panel, "apply", "panel")
    watch.watch(stepping, "changed_cells", "changed cells")
    watch.watch(PartitionStep, "_slice", "rules at marks")
    watch.watch(Checkpointer, "changes", "checkpoint")
    watch.watch(monitoring, "encode_block", "encode figures")
    watch.watch(monitoring, "encode_alert", "encode alerts")
    watch.watch(EmbeddedStateStore, "commit", "monitor commit")
