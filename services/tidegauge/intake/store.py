"""Sessions on the desk's database: for reading, and for writing with the lock held from the start."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session

from tidegauge.runtime.database import begin_writing

WRITERS: Final = 0x7464_0001  # intake's advisory lock: one writer at a time, as in SQLite


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that leaves nothing behind."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one transaction: committed at the end of the block, rolled back if it raises.

    It is the only writer of intake's tables until then.
    """
    with engine.begin() as connection:
        begin_writing(connection, WRITERS)
        with Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()
