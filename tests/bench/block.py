"""Declaration lines through ledger, log, panel and rules with durable state, beside a Polars group-by."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from tests.bench.report import Cases, Stopwatch
from tests.bench.worlds import DECLARED, FIRST, World, filled, forget, fx_block, world

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.ledger.declarations import DeclarationLedger
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.periods import first_day
from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest import service as ingest
from tidegauge.ingest import state as ingest_state
from tidegauge.ingest.columns import typed_dtype
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.reading import FeedOptions
from tidegauge.ingest.source import Given, Piece, SourceFile
from tidegauge.ingest.taking import declarations
from tidegauge.monitor import service as monitoring
from tidegauge.monitor.state import Checkpointer
from tidegauge.monitor.step import PartitionStep
from tidegauge.runtime.embedded import EmbeddedIngestStore, EmbeddedLog, EmbeddedStateStore, LogDatabase
from tidegauge.runtime.log import IngestCommit, Rejected
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.wire import encode_block

HISTORY = 30  # months, so that the rules have a baseline to speak over
SERIES = 60_000
AMENDED, CANCELLED, REPEATED = 0.02, 0.003, 0.005
READ_AHEAD = 65_536  # rows of one typed frame, as the readers hand them on
DAYS = 58  # that the lines are spread over
EPOCH = 1970 * 12
_GROUP = ["reporter", "product", "origin", "month"]


def cases(*, quick: bool) -> Cases:
    """One size."""
    rows = 60_000 if quick else 1_500_000
    return [(f"{rows:,} lines", measure, (rows,))]


class Typed(SourceFile):
    """A file that was read and validated already; `digest` tells it from others."""

    def __init__(self, frames: list[pl.DataFrame], digest: str = "bench") -> None:
        kind, given = RecordKind.DECLARATION, Given("bench", "bench")
        super().__init__(Path(__file__), kind, "canonical", FeedOptions(), digest, "typed", given_as=given)
        self._frames = frames

    def batches(self, rows: int, kept: Kept | None = None) -> Iterator[Piece]:
        """Slices, as `SourceFile.batches` gives them."""
        del kept  # no connector reads these rows
        for frame in self._frames:
            for piece in frame.iter_slices(rows):
                yield Piece(piece, [], {"read": len(piece)}, {})

    def refuse(self, *_: object) -> list[Rejected]:
        """Nothing is refused in these rows, so this is not timed."""
        return []


def measure(rows: int) -> dict[str, float]:
    """The last two thirds of the lines; the first third fills the ledger."""
    frames = frames_of(world(SERIES), rows)
    third = len(frames) // 3
    lines, watch = sum(map(len, frames[third:])), Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        database = LogDatabase(Path(folder) / "log.db")
        ingestor, monitor = services(database)
        _through(ingestor, monitor, Typed(frames[:third]))
        _watched(watch)
        source = Typed(frames[third:], "timed")
        began, busy = time.perf_counter(), time.process_time()
        alerts = _through(ingestor, monitor, source)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        database.close()
    peer, peer_busy = _peer(frames[third:])
    parts = {f"{name} us/line": 1e6 * seconds / lines for name, seconds in watch.seconds.items()}
    rest = 1e6 * (took - sum(watch.seconds.values())) / lines
    return {
        "lines/s": lines / took,
        "Polars lines/s": lines / peer,
        "ours / Polars": peer / took,
        "lines/s of processor time": lines / busy,
        "ours / Polars, processor time": peer_busy / busy,
        "all us/line": 1e6 * took / lines,
        **parts,
        "rest us/line": rest,
        "alert events": float(alerts),
    }


def services(
    database: LogDatabase, block_rows: int = Settings().batch_rows, rules: Ruleset | None = None
) -> tuple[ingest.Ingestor, monitoring.Monitor]:
    """Both services over one real file, with a panel that has seen thirty months."""
    ingestor = ingest.Ingestor(EmbeddedIngestStore(database), ingest.IngestSettings(batch_rows=block_rows))
    monitor = monitoring.Monitor(EmbeddedLog(database), EmbeddedStateStore(database, 0), 0)
    ingestor.set_rules((rules or Ruleset.default()).to_record(), FIRST)
    EmbeddedIngestStore(database).commit(IngestCommit(entries=[(0, encode_block(fx_block()))]))
    list(monitor.drain())
    filled(monitor.step, world(SERIES), HISTORY, DECLARED)
    forget(monitor.step.panel)
    ingestor.position.closed_to = FIRST + HISTORY - 1
    return ingestor, monitor


def _through(ingestor: ingest.Ingestor, monitor: monitoring.Monitor, source: Typed) -> int:
    """Take a source as `Stream.feed` does."""
    alerts = 0
    for _progress in ingestor.take(source):
        alerts += sum(len(batch) for batch in monitor.drain())
    return alerts


def _watched(watch: Stopwatch) -> None:
    """Where the time goes; what a part calls that is named itself counts there."""
    watch.watch(declarations, "lines", "columns to lines")
    watch.watch(DeclarationLedger, "take", "ledger")
    watch.watch(ingest_state, "blocks", "contributions to blocks")
    watch.watch(ingest_state, "encode_block", "encode")
    watch.watch(EmbeddedIngestStore, "commit", "ingest commit")
    watch.watch(EmbeddedLog, "read", "log read")
    watch.watch(monitoring, "decode_block", "decode")
    watch.watch(Panel, "apply", "panel")
    watch.watch(PartitionStep, "_slice", "rules at marks")
    watch.watch(Checkpointer, "changes", "checkpoint")
    watch.watch(monitoring, "encode_block", "figures")
    watch.watch(EmbeddedStateStore, "commit", "monitor commit")


def _peer(frames: list[pl.DataFrame]) -> tuple[float, float]:
    """Seconds, and seconds of processor time, of the plain group-by of the same columns."""
    table = pl.concat(frames)
    began, busy = time.perf_counter(), time.process_time()
    table.with_columns(month=pl.col("accepted_at").dt.truncate("1mo")).group_by(_GROUP).agg(
        pl.col("net_mass_g").sum(), pl.col("value_e4").sum(), pl.len()
    )
    return time.perf_counter() - began, time.process_time() - busy


def frames_of(of: World, rows: int) -> list[pl.DataFrame]:
    """Typed rows of two months in order of arrival: accepts, amendments, cancellations, repeats."""
    random = np.random.default_rng(5)
    refers, amends, cancels = _references(random, rows)
    repeats = (refers != np.arange(rows)) & ~amends & ~cancels
    said = np.where(repeats, refers, np.arange(rows))  # a repeat is the earlier line to the letter
    frame = _accepts(of, random, rows)[said].with_columns(
        declaration_id=pl.Series(np.char.add("26BR", np.char.zfill((refers // 3).astype(str), 12))),
        item=pl.Series(refers % 3 + 1),
        version=pl.Series(np.where(amends | cancels, 2, 1)),
        action=pl.Series(np.where(amends, "amend", np.where(cancels, "cancel", "accept"))),
        line=pl.Series(np.arange(rows)),
    )
    frame = _emptied(frame, amends | cancels, ("product", "origin", "accepted_at", "importer", "procedure"))
    frame = _emptied(frame, cancels, ("net_mass_g", "gross_mass_g", "value_e4"))
    fields = RECORDS[RecordKind.DECLARATION].fields
    absent = [field for field in fields if field.column not in frame.columns]
    frame = frame.with_columns(pl.lit(None, typed_dtype(field)).alias(field.column) for field in absent)
    return list(frame.filter(pl.Series(refers >= 0)).iter_slices(READ_AHEAD))


def _references(random: np.random.Generator, rows: int) -> tuple[Ints, Bools, Bools]:
    """The line that each row is a version of (-1: left out), and which rows amend and cancel."""
    kind, place = random.random(rows), np.arange(rows)
    amends = kind < AMENDED
    cancels = ~amends & (kind < AMENDED + CANCELLED)
    again = kind < AMENDED + CANCELLED + REPEATED
    refers = np.where(again, (place * random.random(rows)).astype(np.int64), place)
    return np.where(again & again[refers], -1, refers), amends, cancels


def _accepts(of: World, random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Lines as first declared; large series have more lines, and a month of them makes a usual month."""
    weight = of.mass_kg**0.7
    share = weight / weight.sum()
    which = random.choice(len(of), rows, p=share)
    lines_a_month = np.maximum(rows * share[which] / 2, 0.5)
    mass = np.round(of.mass_kg[which] * random.lognormal(0, 0.4, rows) / lines_a_month * 1000).astype(
        np.int64
    )
    value = np.round(mass * of.price[which] * random.lognormal(0, 0.1, rows) * 10).astype(np.int64)
    first = (first_day(FIRST + HISTORY) - first_day(EPOCH)).days
    day = first + np.arange(rows) * DAYS // rows
    importers = np.array([f"F{one:05d}" for one in range(20_000)])
    return pl.DataFrame(
        {
            "reporter": "BR",
            "accepted_at": pl.Series((day * 86_400_000_000).astype("datetime64[us]")).cast(
                pl.Datetime("us", "UTC")
            ),
            "product": np.array([product_code(one) for one in of.product.tolist()])[which],
            "nomenclature": "NCM",
            "origin": np.array([country_code(one) for one in of.origin.tolist()])[which],
            "importer": importers[random.zipf(1.3, rows) % len(importers)],
            "net_mass_g": mass,
            "gross_mass_g": mass * 21 // 20,
            "value_e4": value,
            "currency": "EUR",
            "value_basis": "CIF",
            "procedure": "40",
        }
    )


def _emptied(frame: pl.DataFrame, rows: Bools, names: tuple[str, ...]) -> pl.DataFrame:
    """Columns without a value in some rows."""
    there = pl.Series(~rows)
    return frame.with_columns(pl.when(there).then(pl.col(name)).alias(name) for name in names)
