"""One delivery of declaration messages, joined to what earlier ones left."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from tidegauge.domain.records import Note, Reason
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.feeds.wco.correspondence import Correspondence
from tidegauge.ingest.feeds.wco.joining import Held, Row, joined
from tidegauge.ingest.feeds.wco.messages import Message

_WAITING: Final = frozenset({Reason.AWAITING_ACCEPTANCE, Reason.AWAITING_ORIGINAL})
_Said = frozenset[tuple[str, str]]


class _Place(msgspec.Struct):
    """How far a delivery has been taken."""

    passed: int = 0  # messages, and documents refused
    waiting: int = 0  # more rows than before the delivery
    is_told: bool = False  # how many wait


class Delivery:
    """Gives each row once: those that earlier messages came to were given with them."""

    def __init__(self, kept: Kept | None) -> None:
        self._stands_alone, self._kept = kept is None, kept or Kept()
        self._known = Correspondence(self._kept)
        stored = self._kept.place
        self._place = msgspec.msgpack.decode(stored, type=_Place) if stored else _Place()
        self._repeated = 0

    @property
    def passed(self) -> int:
        """How many messages and refused documents have been taken, by this run or one before."""
        return self._place.passed

    def take(self, messages: Sequence[Message], passing: int) -> tuple[list[Row], list[Held]]:
        """New rows, and what is refused, of some messages; `passing`: with them and refused documents."""
        taken = self._known.take(messages)
        self._repeated += taken.repeated
        rows_before, held_before = _told(joined(taken.before))
        rows, held = [], []
        waiting = -sum(one.reason in _WAITING for one in held_before.values())
        for one in joined(taken.now):
            if isinstance(one, Row):
                if _said(one) not in rows_before:
                    rows.append(one)
            elif one.reason in _WAITING and not self._stands_alone:
                waiting += 1
            elif _said(one.row) not in held_before:
                held.append(one)
        self._place.waiting += waiting
        self._place.passed += passing
        self._kept.place = msgspec.msgpack.encode(self._place)
        return rows, [*held, *map(_too_many, taken.refused)]

    def notes(self) -> Counter[Note]:
        """How many messages since the last call were known to the letter."""
        repeated, self._repeated = self._repeated, 0
        return +Counter({Note.KNOWN: repeated})

    def waiting(self) -> Counter[Note]:
        """How many more rows wait for their counterpart than before the delivery; told once."""
        if self._place.is_told:
            return Counter()
        self._place.is_told = True
        self._kept.place = msgspec.msgpack.encode(self._place)
        return +Counter({Note.AWAITING: self._place.waiting})


def _told(joined_before: Iterable[Row | Held]) -> tuple[set[_Said], dict[_Said, Held]]:
    rows, held = set(), {}
    for one in joined_before:
        if isinstance(one, Row):
            rows.add(_said(one))
        else:
            held[_said(one.row)] = one
    return rows, held


def _said(row: Row) -> _Said:
    return frozenset(row.fields.items())


def _too_many(message: Message) -> Held:
    said = {"reporter": message.country, "declaration_id": message.mrn, "lrn": message.lrn}
    return Held(Row(message.document, message.line, "Declaration", said), "", Reason.TOO_MANY_MESSAGES)
