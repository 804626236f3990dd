"""The door of the desk: host names, the operator token, foreign forms, and the headers on every answer."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tidegauge.intake.problems import document, wants_page
from tidegauge.runtime.clock import Clock
from tidegauge.runtime.token import matches

COOKIE: Final = "tidegauge_desk"
SESSION_S: Final = 12 * 3600
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
FREE: Final = frozenset({"/metrics", "/healthz", "/readyz"})  # for scrapers and probes, by any name
NO_TOKEN: Final = frozenset({"/login"})
STATIC: Final = "/static/"
MOST_BYTES: Final = 1_000_000  # of a request's body
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(:[0-9]{1,5})?")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Sessions:
    """Session cookies: an end and a signature by a key that follows from the token; nothing is stored.

    A new operator token ends every session.
    """

    def __init__(self, token: str, clock: Clock) -> None:
        self._token = token
        self._key = hmac.digest(token.encode(), b"desk session", hashlib.sha256)
        self._clock = clock

    def knows(self, token: str) -> bool:
        """Whether this is the operator token; takes the same time for a near miss as for a far one."""
        return matches(self._token, token)

    def open(self) -> str:
        """The value of a new cookie."""
        body = f"{int(self._clock.now().timestamp()) + SESSION_S}.{secrets.token_urlsafe(12)}"
        return f"{body}.{self._sign(body)}"

    def holds(self, cookie: str) -> bool:
        """Whether a cookie is one of ours and has not ended."""
        body, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode()):
            return False
        return int(body.partition(".")[0]) > self._clock.now().timestamp()

    def _sign(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


class Guard:
    """ASGI middleware before every route of the desk."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        hosts: Collection[str],
        long_bodies: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._long_bodies = long_bodies  # beginning of a path -> most bytes
        self._hosts = frozenset(host.lower() for host in hosts) | LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer instead of the application where the request may not reach it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refuse(HTTPConnection(scope), scope["method"])
        guarded = _with_headers(send, cacheable=scope["path"].startswith(STATIC))
        if refusal is not None:
            await refusal(scope, receive, guarded)
        else:
            await self._app(scope, _limited(receive, self._most(scope["path"])), guarded)

    def _refuse(self, request: HTTPConnection, method: str) -> Response | None:
        """The answer to a request that may not pass; None lets it through."""
        path = request.url.path
        if path in FREE:
            return None
        if _host(request.headers) not in self._hosts:
            # A name that was not configured may be a foreign page that has rebound its name to this machine.
            detail = "This desk does not answer to that host name; TIDEGAUGE_DESK_HOSTS lists the others."
            return document(HTTPStatus.MISDIRECTED_REQUEST, detail)
        if _too_long(request.headers, self._most(path)):
            detail = f"A request may hold {self._most(path)} bytes."
            return document(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        if path.startswith(STATIC) or self._by_token(request.headers):
            return None
        return self._refuse_browser(request, method)

    def _most(self, path: str) -> int:
        """The most bytes of a request's body."""
        return next((most for start, most in self._long_bodies.items() if path.startswith(start)), MOST_BYTES)

    def _refuse_browser(self, request: HTTPConnection, method: str) -> Response | None:
        """The same for a request without the token: it may come from a page, ours or a foreign one."""
        if method not in _SAFE and not _same_origin(request.headers):
            return document(HTTPStatus.FORBIDDEN, "A form of another site may not act on this desk.")
        if request.url.path in NO_TOKEN or self._by_cookie(request):
            return None
        return _ask_for_token(request)

    def _by_token(self, headers: Headers) -> bool:
        kind, _, token = headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and self._sessions.knows(token.strip())

    def _by_cookie(self, request: HTTPConnection) -> bool:
        return self._sessions.holds(request.cookies.get(COOKIE, ""))


def _host(headers: Headers) -> str:
    """The host name that the request is for, in small letters, without port; empty if it is none."""
    named = _HOST.fullmatch(headers.get("host", ""))
    return named["name"].strip("[]").lower() if named else ""


def _too_long(headers: Headers, most: int) -> bool:
    length = headers.get("content-length", "0")
    return not length.isascii() or not length.isdecimal() or int(length[:20]) > most


def _same_origin(headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of this desk, as the browser says."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host") != ""


def _ask_for_token(request: HTTPConnection) -> Response:
    """A page goes to the login form; everything else hears what is missing."""
    path = request.url.path
    if request.headers.get("hx-request") == "true":
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/login"})
    if wants_page(request):
        asked = f"{path}?{request.url.query}" if request.url.query else path
        return RedirectResponse(f"/login?next={quote(asked)}", HTTPStatus.SEE_OTHER)
    answer = document(
        HTTPStatus.UNAUTHORIZED, "The operator token is missing or wrong: send Authorization: Bearer TOKEN."
    )
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _with_headers(send: Send, *, cacheable: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-cache" if cacheable else "no-store")
        await send(message)

    return guarded


def _limited(receive: Receive, most: int) -> Receive:
    """The body, cut off once it is longer than it may be: a chunked body names no length beforehand."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return limited
