"""`tidegauge backtest`: what the rules would have told over a history, held against labelled cases."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tidegauge.backtest.case_files import read_cases
from tidegauge.backtest.report import report
from tidegauge.backtest.result import FILES, REPORT, Result, write
from tidegauge.backtest.walk import Walk
from tidegauge.commands.files import feed_options, opened, rules_in_force, without_rate
from tidegauge.domain.backtest.cases import Case
from tidegauge.domain.backtest.outcome import Outcome, judge
from tidegauge.domain.backtest.told import lives
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.reading import AUTO
from tidegauge.ingest.source import SourceFile
from tidegauge.runtime.errors import UserError

_console = Console(stderr=True, highlight=False)


def backtest(  # noqa: PLR0913 - one parameter an option is typer's way
    files: Annotated[list[Path], typer.Argument(help="canonical files, or official ones with --format")],
    *,
    cases: Annotated[Path, typer.Option(help="labelled cases (CSV), as `tidegauge cases` makes them")],
    out: Annotated[
        Path, typer.Option(help="the folder of the report: new, empty, or of an earlier backtest")
    ],
    rules: Annotated[str | None, typer.Option(help="only these rules: ID,ID")] = None,
    rules_file: Annotated[Path | None, typer.Option(help="the operators' rules file (TOML)")] = None,
    format_name: Annotated[str, typer.Option("--format", help="the connector; default: by content")] = AUTO,
    kind: Annotated[str | None, typer.Option(help="what the rows are, where the columns do not say")] = None,
    vintage: Annotated[str | None, typer.Option(help="publication date of files that carry none")] = None,
) -> None:
    """Walk a history month by month, with the vintages known then, and hold the alerts against cases."""
    labelled = read_cases(cases)
    ruleset = rules_in_force(rules_file, rules)
    sources = opened(files, format_name, feed_options(kind, vintage))
    _prepare(out)
    walk = Walk(ruleset)
    result = _walked(walk, sources, ruleset, labelled)
    try:
        write(result, out, report(result))
    except OSError as error:
        raise UserError(f"cannot write {error.filename or out}: {error.strerror}") from error
    _print(result, walk, out)


def _walked(walk: Walk, sources: list[SourceFile], ruleset: Ruleset, labelled: list[Case]) -> Result:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    alerts = []
    with Progress(*columns, console=_console, transient=True) as bars:
        reading = bars.add_task("reading", total=len(sources))
        publications = walk.publications(sources, lambda: bars.advance(reading))
        bars.update(reading, completed=len(sources))
        task = bars.add_task("rules", total=len(publications))
        for source in publications:
            alerts += list(walk.take(source))
            bars.advance(task)
    cells = walk.cells()
    spans, told = walk.spans(cells), tuple(lives(alerts))
    if not spans:
        raise UserError("no imports of any series that may alert in these files")
    outcomes = judge([rule.id for rule in ruleset.rules()], told, spans, labelled)
    files = tuple(sorted((source.path.name, source.digest) for source in sources))
    return Result(ruleset, files, tuple(labelled), spans, cells, told, tuple(outcomes), walk.revised)


def _prepare(folder: Path) -> None:
    """Make the folder; what somebody else put there is never mixed in."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strange = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    except OSError as error:
        raise UserError(f"cannot use {folder} as folder: {error.strerror}") from error
    if strange:
        raise UserError(f"{folder} holds {strange[0]}; give a new folder")


def _print(result: Result, walk: Walk, out: Path) -> None:
    table = Table(title=f"Backtest: {len(result.spans):,} series, {result.years:,.0f} series-years")
    for name in ("rule", "alerts", "a year per\n1,000 series", "unlabelled", "cases", "before\ninitiation",
                 "before\norder", "withdrawn"):  # fmt: skip
        table.add_column(name, justify="left" if name == "rule" else "right", no_wrap=name == "rule")
    for one in result.outcomes:
        if one.load.alerts:
            table.add_row(*_row(one, result.covered))
    _console.print(table)
    if silent := [one.rule for one in result.outcomes if not one.load.alerts]:
        _console.print(f"told nothing: {', '.join(silent)}")
    _console.print(f"{walk.read:,} rows read, {walk.quarantined:,} quarantined, {walk.revised:,} revised")
    for currency in walk.without_rates():
        _console.print(without_rate(currency))
    _console.print(f"report: {out / REPORT}", markup=False, soft_wrap=True)


def _row(one: Outcome, covered: int) -> tuple[str, ...]:
    leads = (one.median_lead("before_initiation"), one.median_lead("before_order"))
    return (
        one.rule,
        f"{one.load.alerts:,}",
        f"{one.load.a_year_per_1000_series:.1f}",
        f"{one.load.unlabelled_a_year_per_1000_series:.1f}",
        f"{len(one.found)}/{covered}",
        *("-" if lead is None else f"{lead:.1f}" for lead in leads),
        f"{one.stability.withdrawn:,}",
    )
