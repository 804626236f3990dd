"""Join messages of one delivery into declaration rows, whatever order they come in.

A declaration is known by its MRN. An original names its own reference (LRN) alone: it is an accepted import
only once a notification ties the LRN to an MRN and a day. Until then its items wait in quarantine.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from tidegauge.domain.records import Reason
from tidegauge.ingest.feeds.wco.messages import Fields, Item, Message, MessageKind

ORIGINAL_VERSION: Final = "0"
FINAL_VERSION: Final = str(10**18)  # nothing follows an invalidation, whatever numbers amendments bear


@dataclass(frozen=True, slots=True)
class Row:
    """One canonical row, and where it stands."""

    document: str
    line: int
    path: str  # in the message, for people
    fields: Fields


@dataclass(frozen=True, slots=True)
class Held:
    """A row, or a message, that cannot be taken yet or at all."""

    row: Row
    column: str
    reason: Reason


@dataclass(slots=True)
class Delivery:
    """All messages of one delivery, by what they do."""

    originals: list[Message] = field(default_factory=list)
    amendments: list[Message] = field(default_factory=list)
    cancellations: list[Message] = field(default_factory=list)
    acceptances: list[Message] = field(default_factory=list)
    others: list[Message] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """Enter a message."""
        {
            MessageKind.ORIGINAL: self.originals,
            MessageKind.AMENDMENT: self.amendments,
            MessageKind.CANCELLATION: self.cancellations,
            MessageKind.ACCEPTANCE: self.acceptances,
            MessageKind.OTHER: self.others,
        }[message.kind].append(message)


def joined(delivery: Delivery) -> Iterator[Row | Held]:
    """Rows of originals, then of amendments in their order, then of cancellations; and what is held."""
    known = _Known(delivery)
    for message in delivery.originals:
        yield from _original(message, known)
    for message in delivery.amendments:
        yield from _amendment(message, known)
    for message in delivery.cancellations:
        yield _row(message, _heading(message, message.mrn) | {"action": "cancel", "version": FINAL_VERSION})
    lrns = {message.lrn for message in delivery.originals}
    for message in delivery.acceptances:
        if message.lrn not in lrns:
            yield Held(_row(message, _heading(message, message.mrn)), "", Reason.AWAITING_ORIGINAL)
    for message in delivery.others:
        yield Held(_row(message, _heading(message, message.mrn)), "", Reason.UNKNOWN_MESSAGE)


class _Known:
    """What the delivery says about declarations: their MRN, acceptance, header and items."""

    def __init__(self, delivery: Delivery) -> None:
        self.mrns: dict[str, set[str]] = defaultdict(set)
        self.accepted: dict[str, str] = {}
        self.headers: dict[str, Fields] = {}
        self.items: dict[str, set[str]] = defaultdict(set)
        for message in delivery.acceptances:
            self.mrns[message.lrn].add(message.mrn)
            first = self.accepted.get(message.mrn, message.accepted_at)
            self.accepted[message.mrn] = min(first, message.accepted_at)
        for message in delivery.originals:
            for mrn in self._of(message):
                self.headers[mrn] = message.header
                self._meet(mrn, message.items)
                self.accepted.setdefault(mrn, message.accepted_at)
        for message in delivery.amendments:
            self._meet(message.mrn, [one for one in message.items if one.number in message.whole_items])

    def mrn_of(self, message: Message) -> str | Reason:
        """The MRN of an original, or why there is none."""
        found = self._of(message)
        if len(found) > 1:
            return Reason.AMBIGUOUS_REFERENCE
        return next(iter(found), Reason.AWAITING_ACCEPTANCE)

    def _of(self, message: Message) -> set[str]:
        return {message.mrn} if message.mrn else self.mrns.get(message.lrn, set())

    def _meet(self, mrn: str, items: Iterable[Item]) -> None:
        self.items[mrn].update(item.number for item in items)


def _original(message: Message, known: _Known) -> Iterator[Row | Held]:
    mrn = known.mrn_of(message)
    if not message.items:
        yield Held(_row(message, _heading(message, message.mrn)), "item", Reason.MISSING_REQUIRED)
    for item in message.items:
        if isinstance(mrn, Reason):
            heading = _heading(message, "") | {"action": "accept", "accepted_at": message.accepted_at}
            yield Held(_item(message, item, heading | message.header | item.fields), "declaration_id", mrn)
        else:
            heading = _heading(message, mrn) | {"action": "accept", "version": ORIGINAL_VERSION}
            yield _accepted(_item(message, item, heading | message.header | item.fields), mrn, known)


def _accepted(row: Row, mrn: str, known: _Known) -> Row | Held:
    """The row with the day of acceptance; without one it waits."""
    row.fields["accepted_at"] = known.accepted.get(mrn, "")
    return row if row.fields["accepted_at"] else Held(row, "accepted_at", Reason.AWAITING_ACCEPTANCE)


def _amendment(message: Message, known: _Known) -> Iterator[Row | Held]:
    heading = _heading(message, message.mrn) | {"version": message.version}
    told = {item.number for item in message.items}
    for item in message.items:
        if item.number in message.whole_items and {"product", "origin"} <= item.fields.keys():
            header = known.headers.get(message.mrn, {}) | message.header
            added = _item(message, item, heading | header | item.fields | {"action": "accept"})
            yield _accepted(added, message.mrn, known)
        elif said := message.header | item.fields | _cleared(message, item):
            yield _item(message, item, heading | said | {"action": "amend"})
    for number in sorted(message.whole_items - told):
        yield _row(message, heading | {"item": number, "action": "cancel"}, number)
    for number in sorted(message.pointed.keys() - told - message.whole_items):
        emptied = {"item": number, "action": "amend", "clear": " ".join(message.pointed[number])}
        yield _row(message, heading | emptied, number)
    if message.header:
        yield from _header(message, heading, told, known)


def _header(message: Message, heading: Fields, told: set[str], known: _Known) -> Iterator[Row | Held]:
    """An amendment of what holds for all items, for each item known that it does not tell."""
    amended = heading | message.header | {"action": "amend"}
    for number in sorted(known.items.get(message.mrn, set()) - told):
        yield _row(message, amended | {"item": number}, number)
    if message.mrn not in known.headers:
        yield Held(_row(message, amended), "item", Reason.AWAITING_ORIGINAL)


def _cleared(message: Message, item: Item) -> Fields:
    """Fields that the amendment points at and does not give."""
    empty = [name for name in message.pointed.get(item.number, ()) if name not in item.fields]
    return {"clear": " ".join(empty)} if empty else {}


def _heading(message: Message, mrn: str) -> Fields:
    return {"reporter": message.country, "declaration_id": mrn}


def _item(message: Message, item: Item, fields: Fields) -> Row:
    path = f"Declaration/GoodsShipment/GovernmentAgencyGoodsItem[SequenceNumeric={item.number}]"
    return Row(message.document, item.line, path, fields | {"item": item.number, "lrn": message.lrn})


def _row(message: Message, fields: Fields, number: str = "") -> Row:
    path = f"Declaration/Amendment[68A={number}]" if number else "Declaration"
    return Row(message.document, message.line, path, fields | {"lrn": message.lrn})
