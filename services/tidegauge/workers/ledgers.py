"""Whether the ledger of a raw partition is the one that belongs there, before it is gone on from."""

from dataclasses import dataclass
from pathlib import Path

from tidegauge.runtime.errors import UserError

_SEE = "(docs/kafka.md, Losing a file)"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ledger and what it must fit stand; all are offsets of messages of one raw partition."""

    name: str  # of the raw partition
    path: Path  # of the ledger
    following: int  # the message that the ledger needs next
    told: int  # what came before it is in the records log, as some worker said
    first: int  # the oldest message that the topic still has
    end: int  # behind its newest message


def require_whole(one: Standing) -> None:
    """Raise UserError where going on would count messages anew, or pass over some.

    A ledger that has taken nothing begins wherever its topic begins.
    """
    if one.following < one.told:
        raise UserError(
            f"{one.name}: the ledger {one.path} ends before message {one.following}, and records holds what "
            f"came up to message {one.told}: lines would be counted anew; put the ledger that belongs there "
            f"into the folder, or stop ingest and say `tidegauge ledgers rebuild` {_SEE}"
        )
    if one.following > one.end:
        raise UserError(
            f"{one.name}: the ledger {one.path} ends before message {one.following}, and the topic before "
            f"message {one.end}: it is the ledger of another topic, or the topic was made anew {_SEE}"
        )
    if 0 < one.following < one.first:
        raise UserError(
            f"{one.name}: messages {one.following} to {one.first - 1} are no longer in the topic and were "
            f"never taken: they were kept for too short a time {_SEE}"
        )
