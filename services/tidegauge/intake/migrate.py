"""Brings the desk's tables to the newest shape, in any database that SQLAlchemy speaks to."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

VERSION_TABLE = "alembic_version_intake"
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Apply every migration that is missing; does nothing where none is."""
    with engine.begin() as connection:
        config = Config()
        # The path may hold a percent sign, which the configuration would take for an interpolation.
        config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
