"""Reads the logs of alerts and figures, and writes what follows from them together with the offsets."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import Session

from tidegauge.domain.alerts import Severity
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.decisions import LEAST_SEVERITY, IntakeReason
from tidegauge.intake import figures
from tidegauge.intake.fold import AlertFold, Arrived
from tidegauge.intake.outcomes import store_outcomes
from tidegauge.intake.store import reading, writing
from tidegauge.intake.tables import ConsumerOffset, Poison
from tidegauge.runtime.clock import Clock, rfc3339
from tidegauge.runtime.crash import crash_point
from tidegauge.runtime.events import Event, EventReader, Topic
from tidegauge.runtime.wire import UndecodableError, decode_alert, decode_block

_BEFORE_FIRST = -1
_BLOCKS_A_STEP = 64  # a block of figures holds thousands of rows, an alert event is one


@dataclass
class StepReport:
    """What one step did; for metrics and logs."""

    events: int = 0
    reasons: Counter[IntakeReason] = field(default_factory=Counter)
    figure_rows: int = 0
    poison: Counter[Topic] = field(default_factory=Counter)


def ignore(_report: StepReport) -> None:
    """Nobody listens."""


class IntakeConsumer:
    """The one reader that keeps the desk's tables; its steps are exactly-once in their effects."""

    def __init__(
        self,
        engine: Engine,
        reader: EventReader,
        clock: Clock,
        *,
        least: Severity = LEAST_SEVERITY,
        report: Callable[[StepReport], None] = ignore,
    ) -> None:
        self._engine = engine
        self._reader = reader
        self._clock = clock
        self._least = least
        self._report = report

    def step(self, limit: int = 500) -> int:
        """Take in at most `limit` events of each log in one transaction; gives how many there were."""
        with reading(self._engine) as session:
            positions = _positions(session)
        if not any(self._read(positions, limit).values()):
            return 0  # the write lock is not taken for nothing
        with writing(self._engine) as session:
            # Read again under the lock: another process may have been here in the meantime.
            positions = _positions(session)
            report = self._take(session, self._read(positions, limit))
            crash_point("intake.before_commit")
        crash_point("intake.after_commit")
        self._report(report)
        return report.events

    def position(self, topic: Topic) -> int:
        """The offset of the last event taken in; -1 before the first."""
        with reading(self._engine) as session:
            return _positions(session)[topic]

    def _read(self, positions: dict[Topic, int], limit: int) -> dict[Topic, list[Event]]:
        return {
            Topic.ALERTS: self._reader.read(Topic.ALERTS, positions[Topic.ALERTS], limit),
            Topic.FIGURES: self._reader.read(
                Topic.FIGURES, positions[Topic.FIGURES], min(limit, _BLOCKS_A_STEP)
            ),
        }

    def _take(self, session: Session, found: dict[Topic, list[Event]]) -> StepReport:
        now = rfc3339(self._clock.now())
        report = StepReport(events=sum(map(len, found.values())))
        self._take_figures(session, found[Topic.FIGURES], now, report)
        self._take_alerts(session, found[Topic.ALERTS], now, report)
        for topic, events in found.items():
            if events:
                session.merge(ConsumerOffset(topic=topic, position=events[-1].offset))
        return report

    def _take_alerts(self, session: Session, events: list[Event], now: str, report: StepReport) -> None:
        batch = []
        for event in events:
            try:
                batch.append(Arrived(decode_alert(event.payload), event.payload))
            except UndecodableError as error:
                _set_aside(session, Topic.ALERTS, event, str(error), now)
                report.poison[Topic.ALERTS] += 1
        if batch:
            report.reasons += AlertFold(session, now, self._least, batch).reasons

    def _take_figures(self, session: Session, events: list[Event], now: str, report: StepReport) -> None:
        for event in events:
            try:
                report.figure_rows += _store(session, decode_block(event.payload))
            except UndecodableError as error:
                _set_aside(session, Topic.FIGURES, event, str(error), now)
                report.poison[Topic.FIGURES] += 1


def _store(session: Session, block: Block) -> int:
    """Keep a block of either kind that the log of figures carries."""
    if block.kind is BlockKind.OUTCOMES:
        return store_outcomes(session, block)
    return figures.store_block(session, block)


def _positions(session: Session) -> dict[Topic, int]:
    stored = {topic: session.get(ConsumerOffset, topic.value) for topic in Topic}
    return {topic: row.position if row else _BEFORE_FIRST for topic, row in stored.items()}


def _set_aside(session: Session, topic: Topic, event: Event, reason: str, now: str) -> None:
    """Keep an entry that cannot be read, with the reason."""
    session.merge(
        Poison(topic=topic, position=event.offset, payload=event.payload, reason=reason, received_at=now)
    )
