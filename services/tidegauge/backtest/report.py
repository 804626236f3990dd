"""The report of a backtest: one HTML file that loads nothing, the same bytes for the same result."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tidegauge.backtest import svg
from tidegauge.backtest.result import Result
from tidegauge.domain.backtest.cases import LOOKBACK_MONTHS, WITHOUT_ORDER_MONTHS, Case, Key, covered
from tidegauge.domain.backtest.outcome import Outcome
from tidegauge.domain.periods import month_of, month_text

_MOST_HISTORIES = 24
_BEFORE_MONTHS, _AFTER_MONTHS = 60, 24  # of the case's own months, around them in its chart
_KG_A_TONNE = 1000.0
_DASH = "–"  # noqa: RUF001 - a dash, not a minus
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def report(result: Result) -> str:
    """The whole report."""
    spans = result.spans.values()
    histories, left_out = _histories(result)
    return _environment.get_template("report.html.j2").render(
        first=month_text(min((span.first for span in spans), default=0)),
        last=month_text(max((span.last for span in spans), default=0)),
        series=len(result.spans),
        years=result.years,
        revised=result.revised,
        cases_given=len(result.cases),
        cases_covered=result.covered,
        lookback=LOOKBACK_MONTHS,
        without_order=WITHOUT_ORDER_MONTHS,
        outcomes=[_row(one) for one in result.outcomes if one.load.alerts],
        silent=[one.rule for one in result.outcomes if not one.load.alerts],
        told_rules=[one.rule for one in _speaking(result.outcomes)],
        cases=_cases(result),
        histories=histories,
        histories_left_out=left_out,
        files=[{"name": name, "digest": digest} for name, digest in result.files],
        versions=[(one.rule, result.ruleset.version(one.rule)) for one in result.outcomes],
        **_charts(result.outcomes),
    )


def _charts(outcomes: tuple[Outcome, ...]) -> dict[str, Markup]:
    """The charts over all rules that told of a series; texts are escaped where they are drawn."""
    outcomes = _speaking(outcomes)
    leads = {
        one.rule: [found.before_initiation for found in one.found if found.before_initiation is not None]
        for one in outcomes
    }
    return {
        "by_year": _drawn(svg.lines({one.rule: one.load.by_year for one in outcomes}, "alerts")),
        "unlabelled": _drawn(
            svg.bars({one.rule: one.load.unlabelled_a_year_per_1000_series for one in outcomes}, "a year")
        ),
        "leads": _drawn(svg.dots(leads, (-WITHOUT_ORDER_MONTHS, LOOKBACK_MONTHS), "initiation")),
    }


def _speaking(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """The rules that told of any series."""
    return tuple(one for one in outcomes if one.load.series_alerts)


def _drawn(chart: str) -> Markup:
    return Markup(chart)  # noqa: S704 - made by `svg`, which escapes every text


def _row(one: Outcome) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "alerts": one.load.alerts,
        "load": one.load.a_year_per_1000_series,
        "unlabelled": one.load.unlabelled_a_year_per_1000_series,
        "found": len(one.found),
        "before_initiation": _months(one.median_lead("before_initiation")),
        "before_order": _months(one.median_lead("before_order")),
        "withdrawn": one.stability.withdrawn,
        "updates": one.stability.updates_an_alert,
    }


def _cases(result: Result) -> list[dict[str, Any]]:
    found = [one.findings for one in _speaking(result.outcomes)]
    return [
        {
            "id": findings[0].case.case_id,
            "name": findings[0].case.name,
            "initiated": findings[0].case.initiated.isoformat(),
            "ordered": findings[0].case.ordered.isoformat() if findings[0].case.ordered else _DASH,
            "leads": [_months(one.before_initiation) for one in findings],
        }
        for findings in zip(*found, strict=True)
    ]


def _histories(result: Result) -> tuple[list[dict[str, Any]], int]:
    """A chart for every series of a covered case, as many as a page holds, and how many more there are."""
    pairs = [(case, key) for case in result.cases for key in covered(case, result.spans)]
    shown = [_history(result, case, key) for case, key in pairs[:_MOST_HISTORIES]]
    return shown, max(0, len(pairs) - _MOST_HISTORIES)


def _history(result: Result, case: Case, key: Key) -> dict[str, Any]:
    reporter, source, product, origin = key
    first, last = case.first_month - _BEFORE_MONTHS, case.last_month + _AFTER_MONTHS
    mine = result.cells.filter(
        pl.col("reporter") == reporter, pl.col("source") == source, pl.col("product") == product,
        pl.col("origin") == origin, pl.col("month").is_between(first, last),
    )  # fmt: skip
    span = result.spans[key]
    months = range(max(first, span.first), min(last, span.last) + 1)
    amounts = dict.fromkeys(months, 0.0) | {
        month: mass / _KG_A_TONNE for month, mass in mine.select("month", "mass_kg").rows()
    }
    told = [
        svg.Bar(one.rule, _at(one.opened), _at(one.ended) if one.ended else span.last + 1.0)
        for one in result.told
        if one.key == key
    ]
    events = {"initiation": _on(case.initiated)} | ({"order": _on(case.ordered)} if case.ordered else {})
    colours = svg.palette(one.rule for one in _speaking(result.outcomes))
    chart = svg.history(amounts, told, colours, events)
    title = f"{case.name or case.case_id}: {product} from {origin} into {reporter}, tonnes a month"
    return {"title": title, "chart": _drawn(chart)}


def _at(day: str) -> float:
    return _on(date.fromisoformat(day))


def _on(day: date) -> float:
    """A day as a place among the months."""
    return month_of(day) + (day.day - 1) / 31


def _months(lead: float | None) -> str:
    return _DASH if lead is None else f"{lead:.1f}"
