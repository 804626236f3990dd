"""Files that survive a power cut: bytes and names are on the disk before anybody counts on them."""

import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until the bytes of a file are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


sync_folder = sync  # a folder's names are its bytes


def write_durably(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and durably."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(content)
    sync(draft)
    draft.rename(path)
    sync_folder(path.parent)


def write_once(path: Path, content: bytes) -> bool:
    """Write a file durably unless there is one; says whether it was written. Of two at once one wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    draft.write_bytes(content)
    sync(draft)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    sync_folder(path.parent)
    return True
