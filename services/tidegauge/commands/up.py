"""`tidegauge up`: the whole product in one process."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from tidegauge.commands.files import opened, rules_in_force
from tidegauge.domain.alerts import Alert, Status
from tidegauge.domain.periods import month_number, month_of
from tidegauge.ingest.journal import unexplained
from tidegauge.ingest.position import LEFT_OUT_COUNTS
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.taking.progress import Progress as Step
from tidegauge.runtime import logging
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import Settings, load_settings
from tidegauge.up import Options, Up

DEMO = "brazil-fertilizers"
DEMO_FILES = ("benchmarks.csv", "flows.csv", "fx.csv")  # the others are names and labelled cases
FROM_THE_START = 0
_STYLE = {"info": "dim", "watch": "yellow", "warning": "bold yellow", "critical": "bold red"}
_TOLD = (Status.OPEN, Status.WITHDRAWN, Status.SUPERSEDED)  # resolved and updated ones are only counted


def up(  # noqa: PLR0913 - one parameter an option is typer's way
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="feed the example of Brazil's fertilizer imports")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="end after the files, with a summary")] = False,
    files: Annotated[list[Path] | None, typer.Argument(help="files to feed at the start")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="folder of the databases and the token")] = None,
    host: Annotated[str | None, typer.Option(help="address that the desk listens on")] = None,
    port: Annotated[int | None, typer.Option(help="port of the desk")] = None,
    rules_file: Annotated[Path | None, typer.Option(help="the operators' rules file (TOML)")] = None,
    watch: Annotated[
        list[Path] | None, typer.Option(help="a folder whose new files are taken; may be repeated")
    ] = None,
) -> None:
    """Run ingest, monitor, intake and notify in one process, and serve the desk."""
    settings = load_settings(data_dir=data_dir, host=host, port=port, rules_file=rules_file)
    example = example_folder() if demo else None
    if example is not None and settings.product_names is None:
        settings = settings.model_copy(update={"product_names": example / "names.csv"})
    logging.configure(settings.log_level, settings.log_format)
    paths = [*([example / name for name in DEMO_FILES] if example else []), *(files or [])]
    screen = Terminal()
    options = Options(
        sources=lambda: opened(paths),
        ruleset=rules_in_force(settings.rules_file),
        live_from=FROM_THE_START if demo else live_from(settings),
        watch=watched(watch, settings.watch),
        once=once,
    )
    process = Up(settings, options, screen)
    screen.note(f"Operator token: {process.token.path}{' (made just now)' if process.token.created else ''}")
    try:
        with screen.bars:
            asyncio.run(process.run(screen.serving))
    finally:
        if once:
            screen.summary()


def example_folder() -> Path:
    """Where the example lies: beside the sources, or inside the installed package."""
    here = Path(__file__).resolve()
    for folder in (here.parents[3] / "examples" / DEMO, here.parents[1] / "examples" / DEMO):
        if folder.is_dir():
            return folder
    raise UserError(f"the example {DEMO} is not part of this installation")


def watched(given: list[Path] | None, setting: str) -> list[Path]:
    """The folders to watch: those of the command line, else those of the setting."""
    return given or [Path(part.strip()) for part in setting.split(",") if part.strip()]


def live_from(settings: Settings) -> int:
    """The first month whose alerts are live: as set, else the month of the installation."""
    if not settings.live_from:
        return month_of(SystemClock().now().date())
    try:
        return month_number(settings.live_from)
    except ValueError as error:
        raise UserError(f"TIDEGAUGE_LIVE_FROM: {error}") from error


class Terminal:
    """The terminal: bars while files are fed, alerts as they fire, a table at the end."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self.bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[label]}"), TimeElapsedColumn(), console=self._console, transient=True,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._address = ""
        self._alerts: Counter[tuple[str, str]] = Counter()
        self._files: list[tuple[str, dict[str, int]]] = []

    def note(self, text: str) -> None:
        """A line for the person at the keyboard."""
        self._console.print(text, soft_wrap=True)

    def serving(self, address: str) -> None:
        """The desk answers from now on."""
        self._address = address
        self.note(f"Desk: [bold]{address}[/bold]")

    def taken(self, name: str) -> None:
        """A file in the inbox is through."""
        self.note(f"{escape(name)} was taken from the inbox")

    def refused(self, name: str, reason: str) -> None:
        """A file in the inbox cannot be read."""
        self.note(f"[red]{escape(name)} was refused[/red]: {escape(reason)}")

    def held(self, source: SourceFile, reason: str) -> None:
        """A file waits where it is, as its feed is paused."""
        self.note(
            f"[red]{escape(source.name)} was not taken[/red]: {escape(reason)}. It stays where it is; "
            f"look at it, then say `tidegauge feeds resume {escape(source.feed)}`"
        )

    def settled(self) -> None:
        """The files given at the start are through."""
        self.summary()
        self.note(f"Desk: [bold]{self._address}[/bold]  (Ctrl-C stops; the same command goes on from here)")

    def alert(self, alert: Alert) -> None:
        """An alert event became durable."""
        self._alerts[alert.rule, alert.status] += 1
        if alert.status not in _TOLD or alert.historical:
            return
        reasons = f"  ({', '.join(alert.reasons)})" if alert.reasons else ""
        severity = f"[{_STYLE[alert.severity]}]{alert.severity:<8}[/]"
        self.note(
            f"{alert.period}  {alert.status:<10} {severity}  {alert.rule:<20}  "
            f"{alert.reporter} {alert.product} from {alert.origin or 'all origins'}[dim]{reasons}[/dim]"
        )

    def progress(self, progress: Step) -> None:
        """A step of a file was committed."""
        task = self._tasks.get(progress.source)
        if task is None:
            total = None if progress.steps_left is None else progress.steps_left + 1
            task = self.bars.add_task(Path(progress.source).name, total=total, label="")
            self._tasks[progress.source] = task
        self.bars.update(task, advance=1, label=progress.label)

    def fed(self, source: SourceFile, counts: dict[str, int]) -> None:
        """A file is through: how it was read, and what became of its rows."""
        self._files.append((source.name, counts))
        self.note(f"{escape(source.name)}: read as {source.format_name} ({source.kind}): {source.reason}")
        if said := [f"{counts[what]:,} {what}" for what in LEFT_OUT_COUNTS if counts.get(what)]:
            self.note(f"{escape(source.name)}: {', '.join(said).replace('_', ' ')}")
        if lost := unexplained(counts):
            self.note(
                f"[red]{escape(source.name)}: {lost:,} rows are not accounted for[/red]: this is a defect"
            )
        if source.unknown_columns:
            self.note(f"{source.name}: columns not used: {', '.join(sorted(source.unknown_columns))}")
        if count := counts.get("quarantined"):
            rows = f"{count:,} of {counts.get('read', 0):,} rows"
            self.note(f"{source.name}: {rows} are in quarantine; see `tidegauge quarantine list`")

    def summary(self) -> None:
        """What was read and what was raised."""
        shown = ("read", "accepted", "quarantined", "superseded", "duplicates")
        files = Table("file", *shown, "joined or left out", title="Files")
        for name, counts in self._files:
            others = sum(counts.get(what, 0) for what in LEFT_OUT_COUNTS)
            columns = [*(counts.get(what, 0) for what in shown), others]
            files.add_row(Path(name).name, *(f"{count:,}" for count in columns))
        alerts = Table("rule", *(str(status) for status in Status), title="Alert events")
        for rule in sorted({rule for rule, _ in self._alerts}):
            alerts.add_row(rule, *(f"{self._alerts[rule, status]:,}" for status in Status))
        if self._files:
            self._console.print(files, alerts if self._alerts else "No new alerts.")
