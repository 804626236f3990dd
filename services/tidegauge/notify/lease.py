"""One sender for one database: others stand by until it goes."""

import asyncio
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine, text

from tidegauge.notify.sender import Sender
from tidegauge.runtime.following import Patience, away
from tidegauge.runtime.logging import get_logger

LOOK_AGAIN_S: Final = 2.0
_LOCK: Final = 0x7464_0003  # an advisory lock, held by the sender's connection as long as that lives
_log = get_logger(__name__)


async def keep_sending(
    engine: Engine, sender: Sender, stop: asyncio.Event, standing: Callable[[str], None]
) -> None:
    """Send until `stop`; a database that is away is waited for, and so is another sender's end.

    `standing` is told in words how it stands. Should the lease be lost unseen, a message may go out twice,
    under one webhook-id. Raises any other error.
    """
    patience = Patience()
    while not stop.is_set():
        try:
            connection = await asyncio.to_thread(_lease, engine)
            if connection is None:
                standing("standing by: another process sends")
                await _wait(stop, LOOK_AGAIN_S)
                continue
            try:
                standing("")
                patience.back()
                await sender.run(stop)
            finally:
                await asyncio.to_thread(_give_back, connection)
        except Exception as error:
            reason = away(error)
            if not reason:
                raise
            _log.warning("webhooks_waiting", reason=reason)
            standing(reason)
            await _wait(stop, patience.pause_s())


def _lease(engine: Engine) -> Connection | None:
    """The connection that holds the lease; None where another process holds it."""
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        return connection  # one process owns the folder
    held = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one()
    connection.commit()
    if held:
        return connection
    connection.close()
    return None


def _give_back(connection: Connection) -> None:
    """End the session, and the lease with it: a pooled connection would go on holding it."""
    connection.invalidate()
    connection.close()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
