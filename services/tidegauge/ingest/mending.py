"""Mend records in quarantine and send them again, through the same reading and validation as everything else.

A mended record is a delivery of its own in the inbox, which says whose entry stands on which line. What is
still wrong is told at once and sends nothing; what only the ledger can refuse goes back to its entry.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.ingest.canonical_text import record_text
from tidegauge.ingest.inbox import Inbox, Said
from tidegauge.ingest.options import decode_options
from tidegauge.ingest.position import load_progress
from tidegauge.ingest.reading import AUTO, FeedError, FeedOptions, read_file
from tidegauge.ingest.rejects import RAW_LIMIT, Reject
from tidegauge.ingest.source import Given
from tidegauge.runtime.log import IngestStore
from tidegauge.runtime.quarantine import Entry, Quarantine, State, StillWrongError

CANONICAL: Final = "canonical"


@dataclass(frozen=True, slots=True)
class Line:
    """One record to be sent again: canonical fields as JSON, or a line of the original format."""

    entry: Entry
    text: str = field(repr=False)  # it may name firms
    is_raw: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """How the lines of one delivery are to be read."""

    format_name: str
    options: FeedOptions
    header: str


class Mending:
    """Takes records out of quarantine, mended."""

    def __init__(self, store: IngestStore, quarantine: Quarantine, inbox: Inbox) -> None:
        self._store, self._quarantine, self._inbox = store, quarantine, inbox

    def mend(self, entry_id: int, changes: Mapping[str, str], raw: str = "") -> Path:
        """Send one entry with some fields changed, or another raw line; gives the delivery in the inbox.

        Raises StillWrongError, WrongStateError or UnknownEntryError.
        """
        entry = self._quarantine.get(entry_id)
        line = Line(entry, raw, is_raw=True) if raw else changed(entry, changes)
        return self._send([line])[0]

    def resubmit(self, entry_ids: Iterable[int]) -> list[Path]:
        """Send open entries again as they are, where the cause has gone; the same errors."""
        return self._send([as_it_is(self._quarantine.get(entry_id)) for entry_id in entry_ids])

    def resubmit_rows(self, rows: Iterable[tuple[int, str, str]]) -> list[Path]:
        """Send the rows of a mended export: (id, raw, record); what was changed counts. The same errors."""
        return self._send([_chosen(self._quarantine.get(row[0]), row[1], row[2]) for row in rows])

    def _send(self, lines: list[Line]) -> list[Path]:
        """One delivery a feed and form, all of them checked before the first is let go."""
        groups: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
        for line in lines:
            form = line.entry.delivery if line.is_raw else ""
            groups[line.entry.feed, line.entry.kind, form].append(line)
        staged = []
        try:
            for group in groups.values():
                hidden, said = self._staged(group)
                staged.append((group, hidden, said))
        except StillWrongError:
            for _, hidden, _ in staged:
                hidden.unlink()
            raise
        return [self._let_go(*one) for one in staged]

    def _let_go(self, group: list[Line], hidden: Path, said: Said) -> Path:
        ids = [line.entry.id for line in group]
        return self._inbox.release(hidden, said, before=lambda: self._quarantine.submit(ids))

    def _staged(self, group: list[Line]) -> tuple[Path, Said]:
        """A delivery, written but hidden, that reads without a fault; raises StillWrongError."""
        entry, form = group[0].entry, self._form(group[0])
        hidden = self._inbox.hidden(f"mended-{secrets.token_hex(6)}{'.csv' if form.header else '.jsonl'}")
        texts = [form.header] if form.header else []
        mends = {}
        for line in group:
            mends[1 + sum(text.count("\n") + 1 for text in texts)] = line.entry.id
            texts.append(line.text if line.is_raw else _with_required(line))
        hidden.write_text("\n".join(texts) + "\n", encoding="utf-8")
        try:
            _check(hidden, form, {place: line.entry for place, line in zip(mends, group, strict=True)})
        except StillWrongError:
            hidden.unlink()
            raise
        key = secrets.token_hex(8)  # the same record may be sent again later
        given = Given(f"mended records of {entry.feed}", entry.feed, key, mends)
        return hidden, Said.of(form.format_name, form.options, given)

    def _form(self, line: Line) -> _Form:
        if not line.is_raw:
            return _Form(CANONICAL, FeedOptions(kind=RecordKind(line.entry.kind)), "")
        told = load_progress(self._store, line.entry.delivery, "")
        options = decode_options(told.options) if told.options else FeedOptions()
        return _Form(told.format_name or AUTO, options, told.header)


def changed(entry: Entry, changes: Mapping[str, str]) -> Line:
    """An entry's record with some fields set, an empty text empties one; raises StillWrongError."""
    if not entry.record:
        raise StillWrongError(
            f"Entry {entry.id} could not be split into fields ({entry.reason}): give its whole line by --raw."
        )
    known = RECORDS[RecordKind(entry.kind)].by_name
    if unknown := sorted(changes.keys() - known.keys()):
        raise StillWrongError(f"A {entry.kind} has no field {unknown[0]}; it has {', '.join(known)}.")
    fields = msgspec.json.decode(entry.record, type=dict[str, str])
    return Line(entry, record_text({**fields, **changes}), is_raw=False)


def as_it_is(entry: Entry) -> Line:
    """An entry as it stands; raises StillWrongError where too little of it is known."""
    if entry.record:
        return Line(entry, entry.record, is_raw=False)
    if len(entry.raw) >= RAW_LIMIT:
        raise StillWrongError(
            f"Entry {entry.id} is longer than what is kept of it: give its whole line by --raw."
        )
    return Line(entry, entry.raw, is_raw=True)


def _with_required(line: Line) -> str:
    """A record that names every required field, so that one that is missing is told as a fault of the row."""
    required = RECORDS[RecordKind(line.entry.kind)].required
    fields = msgspec.json.decode(line.text, type=dict[str, str])
    return msgspec.json.encode({**dict.fromkeys(sorted(required)), **fields}).decode()


def _chosen(entry: Entry, raw: str, record: str) -> Line:
    """What was changed in an exported row: the record before the raw line."""
    if record and record != entry.record:
        return changed(entry, _fields(entry, record))
    if raw and raw != entry.raw:
        return Line(entry, raw, is_raw=True)
    return as_it_is(entry)


def _fields(entry: Entry, record: str) -> dict[str, str]:
    """The fields of an edited record, those that are gone emptied; raises StillWrongError."""
    try:
        edited = msgspec.json.decode(record, type=dict[str, str])
        return {**dict.fromkeys(msgspec.json.decode(entry.record, type=dict[str, str]), ""), **edited}
    except msgspec.DecodeError as error:
        raise StillWrongError(f"The record of entry {entry.id} is not a JSON object of texts.") from error


def _check(path: Path, form: _Form, entries: Mapping[int, Entry]) -> None:
    """Read a delivery as ingest will; raises StillWrongError for its first fault."""
    for entry in entries.values():
        if entry.state is not State.OPEN:
            raise StillWrongError(f"Entry {entry.id} is {entry.state}, not {State.OPEN}.")
    try:
        for reject in _rejects(path, form):
            entry = entries[reject.line]
            place = f"{reject.column}: " if reject.column else ""
            raise StillWrongError(f"Entry {entry.id} is still wrong: {place}{reject.reason}.")
    except FeedError as error:
        said = str(error).removeprefix(f"{path}: ")
        raise StillWrongError(f"The mended lines cannot be read: {said}.") from error


def _rejects(path: Path, form: _Form) -> Iterator[Reject]:
    for batch in read_file(path, form.format_name, form.options):
        yield from batch.rejects
