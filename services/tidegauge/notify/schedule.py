"""Decides what follows an attempt: done, again at an instant, given up, or the subscription disabled."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from tidegauge.notify.states import Outcome

# Before attempt 1, 2, … 8. Svix's published schedule, which DESIGN "Notify" takes over.
DELAYS_S: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
JITTER: Final = 0.2  # share of the delay, either way (Svix)
THROTTLE_S: Final = 60.0  # 429, 502, 504 and timeouts wait at least this long (Svix)
LONGEST_RETRY_AFTER_S: Final = 12 * 3_600.0  # so that a receiver cannot park a message for ever
DISABLE_AFTER: Final = timedelta(days=5)  # of nothing but failure (Svix: 120 h)
# A disabling message has itself failed for half an hour at least: after a month without events one
# short outage must not end a subscription (operator's choice).
DISABLE_FROM_ATTEMPT: Final = 4


class Verdict(StrEnum):
    """Why a message goes where it goes."""

    DELIVERED = "delivered"
    RETRY_SCHEDULED = "retry_scheduled"
    SCHEDULE_EXHAUSTED = "schedule_exhausted"
    RECEIVER_GONE = "receiver_gone"  # 410: disables the subscription
    FAILED_FOR_FIVE_DAYS = "failed_for_five_days"  # disables the subscription


DISABLING: Final = frozenset({Verdict.RECEIVER_GONE, Verdict.FAILED_FOR_FIVE_DAYS})


@dataclass(frozen=True, slots=True)
class Attempted:
    """What is known after an attempt; `number` counts from 1, `last` is the last number allowed."""

    number: int
    outcome: Outcome
    ended_at: datetime
    failing_since: datetime | None = None  # of the subscription, this failure not counted
    retry_after_s: float | None = None
    last: int = len(DELAYS_S)


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows: when this message is due again, and until when its receiver is left alone."""

    verdict: Verdict
    next_attempt_at: datetime | None = None
    hold_until: datetime | None = None


def decide(attempted: Attempted, uniform: float) -> Decision:
    """What follows an attempt; `uniform` is a random number in [0, 1) that spreads the retries."""
    if attempted.outcome is Outcome.DELIVERED:
        return Decision(Verdict.DELIVERED)
    if attempted.outcome is Outcome.GONE:
        return Decision(Verdict.RECEIVER_GONE)
    if _failed_too_long(attempted):
        return Decision(Verdict.FAILED_FOR_FIVE_DAYS)
    wait = timedelta(seconds=_wait_s(attempted, uniform))
    throttled = attempted.outcome in (Outcome.THROTTLED, Outcome.TIMEOUT) or attempted.retry_after_s
    hold = attempted.ended_at + timedelta(seconds=_floor_s(attempted)) if throttled else None
    if attempted.number >= attempted.last:
        return Decision(Verdict.SCHEDULE_EXHAUSTED, hold_until=hold)
    return Decision(Verdict.RETRY_SCHEDULED, attempted.ended_at + wait, hold)


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds asked for by a `Retry-After` header (RFC 9110 §10.2.3: seconds or an HTTP date).

    None where the header is absent or unreadable; clamped to 0 … 12 hours.
    """
    text = (header or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), LONGEST_RETRY_AFTER_S)
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None  # an unreadable wish is no wish; the schedule holds
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return min(max((instant - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)


def _failed_too_long(attempted: Attempted) -> bool:
    since = attempted.failing_since
    return (
        since is not None
        and attempted.ended_at - since >= DISABLE_AFTER
        and attempted.number >= DISABLE_FROM_ATTEMPT
    )


def _wait_s(attempted: Attempted, uniform: float) -> float:
    place = min(attempted.number, len(DELAYS_S) - 1)
    jittered = DELAYS_S[place] * (1 - JITTER + 2 * JITTER * uniform)
    return max(jittered, _floor_s(attempted))


def _floor_s(attempted: Attempted) -> float:
    """The least wait: what the receiver asked for, and a minute when it is overloaded or too slow."""
    slow = attempted.outcome in (Outcome.THROTTLED, Outcome.TIMEOUT)
    return max(attempted.retry_after_s or 0.0, THROTTLE_S if slow else 0.0)
