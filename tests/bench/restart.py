"""From opening log.db with a stored state to a monitor that is ready."""

import tempfile
import time
from pathlib import Path

from tests.bench.report import Cases
from tests.bench.worlds import FIRST, month_block, rules_block, settle, world

from tidegauge.monitor.service import Monitor
from tidegauge.monitor.state import Checkpointer
from tidegauge.monitor.step import PartitionStep
from tidegauge.runtime.embedded import EmbeddedLog, EmbeddedStateStore, LogDatabase

MONTHS = 72


def cases(*, quick: bool) -> Cases:
    """By number of series."""
    sizes = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
    return [(f"{size:,} series", measure, (size,)) for size in sizes]


def measure(series: int) -> dict[str, float]:
    """A checkpoint a month, as marks write them; then the way back, and ready for the next entry."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        written, took = _store(path, series)
        began = time.perf_counter()
        database = LogDatabase(path)
        monitor = Monitor(EmbeddedLog(database), EmbeddedStateStore(database, 0), 0)
        monitor.lag()
        ready = time.perf_counter() - began
        database.close()
        size = path.stat().st_size
    return {
        "ready s": ready,
        "series/s": series / ready,
        "file MB": size / 1e6,
        "checkpoints written MB": written / 1e6,
        "writing them s": took,
    }


def _store(path: Path, series: int) -> tuple[float, float]:
    """Bytes and seconds of 72 checkpoints."""
    of, step = world(series), PartitionStep()
    database = LogDatabase(path)
    store, checkpointer = EmbeddedStateStore(database, 0), Checkpointer(step)
    list(step.take(0, rules_block()))
    written, took = 0, 0.0
    for month in range(FIRST, FIRST + MONTHS):
        step.panel.apply(month_block(of, month))
        step.panel.take_changed_months()
        settle(step.panel, month)
        began = time.perf_counter()
        changes = checkpointer.changes()
        store.commit(changes, [], [])
        took += time.perf_counter() - began
        written += changes.nbytes()
    database.close()
    return written, took
