"""The address guard: an HTTP client that checks the very address its socket connects to.

Resolving a name first and connecting by name later leaves a gap in which the answer may change (DNS
rebinding). So the guard resolves, judges each address, connects to the judged address itself, and then
asks the socket whom it reached. TLS still verifies the certificate against the name in the URL.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, Final, Protocol

import httpcore
import httpx

from tidegauge.notify.addresses import ADMITTED, AllowList, classify

USER_AGENT: Final = f"Tidegauge-Webhooks/{version('tidegauge')}"
# Names are looked up in threads of their own: a receiver's slow name server must not hold up the rest.
_LOOKUP_THREADS: Final = 32


class AddressRefusedError(Exception):
    """A receiver whose address is not one that webhooks may reach; the text says which and why."""


class Resolver(Protocol):
    """Turns a host name into addresses."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host, as literals, in the order to try them; raises OSError for none."""
        ...


class SystemResolver:
    """The machine's resolver, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="webhook-lookup")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host; also understands every numeric spelling (decimal, octal, hex)."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to admitted addresses only."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend, resolver: Resolver, allowed: AllowList) -> None:
        self._inner, self._resolver, self._allowed = inner, resolver, allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first admitted address that answers.

        Raises AddressRefusedError when no address is admitted, or when the socket reached another one
        than it was given; httpcore.ConnectError or ConnectTimeout when none answers.
        """
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._admitted(host, port, timeout):
            try:
                stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            await self._check_peer(stream, host)
            return stream
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refused: a webhook never goes to a socket in the file system."""
        del timeout, socket_options
        raise AddressRefusedError(f"a webhook cannot go to the unix socket {path}")

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore's own retries use it, and they are switched off."""
        await self._inner.sleep(seconds)

    async def _admitted(self, host: str, port: int, limit_s: float | None) -> list[str]:
        try:
            async with asyncio.timeout(limit_s):
                addresses = await self._resolver.resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"looking up {host} took longer than {limit_s} s") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be looked up: {error}") from error
        kinds = {address: classify(address, self._allowed) for address in addresses}
        admitted = [address for address, kind in kinds.items() if kind in ADMITTED]
        if addresses and not admitted:
            seen = ", ".join(f"{address} ({kind.value})" for address, kind in kinds.items())
            raise AddressRefusedError(f"{host} leads to {seen}, where webhooks may not go")
        return admitted

    async def _check_peer(self, stream: httpcore.AsyncNetworkStream, host: str) -> None:
        peer = stream.get_extra_info("server_addr")
        kind = classify(str(peer[0]), self._allowed) if peer else None
        if kind not in ADMITTED:
            await stream.aclose()
            reached = f"{peer[0]} ({kind.value})" if peer and kind else "an unknown address"
            raise AddressRefusedError(
                f"the connection to {host} reached {reached}, where webhooks may not go"
            )


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over a guarded pool.

    `_pool` is the one private name of httpx that is used here; httpx offers no other place for a
    network backend. A test fails if a client made here ever connects unguarded.
    """

    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            http1=True,
            http2=False,
            network_backend=backend,
        )


def webhook_client(
    allowed: AllowList, timeout_s: float, connections: int = 64, resolver: Resolver | None = None
) -> httpx.AsyncClient:
    """The client for webhooks: guarded, HTTP/1.1, without redirects, cookies or a proxy from the environment.

    A proxy would connect in our place and take the guard out of the way.
    """
    backend = GuardedBackend(httpcore.AnyIOBackend(), resolver or SystemResolver(), allowed)
    return httpx.AsyncClient(
        transport=GuardedTransport(backend, connections),
        timeout=httpx.Timeout(timeout_s),
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
    )
