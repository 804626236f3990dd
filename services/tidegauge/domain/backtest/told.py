"""What became of each alert: its events folded into one life."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tidegauge.domain.alerts import SEVERITIES, Alert, Severity, Status
from tidegauge.domain.backtest.cases import Key

_OVER = (Status.RESOLVED, Status.WITHDRAWN, Status.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Told:
    """One alert over its life."""

    alert_id: str
    rule: str
    key: Key  # an empty origin: all origins; an empty product: a scope
    opened: str  # the day on which it was first told, YYYY-MM-DD
    ended: str  # the day on which it was last over; empty: it stands
    status: Status  # at the end of the history
    severity: Severity  # the highest
    updates: int
    reversals: int  # withdrawn by a revision, or opened again after that

    @property
    def is_series(self) -> bool:
        """Whether it speaks of a product from one origin."""
        _, _, product, origin = self.key
        return product != "" and origin != ""


def lives(alerts: Iterable[Alert]) -> list[Told]:
    """The alerts of a history in order of their first event."""
    found: dict[str, Told] = {}
    for alert in alerts:
        before = found.get(alert.alert_id)
        day = alert.as_of[:10]
        over = alert.status in _OVER
        if before is None:
            key = (alert.reporter, alert.source, alert.product, alert.origin)
            told = Told(
                alert.alert_id, alert.rule, key, day, "", alert.status, alert.severity, updates=0, reversals=0
            )
        else:
            again = before.status is Status.WITHDRAWN or alert.status is Status.WITHDRAWN
            told = replace(
                before,
                status=alert.status,
                severity=max(before.severity, alert.severity, key=SEVERITIES.index),
                updates=before.updates + (alert.status is Status.UPDATED),
                reversals=before.reversals + again,
            )
        found[alert.alert_id] = replace(told, ended=day if over else "")
    return list(found.values())
