"""`tidegauge alerts`: the alert events of a data folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import Topic
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import LOG_FILE, open_events

app = typer.Typer(no_args_is_help=True, help="Alert events: export.")
_AT_ONCE = 1000


@app.callback()
def alerts() -> None:
    """Alert events: export."""


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="file to write; default: standard output")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="folder of the databases and the token")] = None,
) -> None:
    """Write every alert event, one JSON line each, in order."""
    folder = load_settings(data_dir=data_dir).data_dir
    if not (folder / LOG_FILE).is_file():
        raise UserError(f"{folder} holds no {LOG_FILE}; nothing was ingested there")
    reader, after = open_events(folder), -1
    target = sys.stdout.buffer if out is None else out.open("wb")
    while events := reader.read(Topic.ALERTS, after, _AT_ONCE):
        for event in events:
            target.write(event.payload + b"\n")
        after = events[-1].offset
    target.flush()
    if out is not None:
        target.close()
