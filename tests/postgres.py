"""A PostgreSQL server for the tests: a named one, or one of our own on loopback, gone at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

NAMED = "TIDEGAUGE_TEST_DATABASE_URL"
REMEDY = (
    f"PostgreSQL is not installed: on Debian, apt-get install postgresql, or name a server in {NAMED} "
    "(its user must be allowed to create databases)"
)
_FOLDERS = "/usr/lib/postgresql"
_USER = "postgres"


class Server:
    """A running server; hands out empty databases, or copies of one that was made ready once."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        self._made: list[str] = []
        self._templates: dict[str, str] = {}

    def database(self, name: str = "", prepare: Callable[[str], None] | None = None) -> str:
        """The URL of a new database; with `prepare`, a copy of one that it made ready under `name`."""
        if prepare is None:
            return self._create()
        if name not in self._templates:
            made = self._create()
            prepare(made)
            self._templates[name] = str(make_url(made).database)
        return self._create(self._templates[name])

    def drop_all(self) -> None:
        """Drop what was handed out."""
        for name in self._made:
            self._say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._admin.dispose()

    def _create(self, template: str = "template0") -> str:
        name = f"tidegauge_{uuid.uuid4().hex}"
        self._say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _say(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def binaries() -> Path | None:
    """The folder of the newest installed server, if there is one."""
    found = sorted(Path(_FOLDERS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


def available() -> bool:
    """Whether tests can have a server."""
    return bool(os.environ.get(NAMED)) or binaries() is not None


@contextmanager
def server() -> Iterator[Server]:
    """A server for a session of tests."""
    named = os.environ.get(NAMED)
    if named:
        made = Server(named)
        try:
            yield made
        finally:
            made.drop_all()
        return
    with own_server() as process:
        made = Server(process.url)
        yield made
        made.drop_all()


@contextmanager
def own_server(user: str = _USER, password: str = "") -> "Iterator[OwnServer]":
    """A running server process in a folder that its user can reach, which pytest's folders are not.

    With a password it asks for it; else it trusts whoever comes.
    """
    folder = binaries()
    assert folder is not None, REMEDY
    with tempfile.TemporaryDirectory(prefix="tidegauge-postgres-") as temporary:
        process = OwnServer(folder, Path(temporary), user, password)
        process.start()
        try:
            yield process
        finally:
            process.stop()


class OwnServer:
    """A server process that the tests may stop, kill and start again."""

    def __init__(self, binaries: Path, folder: Path, user: str = _USER, password: str = "") -> None:
        self._binaries, self._data, self._user = binaries, folder / "data", user
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            entry = pwd.getpwnam(_USER)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            self._as = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        asks = ["-A", "trust"]
        if password:
            secret = folder / "password"
            secret.write_text(password, encoding="utf-8")
            secret.chmod(0o644)
            asks = ["-A", "scram-sha-256", "--pwfile", str(secret)]
        initdb = [str(binaries / "initdb"), "-D", str(self._data), "-U", user, *asks, "-E", "UTF8",
                  "--no-sync"]  # fmt: skip
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **self._as)
        self._folder = folder

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"postgresql+psycopg://{self._user}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._control("start", "-w", "-t", "60", "-o", options, "-l", str(self._folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` is a crash, `fast` breaks the connections off."""
        self._control("stop", "-w", "-m", mode)

    def _control(self, *words: str) -> None:
        command = [str(self._binaries / "pg_ctl"), "-D", str(self._data), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._as)
