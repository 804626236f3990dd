"""What the embedded runtime counts: outputs, files and decisions turned into metrics."""

from collections.abc import Mapping, Sequence

from tidegauge.domain.alerts import Alert
from tidegauge.domain.freshness import Freshness
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.position import FileProgress
from tidegauge.ingest.source import SourceFile
from tidegauge.intake.consumer import StepReport
from tidegauge.monitor.service import Monitor
from tidegauge.monitor.step import Output
from tidegauge.runtime import metrics as names
from tidegauge.runtime.feeds import FeedStatus
from tidegauge.runtime.metrics import Metrics

DAY_S = 86_400
_OUTCOMES = {
    "accepted": "accepted",
    "quarantined": "rejected",
    "superseded": "superseded",
    "duplicates": "repeated",
}


class Instruments:
    """Keeps the metrics of one process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._checkpoint_bytes = 0
        self._feeds: set[str] = set()

    def output(self, output: Output) -> None:
        """One output of the partition step."""
        self._metrics.add(names.CONTRIBUTIONS, output.applied)
        self._metrics.add(names.REPEATS, output.repeated)

    def alerts(self, alerts: Sequence[Alert]) -> None:
        """Alert events that became durable."""
        for alert in alerts:
            self._metrics.add(names.ALERTS, rule=alert.rule, status=alert.status, severity=alert.severity)

    def monitor(self, monitor: Monitor) -> None:
        """Where the monitor stands."""
        self._metrics.set(names.SERIES, len(monitor.step.panel.series))
        self._metrics.set(names.MONITOR_LAG, monitor.lag())
        self._metrics.set(names.LOG_OFFSET, monitor.step.offset, log="records")
        self._metrics.add(names.CHECKPOINT_BYTES, monitor.checkpoint_bytes - self._checkpoint_bytes)
        self._checkpoint_bytes = monitor.checkpoint_bytes

    def file(self, source: SourceFile, progress: FileProgress) -> None:
        """A file that is through."""
        self.records(source.kind, progress.counts)
        for reason, rows in progress.reasons.items():
            self._metrics.add(names.QUARANTINED, rows, reason=reason)

    def records(self, kind: RecordKind, counts: Mapping[str, int]) -> None:
        """Records that were taken, by outcome."""
        for count, outcome in _OUTCOMES.items():
            self._metrics.add(names.RECORDS, counts.get(count, 0), kind=str(kind), outcome=outcome)

    def feeds(self, found: Sequence[FeedStatus]) -> None:
        """How the feeds stand; a feed that is known no more is paused no more."""
        for gone in self._feeds - {one.feed for one in found}:
            self._metrics.set(names.FEED_PAUSED, 0, feed=gone)
        self._feeds |= {one.feed for one in found}
        for one in found:
            if one.age_days is not None:
                self._metrics.set(names.FEED_AGE, one.age_days * DAY_S, feed=one.feed)
            self._metrics.set(names.FEED_LATE, one.freshness is Freshness.LATE, feed=one.feed)
            self._metrics.set(names.FEED_PAUSED, one.paused is not None, feed=one.feed)
            self._metrics.set(names.FEED_OPEN, one.open, feed=one.feed)

    def intake(self, report: StepReport) -> None:
        """What intake took in."""
        count_decisions(self._metrics, report)


def count_decisions(metrics: Metrics, report: StepReport) -> None:
    """Count what intake decided about the events of one step."""
    for reason, count in report.reasons.items():
        metrics.add(names.DECISIONS, count, reason=str(reason))
