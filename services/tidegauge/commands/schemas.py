"""`tidegauge schemas`: the JSON Schemas of records, alerts and webhook payloads, written from the code."""

from pathlib import Path
from typing import Annotated

import typer

from tidegauge.ingest.schemas import rendered, write
from tidegauge.notify.schema import webhook_schema
from tidegauge.runtime.errors import UserError
from tidegauge.workers import asyncapi


def schemas(
    folder: Annotated[Path, typer.Argument(help="folder to write to")] = Path("schemas"),
) -> None:
    """Write every JSON Schema (2020-12), and the AsyncAPI document of the topics, into a folder."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder")
    for path in write(folder):
        typer.echo(path)
    for name, made in (("webhook.schema.json", webhook_schema()), ("asyncapi.json", asyncapi.document())):
        path = folder / name
        path.write_bytes(rendered(made))
        typer.echo(path)
