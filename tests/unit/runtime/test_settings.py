"""Settings from the environment and from the command line."""

import pytest

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import load_settings


def test_the_defaults_listen_on_this_machine_alone():
    assert load_settings().host == "127.0.0.1"


def test_the_command_line_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("TIDEGAUGE_PORT", "9000")
    assert load_settings(port=None).port == 9000
    assert load_settings(port=9001).port == 9001


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TIDEGAUGE_PORT", "ninety", r"TIDEGAUGE_PORT: input should be a valid integer.*, not 'ninety'"),
        (
            "TIDEGAUGE_PORT",
            "70000",
            r"TIDEGAUGE_PORT: input should be less than or equal to 65535, not '70000'",
        ),
        ("TIDEGAUGE_LOG_LEVEL", "loud", r"TIDEGAUGE_LOG_LEVEL: input should be 'debug', .*, not 'loud'"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable(monkeypatch, variable, value, sentence):
    monkeypatch.setenv(variable, value)
    with pytest.raises(UserError, match=sentence):
        load_settings()
