"""An HTTP server that the process around it starts and stops."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tidegauge.runtime.errors import UserError

_GRACE_S = 3  # for answers under way when the server stops


class Server(uvicorn.Server):
    """A server whose signals are handled by the composition root: a second one does not kill a commit."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def make_server(app: FastAPI) -> Server:
    """A server for an application; run it with `serve(sockets=[...])`, end it with `should_exit`."""
    return Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_S))


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises UserError, one sentence, where the address cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        raise UserError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --port"
        ) from error
    return listening
