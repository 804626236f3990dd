"""The vocabulary of the delivery log: where subscriptions, messages and attempts stand."""

from enum import StrEnum
from typing import Final


class SubscriptionStatus(StrEnum):
    """Where a subscription stands."""

    ACTIVE = "active"
    DISABLED = "disabled"  # nothing is queued and nothing is sent
    REMOVED = "removed"  # kept for its delivery log alone; its secrets are gone


class MessageState(StrEnum):
    """Where one event stands on its way to one subscriber."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"  # the whole schedule failed
    CANCELLED = "cancelled"  # the subscription was disabled or removed first


class Outcome(StrEnum):
    """What came of one attempt."""

    DELIVERED = "delivered"  # 2xx
    GONE = "gone"  # 410: the receiver wants no more
    THROTTLED = "throttled"  # 429, 502, 504
    REDIRECTED = "redirected"  # 3xx; never followed
    HTTP_ERROR = "http_error"  # any other status
    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection_failed"  # name, socket, TLS or protocol failure
    ADDRESS_REFUSED = "address_refused"  # the address guard forbade the receiver


OK_FIRST: Final = 200
REDIRECT_FIRST: Final = 300
ERROR_FIRST: Final = 400
GONE: Final = 410
THROTTLING: Final = frozenset({429, 502, 504})


def outcome_of_status(status: int) -> Outcome:
    """What an HTTP status means for a delivery (Standard Webhooks 1.0.0, "Delivery"): only 2xx succeeds."""
    if OK_FIRST <= status < REDIRECT_FIRST:
        return Outcome.DELIVERED
    if REDIRECT_FIRST <= status < ERROR_FIRST:
        return Outcome.REDIRECTED
    if status == GONE:
        return Outcome.GONE
    return Outcome.THROTTLED if status in THROTTLING else Outcome.HTTP_ERROR
