"""SQL engines for the desk's tables: SQLite in WAL mode, or PostgreSQL."""

from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from tidegauge.runtime.errors import UserError

BUSY_TIMEOUT_MS = 15_000
CONNECT_TIMEOUT_S: Final = 10
_POSTGRES: Final = "postgresql+psycopg"
_SPOKEN: Final = {"postgres": _POSTGRES, "postgresql": _POSTGRES, _POSTGRES: _POSTGRES, "sqlite": "sqlite"}


def open_engine(url: str) -> Engine:
    """An engine; SQLite gets WAL, foreign keys, full sync, and transactions that begin as writers wait.

    Raises UserError, without the password, for a URL that is neither SQLite's nor PostgreSQL's.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UserError("the database URL cannot be read; write postgresql://user@host/name") from None
    if parsed.drivername not in _SPOKEN:
        raise UserError(f"cannot use {parsed.drivername} as database; use PostgreSQL or SQLite")
    parsed = parsed.set(drivername=_SPOKEN[parsed.drivername])
    if parsed.drivername == "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    arguments = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "tidegauge"}
    return create_engine(parsed, pool_pre_ping=True, connect_args=arguments)


def reachable(engine: Engine) -> Engine:
    """The engine, tried once; raises UserError, one sentence without the password, if it does not answer."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[-1]
        where = engine.url.render_as_string(hide_password=True)
        raise UserError(f"cannot reach the database {where}: {reason}") from None
    return engine


def begin_writing(connection: Connection, lock: int) -> None:
    """Make this transaction the only writer of its kind (`lock`); it ends with the transaction.

    SQLite takes its one write lock at once: a transaction that reads first and writes later cannot wait for
    another writer, it fails. PostgreSQL takes an advisory lock: what was read stays true until commit.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()
