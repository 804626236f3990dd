"""`tidegauge feeds`: which formats can be read, what they give, where they come from and what is tricky."""

import inspect
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tidegauge.ingest.feeds.base import Connector
from tidegauge.ingest.feeds.registry import CONNECTORS
from tidegauge.runtime.errors import UserError

app = typer.Typer(help="The formats that can be read.", invoke_without_command=True)
_console = Console(highlight=False)
_ANY = "as the file says"


@app.callback()
def feeds(context: typer.Context) -> None:
    """List the connectors: the name that --format takes, what it reads and what it gives."""
    if context.invoked_subcommand is not None:
        return
    table = Table(box=None, pad_edge=False)
    for title in ("format", "gives", "reads"):
        table.add_column(title, overflow="fold", no_wrap=title != "reads")
    for connector in CONNECTORS.values():
        table.add_row(connector.name, str(connector.kind or _ANY), connector.description)
    _console.print(table)
    _console.print("\n`tidegauge feeds show FORMAT` tells source, columns, units, licence and traps.")


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="FORMAT", help="name of the format")]) -> None:
    """Official source, columns, units, licence and traps of one format."""
    if name not in CONNECTORS:
        raise UserError(f"no format '{name}'; the formats are {', '.join(sorted(CONNECTORS))}")
    typer.echo(about(CONNECTORS[name]))


def about(connector: Connector) -> str:
    """What a connector's module says of its format."""
    return inspect.cleandoc(sys.modules[type(connector).__module__].__doc__ or connector.description)
