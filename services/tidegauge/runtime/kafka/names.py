"""The topics: their names, and how each must be made."""

from dataclasses import dataclass
from typing import Final

from tidegauge.domain.records import RecordKind
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.settings import KafkaSettings

# A raw partition is numbered by the place of its topic here, also in what is stored: new ones come last.
RAW_TOPICS: Final = {
    "customs.declarations": RecordKind.DECLARATION,
    "trade.flows": RecordKind.FLOW,
    "prices.imports": RecordKind.PRICE,
    "industry.indicators": RecordKind.INDUSTRY,
    "remedies.measures": RecordKind.MEASURE,
    "subsidies.programmes": RecordKind.SUBSIDY,
    "rates.exchange": RecordKind.FX,
    "products.scopes": RecordKind.SCOPE,
    "customs.tariffs": RecordKind.TARIFF,
    "remedies.triggers": RecordKind.TRIGGER,
}
RATES: Final = "rates.exchange"
RECORDS, QUARANTINE, PROGRESS = "records", "records.quarantine", "records.progress"
FOR_EVER: Final = -1
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """How a topic must be."""

    name: str
    partitions: int
    config: dict[str, str]


class Names:
    """The full names of this installation's topics and groups."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._prefix = settings.prefix
        generation = "" if settings.generation == 1 else f".g{settings.generation}"
        self.records = f"{self._prefix}{RECORDS}{generation}"
        self.progress = f"{self._prefix}{PROGRESS}{generation}"
        self.quarantine = self._prefix + QUARANTINE
        self.rates = self._prefix + RATES
        self.raw = {self._prefix + name: kind for name, kind in RAW_TOPICS.items()}

    def event(self, topic: Topic) -> str:
        """The topic behind one of the monitor's logs."""
        return self._prefix + topic.value

    def group(self, service: str) -> str:
        """The consumer group of a service, of this generation of the records log."""
        return f"{self.records}-{service}"


def plans(settings: KafkaSettings) -> list[TopicPlan]:
    """Every topic of an installation.

    Only declarations come fast enough to be shared out; of the other raw topics order matters more. Alerts
    and figures have one partition each: their readers see one order, and one machine reads them easily.
    """
    names = Names(settings)
    raw_ms = str(FOR_EVER if settings.raw_retention_days < 0 else settings.raw_retention_days * _DAY_MS)
    common = {"min.insync.replicas": str(min(settings.min_insync, settings.replication))}
    kept = {**common, "cleanup.policy": "delete", "retention.ms": str(FOR_EVER), "retention.bytes": "-1"}
    large = {**kept, "max.message.bytes": str(settings.max_message_bytes)}
    raw = {**common, "cleanup.policy": "delete", "retention.ms": raw_ms}
    found = [
        TopicPlan(name, settings.raw_partitions if kind is RecordKind.DECLARATION else 1, raw)
        for name, kind in names.raw.items()
    ]
    found += [
        TopicPlan(names.records, settings.partitions, large),
        TopicPlan(names.event(Topic.ALERTS), 1, kept),
        TopicPlan(names.event(Topic.FIGURES), 1, large),
        TopicPlan(names.quarantine, 1, large),
        TopicPlan(names.progress, 1, {**common, "cleanup.policy": "compact"}),
    ]
    return found
