"""Brings the desk's tables to the newest shape, in any database that SQLAlchemy speaks to."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from tidegauge.intake.store import WRITERS
from tidegauge.runtime.database import begin_writing

VERSION_TABLE = "alembic_version_intake"
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Apply every migration that is missing, in one transaction; a second starter waits and finds none."""
    with engine.begin() as connection:
        begin_writing(connection, WRITERS)
        config = Config()
        # The path may hold a percent sign, which the configuration would take for an interpolation.
        config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
