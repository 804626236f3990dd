"""`tidegauge quarantine`: records that could not be taken: look at them, mend them, send them again."""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tidegauge.commands.files import rules_in_force
from tidegauge.commands.folder import DataDir, existing_entrance
from tidegauge.commands.ingest import feed_here
from tidegauge.commands.up import live_from
from tidegauge.entrance import Entrance
from tidegauge.ingest.export import export_lines
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.quarantine import (
    Entry,
    State,
    StillWrongError,
    UnknownEntryError,
    Wanted,
    WrongStateError,
)
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import BusyError, Stream, ingest_settings

app = typer.Typer(no_args_is_help=True, help="Records that could not be taken: look, mend, send again.")
_console = Console(highlight=False)
_REFUSALS = (StillWrongError, WrongStateError, UnknownEntryError)

Feed = Annotated[str, typer.Option(help="of this feed alone")]
Reason = Annotated[str, typer.Option(help="refused for this reason alone")]
Source = Annotated[str, typer.Option(help="whose file name holds this")]
Identity = Annotated[int, typer.Argument(metavar="ID", help="number of the entry")]


@app.command("list")
def list_(  # noqa: PLR0913 - each option is one word of the command line
    *,
    feed: Feed = "",
    reason: Reason = "",
    source: Source = "",
    only_open: Annotated[bool, typer.Option("--open", help="those alone that nobody has settled")] = False,
    limit: Annotated[int, typer.Option(help="rows to show", min=1)] = 50,
    data_dir: DataDir = None,
) -> None:
    """Show place, field and reason of each; the raw text is shown by `show` and leaves by `export`."""
    quarantine = existing_entrance(data_dir).quarantine
    wanted = Wanted(feed, reason, source, State.OPEN if only_open else "", limit=limit)
    total = quarantine.count(wanted)
    if not total:
        _console.print("The quarantine is empty." if wanted == Wanted(limit=limit) else "No such entry.")
        return
    table = Table(
        "id", "state", "feed", "file", "line", "field", "reason", title=f"Quarantine: {total:,} records"
    )
    for one in quarantine.find(wanted):
        table.add_row(str(one.id), one.state, one.feed, one.source, str(one.line), one.field, one.reason)
    _console.print(table)
    for why, count in quarantine.open_by("reason").items():
        _console.print(f"{count:>8,} open  {why}")


@app.command()
def show(entry_id: Identity, data_dir: DataDir = None) -> None:
    """Everything about one entry, its raw text too: it may name firms."""
    entry = _found(existing_entrance(data_dir), entry_id)
    table = Table(show_header=False, box=None)
    for name in Entry.__struct_fields__:
        if text := str(getattr(entry, name)):
            table.add_row(name, text)
    _console.print(table)


@app.command()
def export(
    *,
    out: Annotated[Path | None, typer.Option(help="CSV file to write; default: standard output")] = None,
    feed: Feed = "",
    reason: Reason = "",
    source: Source = "",
    data_dir: DataDir = None,
) -> None:
    """Write the open ones as CSV with raw text and record; mend these, then `resubmit` the file."""
    wanted = Wanted(feed, reason, source, State.OPEN)
    target = sys.stdout if out is None else out.open("w", encoding="utf-8", newline="")
    target.writelines(export_lines(existing_entrance(data_dir).quarantine, wanted))
    target.flush()


@app.command()
def mend(
    entry_id: Identity,
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="a field; may be repeated"),
    ] = None,
    raw: Annotated[str, typer.Option(help="the whole line instead, in the file's own format")] = "",
    data_dir: DataDir = None,
) -> None:
    """Put fields right and send the record again; it is validated like any other."""
    if bool(changes) == bool(raw):
        raise UserError("say what to change: --set FIELD=VALUE, or --raw LINE")
    entrance = existing_entrance(data_dir)
    put_right = dict(_pairs(changes or []))
    _send(
        entrance,
        [entry_id],
        lambda: [entrance.mending.mend(entry_id, put_right, raw)],
        data_dir,
    )


@app.command()
def resubmit(
    what: Annotated[list[str], typer.Argument(metavar="FILE|ID...", help="a mended export, or entries")],
    data_dir: DataDir = None,
) -> None:
    """Send records again: the rows of a mended export, or entries whose cause has gone."""
    entrance = existing_entrance(data_dir)
    if all(word.isdigit() for word in what):
        ids = [int(word) for word in what]
        _send(entrance, ids, lambda: entrance.mending.resubmit(ids), data_dir)
        return
    rows = [row for word in what for row in _exported(Path(word))]
    _send(entrance, [row[0] for row in rows], lambda: entrance.mending.resubmit_rows(rows), data_dir)


@app.command()
def dismiss(
    entry_id: Identity,
    reason: Annotated[str, typer.Option("--reason", help="why it will not be taken; kept with the entry")],
    data_dir: DataDir = None,
) -> None:
    """Decide that a record will not be taken; `reopen` takes that back."""
    entrance = existing_entrance(data_dir)
    _refusable(lambda: entrance.quarantine.dismiss(entry_id, reason))
    _console.print(f"Entry {entry_id} is dismissed; `tidegauge quarantine reopen {entry_id}` undoes it.")


@app.command()
def reopen(entry_id: Identity, data_dir: DataDir = None) -> None:
    """Take a dismissal back."""
    entrance = existing_entrance(data_dir)
    _refusable(lambda: entrance.quarantine.reopen(entry_id))
    _console.print(f"Entry {entry_id} is open again.")


def _found(entrance: Entrance, entry_id: int) -> Entry:
    found: list[Entry] = []
    _refusable(lambda: found.append(entrance.quarantine.get(entry_id)))
    return found[0]


def _refusable(work: Callable[[], None]) -> None:
    try:
        work()
    except _REFUSALS as error:
        raise UserError(str(error)) from error


def _send(
    entrance: Entrance, ids: Sequence[int], deliver: Callable[[], list[Path]], data_dir: Path | None
) -> None:
    """Put deliveries into the inbox, take them here unless a process is running, and say what came of it."""
    paths: list[Path] = []
    _refusable(lambda: paths.extend(deliver()))
    settings = load_settings(data_dir=data_dir)
    try:
        with Stream(settings.data_dir, ingest_settings(settings)) as stream:
            stream.set_rules(rules_in_force(settings.rules_file), live_from(settings))
            feed_here(stream, settings, lambda feeder: feeder.take_from_inbox(*paths))
    except BusyError:
        _console.print("Handed to the running tidegauge process.")
        return
    for entry_id in ids:
        entry = entrance.quarantine.get(entry_id)
        why = "" if entry.state is State.MENDED else f": {entry.field} {entry.reason}"
        _console.print(f"Entry {entry_id} is {entry.state}{why}.")


def _pairs(changes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise UserError(f"--set {change}: say FIELD=VALUE")
        yield name.strip(), value.strip()


def _exported(path: Path) -> Iterator[tuple[int, str, str]]:
    """Rows of a mended export: (id, raw, record)."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"id", "raw", "record"} <= set(reader.fieldnames or ()):
            raise UserError(f"{path}: is no export of the quarantine: columns id, raw or record are missing")
        for row in reader:
            if not (row["id"] or "").isdigit():
                raise UserError(f"{path}:{reader.line_num}: '{row['id']}' is no entry's number")
            yield int(row["id"]), row["raw"] or "", row["record"] or ""
