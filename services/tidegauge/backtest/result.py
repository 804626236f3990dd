"""What a backtest came to, and the files that say so."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tidegauge.domain.backtest.cases import Case, Key, Span
from tidegauge.domain.backtest.outcome import Finding, Outcome
from tidegauge.domain.backtest.told import Told
from tidegauge.domain.ruleset import Ruleset

SUMMARY, ALERTS, CASES, REPORT = "summary.json", "alerts.csv", "cases.csv", "report.html"
FILES = (SUMMARY, ALERTS, CASES, REPORT)


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that the report shows."""

    ruleset: Ruleset
    files: tuple[tuple[str, str], ...]  # name and SHA-256
    cases: tuple[Case, ...]
    spans: dict[Key, Span]
    cells: pl.DataFrame
    told: tuple[Told, ...]
    outcomes: tuple[Outcome, ...]
    revised: int

    @property
    def covered(self) -> int:
        """How many of the cases lie within the history."""
        return len(self.outcomes[0].findings) if self.outcomes else 0

    @property
    def years(self) -> float:
        """Series-years."""
        return sum(span.years for span in self.spans.values())


def write(result: Result, folder: Path, report: str) -> None:
    """Write the files of a backtest: the same result, the same bytes."""
    (folder / SUMMARY).write_text(
        json.dumps(summary(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    told_columns = ("rule", "reporter", "source", "product", "origin", "opened", "ended", "status",
                    "severity", "updates", "reversals", "alert_id")  # fmt: skip
    told = (
        (one.rule, *one.key, one.opened, one.ended, one.status, one.severity, one.updates, one.reversals,
         one.alert_id)
        for one in result.told
    )  # fmt: skip
    _csv(folder / ALERTS, told_columns, told)
    found_columns = (
        "case_id",
        "rule",
        "found",
        "months_before_initiation",
        "months_before_order",
        "alert_id",
    )
    _csv(folder / CASES, found_columns, (_found(one) for out in result.outcomes for one in out.findings))
    (folder / REPORT).write_text(report, encoding="utf-8")


def summary(result: Result) -> dict[str, Any]:
    """The figures of a backtest."""
    return {
        "series": len(result.spans),
        "series_years": round(result.years, 3),
        "revised_rows": result.revised,
        "cases": len(result.cases),
        "cases_covered": result.covered,
        "rules": {one.rule: _figures(one) for one in result.outcomes},
    }


def _figures(one: Outcome) -> dict[str, Any]:
    return {
        "alerts": one.load.alerts,
        "series_alerts": one.load.series_alerts,
        "alerts_a_year_per_1000_series": round(one.load.a_year_per_1000_series, 3),
        "unlabelled_alerts_a_year_per_1000_series": round(one.load.unlabelled_a_year_per_1000_series, 3),
        "cases_found": len(one.found),
        "median_months_before_initiation": _rounded(one.median_lead("before_initiation")),
        "median_months_before_order": _rounded(one.median_lead("before_order")),
        "withdrawn": one.stability.withdrawn,
        "reversed": one.stability.reversed_,
        "updates_an_alert": round(one.stability.updates_an_alert, 3),
        "by_year": {str(year): round(load, 3) for year, load in one.load.by_year.items()},
    }


def _found(one: Finding) -> Sequence[object]:
    told = one.told
    leads = (_rounded(one.before_initiation), _rounded(one.before_order))
    return (one.case.case_id, one.rule, told is not None, *leads, "" if told is None else told.alert_id)


def _rounded(months: float | None) -> float | None:
    return None if months is None else round(months, 1)


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
