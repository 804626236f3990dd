"""One file as ingest takes it: known by its content, read whole or batch by batch."""

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from tidegauge.domain.arrays import Bools
from tidegauge.domain.periods import day_number
from tidegauge.domain.records import LEFT_OUT, Note, RecordKind
from tidegauge.ingest.canonical_text import typed_record_text
from tidegauge.ingest.cells import published
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.feeds.registry import CONNECTORS
from tidegauge.ingest.local_dates import local_days
from tidegauge.ingest.reading import AUTO, FeedError, FeedOptions, read_file, recognise
from tidegauge.ingest.rejects import RAW_LIMIT, Reject
from tidegauge.runtime.log import Rejected

_FEED_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._:-]{0,63}")  # it is a label of metrics


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever gave a file said of it.

    `name`: its name, where it was copied; `feed`: the feed that it belongs to; `key`: makes equal contents
    deliveries of their own. `mends`: line -> entry of the quarantine whose mended record stands there.
    """

    name: str = ""
    feed: str = ""
    key: str = ""
    mends: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file, and what is counted with them: rows read, refused, left out."""

    frame: pl.DataFrame
    rejects: list[Reject]
    counts: dict[str, int]
    kept: dict[str, bytes]  # to be stored with them: what the connector keeps for later deliveries


@dataclass(slots=True)
class SourceFile:
    """A file and how to read it; `unknown_columns` fills up while it is read."""

    path: Path
    kind: RecordKind
    format_name: str
    options: FeedOptions
    digest: str
    reason: str  # why it is read in this format
    as_of: date | None = None  # take only what was published, or accepted, by then
    given_as: Given = field(default_factory=Given)
    unknown_columns: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The file as quarantine and progress name it."""
        return self.given_as.name or str(self.path)

    @property
    def feed(self) -> str:
        """The feed that it belongs to: as it was given, else its format, and its kind where that varies."""
        if self.given_as.feed:
            return self.given_as.feed
        varies = CONNECTORS[self.format_name].kind is None
        return f"{self.format_name}:{self.kind}" if varies else self.format_name

    def whole(self) -> Piece:
        """All typed rows of the file."""
        frames, rejects, notes = [], [], Counter[Note]()
        for batch in read_file(self.path, self.format_name, self.options):
            frames.append(batch.rows)
            rejects += batch.rejects
            notes += batch.notes
            self.unknown_columns.update(batch.unknown_columns)
        return self._piece(pl.concat(frames), rejects, notes)

    def batches(self, rows: int, kept: Kept | None = None) -> Iterator[Piece]:
        """Typed rows, at most so many at a time, each with what came up before it.

        `kept` is what earlier deliveries left, and takes what this one leaves. Rows that rest on it are given
        a batch of the connector at a time, however many: they and what they change are stored together.
        """
        for batch in read_file(self.path, self.format_name, replace(self.options, kept=kept)):
            self.unknown_columns.update(batch.unknown_columns)
            notes = batch.notes
            at_most = max(1, len(batch.rows)) if kept and kept.place else rows
            *others, last = [*batch.rows.iter_slices(at_most)] or [batch.rows.clear()]
            *refused, rest = _beside(batch.rejects, [*others, last])
            for frame, rejects in zip(others, refused, strict=True):
                yield self._piece(frame, rejects, notes)
                notes = Counter()
            piece = self._piece(last, rest, notes, kept.drained() if kept else {})
            if piece.frame.height or piece.rejects or any(piece.counts.values()) or piece.kept:
                yield piece

    def _piece(
        self,
        frame: pl.DataFrame,
        rejects: list[Reject],
        notes: Counter[Note],
        kept: dict[str, bytes] | None = None,
    ) -> Piece:
        known = self._known(frame)
        left_out = sum(notes[note] for note in LEFT_OUT)
        counts = {str(note): count for note, count in notes.items()}
        counts["read"] = len(frame) + len(rejects) + left_out
        counts["quarantined"] = len(rejects)
        if len(known) < len(frame):
            counts["not_yet_known"] = len(frame) - len(known)
        return Piece(known, rejects, counts, kept or {})

    def _known(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows known by `as_of`; what has no date of its own is taken."""
        if self.as_of is None:
            return frame
        if self.kind is RecordKind.DECLARATION:
            return frame.filter(local_days(frame).fill_null(self.as_of) <= self.as_of)
        if self.kind is RecordKind.FLOW:
            return frame.filter(pl.Series(published(frame) <= day_number(self.as_of)))
        return frame

    def refuse(self, frame: pl.DataFrame, bad: Bools, column: str, reason: str) -> list[Rejected]:
        """Well-formed rows that the ledger cannot take, for quarantine."""
        if not bad.any():
            return []
        return [
            Rejected(self.name, row.get("line", 0), column, reason, raw[:RAW_LIMIT], raw)
            for row in frame.filter(pl.Series(bad)).iter_rows(named=True)
            for raw in [typed_record_text(self.kind, row)]
        ]


def _beside(rejects: list[Reject], frames: list[pl.DataFrame]) -> list[list[Reject]]:
    """The refused rows that stand before or among the rows of each frame; all with the last without order."""
    lines = pl.concat([frame["line"] for frame in frames])
    if not rejects or not lines.is_sorted():
        return [*([] for _ in frames[1:]), rejects]
    ends = [int(frame["line"][-1]) for frame in frames[:-1]]
    bounds = [0, *(bisect_right(rejects, end, key=lambda one: one.line) for end in ends), len(rejects)]
    return [rejects[start:stop] for start, stop in pairwise(bounds)]


def feed_name(text: str) -> str:
    """The name of a feed; raises FeedError for what is none."""
    if not _FEED_NAME.fullmatch(text):
        raise FeedError(f"'{text}' is no name of a feed: small letters, digits and . _ : - alone")
    return text


def open_source(
    path: Path, format_name: str = AUTO, options: FeedOptions | None = None, given_as: Given | None = None
) -> SourceFile:
    """Recognise a file; raises FeedError, one sentence, when it cannot be read."""
    options, given_as = options or FeedOptions(), given_as or Given()
    if given_as.feed:
        feed_name(given_as.feed)
    found = recognise(path, format_name, options)
    digest = _content(path)
    digest.update(f"{found.connector}|{found.kind}|{options.vintage}|{options.other_origin}".encode())
    digest.update(options.source.encode())
    if options.column_map is not None:
        digest.update(msgspec.json.encode(options.column_map, order="sorted"))
    digest.update(given_as.key.encode())
    return SourceFile(
        path, found.kind, found.connector, options, digest.hexdigest(), found.reason, given_as=given_as
    )


def _content(path: Path) -> "hashlib._Hash":
    """The hash of a file's bytes, or of the names and bytes of all files in a folder."""
    digest = hashlib.sha256()
    for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if one.is_file():
            digest.update(str(one.relative_to(path)).encode())
            with one.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest
