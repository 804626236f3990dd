"""`tidegauge schemas`: the JSON Schemas of records, alerts and webhook payloads, written from the code."""

from pathlib import Path
from typing import Annotated

import typer

from tidegauge.ingest.schemas import rendered, write
from tidegauge.notify.schema import webhook_schema
from tidegauge.runtime.errors import UserError


def schemas(
    folder: Annotated[Path, typer.Argument(help="folder to write to")] = Path("schemas"),
) -> None:
    """Write every JSON Schema (2020-12) into a folder."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder")
    for path in write(folder):
        typer.echo(path)
    path = folder / "webhook.schema.json"
    path.write_bytes(rendered(webhook_schema()))
    typer.echo(path)
