"""One attempt over HTTP: sign, post, read a little of the answer, and name what came of it."""

import asyncio
import ssl
from datetime import datetime
from typing import Final

import httpx

from tidegauge.notify.guard import USER_AGENT, AddressRefusedError
from tidegauge.notify.queue import Answer, Delivery
from tidegauge.notify.schedule import retry_after_s
from tidegauge.notify.signing import signed_headers
from tidegauge.notify.states import Outcome, outcome_of_status

LONGEST_ANSWER_BYTES: Final = 20_000  # read, so that the connection can be used again (Svix)
LONGEST_BODY_S: Final = 5.0
LONGEST_EXCERPT_BYTES: Final = 2_000  # kept in the delivery log
_LONGEST_ERROR: Final = 500  # characters


async def attempt(
    client: httpx.AsyncClient, delivery: Delivery, attempted_at: datetime, timeout_s: float
) -> Answer:
    """Post one webhook; never raises for anything that the network or the receiver does.

    `timeout_s` bounds all until the status is in, and a few seconds more the body, so that a receiver cannot
    hold an attempt by answering byte by byte.
    """
    try:
        async with asyncio.timeout(timeout_s) as limit:
            return await _post(client, delivery, attempted_at, limit)
    except (TimeoutError, httpx.TimeoutException):
        return Answer(Outcome.TIMEOUT, error=f"no complete answer within {timeout_s:g} s")
    except AddressRefusedError as error:
        return Answer(Outcome.ADDRESS_REFUSED, error=_short(error))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
        return Answer(Outcome.CONNECTION_FAILED, error=_short(error))


async def _post(
    client: httpx.AsyncClient, delivery: Delivery, attempted_at: datetime, limit: asyncio.Timeout
) -> Answer:
    headers = signed_headers(delivery.secrets, delivery.event_id, attempted_at, delivery.body)
    headers |= {"content-type": "application/json", "user-agent": USER_AGENT, "accept-encoding": "identity"}
    async with client.stream("POST", delivery.url, content=delivery.body, headers=headers) as response:
        limit.reschedule(None)
        body, problem = await _beginning(response)
        return Answer(
            outcome_of_status(response.status_code),
            response.status_code,
            _excerpt(body),
            problem,
            retry_after_s(response.headers.get("retry-after"), attempted_at),
        )


async def _beginning(response: httpx.Response) -> tuple[bytes, str]:
    """The first bytes of the answer; the status has been given, so that a broken body changes nothing."""
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_BODY_S):
            async for part in response.aiter_raw():
                body += part
                if len(body) >= LONGEST_ANSWER_BYTES:
                    break
    except (TimeoutError, httpx.HTTPError) as error:
        return bytes(body), f"the answer's body broke off: {_short(error)}"
    return bytes(body), ""


def _excerpt(body: bytes) -> str:
    """Readable text of at most 2 kB; PostgreSQL stores no NUL."""
    text = body[:LONGEST_EXCERPT_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return text.encode()[:LONGEST_EXCERPT_BYTES].decode("utf-8", "ignore")


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__).replace("\x00", "\ufffd")[:_LONGEST_ERROR]
