"""Every metric of Tidegauge in one typed list, and the registry that a process keeps them in.

A service names the constant, so that an unknown metric is a type error; docs/metrics.md is made from here.
No label ever carries a product, a firm, an address or an identifier: labels are short lists. A feed's name is
chosen by the operator.
"""

from dataclasses import dataclass
from typing import ClassVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its full name, what it says, and what to do when it moves."""

    name: str
    unit: str
    labels: tuple[str, ...]
    meaning: str
    action: str
    type_name: ClassVar[str]


class CounterMetric(Metric):
    """Only grows; a restart begins again at 0."""

    type_name = "counter"


class GaugeMetric(Metric):
    """Goes up and down."""

    type_name = "gauge"


class HistogramMetric(Metric):
    """Durations in buckets."""

    type_name = "histogram"


RECORDS = CounterMetric(
    "tidegauge_ingest_records_total",
    "records",
    ("kind", "outcome"),
    "records read, by kind (declaration, flow …) and outcome (accepted, rejected, superseded, repeated)",
    "a rising share of `rejected` means a feed changed its format: look at the quarantine by reason",
)
QUARANTINED = CounterMetric(
    "tidegauge_ingest_quarantined_total",
    "rows",
    ("reason",),
    "rows put into quarantine, by reason",
    "`tidegauge quarantine list` shows file, line and field; mend and ingest them again",
)
FEED_AGE = GaugeMetric(
    "tidegauge_feed_age_seconds",
    "seconds",
    ("feed",),
    "age of the newest figure of a feed, from the end of its period",
    "see tidegauge_feed_late, which knows how old it may be",
)
FEED_LATE = GaugeMetric(
    "tidegauge_feed_late",
    "0 or 1",
    ("feed",),
    "1 while the newest figure of a feed is older than expected (TIDEGAUGE_FEED_MAX_AGE_DAYS)",
    "ask whoever publishes it; `tidegauge feeds status` shows what came last",
)
FEED_PAUSED = GaugeMetric(
    "tidegauge_feed_paused",
    "0 or 1",
    ("feed",),
    "1 while a feed is paused: too many of its rows were refused, or an operator paused it",
    "`tidegauge feeds status` says why; put the file or the settings right, then `tidegauge feeds resume`",
)
FEED_OPEN = GaugeMetric(
    "tidegauge_feed_quarantine_open",
    "records",
    ("feed",),
    "records of a feed in quarantine that nobody has settled",
    "`tidegauge quarantine list --open`; mend, send again or dismiss them",
)
INTAKE_LAG = GaugeMetric(
    "tidegauge_intake_lag_entries",
    "entries",
    ("topic",),
    "entries of the alerts and figures logs that the desk has not stored yet",
    "above 0 for minutes: the desk's database is slow or locked; look at its disk and at /healthz",
)
CONTRIBUTIONS = CounterMetric(
    "tidegauge_monitor_contributions_total",
    "rows",
    (),
    "contributions added to the panels",
    "flat while records are accepted: the monitor stands still; look at its lag",
)
REPEATS = CounterMetric(
    "tidegauge_monitor_repeats_total",
    "rows",
    (),
    "contributions skipped because they had been applied before",
    "some after a restart are normal; a steady stream means that a sender repeats itself",
)
BLOCKS = CounterMetric(
    "tidegauge_monitor_blocks_total",
    "blocks",
    ("kind",),
    "blocks taken from the records log, by kind (contributions, records)",
    "many small blocks cost time: raise TIDEGAUGE_BATCH_ROWS",
)
MARKS = CounterMetric(
    "tidegauge_monitor_marks_total",
    "marks",
    ("reason",),
    "marks at which the rules ran, by reason (batch, file_period, week_close, month_close)",
    "no month_close early in a month: a feed did not deliver; look at the last progress of ingest",
)
SERIES = GaugeMetric(
    "tidegauge_monitor_series",
    "series",
    (),
    "import series (reporter, source, product, origin) held in memory",
    "memory grows with it in a straight line; plan for it",
)
ALERTS = CounterMetric(
    "tidegauge_monitor_alerts_total",
    "events",
    ("rule", "status", "severity"),
    "alert events, by rule, status and severity",
    "a burst from one rule: a real surge, a revised feed or a changed threshold; replay the former rules",
)
MONTH_CLOSE_SECONDS = HistogramMetric(
    "tidegauge_monitor_month_close_seconds",
    "seconds",
    (),
    "time to evaluate all series when a month closes",
    "above a minute: too many series for one partition, or a rule without a cheap gate",
)
CHECKPOINT_SECONDS = HistogramMetric(
    "tidegauge_monitor_checkpoint_seconds",
    "seconds",
    (),
    "time of one commit of state, events and offset",
    "above a second: the disk is slow; nothing is lost, but the lag will grow",
)
CHECKPOINT_BYTES = CounterMetric(
    "tidegauge_monitor_checkpoint_bytes_total",
    "bytes",
    (),
    "bytes of changed state written",
    "grows with the cells that change; a jump means that a feed restates much",
)
LOG_OFFSET = GaugeMetric(
    "tidegauge_log_offset",
    "entries",
    ("log",),
    "offset of the last entry of a log (records, alerts, figures)",
    "flat while a feed delivers: ingest stands still",
)
MONITOR_LAG = GaugeMetric(
    "tidegauge_monitor_lag_entries",
    "entries",
    (),
    "entries of the records log that the monitor has not applied yet",
    "growing: the machine is too small for the feed, or the monitor stands still; look at /healthz",
)
INGEST_LAG = GaugeMetric(
    "tidegauge_ingest_lag_messages",
    "messages",
    (),
    "messages of raw topics that this worker has not taken yet (Kafka only)",
    "growing: start another ingest worker, up to the number of raw partitions",
)
PARTITIONS = GaugeMetric(
    "tidegauge_monitor_partitions",
    "partitions",
    (),
    "partitions of the records topic that this worker holds (Kafka only)",
    "0 for minutes with other workers up: it is one more than there are partitions, or it cannot join",
)
DECISIONS = CounterMetric(
    "tidegauge_intake_decisions_total",
    "decisions",
    ("reason",),
    "intake decisions, by reason (case_created, attached, snoozed, below_threshold, historical …)",
    "each alert has exactly one; compare with tidegauge_monitor_alerts_total",
)
DESK_SECONDS = HistogramMetric(
    "tidegauge_desk_request_seconds",
    "seconds",
    ("route", "status"),
    "time to answer a request of the desk or the API, by route template and status class (2xx …)",
    "above a second: the desk's database is busy or large; look at its disk",
)
WEBHOOK_ATTEMPTS = CounterMetric(
    "tidegauge_notify_attempts_total",
    "attempts",
    ("outcome",),
    "webhook attempts, by outcome (delivered, retried, refused_address, disabled, gave_up)",
    "retries of one receiver are its own affair; `refused_address` is a wrong or a hostile address",
)
WEBHOOKS_PENDING = GaugeMetric(
    "tidegauge_notify_pending",
    "deliveries",
    (),
    "webhooks that wait for their first or next attempt",
    "growing: a receiver is down (it is disabled after five days), or the sender stands still",
)
LAST_PROGRESS = GaugeMetric(
    "tidegauge_last_progress_timestamp_seconds",
    "seconds since 1970",
    ("service",),
    "when a service last finished a piece of work",
    "old while that service has work pending: it hangs; restart it, then look at its last log lines",
)
STALLED = GaugeMetric(
    "tidegauge_service_stalled",
    "0 or 1",
    ("service",),
    "1 while a service has work pending and makes no progress, as /healthz says it",
    "restart the process; state, events and offset are one transaction, so nothing is lost",
)

METRICS: tuple[Metric, ...] = (
    RECORDS, QUARANTINED, INGEST_LAG, FEED_AGE, FEED_LATE, FEED_PAUSED, FEED_OPEN, LOG_OFFSET,
    CONTRIBUTIONS, REPEATS, BLOCKS, MARKS, SERIES, ALERTS, MONTH_CLOSE_SECONDS,
    CHECKPOINT_SECONDS, CHECKPOINT_BYTES, MONITOR_LAG, PARTITIONS,
    DECISIONS, INTAKE_LAG, DESK_SECONDS,
    WEBHOOK_ATTEMPTS, WEBHOOKS_PENDING,
    LAST_PROGRESS, STALLED,
)  # fmt: skip


class Metrics:
    """The metrics of one process, in a registry of its own; safe to use from several threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._counters = {m: _counter(m, self._registry) for m in METRICS if isinstance(m, CounterMetric)}
        self._gauges = {m: _gauge(m, self._registry) for m in METRICS if isinstance(m, GaugeMetric)}
        self._histograms = {
            m: _histogram(m, self._registry) for m in METRICS if isinstance(m, HistogramMetric)
        }

    def add(self, metric: CounterMetric, amount: float = 1, **labels: str) -> None:
        """Count `amount` more; every label of the metric must be given (ValueError)."""
        counter = self._counters[metric]
        (counter.labels(**labels) if labels or metric.labels else counter).inc(amount)

    def set(self, metric: GaugeMetric, value: float, **labels: str) -> None:
        """Put a gauge to `value`."""
        gauge = self._gauges[metric]
        (gauge.labels(**labels) if labels or metric.labels else gauge).set(value)

    def observe(self, metric: HistogramMetric, seconds: float, **labels: str) -> None:
        """Enter one duration."""
        histogram = self._histograms[metric]
        (histogram.labels(**labels) if labels or metric.labels else histogram).observe(seconds)

    def value(self, metric: CounterMetric | GaugeMetric, **labels: str) -> float:
        """What stands there now; 0 if it was never touched."""
        return self._registry.get_sample_value(metric.name, labels) or 0.0

    def exposition(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self._registry)


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.meaning, metric.labels, registry=registry)


def _gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    return Gauge(metric.name, metric.meaning, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    return Histogram(metric.name, metric.meaning, metric.labels, registry=registry, buckets=_SECONDS)
