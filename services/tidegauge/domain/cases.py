"""Cases: the status machine with its guards, and the hash chain of the audit log."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

FIRST_HASH: Final = "0" * 64  # what the first entry of a log points back to


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    UNDER_REVIEW = "under_review"
    CLOSED = "closed"


class CaseAction(StrEnum):
    """What the desk can do to a case."""

    REVIEW = "review"
    CLOSE = "close"
    REOPEN = "reopen"
    ATTACH = "attach"
    NOTE = "note"


class CloseReason(StrEnum):
    """Why a case was closed."""

    HANDED_OVER = "handed_over"  # to the investigating authority
    PETITION_FILED = "petition_filed"
    NO_INJURY = "no_injury"
    WORLD_PRICE = "world_price"
    DATA_ERROR = "data_error"
    DUPLICATE = "duplicate"
    NO_ACTION = "no_action"


class CaseVerdict(StrEnum):
    """Whether an action on a case is allowed, and if not, why."""

    ALLOWED = "allowed"
    CASE_IS_CLOSED = "case_is_closed"
    CASE_IS_NOT_CLOSED = "case_is_not_closed"
    ALREADY_UNDER_REVIEW = "already_under_review"
    REASON_MISSING = "reason_missing"
    REASON_UNKNOWN = "reason_unknown"
    NOTE_EMPTY = "note_empty"


_NEXT: Final = {
    CaseAction.REVIEW: CaseStatus.UNDER_REVIEW,
    CaseAction.CLOSE: CaseStatus.CLOSED,
    CaseAction.REOPEN: CaseStatus.OPEN,
}


def judge(status: CaseStatus, action: CaseAction, text: str = "") -> CaseVerdict:
    """Whether an action is allowed; `text` is the closing reason, the reopening reason or the note."""
    if (status is CaseStatus.CLOSED) != (action is CaseAction.REOPEN) and action is not CaseAction.NOTE:
        return CaseVerdict.CASE_IS_CLOSED if status is CaseStatus.CLOSED else CaseVerdict.CASE_IS_NOT_CLOSED
    if action is CaseAction.REVIEW and status is CaseStatus.UNDER_REVIEW:
        return CaseVerdict.ALREADY_UNDER_REVIEW
    if action in (CaseAction.CLOSE, CaseAction.REOPEN) and not text.strip():
        return CaseVerdict.REASON_MISSING
    if action is CaseAction.CLOSE and text not in set(CloseReason):
        return CaseVerdict.REASON_UNKNOWN
    if action is CaseAction.NOTE and not text.strip():
        return CaseVerdict.NOTE_EMPTY
    return CaseVerdict.ALLOWED


def after(status: CaseStatus, action: CaseAction) -> CaseStatus:
    """The status after an allowed action."""
    return _NEXT.get(action, status)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of a case's audit log."""

    number: int  # 1, 2, 3 ... within the case
    at: str  # RFC 3339
    actor: str
    action: str
    detail: dict[str, Any]  # plain JSON values
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did to a case, before it is chained into the log."""

    at: str  # RFC 3339
    actor: str
    action: str
    detail: dict[str, Any]  # plain JSON values


def append(case_id: int, last: AuditEntry | None, deed: Deed) -> AuditEntry:
    """The next entry behind `last` (None: the first)."""
    number = last.number + 1 if last else 1
    previous = last.hash if last else FIRST_HASH
    digest = _hash(case_id, number, deed.at, deed.actor, deed.action, deed.detail, previous)
    return AuditEntry(number, deed.at, deed.actor, deed.action, deed.detail, previous, digest)


def first_broken(case_id: int, entries: Iterable[AuditEntry]) -> int | None:
    """The number of the first entry that does not follow from those before it; None: the chain holds."""
    last: AuditEntry | None = None
    for entry in entries:
        if entry != append(case_id, last, Deed(entry.at, entry.actor, entry.action, entry.detail)):
            return entry.number
        last = entry
    return None


def _hash(*parts: object) -> str:
    """SHA-256 over the parts as one canonical JSON array."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
