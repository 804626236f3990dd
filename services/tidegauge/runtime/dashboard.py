"""The Grafana dashboard, one panel a metric, made from the same list as docs/metrics.md: `make docs`."""

import json
from typing import Any, Final

from tidegauge.runtime.metrics import METRICS, CounterMetric, HistogramMetric, Metric

_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 7
_SOURCE: Final = {"type": "prometheus", "uid": "prometheus"}


def dashboard() -> str:
    """The dashboard as Grafana's JSON."""
    made = {
        "uid": "tidegauge",
        "title": "Tidegauge",
        "schemaVersion": 41,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": [_panel(place, metric) for place, metric in enumerate(METRICS)],
    }
    return json.dumps(made, indent=1) + "\n"


def expression(metric: Metric) -> str:
    """What a panel shows: rates of counters, the slowest hundredth of durations, gauges as they are."""
    if isinstance(metric, CounterMetric):
        by = f" by ({', '.join(metric.labels)})" if metric.labels else ""
        return f"sum{by} (rate({metric.name}[5m]))"
    if isinstance(metric, HistogramMetric):
        by = ", ".join(("le", *metric.labels))
        return f"histogram_quantile(0.99, sum by ({by}) (rate({metric.name}_bucket[5m])))"
    return metric.name


def _panel(place: int, metric: Metric) -> dict[str, Any]:
    row, column = divmod(place, _COLUMNS)
    unit = f"{metric.unit} a second" if isinstance(metric, CounterMetric) else metric.unit
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": f"{metric.name.removeprefix('tidegauge_')} ({unit})",
        "description": f"{metric.meaning}. {metric.action}",
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "targets": [{"refId": "A", "expr": expression(metric), "datasource": _SOURCE}],
    }
