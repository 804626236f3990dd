"""What ingest refuses, as HTTP answers; the application around the router makes problem documents of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import HTTPException

from tidegauge.ingest.reading import FeedError
from tidegauge.ingest.uploads import FullError, KeyReusedError, UnknownUploadError
from tidegauge.runtime.quarantine import StillWrongError, UnknownEntryError, WrongStateError

RETRY_AFTER_S = 15
_STATUS: dict[type[Exception], HTTPStatus] = {
    UnknownEntryError: HTTPStatus.NOT_FOUND,
    UnknownUploadError: HTTPStatus.NOT_FOUND,
    WrongStateError: HTTPStatus.CONFLICT,
    StillWrongError: HTTPStatus.UNPROCESSABLE_ENTITY,
    KeyReusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FeedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FullError: HTTPStatus.TOO_MANY_REQUESTS,
}


@contextmanager
def refusals() -> Iterator[None]:
    """Turn refusals into answers; a full inbox says when to come again."""
    try:
        yield
    except tuple(_STATUS) as error:
        headers = {"Retry-After": str(RETRY_AFTER_S)} if isinstance(error, FullError) else None
        sentence = str(error)
        raise HTTPException(_STATUS[type(error)], sentence[:1].upper() + sentence[1:], headers) from error
