"""Logs: their form, and what never reaches them."""

import json
import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.runtime.logging import WITHHELD, configure, get_logger, withhold


@pytest.fixture(autouse=True)
def _put_back():
    yield
    configure("debug", "json")


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_record_is_one_line_of_json_in_utc(capsys):
    configure("info", "json")
    get_logger("ingest").info("file read", file="a.csv", rows=3)
    [line] = lines(capsys)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("timestamp"))
    assert line == {"event": "file read", "level": "info", "logger": "ingest", "file": "a.csv", "rows": 3}


def test_a_library_speaks_in_the_same_form_and_is_cleaned_too(capsys):
    configure("info", "json")
    logging.getLogger("some.library").warning("GET /x?token=%s", "hunter2")
    [line] = lines(capsys)
    assert line["logger"] == "some.library"
    assert line["event"] == f"GET /x?token={WITHHELD}"


def test_the_level_holds(capsys):
    configure("warning", "json")
    get_logger("notify").info("quiet")
    get_logger("notify").warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_configuring_twice_does_not_double_lines_and_spares_foreign_handlers(capsys):
    foreign = logging.NullHandler()
    logging.getLogger().addHandler(foreign)
    configure("info", "json")
    configure("info", "json")
    get_logger("x").info("once")
    assert len(lines(capsys)) == 1
    assert foreign in logging.getLogger().handlers
    logging.getLogger().removeHandler(foreign)


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.logs_error("failed")
def test_a_traceback_is_cleaned_and_shows_no_local_variables(capsys, form):
    configure("info", form)

    def attempt(importer: str) -> None:
        raise ValueError("Authorization: Bearer abc.def " + importer[:0])

    try:
        attempt(f"ACME-{4711}")  # the source line shows; its value must not
    except ValueError:
        get_logger("x").exception("failed")
        logging.getLogger("library").exception("failed again")
    shown = capsys.readouterr().err
    assert shown.count("ValueError: Authorization: Bearer [withheld] ") == 2
    assert "abc.def" not in shown
    assert "ACME-4711" not in shown


@pytest.mark.parametrize(
    "key",
    [
        "token", "Authorization", "secret", "importer", "exporter", "manufacturer", "declaration_id",
        "operator_token", "webhook-secret", "webhook-signature", "password", "cookie",
    ],
)  # fmt: skip
def test_secrets_and_identities_are_withheld_at_any_depth(key):
    event = withhold(None, "info", {"event": "x", key: "A1", "row": {key: "A1", "deep": [{key: "A1"}]}})
    assert "A1" not in json.dumps(event)
    assert event["row"]["deep"] == [{key: WITHHELD}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", f"key {WITHHELD}"),
        ("postgresql://desk:hunter2@db/desk", f"postgresql://desk:{WITHHELD}@db/desk"),
        ("https://hooks.example/in?a=1&token=t0p", f"https://hooks.example/in?a=1&token={WITHHELD}"),
        ("http://127.0.0.1:8480/alerts?hs=31022100", "http://127.0.0.1:8480/alerts?hs=31022100"),
    ],
)
def test_secrets_inside_text_are_withheld_and_the_rest_stays(text, shown):
    assert withhold(None, "info", {"event": text})["event"] == shown


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers(), st.lists, max_leaves=5)))
def test_withholding_twice_changes_nothing_more(event):
    once = withhold(None, "info", event)
    assert withhold(None, "info", once) == once
