"""One delivery of declaration messages, joined to what earlier ones left."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tidegauge.domain.records import Note, Reason
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.feeds.wco.correspondence import Correspondence
from tidegauge.ingest.feeds.wco.joining import Held, Row, joined
from tidegauge.ingest.feeds.wco.messages import Message

_WAITING: Final = frozenset({Reason.AWAITING_ACCEPTANCE, Reason.AWAITING_ORIGINAL})
_Said = frozenset[tuple[str, str]]


class Delivery:
    """Gives each row once: those that earlier messages came to were given with them."""

    def __init__(self, kept: Kept | None) -> None:
        self._stands_alone = kept is None
        self._known = Correspondence(kept or Kept())
        self._repeated = self._waiting = 0

    def take(self, messages: Sequence[Message]) -> tuple[list[Row], list[Held]]:
        """New rows, and what is refused, of some messages."""
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
        self._waiting += waiting
        return rows, [*held, *map(_too_many, taken.refused)]

    def notes(self) -> Counter[Note]:
        """How many messages since the last call were known to the letter."""
        repeated, self._repeated = self._repeated, 0
        return +Counter({Note.KNOWN: repeated})

    def waiting(self) -> Counter[Note]:
        """How many more rows wait for their counterpart than before the delivery."""
        return +Counter({Note.AWAITING: self._waiting})


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
