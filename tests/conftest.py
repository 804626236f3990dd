"""What holds for every test: no network, no unexpected error in the log, no settings of the machine's."""

import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from tests import postgres as postgresql

from tidegauge.runtime.logging import configure

ROOT = Path(__file__).parent.parent
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# No deadline: the machines that run this are shared, and a slow moment is not a defect.
settings.register_profile("local", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ci" if IN_CI else "local")

_OURS, _FOR_TESTS = "TIDEGAUGE_", "TIDEGAUGE_TEST_"
for _name in [name for name in os.environ if name.startswith(_OURS) and not name.startswith(_FOR_TESTS)]:
    del os.environ[_name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests open no socket; all others reach this machine alone."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "unit"):
            item.add_marker(pytest.mark.disable_socket)
        elif item.get_closest_marker("allow_hosts") is None:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is not None and find_chromium() is None:
        need_tool("Chromium is not installed: on Debian, apt-get install chromium")


def find_chromium() -> str | None:
    """The path of Chromium, if this machine has it."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def need_tool(sentence: str) -> NoReturn:
    """Skip for want of a tool; where CI runs, the want is a failure."""
    if IN_CI:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session", autouse=True)
def _structured_logs() -> None:
    configure("debug", "json")


# A broker answers so while a topic that it has just made gets its leader; aiokafka says it, and asks again.
STILL_COMING_UP = re.compile(
    r"^aiokafka\.\S+: .*\[Error \d+\] "
    r"(UnknownTopicOrPartition|LeaderNotAvailable|NotLeaderForPartition|\w*CoordinatorNotAvailable)Error"
)


class _Errors(logging.Handler):
    """Keeps what is logged as an error or worse."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # The structured event of structlog, or the formatted text of everybody else.
        said = str(record.msg) if isinstance(record.msg, dict) else record.getMessage()
        cause = f" ({record.exc_info[1]!r})" if record.exc_info and record.exc_info[1] else ""
        self.seen.append(f"{record.name}: {said}{cause}")


@pytest.fixture(autouse=True)
def _no_swallowed_error(request: pytest.FixtureRequest) -> Iterator[None]:
    """An error that only the log knows of fails the test; `@pytest.mark.logs_error("text")` expects one."""
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    yield
    logging.getLogger().removeHandler(errors)
    marker = request.node.get_closest_marker("logs_error")
    expected = marker.args if marker else ()
    seen = [said for said in errors.seen if not STILL_COMING_UP.search(said)]
    surprises = [said for said in seen if not any(part in said for part in expected)]
    missing = [part for part in expected if not any(part in said for said in errors.seen)]
    assert not surprises, f"errors were logged and nobody expected them: {surprises}"
    assert not missing, f"these errors were to be logged: {missing}; seen: {errors.seen}"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, for tests with the `browser` marker."""
    found = find_chromium()
    assert found is not None, "use this fixture in tests with the `browser` marker"
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.Server]:
    """A PostgreSQL server that hands out databases."""
    if not postgresql.available():
        need_tool(postgresql.REMEDY)
    with postgresql.server() as running:
        yield running


@pytest.fixture(scope="session")
def tool() -> Callable[[str, str], str]:
    """Finds a program by its name: `tool("promtool", "how to get it")`; the test is skipped without it."""

    def find(name: str, remedy: str) -> str:
        found = shutil.which(name) or shutil.which(name, path=Path(sys.executable).parent)
        if found is None:
            need_tool(f"{name} is not installed: {remedy}")
        return found

    return find


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of official figures beside the repository; tests that need it are skipped without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the official figures are not here: no ../shared/data beside the repository")
    return folder
