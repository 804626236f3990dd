"""The signals table: one row for every rule, subject and month that a rule looked at."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import month_text
from tidegauge.domain.rules.base import REASONS
from tidegauge.monitor.evaluate import Evaluation


def frame(evaluation: Evaluation) -> pl.DataFrame:
    """One evaluation as rows: rule, reporter, product, origin, period, fired, reason, and the figures."""
    view, signals = evaluation.view, evaluation.signals
    reporters = np.array([feed.reporter for feed in view.feeds], dtype=object)
    products, which = np.unique(view.product, return_inverse=True)
    codes = np.array([product_code(number) for number in products.tolist()], dtype=object)
    origins, origin = np.unique(view.origin, return_inverse=True)
    countries = np.array([country_code(number) for number in origins.tolist()], dtype=object)
    reasons = np.array([str(reason) for reason in REASONS], dtype=object)
    columns = {
        "rule": [evaluation.rule.id] * len(view),
        "reporter": reporters[view.feed].tolist(),
        "product": [scope or code for scope, code in zip(view.scope_id, codes[which], strict=True)],
        "origin": countries[origin].tolist(),
        "period": [month_text(view.month)] * len(view),
        "fired": signals.fired,
        "reason": reasons[signals.reason].tolist(),
    }
    figures = {
        name: pl.Series(values, dtype=pl.Float64).fill_nan(None) for name, values in signals.figures.items()
    }
    return pl.DataFrame({**columns, **figures})


def write(evaluations: Iterable[pl.DataFrame], path: Path) -> int:
    """Write rows to CSV or, by its ending, Parquet; returns how many. Columns of other rules stay empty."""
    table = pl.concat(list(evaluations), how="diagonal")
    if path.suffix == ".parquet":
        table.write_parquet(path)
    else:
        table.write_csv(path)
    return len(table)
