"""How a command ends."""

import errno
import subprocess
import sys

import pytest
import typer

from tidegauge.runtime.errors import UserError, explain, run_cli

app = typer.Typer()


@app.command()
def act(what: str) -> None:
    match what:
        case "refuse":
            raise UserError("no such month: 2024-13")
        case "refuse-otherwise":
            raise UserError("the port is taken", status=3)
        case "defect":
            raise ZeroDivisionError("secret figure 42")
        case "interrupt":
            raise KeyboardInterrupt
        case "disk":
            raise OSError(errno.ENOSPC, "No space left on device", "log.db")
        case "group":
            raise ExceptionGroup("tasks", [UserError("the first of them")])


def end(monkeypatch: pytest.MonkeyPatch, what: str) -> object:
    monkeypatch.setattr(sys, "argv", ["tidegauge", what])
    with pytest.raises(SystemExit) as ended:
        run_cli(app)
    return ended.value.code


@pytest.mark.parametrize(
    ("what", "status", "sentence"),
    [
        ("refuse", 1, "tidegauge: no such month: 2024-13\n"),
        ("refuse-otherwise", 3, "tidegauge: the port is taken\n"),
        ("disk", 1, "tidegauge: log.db: No space left on device\n"),
        ("group", 1, "tidegauge: the first of them\n"),
    ],
)
def test_an_error_of_the_users_is_one_sentence(monkeypatch, capsys, what, status, sentence):
    assert end(monkeypatch, what) == status
    assert capsys.readouterr().err == sentence


def test_a_defect_hides_its_details_unless_asked(monkeypatch, capsys):
    assert end(monkeypatch, "defect") == 70
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "ZeroDivisionError" in shown
    assert "secret figure" not in shown
    monkeypatch.setenv("TIDEGAUGE_DEBUG", "1")
    assert end(monkeypatch, "defect") == 70
    assert "Traceback" in capsys.readouterr().err


def test_success_ends_with_zero(monkeypatch):
    assert end(monkeypatch, "nothing") == 0


def test_an_interrupt_ends_with_130(monkeypatch, capsys):
    assert end(monkeypatch, "interrupt") == 130
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupt_outside_typer_ends_with_130_too():
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        run_cli(interrupted)
    assert ended.value.code == 130


def test_a_wrong_command_line_ends_with_2(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tidegauge", "a", "b"])
    with pytest.raises(SystemExit) as ended:
        run_cli(app)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_of_the_system_without_a_file_is_told_by_its_reason():
    assert explain(OSError(errno.EADDRINUSE, "Address already in use")) == ("Address already in use", 1)


def test_a_reader_that_goes_away_is_no_defect():
    writer = (
        "from tidegauge.runtime.errors import run_cli\n"
        "def app():\n"
        "    while True: print('x' * 10_000, flush=True)\n"
        "run_cli(app)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writer], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(5)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1
