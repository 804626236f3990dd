"""A service that follows a log into a database, and waits where either is away for a while."""

import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from tidegauge.runtime.health import Health
from tidegauge.runtime.logging import get_logger

EVENTS_A_STEP: Final = 500
LOOK_AGAIN_S: Final = 0.5  # after the end of the log was reached
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
_log = get_logger(__name__)


class AwayError(Exception):
    """A log or a database does not answer now and may later; the text says which."""


def away(error: BaseException) -> str:
    """What is away, in words, if this error says that something will come back; else an empty text."""
    if isinstance(error, AwayError):
        return str(error)
    gone = isinstance(error, OperationalError | InterfaceError)
    if gone or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return "the database does not answer"
    return ""


class Patience:
    """Ever longer pauses while something is away; starts anew once it is back."""

    def __init__(self) -> None:
        self._next_s = FIRST_PAUSE_S

    def back(self) -> None:
        """It answers again."""
        self._next_s = FIRST_PAUSE_S

    def pause_s(self) -> float:
        """How long to wait before the next try."""
        now, self._next_s = self._next_s, min(self._next_s * 2, LONGEST_PAUSE_S)
        return now


def follow(
    service: str,
    step: Callable[[int], int],
    taken: Callable[[], None],
    health: Health,
    over: threading.Event,
) -> None:
    """Take events until `over`: `step(limit)` gives how many it took, `taken` is told when it took any.

    What is away is waited for, with the reason in the health page; any other error is raised.
    """
    patience = Patience()
    while not over.is_set():
        try:
            while step(EVENTS_A_STEP):
                health.working(service, "storing events")
                taken()
        except Exception as error:
            reason = away(error)
            if not reason:
                raise
            _log.warning("waiting", service=service, reason=reason)
            health.waiting(service, reason)
            over.wait(patience.pause_s())
            continue
        patience.back()
        health.idle(service)
        over.wait(LOOK_AGAIN_S)
