"""A partition's state as keyed bytes: what changed since the last checkpoint, and the way back."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np

from tidegauge.domain.books import Books
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.growing import Growing
from tidegauge.domain.panel.packing import pack
from tidegauge.domain.panel.panel import FeedState
from tidegauge.domain.panel.series import SEGMENT
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.runs import Runs
from tidegauge.monitor.step import PartitionStep
from tidegauge.monitor.tracks import Track, TrackKey
from tidegauge.runtime.state import Changes, StateKey

STATE_FORMAT = 9


class StateError(RuntimeError):
    """A stored state that this version cannot read."""


def format_fault(stored: bytes | None) -> str:
    """What is wrong with the document that names a state's format: both versions; empty where it is ours."""
    found = 0 if stored is None else msgspec.msgpack.decode(stored)
    if found == STATE_FORMAT:
        return ""
    whose = "a newer" if isinstance(found, int) and found > STATE_FORMAT else "an older"
    return f"the state has format {found}, of {whose} version, and this version reads {STATE_FORMAT}"


class Checkpointer:
    """Knows what of a step is stored already, and writes the rest."""

    def __init__(self, step: PartitionStep) -> None:
        self.step = step
        panel = step.panel
        held = panel.rings | panel.tallies
        self._runs = {name: Runs(name, one) for name, one in held.items()}
        self._grounds: dict[str, Ground] = {"": panel, "scope.": step.scopes}
        self._changing: dict[str, Growing] = {}
        for name, ground in self._grounds.items():
            self._changing[f"{name}group.pending_from"] = ground.pending_from
            self._changing[f"{name}group.evaluated_to"] = ground.evaluated_to
        self._stored: dict[str, np.ndarray[Any, Any]] = {}
        self._series = dict.fromkeys(self._grounds, 0)  # how many are stored
        self._documents: dict[str, bytes] = {}
        self._referred = (-1, False)  # what the stored books and rules were made of

    def changes(self) -> Changes:
        """What a checkpoint must write now; assumes that it will be committed."""
        changes = Changes()
        for name, runs in self._runs.items():
            series, periods = self.step.panel.take_touched(name)
            runs.add(pack(series, periods), changes)
        for name, ground in self._grounds.items():
            for part, column in _appended(ground).items():  # rows never change
                self._write(f"{name}{part}", column.used(), self._series[name], changes)
            self._series[name] = len(ground.series)
        for name, column in self._changing.items():
            self._changed(name, column.used(), changes)
        self._tracks(changes)
        for name, document in self._made_documents().items():
            if self._documents.get(name) != document:
                changes.puts[StateKey("document", name)] = self._documents[name] = document
        return changes

    def load(self, items: Iterable[tuple[StateKey, bytes]]) -> None:
        """Bring a new step to a stored state; raises StateError if it is of another format."""
        pieces: dict[str, list[tuple[str, bytes]]] = {}
        for key, payload in items:
            pieces.setdefault(key.space, []).append((key.key, payload))
        if not pieces:
            return
        documents = dict(pieces.pop("document", []))
        fault = format_fault(documents.get("format"))
        if fault:
            raise StateError(f"{fault}; replay the log into a new state")
        self._read_documents(documents)
        self._read_columns(pieces)
        for name, runs in self._runs.items():
            for number, payload in sorted(pieces.get(f"cells.{name}", [])):
                runs.load(number, payload)
        for name, payload in pieces.get("tracks", []):
            rule, unit, subject = name.split("|")
            track = msgspec.msgpack.decode(payload, type=Track)
            self.step.tracks.put(TrackKey(rule, Unit[unit], int(subject)), track)
        self._documents = documents
        self._referred = (self.step.reference_blocks, self.step.former is None)

    def _write(self, name: str, column: np.ndarray[Any, Any], stored: int, changes: Changes) -> None:
        """Write the segments of a column that hold rows after the stored ones."""
        if stored == len(column):
            return
        for start in range(stored // SEGMENT * SEGMENT, len(column), SEGMENT):
            key = StateKey(f"columns.{name}", f"{start // SEGMENT:09d}")
            changes.puts[key] = column[start : start + SEGMENT].tobytes()

    def _changed(self, name: str, now: np.ndarray[Any, Any], changes: Changes) -> None:
        """Write the segments of a column that differ from what is stored."""
        before = self._stored.get(name, np.empty(0, now.dtype))
        for start in range(0, len(now), SEGMENT):
            piece = now[start : start + SEGMENT]
            if not np.array_equal(piece, before[start : start + SEGMENT]):
                changes.puts[StateKey(f"columns.{name}", f"{start // SEGMENT:09d}")] = piece.tobytes()
        self._stored[name] = now.copy()

    def _tracks(self, changes: Changes) -> None:
        tracks = self.step.tracks
        for key in tracks.changed:
            place = StateKey("tracks", f"{key.rule}|{key.unit.name}|{key.subject}")
            track = tracks.get(key)
            if track is None:
                changes.deletes.add(place)
            else:
                changes.puts[place] = msgspec.msgpack.encode(track)
        tracks.changed.clear()

    def _made_documents(self) -> dict[str, bytes]:
        step, encode = self.step, msgspec.msgpack.encode
        vintages = [(*key, vintage) for key, vintage in sorted(step.panel.vintages.items())]
        members = [(*key, codes) for key, codes in step.scopes.members.items()]
        return {
            "format": encode(STATE_FORMAT),
            "feeds": encode(step.panel.feeds),
            "position": encode((step.offset, step.last_as_of, step.live_from, step.panel.too_old)),
            "watermarks": encode(sorted(step.panel.watermarks.items())),
            "vintages": encode(vintages),
            "units": encode(step.panel.units),
            "scopes": encode((step.scopes.judged, members)),
            **self._reference_documents(),
        }

    def _reference_documents(self) -> dict[str, bytes]:
        """The books and rules, where records came in or a change of rules was closed since the last time."""
        step, encode = self.step, msgspec.msgpack.encode
        refers = (step.reference_blocks, step.former is None)
        if refers == self._referred:
            return {}
        self._referred = refers
        return {
            **{f"books.{one.name}": encode(getattr(step.books, one.name)) for one in fields(Books)},
            "rulesets": encode(
                [rules.to_record() if rules else None for rules in (step.ruleset, step.former)]
            ),
        }

    def _read_documents(self, documents: dict[str, bytes]) -> None:
        step, decode = self.step, msgspec.msgpack.decode
        for state in decode(documents["feeds"], type=list[FeedState]):
            step.panel.feeds[step.panel.feed_id(state.feed)] = state
        step.offset, step.last_as_of, step.live_from, step.panel.too_old = decode(documents["position"])
        step.panel.watermarks.update(map(tuple, decode(documents["watermarks"])))
        step.panel.units += decode(documents["units"])
        step.scopes.judged, members = decode(documents["scopes"])
        step.scopes.members = {(feed, number): tuple(codes) for feed, number, codes in members}
        for feed, month, vintage in decode(documents["vintages"]):
            step.panel.vintages[feed, month] = vintage
        for one in fields(Books):
            kind = type(getattr(step.books, one.name))
            setattr(step.books, one.name, decode(documents[f"books.{one.name}"], type=kind))
        rulesets = [Ruleset.from_record(row) if row else None for row in decode(documents["rulesets"])]
        step.ruleset, step.former = rulesets

    def _read_columns(self, pieces: dict[str, list[tuple[str, bytes]]]) -> None:
        for name, ground in self._grounds.items():
            read = {
                part: _column(pieces, f"{name}{part}", column) for part, column in _appended(ground).items()
            }
            ground.series.ids(*(column.astype(np.int64) for column in read.values()))
            self._series[name] = len(ground.series)
        for name, column in self._changing.items():
            stored = _column(pieces, name, column)
            column.reach(len(stored))
            column.data[: len(stored)] = stored
        self._stored = {name: column.used().copy() for name, column in self._changing.items()}


def _appended(ground: Ground) -> dict[str, Growing]:
    """The columns that make up a table of series."""
    table = ground.series
    return {"series.feed": table.feed, "series.product": table.product, "series.origin": table.origin}


def _column(pieces: dict[str, list[tuple[str, bytes]]], name: str, column: Growing) -> np.ndarray[Any, Any]:
    payload = b"".join(piece for _, piece in sorted(pieces.get(f"columns.{name}", [])))
    return np.frombuffer(payload, column.data.dtype)
