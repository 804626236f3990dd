"""`tidegauge feeds` lists every connector and tells what is tricky about each."""

import pytest
from typer.testing import CliRunner

from tidegauge.cli import app
from tidegauge.ingest.feeds.registry import CONNECTORS


def run(*words):
    return CliRunner().invoke(app, ["feeds", *words], env={"COLUMNS": "200"})


def test_the_list_names_every_connector_with_what_it_gives():
    outcome = run()
    assert outcome.exit_code == 0
    lines = outcome.stdout.splitlines()
    for connector in CONNECTORS.values():
        line = next(line for line in lines if line.startswith(connector.name + " "))
        assert str(connector.kind or "as the file says") in line


@pytest.mark.parametrize("name", CONNECTORS)
def test_each_says_its_source_and_traps(name):
    outcome = run("show", name)
    assert outcome.exit_code == 0
    assert outcome.stdout.startswith(f"`{name}`")
    assert "Official source:" in outcome.stdout
    assert "Trap" in outcome.stdout


def test_an_unknown_format_is_one_sentence():
    outcome = run("show", "edifact")
    assert outcome.exit_code != 0
    assert "no format 'edifact'; the formats are" in str(outcome.exception)
