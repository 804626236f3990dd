"""The data folder that a command looks at."""

from pathlib import Path
from typing import Annotated

import typer

from tidegauge.entrance import Entrance, open_entrance
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import LOG_FILE

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="folder of the databases and the token")]


def existing_entrance(data_dir: Path | None) -> Entrance:
    """The entrance of a folder in which something was ingested; raises UserError where nothing was."""
    settings = load_settings(data_dir=data_dir)
    if not (settings.data_dir / LOG_FILE).is_file():
        raise UserError(f"{settings.data_dir} holds no {LOG_FILE}; nothing was ingested there")
    return open_entrance(settings)
