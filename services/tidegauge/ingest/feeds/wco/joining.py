"""Join the messages of declarations into rows, whatever order they come in.

A declaration is known by its MRN. An original names its own reference (LRN) alone: it is an accepted import
only once a notification ties the LRN to an MRN and a day. Until then its items wait.

More messages only ever give more rows: what was a row of some messages is one of all of them. (One LRN under
two MRNs is the exception: its items are then cancelled.) So it makes no difference to the ledger, which takes
each row once, in how many deliveries and in which order the messages came.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tidegauge.domain.records import Reason
from tidegauge.ingest.feeds.wco.messages import Fields, Item, Message, MessageKind, country_of

ORIGINAL_VERSION: Final = "0"
RETRACTED_VERSION: Final = "1"  # an original that turns out to be ambiguous
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


def joined(messages: Sequence[Message]) -> Iterator[Row | Held]:
    """Rows of originals, then of amendments in their order, then of cancellations; and what is held."""
    known = _Known(messages)
    for message in _of_kind(messages, MessageKind.ORIGINAL):
        yield from _original(message, known)
    for message in _of_kind(messages, MessageKind.AMENDMENT):
        yield from _amendment(message, known)
    for message in _of_kind(messages, MessageKind.CANCELLATION):
        yield _row(message, _heading(message, message.mrn) | {"action": "cancel", "version": FINAL_VERSION})
    for message in _of_kind(messages, MessageKind.ACCEPTANCE):
        if message.lrn not in known.lrns:
            yield Held(_row(message, _heading(message, message.mrn)), "", Reason.AWAITING_ORIGINAL)
    for message in _of_kind(messages, MessageKind.OTHER):
        yield Held(_row(message, _heading(message, message.mrn)), "", Reason.UNKNOWN_MESSAGE)


def _of_kind(messages: Sequence[Message], kind: MessageKind) -> Iterator[Message]:
    return (message for message in messages if message.kind is kind)


class _Known:
    """What messages say about declarations: their MRN, days of acceptance, headers and items."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.mrns: dict[str, set[str]] = defaultdict(set)
        self.days: dict[str, set[str]] = defaultdict(set)
        self.headers: dict[str, list[Fields]] = defaultdict(list)
        self.items: dict[str, set[str]] = defaultdict(set)
        self.lrns = {message.lrn for message in _of_kind(messages, MessageKind.ORIGINAL)}
        for message in _of_kind(messages, MessageKind.ACCEPTANCE):
            self.mrns[message.lrn].add(message.mrn)
            self._accept(message.mrn, message.accepted_at)
        for message in _of_kind(messages, MessageKind.ORIGINAL):
            for mrn in self.of(message):
                if message.header not in self.headers[mrn]:
                    self.headers[mrn].append(message.header)
                self._meet(mrn, message.items)
                self._accept(mrn, message.accepted_at)
        for message in _of_kind(messages, MessageKind.AMENDMENT):
            self._meet(message.mrn, [one for one in message.items if one.number in message.whole_items])

    def of(self, original: Message) -> set[str]:
        """The MRNs of an original: none yet, one, or several."""
        if original.mrn:
            return {original.mrn}
        return self.mrns.get(original.lrn, set()) if original.lrn else set()

    def _accept(self, mrn: str, day: str) -> None:
        if day:
            self.days[mrn].add(day)

    def _meet(self, mrn: str, items: Iterable[Item]) -> None:
        self.items[mrn].update(item.number for item in items)


def _original(message: Message, known: _Known) -> Iterator[Row | Held]:
    if not message.items:
        yield Held(_row(message, _heading(message, message.mrn)), "item", Reason.MISSING_REQUIRED)
    mrns = sorted(known.of(message))
    for item in message.items:
        said = message.header | item.fields | {"action": "accept"}
        if len(mrns) == 1:
            accepted = _heading(message, mrns[0]) | said | {"version": ORIGINAL_VERSION}
            yield from _accepted(message, item, accepted, known)
            continue
        reason = Reason.AMBIGUOUS_REFERENCE if mrns else Reason.AWAITING_ACCEPTANCE
        waits = _heading(message, "") | said | {"accepted_at": message.accepted_at}
        yield Held(_item(message, item, waits), "declaration_id", reason)
        for mrn in mrns:
            retracted = _heading(message, mrn) | {"action": "cancel", "version": RETRACTED_VERSION}
            yield _item(message, item, retracted)


def _accepted(message: Message, item: Item, fields: Fields, known: _Known) -> Iterator[Row | Held]:
    """The row with its day of acceptance, one for each that was notified; without any it waits."""
    days = sorted(known.days.get(fields["declaration_id"], ()))
    if not days:
        yield Held(_item(message, item, fields), "accepted_at", Reason.AWAITING_ACCEPTANCE)
    for day in days:
        yield _item(message, item, fields | {"accepted_at": day})


def _amendment(message: Message, known: _Known) -> Iterator[Row | Held]:
    heading = _heading(message, message.mrn) | {"version": message.version}
    told = {item.number for item in message.items}
    for item in message.items:
        if item.number in message.whole_items and {"product", "origin"} <= item.fields.keys():
            yield from _added(message, item, heading, known)
        elif said := message.header | item.fields | _cleared(message, item):
            yield _item(message, item, heading | said | {"action": "amend"})
    for number in sorted(message.whole_items - told):
        yield _row(message, heading | {"item": number, "action": "cancel"}, number)
    for number in sorted(message.pointed.keys() - told - message.whole_items):
        emptied = {"item": number, "action": "amend", "clear": " ".join(message.pointed[number])}
        yield _row(message, heading | emptied, number)
    if message.header:
        yield from _header(message, heading, told, known)


def _added(message: Message, item: Item, heading: Fields, known: _Known) -> Iterator[Row | Held]:
    """An item added or replaced: its header is that of the original, which must be known."""
    said = message.header | item.fields | {"action": "accept"}
    headers = known.headers.get(message.mrn, [])
    if not headers and known.days.get(message.mrn):
        yield Held(_item(message, item, heading | said), "item", Reason.AWAITING_ORIGINAL)
        return
    for header in headers or [Fields()]:
        yield from _accepted(message, item, heading | header | said, known)


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
    return {"reporter": country_of(mrn) or message.country, "declaration_id": mrn}


def _item(message: Message, item: Item, fields: Fields) -> Row:
    path = f"Declaration/GoodsShipment/GovernmentAgencyGoodsItem[SequenceNumeric={item.number}]"
    return Row(message.document, item.line, path, fields | {"item": item.number, "lrn": message.lrn})


def _row(message: Message, fields: Fields, number: str = "") -> Row:
    path = f"Declaration/Amendment[68A={number}]" if number else "Declaration"
    return Row(message.document, message.line, path, fields | {"lrn": message.lrn})
