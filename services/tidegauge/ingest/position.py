"""Where ingest stands: counters, interned names and the progress of each file, as stored documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tidegauge.domain.records import LEFT_OUT
from tidegauge.ingest.interning import Interned
from tidegauge.runtime.log import IngestStore

_NAME = "ingest"
# Rows read = accepted + superseded + duplicates + quarantined + these.
LEFT_OUT_COUNTS: Final = (*sorted(map(str, LEFT_OUT)), "summed", "not_imports", "not_yet_known")


@dataclass(slots=True)
class Position:
    """The state of ingest beside the ledger's pages."""

    next_raw_offset: int = 0
    next_page: dict[str, int] = field(default_factory=lambda: {"declarations": 0, "flows": 0})
    last_as_of: str = ""
    closed_to: int = -1  # newest month closed for declarations
    week_closed_to: int = -1  # newest week closed for declarations
    newest_day: int = -1  # newest acceptance among declarations, days since 1970
    rows_since_mark: int = 0
    ruleset: str = ""  # hash of the rules last written to the log
    live_from: int | None = None
    interned: Interned = field(default_factory=Interned)


@dataclass(slots=True)
class FileProgress:
    """How far one file, known by its content, has been taken."""

    name: str
    done: bool = False
    steps: int = 0  # periods or batches committed
    counts: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)  # why rows are in quarantine
    feed: str = ""
    format_name: str = ""
    header: str = ""  # the first line of a CSV file, without which no line of it can be read again
    options: bytes = b""  # ingest.options: how it was read
    arrived: str = ""  # RFC 3339
    place: bytes = b""  # feeds.base.Kept: where a connector that keeps messages goes on
    run: int = 0  # refused rows in a row at the end of what was read
    unmended: list[int] = field(default_factory=list)  # entries whose mended record failed again

    def add(self, counts: Mapping[str, int]) -> None:
        """Add to the counts."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


def load_position(store: IngestStore) -> Position:
    """The stored position, or a new one."""
    stored = store.document(_NAME)
    return Position() if stored is None else msgspec.msgpack.decode(stored, type=Position)


def load_progress(store: IngestStore, digest: str, name: str) -> FileProgress:
    """The stored progress of a file's content, or none."""
    stored = store.document(f"file:{digest}")
    return FileProgress(name) if stored is None else msgspec.msgpack.decode(stored, type=FileProgress)


def documents(position: Position, digest: str, progress: FileProgress | None) -> dict[str, bytes]:
    """Both as documents to be committed."""
    made = {_NAME: msgspec.msgpack.encode(position)}
    if progress is not None:
        made[f"file:{digest}"] = msgspec.msgpack.encode(progress)
    return made
