"""Decides whether an alert event may leave at all, and whether a subscription asked for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidegauge.domain.alerts import (
    SEVERITIES,
    Alert,
    Audience,
    Family,
    Severity,
    Status,
    SubjectKind,
)


class Release(StrEnum):
    """Whether an event may leave the house, whoever asks."""

    RELEASED = "released"
    AUTHORITY_ONLY = "authority_only"  # rests on a line, or on fewer than three firms
    HISTORICAL = "historical"  # before live_from: a backfill floods nobody
    SUPERSEDED_WITHOUT_RISE = "superseded_without_rise"  # the rules changed, the world did not


class Match(StrEnum):
    """Whether a subscription asked for an event."""

    MATCHED = "matched"
    FOLLOWS_WHAT_WAS_TOLD = "follows_what_was_told"  # milder than asked for, of an alert that is known
    AUDIENCE_NOT_COVERED = "audience_not_covered"
    PRODUCT_NOT_IN_FILTER = "product_not_in_filter"
    ORIGIN_NOT_IN_FILTER = "origin_not_in_filter"
    FAMILY_NOT_IN_FILTER = "family_not_in_filter"
    REPORTER_NOT_IN_FILTER = "reporter_not_in_filter"
    BELOW_MINIMUM_SEVERITY = "below_minimum_severity"


SENT: Final = frozenset({Match.MATCHED, Match.FOLLOWS_WHAT_WAS_TOLD})
ALL_ORIGINS: Final = "*"  # in a filter: alerts that speak of all origins


@dataclass(frozen=True, slots=True)
class Filter:
    """What a subscription asks for; an empty tuple asks for everything.

    `products` are HS prefixes; an origin `*` asks for the alerts that speak of all origins together.
    `audience` is the level that the receiver is cleared for: `association` includes `public`.
    """

    products: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()
    reporters: tuple[str, ...] = ()
    min_severity: Severity = Severity.INFO
    audience: Audience = Audience.PUBLIC


def release(alert: Alert, known_severity: Severity | None) -> Release:
    """Whether an event may leave.

    `known_severity` is the last severity that was seen of the alert that this event closes
    (`superseded`) or succeeds (`open` with `supersedes`); None when there was none. A changed ruleset
    is silent unless severity rises (DESIGN "Everything that decides is in the log").
    """
    if alert.audience is Audience.AUTHORITY or alert.subject_kind is SubjectKind.LINE:
        return Release.AUTHORITY_ONLY
    if alert.historical:
        return Release.HISTORICAL
    if predecessor(alert) and known_severity is not None and _rank(alert.severity) <= _rank(known_severity):
        return Release.SUPERSEDED_WITHOUT_RISE
    return Release.RELEASED


def predecessor(alert: Alert) -> str:
    """The alert_id whose last severity decides whether a change of rules is told; empty where none does."""
    if alert.status is Status.SUPERSEDED:
        return alert.alert_id
    return alert.supersedes if alert.status is Status.OPEN else ""


def match(alert: Alert, wanted: Filter, *, told: bool = False) -> Match:
    """Whether a released event answers a filter; the first ground of refusal, else why it is sent.

    `told`: the receiver was sent an earlier event of this alert. It then hears the rest too, however mild:
    whoever heard of a surge must hear that it is over, or was withdrawn.
    """
    covered = alert.audience is Audience.PUBLIC or wanted.audience is Audience.ASSOCIATION
    under_filter = alert.product.startswith(wanted.products)
    origin = alert.origin or ALL_ORIGINS
    refusals = (
        (Match.AUDIENCE_NOT_COVERED, not covered),
        (Match.PRODUCT_NOT_IN_FILTER, bool(wanted.products) and not under_filter),
        (Match.ORIGIN_NOT_IN_FILTER, bool(wanted.origins) and origin not in wanted.origins),
        (Match.FAMILY_NOT_IN_FILTER, bool(wanted.families) and alert.family not in wanted.families),
        (Match.REPORTER_NOT_IN_FILTER, bool(wanted.reporters) and alert.reporter not in wanted.reporters),
        (Match.BELOW_MINIMUM_SEVERITY, _rank(alert.severity) < _rank(wanted.min_severity)),
    )
    found = next((reason for reason, refused in refusals if refused), Match.MATCHED)
    return Match.FOLLOWS_WHAT_WAS_TOLD if told and found is Match.BELOW_MINIMUM_SEVERITY else found


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
