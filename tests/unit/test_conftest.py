"""The guards around every test really guard."""

import re
import shutil

import pytest

pytest_plugins = ["pytester"]

SETTINGS = """
[pytest]
pythonpath = .
addopts = --import-mode=importlib --allow-unix-socket --strict-markers -p no:cacheprovider -rA
filterwarnings = error
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
markers =
    browser: x
    logs_error: x
"""

UNIT = """
import asyncio, logging, os, socket
import pytest
from tidegauge.runtime.logging import get_logger

def test_logs_an_error():
    logging.error("the disk is %s", "full")

def test_logs_a_structured_error():
    get_logger("notify").error("attempt failed", tries=3)

def test_logs_a_warning():
    logging.warning("the disk is filling")

@pytest.mark.logs_error("disk is full")
def test_logs_the_error_that_it_expects():
    logging.error("the disk is %s", "full")

@pytest.mark.logs_error("disk is full", "table")
def test_does_not_log_all_that_it_expects():
    logging.error("the disk is %s", "full")

async def test_has_an_event_loop():
    await asyncio.sleep(0)

def test_opens_a_socket():
    socket.socket()

def test_is_free_of_the_machines_settings():
    assert "TIDEGAUGE_PORT" not in os.environ
"""

INTEGRATION = """
import socket
import pytest

def test_reaches_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_reaches_another():
    with socket.socket() as there:
        there.connect(("192.0.2.1", 9))

@pytest.mark.browser
def test_drives_a_browser():
    pass
"""


@pytest.fixture
def outcomes(repository, pytester: pytest.Pytester, monkeypatch):
    """Runs a file of tests under a copy of our conftest; gives each test's outcomes by its name."""
    monkeypatch.delenv("CI", raising=False)
    pytester.path.joinpath("pytest.ini").write_text(SETTINGS, encoding="utf-8")
    tests = pytester.mkdir("tests")
    for name in ("conftest.py", "postgres.py"):
        shutil.copy(repository / "tests" / name, tests)

    def run(source: str, folder: str) -> dict[str, list[str]]:
        (tests / folder).mkdir()
        (tests / folder / "test_it.py").write_text(source, encoding="utf-8")
        shown = pytester.runpytest_subprocess("tests").stdout.str()
        found: dict[str, list[str]] = {}
        for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR) \S+::test_(\w+)", shown, re.MULTILINE):
            found.setdefault(name, []).append(outcome)
        for reason in re.findall(r"^SKIPPED \[1\] \S+ (.*)$", shown, re.MULTILINE):
            found["skipped"] = [reason]
        return found

    return run


def test_unit_tests_are_guarded_from_swallowed_errors_sockets_and_settings(outcomes, monkeypatch):
    monkeypatch.setenv("TIDEGAUGE_PORT", "1")
    assert outcomes(UNIT, "unit") == {
        "logs_an_error": ["PASSED", "ERROR"],
        "logs_a_structured_error": ["PASSED", "ERROR"],
        "logs_a_warning": ["PASSED"],
        "logs_the_error_that_it_expects": ["PASSED"],
        "does_not_log_all_that_it_expects": ["PASSED", "ERROR"],
        "has_an_event_loop": ["PASSED"],
        "opens_a_socket": ["FAILED"],
        "is_free_of_the_machines_settings": ["PASSED"],
    }


def test_other_tests_reach_this_machine_alone_and_skip_what_they_have_no_tool_for(outcomes, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert outcomes(INTEGRATION, "integration") == {
        "reaches_this_machine": ["PASSED"],
        "reaches_another": ["FAILED"],
        "skipped": ["Chromium is not installed: on Debian, apt-get install chromium"],
    }


def test_where_ci_runs_a_missing_browser_is_a_failure(outcomes, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    assert outcomes(INTEGRATION, "e2e")["drives_a_browser"] == ["ERROR"]
