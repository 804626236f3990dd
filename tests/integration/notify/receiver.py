"""A webhook receiver on loopback, whose answers are scripted and whose requests are kept."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

LONGEST_WAIT_S = 30


@dataclass(frozen=True)
class Reply:
    """What to answer; `hold` makes the receiver wait for it first, `stall` before the body."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"ok"
    hold: threading.Event | None = None
    stall: threading.Event | None = None


@dataclass(frozen=True)
class Request:
    """One webhook as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]

    def signed_by(self, secret: str) -> bool:
        """Whether the reference package makes one of these signatures, whatever the time of day."""
        instant = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        wanted = Webhook(secret).sign(self.webhook_id, instant, self.body.decode())
        return wanted in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Answers each request with the next reply, and with the last one for ever."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: dict[str, list[Reply]] = {}
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = receiver.take(Request(self.path, headers, body))
                if reply.hold is not None:
                    reply.hold.wait(LONGEST_WAIT_S)
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                if reply.stall is not None:
                    reply.stall.wait(LONGEST_WAIT_S)
                try:
                    self.wfile.write(reply.body)
                except ConnectionError:
                    self.close_connection = True  # the sender gave up waiting, as some tests want

            do_GET = do_POST  # noqa: N815 - the name that http.server calls

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A sender that hung up is no error of the test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def script(self, *replies: Reply, path: str = "/hook") -> None:
        self.replies[path] = list(replies)

    def take(self, request: Request) -> Reply:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
            replies = self.replies.get(request.path.partition("?")[0], [])
            if not replies:
                return Reply()
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def ids(self, path: str = "/hook") -> list[str]:
        return [each.webhook_id for each in self.requests if each.path == path]

    def wait_for(self, count: int, *paths: str) -> None:
        """Wait until so many requests came in on some paths together."""

        def seen() -> int:
            return sum(len(self.ids(path)) for path in paths or ("/hook",))

        with self._changed:
            arrived = self._changed.wait_for(lambda: seen() >= count, LONGEST_WAIT_S)
        assert arrived, f"{seen()} of {count} requests came in on {paths}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
