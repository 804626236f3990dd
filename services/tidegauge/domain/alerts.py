"""The alert: its vocabulary, its identifiers, and the one record that every service shares."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tidegauge.domain.evidence import Evidence


class Family(StrEnum):
    """What kind of concern a rule speaks of."""

    SURGE = "surge"
    PRICE = "price"
    DUMPING = "dumping"
    SUBSIDY = "subsidy"
    THREAT = "threat"
    DIVERSION = "diversion"
    DEPENDENCY = "dependency"
    UNDERVALUATION = "undervaluation"
    DATA_QUALITY = "data_quality"


class Severity(StrEnum):
    """How much is met; the documented table is printed with each rule."""

    INFO = "info"
    WATCH = "watch"
    WARNING = "warning"
    CRITICAL = "critical"


SEVERITIES = tuple(Severity)  # ascending


class Status(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    UPDATED = "updated"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"  # a correction or a revision removed its cause
    SUPERSEDED = "superseded"  # the rules changed


class Audience(StrEnum):
    """Who may see an alert."""

    PUBLIC = "public"
    ASSOCIATION = "association"
    AUTHORITY = "authority"


class SubjectKind(StrEnum):
    """What an alert speaks about."""

    SERIES = "series"
    SCOPE = "scope"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert event, in the shape of the `alerts` topic, the API and the webhook `data`."""

    event_id: str
    alert_id: str
    seq: int
    rule: str
    rule_version: str
    family: Family
    severity: Severity
    audience: Audience
    status: Status
    subject_kind: SubjectKind
    subject_key: str
    source: str
    reporter: str
    product: str
    nomenclature: str
    origin: str  # empty: all (extra-area) origins
    scope_id: str
    episode_start: str  # YYYY-MM
    period: str  # YYYY-MM, the month under evaluation
    as_of: str  # RFC 3339, the mark
    observed_at: str  # the mark's as_of
    provisional: bool  # the month is still open
    historical: bool  # its period closed before live_from
    reasons: tuple[str, ...]  # e.g. world_price_move
    evidence: tuple[Evidence, ...]
    threshold: dict[str, Any]  # parameter -> {value, unit, citation}
    legal_basis: str
    explanation: dict[str, str]  # {"en": ..., "ja": ...}
    inputs: tuple[dict[str, Any], ...]  # record keys with versions or vintages
    supersedes: str = ""  # alert_id of the predecessor under the former rules
    changes: tuple[dict[str, Any], ...] = field(default=())  # key figures that moved since the last event


def subject_key(reporter: str, source: str, product: str, origin: str) -> str:
    """The text key of a series, or with `scope:ID` for its product of a scope; an empty origin is `*`."""
    return f"{reporter}/{source}/{product}/{origin or '*'}"


def alert_id(rule: str, rule_version: str, source: str, subject: str, episode_start: str) -> str:
    """The deterministic id of an alert: 24 hex digits of SHA-256 over its parts."""
    return _digest("alert", rule, rule_version, source, subject, episode_start)


def event_id(alert: str, seq: int) -> str:
    """The deterministic id of one event of an alert; it is the `webhook-id`."""
    return _digest("event", alert, str(seq))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
