"""Sessions on the desk's database: for reading, and for writing with the lock held from the start."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlmodel import Session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that leaves nothing behind."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one transaction: committed at the end of the block, rolled back if it raises.

    SQLite takes the write lock at once: a transaction that reads first and writes later cannot wait for
    another writer, it fails.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        with Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()
