"""The metrics list and the registry."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tidegauge.runtime import metrics as module
from tidegauge.runtime.metrics import (
    ALERTS,
    METRICS,
    MONITOR_LAG,
    MONTH_CLOSE_SECONDS,
    CounterMetric,
    Metrics,
)


def test_every_metric_of_the_module_is_in_the_list_once():
    declared = [each for each in vars(module).values() if isinstance(each, module.Metric)]
    assert sorted(m.name for m in declared) == sorted(m.name for m in METRICS)
    assert len({m.name for m in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
def test_a_metric_is_named_by_the_conventions_and_says_what_to_do(metric):
    assert re.fullmatch(r"tidegauge_[a-z_]+", metric.name)
    assert metric.name.endswith("_total") == isinstance(metric, CounterMetric)
    assert metric.unit
    assert metric.meaning
    assert metric.action


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
def test_no_label_can_name_a_product_or_a_firm(metric):
    allowed = {
        "feed", "kind", "log", "outcome", "reason", "route", "rule", "service", "severity", "status", "topic",
    }  # fmt: skip
    assert set(metric.labels) <= allowed


def test_what_is_counted_is_shown():
    metrics = Metrics()
    metrics.add(ALERTS, 2, rule="share-gain", status="open", severity="watch")
    metrics.set(MONITOR_LAG, 7)
    metrics.observe(MONTH_CLOSE_SECONDS, 0.2)
    shown = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }
    labels = (("rule", "share-gain"), ("severity", "watch"), ("status", "open"))
    assert shown["tidegauge_monitor_alerts_total", labels] == 2
    assert shown["tidegauge_monitor_lag_entries", ()] == 7
    assert shown["tidegauge_monitor_month_close_seconds_sum", ()] == 0.2
    assert metrics.value(ALERTS, rule="share-gain", status="open", severity="watch") == 2


def test_two_processes_worth_of_metrics_live_side_by_side():
    one, other = Metrics(), Metrics()
    one.set(MONITOR_LAG, 1)
    assert other.value(MONITOR_LAG) == 0


def test_a_missing_or_an_unknown_label_is_an_error():
    with pytest.raises(ValueError, match="label"):
        Metrics().add(ALERTS, rule="share-gain")
    with pytest.raises(ValueError, match="label"):
        Metrics().set(MONITOR_LAG, 1, importer="x")


def test_the_deployment_asks_for_no_metric_that_is_not_there(repository: Path):
    text = (repository / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8")
    known = {m.name for m in METRICS}
    asked = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"tidegauge_[a-z_]+", text)}
    assert asked
    assert asked <= known
