"""What is kept of declaration messages, so that those of one declaration meet across deliveries.

Messages are kept under the references that they name: originals under their LRN (or MRN), amendments and
cancellations under the MRN, acceptances under both. Keeping them is part of the ingest state, committed with
the delivery that brought them; what is kept grows with the number of declarations, as the ledger does.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from xxhash import xxh3_128_hexdigest

from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.feeds.wco.messages import Message, MessageKind

MOST_MESSAGES: Final = 1_000  # under one reference
_LONGEST: Final = 64  # characters of a reference that stands for itself
_LEVEL: Final = 1
_SAID: Final = ("kind", "lrn", "mrn", "country", "accepted_at", "header", "pointed")
_VERSIONED: Final = frozenset({MessageKind.AMENDMENT, MessageKind.CANCELLATION})


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known of some declarations before and after a delivery; `before` is among `now`."""

    before: list[Message]
    now: list[Message]
    refused: list[Message]
    repeated: int  # messages that were known to the letter


class Correspondence:
    """The messages of some declarations: those kept before, and with them those of a delivery."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def take(self, messages: Sequence[Message]) -> Taken:
        """Keep some messages, and say what is known now of the declarations that they speak of.

        A message that is known to the letter changes nothing; one too many under its reference is refused. An
        amendment that names no version takes its place among the messages of its declaration.
        """
        shelves = self._shelves(messages)
        before = {message.digest: message for shelf in shelves.values() for message in shelf}
        now, refused, repeated = dict(before), list[Message](), 0
        for message in messages:
            message.digest = _digest(message)
            names = _names(message)
            if message.digest in now and names:
                repeated += 1
            elif any(len(shelves[name]) >= MOST_MESSAGES for name in names):
                refused.append(message)
            else:
                if message.kind is MessageKind.AMENDMENT and names and not message.version:
                    message.version = str(len(shelves[names[0]]) + 1)
                now[message.digest] = message
                for name in names:
                    shelves[name].append(message)
        for name in {name for message in messages for name in _names(message)}:
            self._kept.put(name, zlib.compress(msgspec.msgpack.encode(shelves[name]), _LEVEL))
        return Taken(list(before.values()), list(now.values()), refused, repeated)

    def _shelves(self, messages: Sequence[Message]) -> dict[str, list[Message]]:
        """Every shelf that the messages name, and those that the acceptances on them lead to."""
        found: dict[str, list[Message]] = {}
        wanted = {name for message in messages for name in _names(message)}
        while wanted:
            for name in sorted(wanted):
                found[name] = self._shelf(name)
            on_them = (message for name in wanted for message in found[name])
            wanted = {name for message in on_them for name in _names(message)} - found.keys()
        return found

    def _shelf(self, name: str) -> list[Message]:
        stored = self._kept.get(name)
        return [] if stored is None else msgspec.msgpack.decode(zlib.decompress(stored), type=list[Message])


def _names(message: Message) -> list[str]:
    """The shelves of a message; none for one that can meet no other."""
    mrn = [_name("mrn", message.mrn)] if message.mrn else []
    lrn = [_name("lrn", message.lrn)] if message.lrn else []
    match message.kind:
        case MessageKind.ORIGINAL:
            return mrn or lrn
        case MessageKind.ACCEPTANCE:
            return mrn + lrn
        case MessageKind.AMENDMENT | MessageKind.CANCELLATION:
            return mrn
        case MessageKind.OTHER:
            return []


def _name(what: str, reference: str) -> str:
    if len(reference) > _LONGEST:
        reference = xxh3_128_hexdigest(reference.encode())
    return f"wco:{what}:{reference}"


def _digest(message: Message) -> str:
    """What a message says, wherever it stood."""
    said = [getattr(message, name) for name in _SAID]
    if message.kind in _VERSIONED:
        said.append(message.version)
    items = [(item.number, item.fields) for item in message.items]
    whole = sorted(message.whole_items)
    return xxh3_128_hexdigest(msgspec.msgpack.encode([*said, items, whole]))
