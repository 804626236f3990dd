"""`tidegauge scenario`: declarations of an invented country, with planted events and the truth about them."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tidegauge.domain.periods import month_number
from tidegauge.runtime.errors import UserError
from tidegauge.scenario.events import Event
from tidegauge.scenario.parameters import Parameters, ScenarioError
from tidegauge.scenario.plan import parse_plan
from tidegauge.scenario.world import World, make_world
from tidegauge.scenario.write import CELLS, MANIFEST, TRUTH, Writer

_console = Console(stderr=True, highlight=False)


def scenario(  # noqa: PLR0913 - one parameter an option is typer's way
    out_folder: Annotated[Path, typer.Argument(help="where the files go: a new or an empty folder")],
    *,
    lines: Annotated[int, typer.Option(help="accepted goods items; 1_000_000 may be written so")] = 1_000_000,
    products: Annotated[int, typer.Option(help="how many product codes")] = 500,
    origins: Annotated[int, typer.Option(help="how many countries of origin")] = 60,
    months: Annotated[int, typer.Option(help="how many months, one file each")] = 36,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes")] = 1,
    start: Annotated[str, typer.Option(help="the first month, YYYY-MM")] = "2023-01",
    events: Annotated[Path | None, typer.Option(help="a plan of events (TOML)")] = None,
    gzip: Annotated[bool, typer.Option("--gzip", help="pack the files of declarations")] = False,
) -> None:
    """Make declarations to try things on: the same seed, the same bytes; what was planted is in truth.csv."""
    started = time.monotonic()
    world = _world(Parameters(lines, products, origins, months, seed, _first(start)), events)
    _prepare(out_folder)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    rows = 0
    try:
        with Progress(*columns, console=_console, transient=True) as bars:
            task = bars.add_task("", total=lines)
            for step in Writer(out_folder, world, gzip).write():
                bars.update(task, advance=step.lines, description=step.month)
                rows += step.rows
    except OSError as error:
        raise UserError(f"cannot write {error.filename or out_folder}: {error.strerror}") from error
    took_s = time.monotonic() - started
    _console.print(
        f"{lines:,} lines in {rows:,} rows, {months} files, {len(world.events)} planted events, "
        f"{lines / took_s:,.0f} lines a second",
        markup=False,
        soft_wrap=True,
    )
    _console.print(
        f"what is true of them: {TRUTH}, {CELLS}, {MANIFEST} in {out_folder}", markup=False, soft_wrap=True
    )


def _world(parameters: Parameters, plan: Path | None) -> World:
    try:
        parameters.check()
        return make_world(parameters, None if plan is None else _planned(plan, parameters))
    except ScenarioError as error:
        raise UserError(str(error)) from error


def _planned(path: Path, parameters: Parameters) -> tuple[Event, ...]:
    try:
        return parse_plan(path.read_text(encoding="utf-8"), parameters)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the plan {path}: {error}") from error
    except ScenarioError as error:
        raise UserError(f"{path}: {error}") from error


def _first(text: str) -> int:
    try:
        return month_number(text)
    except ValueError as error:
        raise UserError(f"--start: {error}") from error


def _prepare(folder: Path) -> None:
    """Make the folder; what somebody else put there is never mixed in."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(f"{folder} is not empty; give a new folder")
    except OSError as error:
        raise UserError(f"cannot use {folder} as folder: {error.strerror}") from error
