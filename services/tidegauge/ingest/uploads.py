"""Uploads: what comes over HTTP becomes a file in the inbox, durable before it is accepted, taken once.

An upload is known by its content, and its idempotency key where it has one: sent again, it is the same one.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from tidegauge.domain.records import RecordKind
from tidegauge.ingest import switch
from tidegauge.ingest.inbox import Inbox, Said
from tidegauge.ingest.position import FileProgress, load_progress
from tidegauge.ingest.reading import FeedError, FeedOptions
from tidegauge.ingest.source import Given, open_source
from tidegauge.runtime.durable import write_once
from tidegauge.runtime.log import IngestStore

_KEYS: Final = "keys"
KEY_LIFE_S: Final = 7 * 86_400
_ENDING: Final = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")


class UploadState(StrEnum):
    """How far an upload has come."""

    WAITING = "waiting"  # accepted, not read yet
    READING = "reading"
    DONE = "done"
    PAUSED = "paused"  # waits, as its feed is paused
    REFUSED = "refused"  # could not be read at all


class KeyReusedError(Exception):
    """An idempotency key that came with another body before."""


class FullError(Exception):
    """The inbox holds as much as it may; come again later."""


class UnknownUploadError(Exception):
    """There is no such upload."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come and may wait."""

    file_bytes: int
    batch_bytes: int
    batch_rows: int
    waiting_files: int
    waiting_bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as it stands now."""

    id: str
    state: UploadState
    progress: FileProgress
    detail: str = ""  # why it was refused or waits


class Uploads:
    """The uploads of one data folder."""

    def __init__(self, store: IngestStore, inbox: Inbox, limits: Limits) -> None:
        self._store, self._inbox, self.limits = store, inbox, limits
        self._keys = inbox.folder / _KEYS
        self._keys.mkdir(exist_ok=True)
        self._forget_old_keys()

    def receive(self, name: str) -> Path:
        """Where the bytes of an upload go until they are all there; raises FullError."""
        files, size = self._inbox.backlog()
        if files >= self.limits.waiting_files or size >= self.limits.waiting_bytes:
            raise FullError(f"{files:,} files of {size:,} bytes wait to be read; send this again later.")
        ending = _ENDING.search(Path(name).name)
        return self._inbox.hidden(f"upload-{secrets.token_hex(8)}{ending[0] if ending else ''}")

    def accept(self, hidden: Path, format_name: str, options: FeedOptions, given: Given) -> Upload:
        """Let a received file be taken, once; it is durable when this returns.

        Raises FeedError, and KeyReusedError where its key came with something else before.
        """
        try:
            source = open_source(hidden, format_name, options, given)
        except FeedError as error:
            raise FeedError(_without_path(error, hidden)) from None
        if given.key:
            self._remember(given.key, source.digest)
        if not self._known(source.digest):
            target = hidden.with_name(f".{_name(source.digest)}{''.join(hidden.suffixes)}")
            hidden.rename(target)
            named = replace(source.given_as, feed=source.feed)
            self._inbox.release(target, Said.of(source.format_name, source.options, named))
        return self.get(source.digest)

    def accept_batch(self, kind: RecordKind, rows: list[bytes], given: Given) -> Upload:
        """The same of a batch of records (JSON texts); raises FullError too."""
        hidden = self.receive(f"{kind}.jsonl")
        hidden.write_bytes(b"\n".join(rows) + b"\n")
        try:
            return self.accept(hidden, "canonical", FeedOptions(kind=kind), given)
        finally:
            hidden.unlink(missing_ok=True)

    def get(self, upload_id: str) -> Upload:
        """How an upload stands; raises UnknownUploadError."""
        given = self._inbox.given(_name(upload_id))  # looked at first: what is taken leaves the inbox after
        progress = load_progress(self._store, upload_id, "")
        if progress.done:
            return Upload(upload_id, UploadState.DONE, progress)
        if given is not None:
            progress = replace(progress, feed=given.feed, name=given.name)
            if why := switch.paused(self._store, given.feed):
                return Upload(upload_id, UploadState.PAUSED, progress, why.reason)
            state = UploadState.READING if progress.steps else UploadState.WAITING
            return Upload(upload_id, state, progress)
        if why_refused := self._inbox.why_refused(_name(upload_id)):
            return Upload(upload_id, UploadState.REFUSED, progress, why_refused)
        raise UnknownUploadError(f"There is no upload {upload_id}.")

    def _known(self, upload_id: str) -> bool:
        waits = self._inbox.given(_name(upload_id)) is not None
        return load_progress(self._store, upload_id, "").done or waits

    def _remember(self, key: str, body: str) -> None:
        """Tie a key to an upload; raises KeyReusedError where it is tied to another."""
        path = self._keys / hashlib.sha256(key.encode()).hexdigest()
        if not write_once(path, body.encode()) and path.read_text(encoding="ascii") != body:
            raise KeyReusedError("This Idempotency-Key came with another body before.")

    def _forget_old_keys(self) -> None:
        long_ago = time.time() - KEY_LIFE_S
        for path in self._keys.iterdir():
            if path.stat().st_mtime < long_ago:
                path.unlink()


def records_of(body: bytes) -> list[bytes]:
    """The records of a JSON array, each on one line; raises FeedError."""
    try:
        found = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FeedError("the body is not a JSON array of records") from error
    if not found:
        raise FeedError("the body holds no record")
    return [bytes(one).replace(b"\n", b" ").replace(b"\r", b" ") for one in found]


def _name(upload_id: str) -> str:
    return f"upload-{upload_id[:32]}"


def _without_path(error: FeedError, path: Path) -> str:
    return str(error).replace(f"{path}: ", "").replace(str(path), "the file")
