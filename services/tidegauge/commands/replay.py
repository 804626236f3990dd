"""`tidegauge replay`: what would have been flagged, and when."""

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tidegauge.commands.files import day, feed_options, opened, rules_in_force, without_rate
from tidegauge.ingest.rates_seed import rates_seed
from tidegauge.ingest.reading import AUTO
from tidegauge.monitor import signals
from tidegauge.monitor.step import Output
from tidegauge.replay import Replay
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import load_settings
from tidegauge.runtime.wire import encode_alert
from tidegauge.stream import in_order, ingest_settings

_console = Console(stderr=True, highlight=False)


def replay(  # noqa: PLR0913 - one parameter an option is typer's way
    files: Annotated[list[Path], typer.Argument(help="canonical files, or official ones with --format")],
    *,
    out: Annotated[Path, typer.Option(help="where every alert event goes, one JSON line each")],
    format_name: Annotated[str, typer.Option("--format", help="the connector; default: by content")] = AUTO,
    kind: Annotated[str | None, typer.Option(help="what the rows are, where the columns do not say")] = None,
    vintage: Annotated[str | None, typer.Option(help="publication date of files that carry none")] = None,
    rules: Annotated[str | None, typer.Option(help="only these rules: ID,ID")] = None,
    rules_file: Annotated[Path | None, typer.Option(help="the operators' rules file (TOML)")] = None,
    as_of: Annotated[str | None, typer.Option(help="only what was published by this date")] = None,
    as_published: Annotated[bool, typer.Option("--as-published", help="vintages as they came")] = False,
    signals_file: Annotated[
        Path | None, typer.Option("--signals", help="every test as CSV or Parquet")
    ] = None,
) -> None:
    """Replay a finished history through the rules, month after month; keeps nothing but the alerts."""
    started = time.monotonic()
    settings = load_settings()
    seeds = [rates_seed()] if settings.seed_rates else []
    sources = in_order([*seeds, *opened(files, format_name, feed_options(kind, vintage))])
    for source in sources:
        source.as_of = day("--as-of", as_of) if as_of else None
    frames: list[pl.DataFrame] = []

    def observe(output: Output) -> None:
        frames.extend(signals.frame(evaluation) for evaluation in output.evaluations)

    run = Replay(
        rules_in_force(rules_file, rules),
        as_published=as_published,
        observe=observe if signals_file else None,
        settings=ingest_settings(settings),
    )
    for _ in track(run.read(sources), "reading", console=_console, transient=True):
        pass
    counts: Counter[str] = Counter()
    try:
        with out.open("wb") as file:
            for alerts in track(run.run(), "rules", console=_console, transient=True):
                for alert in alerts:
                    file.write(encode_alert(alert) + b"\n")
                    counts[alert.rule] += 1
        rows = signals.write(frames, signals_file) if signals_file and frames else 0
    except OSError as error:
        raise UserError(f"cannot write {error.filename or out}: {error.strerror}") from error
    _summary(run, counts, rows, time.monotonic() - started)


def _summary(run: Replay, counts: Counter[str], rows: int, took_s: float) -> None:
    read = run.summary.counts.get("read", 0)
    table = Table(show_header=False, title="Replay")
    table.add_row("records read", f"{read:,}")
    table.add_row("quarantined", f"{run.summary.counts.get('quarantined', 0):,}")
    table.add_row("series", f"{run.summary.series:,}")
    for rule, count in sorted(counts.items()):
        table.add_row(f"alert events, {rule}", f"{count:,}")
    if rows:
        table.add_row("signals", f"{rows:,}")
    table.add_row("records a second", f"{read / took_s:,.0f}")
    _console.print(table)
    for currency in run.summary.without_rates:
        _console.print(without_rate(currency))
    for reject in run.summary.rejects[:5]:
        _console.print(f"  {reject.source}:{reject.line}: {reject.field}: {reject.reason}", markup=False)
