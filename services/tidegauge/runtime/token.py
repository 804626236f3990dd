"""The operator token: made at the first start, kept in a file that only the operator can read."""

import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import NamedTuple

from tidegauge.runtime.errors import UserError

FILE_NAME = "operator-token"
_TOKEN_BYTES = 32
_SHORTEST = 32  # characters; less was cut off or written by hand
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class OperatorToken(NamedTuple):
    """The token, where it lies, and whether this start made it."""

    token: str
    path: Path
    created: bool


def load_or_create(data_dir: Path) -> OperatorToken:
    """The token of a data folder, made there if none is; two starts at once agree on one.

    Raises UserError if the file can be read by others, or does not hold a token.
    """
    path = data_dir / FILE_NAME
    created = _create(path)
    mode = path.stat().st_mode
    if mode & _OTHERS:
        raise UserError(
            f"{path} can be read by others (mode {stat.S_IMODE(mode):04o}): say `chmod 600 {path}`, "
            "or remove it to get a new token"
        )
    token = path.read_text(encoding="ascii", errors="replace").strip()
    if len(token) < _SHORTEST or not token.isascii():
        raise UserError(f"{path} does not hold an operator token: remove it to get a new one")
    return OperatorToken(token, path, created)


def matches(token: str, given: str) -> bool:
    """Whether a token that somebody gave is the right one; takes as long for a near miss as for a far one."""
    return bool(token) and hmac.compare_digest(token.encode(), given.encode("utf-8", "surrogatepass"))


def _create(path: Path) -> bool:
    """Write a new token unless one is there; gives whether it was written.

    The finished file appears under its name at once (a hard link), so no reader sees half a token.
    """
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_TOKEN_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return False
    finally:
        draft.unlink()
    return True
