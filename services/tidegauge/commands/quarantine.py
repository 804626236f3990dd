"""`tidegauge quarantine`: records that could not be taken, with place and reason."""

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tidegauge.runtime.embedded import EmbeddedIngestStore, LogDatabase
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.log import Rejected
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import LOG_FILE

app = typer.Typer(no_args_is_help=True, help="Records that could not be taken: list, export.")
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="folder of the databases and the token")]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="rows to show", min=1)] = 50, data_dir: DataDir = None
) -> None:
    """Show place, field and reason of each; the raw text only leaves by `export`."""
    found = _rejected(data_dir)
    if not found:
        Console().print("The quarantine is empty.")
        return
    table = Table("file", "line", "field", "reason", title=f"Quarantine: {len(found):,} records")
    for reject in found[:limit]:
        table.add_row(reject.source, str(reject.line), reject.field, reject.reason)
    Console(highlight=False).print(table)
    for reason, count in Counter(reject.reason for reject in found).most_common():
        Console(highlight=False).print(f"{count:>8,}  {reason}")


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="CSV file to write; default: standard output")] = None,
    data_dir: DataDir = None,
) -> None:
    """Write all of them as CSV with their raw text, to mend and ingest again."""
    target = sys.stdout if out is None else out.open("w", encoding="utf-8", newline="")
    writer = csv.writer(target)
    writer.writerow(Rejected._fields)
    writer.writerows(_rejected(data_dir))
    target.flush()


def _rejected(data_dir: Path | None) -> list[Rejected]:
    folder = load_settings(data_dir=data_dir).data_dir
    if not (folder / LOG_FILE).is_file():
        raise UserError(f"{folder} holds no {LOG_FILE}; nothing was ingested there")
    return EmbeddedIngestStore(LogDatabase(folder / LOG_FILE)).quarantined()
