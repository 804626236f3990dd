"""How a command ends: an error a person can act on is one sentence, and no traceback.

0    done
1    UserError, or the system refused a file, a folder or a port (OSError)
2    the command line was not understood (Typer's own)
70   a defect of ours; TIDEGAUGE_DEBUG=1 shows where
130  interrupted
"""

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

EXIT_REFUSED = 1
EXIT_DEFECT = 70  # EX_SOFTWARE of sysexits.h
EXIT_INTERRUPTED = 130


class UserError(Exception):
    """Something the person at the keyboard can put right; the text is one clear sentence."""

    def __init__(self, sentence: str, status: int = EXIT_REFUSED) -> None:
        super().__init__(sentence)
        self.status = status


def run_cli(app: Callable[[], Any]) -> None:
    """Run a command line to its end; every failure becomes one sentence on stderr and an exit status.

    Raises SystemExit for anything but a plain success.
    """
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output went away (`tidegauge ... | head`); Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(EXIT_REFUSED) from None
    except Exception as error:  # noqa: BLE001 - the last handler there is
        raise SystemExit(report(error)) from None


def report(error: BaseException) -> int:
    """Print the sentence of an error to stderr; gives the exit status that goes with it."""
    if os.environ.get("TIDEGAUGE_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    sentence, status = explain(error)
    print(f"tidegauge: {sentence}", file=sys.stderr)  # noqa: T201 - the command line's own voice
    return status


def explain(error: BaseException) -> tuple[str, int]:
    """The sentence and the exit status of an error; of a group, those of its first member."""
    match error:
        case BaseExceptionGroup():
            return explain(error.exceptions[0])
        case KeyboardInterrupt():
            return "interrupted", EXIT_INTERRUPTED
        case UserError():
            return str(error), error.status
        case OSError(filename=name, strerror=reason) if reason:
            return (f"{name}: {reason}" if name else reason), EXIT_REFUSED
        case _:
            sentence = f"this is a defect: {type(error).__name__}; TIDEGAUGE_DEBUG=1 shows where it came from"
            return sentence, EXIT_DEFECT
