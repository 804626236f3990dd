"""Makes the body of a webhook: type, timestamp, and the alert event, below 20 kB, without identities."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from tidegauge.domain.alerts import Alert, Status
from tidegauge.runtime.clock import rfc3339
from tidegauge.runtime.wire import UndecodableError

LARGEST_BYTES: Final = 19_999  # Standard Webhooks 1.0.0: keep a payload below 20 kB
PING: Final = "ping"
TYPES: Final[Mapping[Status, str]] = {
    Status.OPEN: "alert.opened",
    Status.UPDATED: "alert.updated",
    Status.RESOLVED: "alert.resolved",
    Status.WITHDRAWN: "alert.withdrawn",
    Status.SUPERSEDED: "alert.superseded",
}
# Identities stay inside by role; a second lock behind the audience check of matching.py.
CONFIDENTIAL: Final = frozenset({"importer", "exporter", "manufacturer", "declaration_id"})
# Shortened in this order: what the API can give again comes first.
_LISTS: Final = ("inputs", "changes", "evidence")


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a list fitted into the payload."""

    kept: int
    of: int


class Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a webhook. `trimmed` names each list of `data` that was shortened; mostly empty."""

    type: str
    timestamp: str
    data: Alert
    trimmed: dict[str, Kept] = {}


class PayloadTooLargeError(ValueError):
    """An alert whose fixed part alone does not fit into a webhook."""


def payload_bytes(alert: Alert) -> bytes:
    """The body for an alert event; equal alerts give equal bytes; raises PayloadTooLargeError."""
    payload = Payload(TYPES[alert.status], alert.observed_at, _without_identities(alert))
    body = msgspec.json.encode(payload)
    for name in _LISTS:
        if len(body) <= LARGEST_BYTES:
            break
        payload = _shortened(payload, name, len(body) - LARGEST_BYTES)
        body = msgspec.json.encode(payload)
    if len(body) > LARGEST_BYTES:
        raise PayloadTooLargeError(
            f"event {alert.event_id} takes {len(body)} bytes without its lists; "
            f"a webhook holds {LARGEST_BYTES}"
        )
    return body


def ping_bytes(subscription_id: str, at: datetime) -> bytes:
    """The body of a test event."""
    return msgspec.json.encode(
        {"type": PING, "timestamp": rfc3339(at), "data": {"subscription_id": subscription_id}}
    )


def alert_of(body: bytes) -> Alert:
    """The alert event inside a stored body; raises UndecodableError."""
    try:
        return msgspec.json.decode(body, type=Payload).data
    except msgspec.DecodeError as error:
        raise UndecodableError(f"not a webhook body: {error}") from error


def _without_identities(alert: Alert) -> Alert:
    return replace(
        alert,
        inputs=tuple(_cleared(row) for row in alert.inputs),
        changes=tuple(_cleared(row) for row in alert.changes),
    )


def _cleared(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in CONFIDENTIAL}


def _shortened(payload: Payload, name: str, excess_bytes: int) -> Payload:
    """The payload with as many leading entries of one list as fit; the note needs some bytes itself."""
    entries = getattr(payload.data, name)
    if not entries:
        return payload
    note_bytes = len(msgspec.json.encode({name: Kept(len(entries), len(entries))})) + len(',"trimmed":')
    freed, kept = 0, len(entries)
    while kept and freed < excess_bytes + note_bytes:
        kept -= 1
        freed += len(msgspec.json.encode(entries[kept])) + 1
    trimmed = {**payload.trimmed, name: Kept(kept, len(entries))}
    return Payload(payload.type, payload.timestamp, replace(payload.data, **{name: entries[:kept]}), trimmed)
