"""Folds a batch of alert events into the desk's tables: events, alerts, decisions, situations, case logs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from tidegauge.domain.alerts import Alert, Severity
from tidegauge.domain.cases import Deed
from tidegauge.domain.decisions import FRESH, Context, IntakeReason, decide
from tidegauge.domain.situations import (
    LIVE,
    LiveAlert,
    SituationState,
    Standing,
    effective_state,
    row_figures,
    situation_key,
    standing,
)
from tidegauge.intake import audit, standings
from tidegauge.intake.tables import AlertEvent, AlertRow, CaseAlert, Decision, Situation

_NO_EFFECT = frozenset({IntakeReason.DUPLICATE, IntakeReason.OUT_OF_ORDER})


@dataclass(frozen=True, slots=True)
class Arrived:
    """An alert event as read from the log."""

    alert: Alert
    payload: bytes


class AlertFold:
    """Folds one batch: what it touches is loaded once, and written when the session flushes."""

    def __init__(self, session: Session, now: str, least: Severity, batch: Sequence[Arrived]) -> None:
        self._session = session
        self._now = now
        self._least = least
        alerts = [arrived.alert for arrived in batch]
        self._seen = self._load_seen(alerts)
        self._alerts = self._load_alerts(alerts)
        self._situations = self._load_situations(alerts)
        self._live = self._load_live()
        self.reasons: Counter[IntakeReason] = Counter()
        for arrived in batch:
            self.reasons[self._take(arrived)] += 1

    def _load_seen(self, alerts: Iterable[Alert]) -> set[str]:
        wanted = {alert.event_id for alert in alerts}
        return set(
            self._session.exec(select(AlertEvent.event_id).where(col(AlertEvent.event_id).in_(wanted)))
        )

    def _load_alerts(self, alerts: Sequence[Alert]) -> dict[str, AlertRow]:
        wanted = {alert.alert_id for alert in alerts} | {alert.supersedes for alert in alerts}
        rows = self._session.exec(select(AlertRow).where(col(AlertRow.alert_id).in_(wanted)))
        return {row.alert_id: row for row in rows}

    def _load_situations(self, alerts: Iterable[Alert]) -> dict[str, Situation]:
        first_of = {situation_key(alert): alert for alert in alerts}
        rows = self._session.exec(
            select(Situation).where(col(Situation.key).in_(first_of)).with_for_update()
        ).all()
        found = {row.key: row for row in rows}
        for key, alert in first_of.items():
            if key not in found:
                found[key] = self._new_situation(key, alert)
        self._session.flush()  # gives the new ones their ids
        return found

    def _new_situation(self, key: str, alert: Alert) -> Situation:
        situation = Situation(
            key=key,
            reporter=alert.reporter,
            product=alert.product,
            scope_id=alert.scope_id,
            origin=alert.origin,
            state=SituationState.ACTIVE,
            live=False,
            standing=standings.dump(Standing()),
            opened_at=self._now,
            worsened_at=self._now,
        )
        self._session.add(situation)
        return situation

    def _load_live(self) -> dict[int, dict[str, LiveAlert]]:
        live: dict[int, dict[str, LiveAlert]] = {_id(each): {} for each in self._situations.values()}
        rows = self._session.exec(
            select(AlertRow).where(col(AlertRow.situation_id).in_(live), col(AlertRow.live).is_(True))
        )
        for row in rows:
            live[row.situation_id][row.alert_id] = standings.live_alert(row)
        return live

    def _take(self, arrived: Arrived) -> IntakeReason:
        """Decide on one event and note the outcome."""
        alert = arrived.alert
        situation = self._situations[situation_key(alert)]
        known = self._alerts.get(alert.alert_id)
        live = self._live[_id(situation)]
        before = standing(live.values())
        after_live = self._with(live, alert)
        after = standing(after_live.values())
        reason = decide(alert, self._context(alert, situation, known, before, after), self._least)
        if reason is IntakeReason.DUPLICATE:
            return reason
        self._seen.add(alert.event_id)
        self._record(arrived, situation, reason)
        if reason not in _NO_EFFECT:
            self._live[_id(situation)] = after_live
            self._alerts[alert.alert_id] = self._store(arrived, situation, known)
            self._move(situation, after, reason)
            self._tell_case(situation, alert, reason)
        return reason

    def _context(
        self, alert: Alert, situation: Situation, known: AlertRow | None, before: Standing, after: Standing
    ) -> Context:
        predecessor = self._alerts.get(alert.supersedes) if alert.supersedes else None
        return Context(
            seen=alert.event_id in self._seen,
            last_seq=known.seq if known else None,
            state=effective_state(SituationState(situation.state), situation.snoozed_until, self._now),
            before=before,
            after=after,
            dismissed=standings.load(situation.dismissed),
            # Only the successor's first event is compared; what follows is news of its own.
            predecessor=Severity(predecessor.severity) if predecessor and known is None else None,
        )

    @staticmethod
    def _with(live: dict[str, LiveAlert], alert: Alert) -> dict[str, LiveAlert]:
        """The live alerts of the situation once this event holds."""
        others = {key: each for key, each in live.items() if key != alert.alert_id}
        if alert.status in LIVE and not alert.historical:
            others[alert.alert_id] = LiveAlert(
                alert.alert_id, alert.rule, alert.family, alert.severity, alert.period, row_figures(alert)
            )
        return others

    def _record(self, arrived: Arrived, situation: Situation, reason: IntakeReason) -> None:
        alert = arrived.alert
        self._session.add(
            AlertEvent(
                event_id=alert.event_id,
                alert_id=alert.alert_id,
                seq=alert.seq,
                status=alert.status,
                severity=alert.severity,
                period=alert.period,
                as_of=alert.as_of,
                received_at=self._now,
                payload=arrived.payload.decode(),
            )
        )
        self._session.add(
            Decision(
                event_id=alert.event_id,
                alert_id=alert.alert_id,
                situation_id=_id(situation),
                reason=reason,
                decided_at=self._now,
            )
        )

    def _store(self, arrived: Arrived, situation: Situation, known: AlertRow | None) -> AlertRow:
        """Make this event the latest state of its alert."""
        alert = arrived.alert
        latest: dict[str, Any] = {
            "event_id": alert.event_id,
            "seq": alert.seq,
            "severity": alert.severity,
            "status": alert.status,
            "audience": alert.audience,
            "period": alert.period,
            "as_of": alert.as_of,
            "provisional": alert.provisional,
            "historical": alert.historical,
            "live": alert.status in LIVE and not alert.historical,
            "figures": row_figures(alert),
            "currency": next((item.unit for item in alert.evidence if item.name == "value"), ""),
            "changed_at": self._now,
            "payload": arrived.payload.decode(),
        }
        if known is not None:
            for name, value in latest.items():
                setattr(known, name, value)
            return known
        row = AlertRow(
            alert_id=alert.alert_id,
            situation_id=_id(situation),
            rule=alert.rule,
            family=alert.family,
            source=alert.source,
            reporter=alert.reporter,
            product=alert.product,
            origin=alert.origin,
            scope_id=alert.scope_id,
            episode_start=alert.episode_start,
            received_at=self._now,
            **latest,
        )
        self._session.add(row)
        return row

    def _move(self, situation: Situation, after: Standing, reason: IntakeReason) -> None:
        """Bring the situation to its new standing."""
        situation.standing = standings.dump(after)
        situation.live = after.severity is not None
        situation.value_at_stake = max(
            (value for name, value in after.figures.items() if name.endswith(" value")), default=0.0
        )
        if reason in FRESH:
            situation.worsened_at = self._now
            situation.state = SituationState.ACTIVE
            situation.dismissed, situation.dismiss_reason, situation.snoozed_until = None, "", ""
        if reason is IntakeReason.SITUATION_OPENED:
            situation.opened_at = self._now

    def _tell_case(self, situation: Situation, alert: Alert, reason: IntakeReason) -> None:
        """Write what happened to the alert into the log of the case that the situation lies in."""
        if situation.state != SituationState.IN_CASE or situation.case_id is None or alert.historical:
            return
        if self._session.get(CaseAlert, (situation.case_id, alert.alert_id)) is None:
            self._session.add(
                CaseAlert(
                    case_id=situation.case_id,
                    alert_id=alert.alert_id,
                    situation_id=_id(situation),
                    attached_at=self._now,
                )
            )
        detail = {
            "alert_id": alert.alert_id,
            "rule": alert.rule,
            "status": alert.status,
            "severity": alert.severity,
        }
        audit.log(self._session, situation.case_id, Deed(self._now, audit.INTAKE, f"alert_{reason}", detail))


def _id(situation: Situation) -> int:
    if situation.id is None:
        raise RuntimeError("the situation has not been written yet")
    return situation.id
