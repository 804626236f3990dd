"""`tidegauge trace`: the records behind a figure."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tidegauge.commands.files import feed_options, opened
from tidegauge.commands.folder import DataDir
from tidegauge.domain.amounts import from_fixed
from tidegauge.domain.blocks import Block
from tidegauge.domain.codes import country_code, country_number, product_number
from tidegauge.domain.ledger.behind import Behind, Figure, behind
from tidegauge.domain.periods import month_number
from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.domain.records.values import RefusedError, read_value
from tidegauge.ingest.reading import AUTO, FeedError
from tidegauge.ingest.records_behind import Found, records_behind
from tidegauge.runtime.embedded import EmbeddedLog, LogDatabase
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import load_settings
from tidegauge.runtime.wire import decode_block
from tidegauge.stream import LOG_FILE, PARTITION

_console = Console(highlight=False, stderr=True)
_ENTRIES = 100  # of the log at once
_COLUMNS = ("line", "version", "published", "origin", "net_mass_kg", "value", "currency")
_FILE_COLUMNS = ("line", "file", "file_line", "record")


def trace(  # noqa: PLR0913 - each option is one word of the command line
    *,
    reporter: Annotated[str, typer.Option(help="whose imports, two letters")],
    source: Annotated[str, typer.Option(help="source of the series: declarations, comexstat ...")],
    product: Annotated[str, typer.Option(help="code of the product")],
    period: Annotated[str, typer.Option(help="month, YYYY-MM")],
    origin: Annotated[str, typer.Option(help="two letters; without it all origins")] = "",
    within: Annotated[
        list[Path] | None, typer.Option("--in", help="a file that was given: find its records (repeatable)")
    ] = None,
    format_name: Annotated[str, typer.Option("--format", help="connector of these files")] = AUTO,
    kind: Annotated[str | None, typer.Option(help="kind of record that they hold")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV to write; default: standard output")] = None,
    data_dir: DataDir = None,
) -> None:
    """List what a figure is the sum of: each line or cell that counts, and with --in the records themselves.

    Records may name firms. They stay on this machine: nothing here goes over the network.
    """
    figure = _figure(reporter, source, product, origin, period)
    folder = load_settings(data_dir=data_dir).data_dir
    if not (folder / LOG_FILE).is_file():
        raise UserError(f"{folder} holds no {LOG_FILE}; nothing was ingested there")
    found = behind(_blocks(folder), figure)
    if not len(found):
        whose = f"{reporter} {source} {product} {origin}".strip()
        raise UserError(f"nothing counts in {whose} {period}; `tidegauge feeds status` lists the feeds")
    files = opened(within or [], format_name, feed_options(kind, None))
    try:
        records = [one for file in files for one in records_behind(file, figure, found.columns["line_key"])]
    except FeedError as error:
        raise UserError(str(error)) from error
    _write(out, _records(records) if files else _lines(found))
    _console.print(_told(found, records, len(files)))


def _figure(reporter: str, source: str, product: str, origin: str, period: str) -> Figure:
    said = {"reporter": reporter.upper(), "product": product, "origin": origin.upper(), "period": period}
    fields = RECORDS[RecordKind.FLOW].by_name
    for name, text in said.items():
        try:
            if text or name != "origin":
                read_value(fields[name], text)
        except RefusedError as refused:
            raise UserError(f"--{name} {text}: {refused.reason}") from refused
    place = country_number(said["origin"]) if origin else 0
    return Figure(said["reporter"], source, product_number(product), place, month_number(period))


def _blocks(folder: Path) -> Iterator[Block]:
    """The whole records log of a data folder."""
    database = LogDatabase(folder / LOG_FILE)
    log, after = EmbeddedLog(database), -1
    columns = TextColumn("reading the log"), BarColumn(), TimeElapsedColumn()
    try:
        with Progress(*columns, console=_console, transient=True) as bars:
            bar = bars.add_task("log", total=log.end(PARTITION) + 1)
            while entries := log.read(PARTITION, after, _ENTRIES):
                for entry in entries:
                    yield decode_block(entry.payload)
                after = entries[-1].offset
                bars.update(bar, completed=after + 1)
    finally:
        database.close()


def _lines(found: Behind) -> Iterator[tuple[object, ...]]:
    yield _COLUMNS
    names = ("line_key", "version", "day", "origin", "mass_g", "has_mass", "value_e4", "has_value")
    for key, version, day, origin, mass, has_mass, value, has_value in zip(
        *(found.columns[name].tolist() for name in names), strict=True
    ):
        shown = (from_fixed(mass, 3) if has_mass else "", from_fixed(value, 4) if has_value else "")
        yield (_name(key), version if not day else "", day, country_code(origin), *shown, found.currency)


def _records(records: list[Found]) -> Iterator[tuple[object, ...]]:
    yield _FILE_COLUMNS
    for one in records:
        yield _name(one.line_key) if one.line_key else "", one.file, one.line, one.record


def _name(line_key: int) -> str:
    """A line by its key: no number of a declaration, which is kept as a hash alone."""
    return f"{line_key & (1 << 64) - 1:016x}"


def _write(out: Path | None, rows: Iterator[tuple[object, ...]]) -> None:
    if out is None:
        csv.writer(sys.stdout).writerows(rows)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error


def _told(found: Behind, records: list[Found], files: int) -> str:
    """The sums, and how many of the lines were met in the files."""
    mass = from_fixed(int(found.columns["mass_g"].sum()), 3)
    value = from_fixed(int(found.columns["value_e4"].sum()), 4)
    what = "cells" if found.columns["day"].any() else "lines"
    told = f"{what} that count: {len(found):,}; {mass} kg, {value} {found.currency}"
    if not files:
        return told
    met = len({one.line_key for one in records} - {0}) or len(records)
    return f"{told}; found in {files:,} {'file' if files == 1 else 'files'}: {met:,}"
