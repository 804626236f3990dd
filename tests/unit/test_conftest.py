"""The guards around every test really guard."""

import shutil

import pytest

pytest_plugins = ["pytester"]

SETTINGS = """
[pytest]
addopts = --import-mode=importlib --allow-unix-socket --strict-markers -p no:cacheprovider
filterwarnings = error
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
markers =
    browser: x
    logs_error: x
"""


@pytest.fixture
def guarded(repository, pytester: pytest.Pytester, monkeypatch):
    """Runs one test under a copy of our conftest; gives pytest's outcomes."""
    monkeypatch.delenv("CI", raising=False)
    pytester.path.joinpath("pytest.ini").write_text(SETTINGS, encoding="utf-8")
    tests = pytester.mkdir("tests")
    shutil.copy(repository / "tests/conftest.py", tests)

    def run(source: str, folder: str = "unit") -> pytest.RunResult:
        (tests / folder).mkdir(exist_ok=True)
        (tests / folder / "test_it.py").write_text(source, encoding="utf-8")
        return pytester.runpytest_subprocess("tests")

    return run


LOG = "import logging, pytest\n{}\ndef test_it():\n    logging.error('the disk is %s', 'full')\n"


def test_an_error_that_only_the_log_knows_of_fails_the_test(guarded):
    result = guarded(LOG.format(""))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*errors were logged and nobody expected them*the disk is full*"])


def test_an_error_that_was_expected_does_not(guarded):
    guarded(LOG.format("@pytest.mark.logs_error('disk is full')")).assert_outcomes(passed=1)


def test_an_expected_error_that_does_not_come_fails_the_test(guarded):
    result = guarded(LOG.format("@pytest.mark.logs_error('disk is full', 'table')"))
    result.assert_outcomes(passed=1, errors=1)


def test_structured_errors_are_seen_too(guarded):
    source = (
        "from tidegauge.runtime.logging import get_logger\n"
        "def test_it():\n    get_logger('notify').error('attempt failed', tries=3)\n"
    )
    result = guarded(source)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*attempt failed*"])


def test_unit_tests_open_no_socket_but_have_an_event_loop(guarded):
    source = (
        "import asyncio, socket\n"
        "async def test_loop():\n    await asyncio.sleep(0)\n"
        "def test_it():\n    socket.socket()\n"
    )
    guarded(source).assert_outcomes(passed=1, failed=1)


def test_other_tests_reach_this_machine_and_no_other(guarded):
    source = (
        "import socket\n"
        "def test_here():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        socket.create_connection(server.getsockname()).close()\n"
        "def test_there():\n"
        "    with socket.socket() as there:\n"
        "        there.connect(('192.0.2.1', 9))\n"
    )
    guarded(source, folder="integration").assert_outcomes(passed=1, failed=1)


BROWSER = "import pytest\n@pytest.mark.browser\ndef test_it():\n    pass\n"


def test_a_browser_test_without_a_browser_is_skipped_with_a_remedy(guarded, monkeypatch):
    monkeypatch.setenv("PATH", "")
    result = guarded(BROWSER, folder="e2e")
    result.assert_outcomes(skipped=1)


def test_where_ci_runs_a_missing_browser_is_a_failure(guarded, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", "true")
    result = guarded(BROWSER, folder="e2e")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Chromium is not installed: on Debian, apt-get install chromium*"])


def test_settings_of_the_machine_do_not_reach_a_test(guarded, monkeypatch):
    monkeypatch.setenv("TIDEGAUGE_PORT", "1")
    guarded("import os\ndef test_it():\n    assert 'TIDEGAUGE_PORT' not in os.environ\n").assert_outcomes(
        passed=1
    )
