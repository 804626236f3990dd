"""The stored dashboard is made from the list of metrics."""

import json
from pathlib import Path

import pytest

from tidegauge.runtime.dashboard import dashboard, expression
from tidegauge.runtime.metrics import ALERTS, CHECKPOINT_SECONDS, METRICS, SERIES

STORED = Path(__file__).parents[3] / "deploy" / "grafana" / "tidegauge.json"


def test_the_stored_dashboard_is_the_one_the_code_makes():
    assert STORED.read_text(encoding="utf-8") == dashboard(), "make docs writes it"


def test_every_metric_has_its_panel_and_none_lies_upon_another():
    panels = json.loads(dashboard())["panels"]
    assert len(panels) == len(METRICS)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)


@pytest.mark.parametrize(
    ("metric", "shown"),
    [
        (SERIES, "tidegauge_monitor_series"),
        (ALERTS, "sum by (rule, status, severity) (rate(tidegauge_monitor_alerts_total[5m]))"),
        (
            CHECKPOINT_SECONDS,
            "histogram_quantile(0.99, sum by (le) (rate(tidegauge_monitor_checkpoint_seconds_bucket[5m])))",
        ),
    ],
)
def test_what_a_panel_shows(metric, shown):
    assert expression(metric) == shown
