"""Brings the desk database to the newest shape of notify's tables, and keeps it private."""

import os
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from tidegauge.runtime.database import begin_writing

WRITERS: Final = 0x7464_0002  # notify's advisory lock
VERSION_TABLE: Final = "alembic_version_notify"  # intake keeps its own beside it
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_PRIVATE: Final = 0o600


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables; all of it in one transaction, so that a kill leaves the former shape.

    A SQLite file is made readable for its owner alone first: it holds the signing secrets.
    """
    keep_private(engine)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        begin_writing(connection, WRITERS)  # a second starter waits, and finds nothing left to do
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def keep_private(engine: Engine) -> None:
    """Give a SQLite file, its WAL and its index the mode 0600; other databases guard themselves."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return
    os.close(os.open(name, os.O_CREAT | os.O_RDWR, _PRIVATE))
    for path in (Path(name), Path(f"{name}-wal"), Path(f"{name}-shm")):
        if path.exists():
            path.chmod(_PRIVATE)
