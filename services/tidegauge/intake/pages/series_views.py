"""The page of one product and origin: its months, and every published test on it, by family."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from sqlmodel import Session, col, select

from tidegauge.domain.country_names import country_name
from tidegauge.domain.rules.base import Money
from tidegauge.domain.rules.registry import RULES
from tidegauge.intake import figures
from tidegauge.intake.context import DeskContext
from tidegauge.intake.outcomes import Subject
from tidegauge.intake.pages import text
from tidegauge.intake.pages.rows import product_name
from tidegauge.intake.pages.templating import render
from tidegauge.intake.problems import missing
from tidegauge.intake.shapes import SubjectQuery
from tidegauge.intake.store import reading
from tidegauge.intake.tables import AlertRow
from tidegauge.intake.tested import Compared, FamilyTests, Tested, Verdict, tests_on

_MOST_ALERTS = 20


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test, spelled out for the table."""

    rule: str
    title: str
    about: str
    verdict: Verdict
    severity: str
    month: str
    provisional: bool
    why: str
    remedy: str
    compared: tuple[str, ...]


def series_query(stored: AlertRow) -> str:
    """The query of the page of an alert's product or scope and origin."""
    what = {"scope_id": stored.scope_id} if stored.scope_id else {"product": stored.product}
    named = {"reporter": stored.reporter, "source": stored.source, **what}
    return urlencode(named | ({"origin": stored.origin} if stored.origin else {}))


def series_pages(desk: DeskContext) -> APIRouter:
    """The route of the page."""
    router = APIRouter()

    @router.get("/series")
    def page(query: Annotated[SubjectQuery, Query()]) -> Response:
        """What the figures and all the rules say about one product and origin."""
        with reading(desk.engine) as session:
            return render("series.html", **_values(session, desk, query))

    return router


def _values(session: Session, desk: DeskContext, query: SubjectQuery) -> dict[str, Any]:
    product = "" if query.scope_id else query.product
    asked = figures.Asked(query.reporter, product, query.origin, query.source)
    series = figures.series(session, asked)
    subject = Subject(query.reporter, query.source, product, query.scope_id, query.origin)
    families = tests_on(session, subject, desk.ruleset, RULES.values())
    alerts = _alerts(session, subject)
    what = query.scope_id or product
    if not (series.months or alerts):
        raise missing("figure of", f"{what} from {country_name(query.origin)} in {query.source}")
    last = series.months[-1] if series.months else alerts[0].period
    name = query.scope_id or product_name(product, desk.product_names)
    return {
        "asked": asked,
        "series": series,
        "shaded": (last, last, "The newest month is shaded.", "Last six years"),
        "what": what,
        "title": f"{name or f'Product {product}'} from {country_name(query.origin)}",
        "families": [(each, [_row(test) for test in each.tests]) for each in families],
        "met": _summary(families),
        "alerts": alerts,
    }


def _alerts(session: Session, subject: Subject) -> list[AlertRow]:
    query = select(AlertRow).where(
        AlertRow.reporter == subject.reporter,
        AlertRow.source == subject.source,
        AlertRow.scope_id == subject.scope_id,
        col(AlertRow.origin).in_((subject.origin, "")),
    )
    if not subject.scope_id:
        query = query.where(AlertRow.product == subject.product)
    order = (col(AlertRow.live).desc(), col(AlertRow.period).desc(), col(AlertRow.alert_id))
    return list(session.exec(query.order_by(*order).limit(_MOST_ALERTS)))


def _summary(families: list[FamilyTests]) -> str:
    """How many tests are met, in which families."""
    met = [each for each in families if each.met]
    if not met:
        return "None of the tests is met."
    number = sum(each.met for each in met)
    kinds = ", ".join(text.plain(each.family) for each in met)
    tests = "1 test is" if number == 1 else f"{number} tests are"
    return f"{tests} met, in {len(met)} of {len(families)} kinds: {kinds}."


def _row(test: Tested) -> TestRow:
    return TestRow(
        test.rule.id,
        test.rule.title,
        "this origin" if test.about == "origin" else "all origins",
        test.verdict,
        test.severity,
        text.month(test.month),
        test.provisional,
        text.REASON_WORDS.get(test.reason, text.plain(test.reason))
        if test.verdict is Verdict.CANNOT_SPEAK
        else "",
        test.remedy if test.verdict is Verdict.CANNOT_SPEAK else "",
        tuple(_compared(each) for each in test.compared),
    )


def _compared(each: Compared) -> str:
    """`Change of quantity +12.0 % (at least 5 %)`."""
    figure, held = each.figure, each.threshold
    times = 100.0 if figure.unit in {"%", "points"} else 1.0
    if figure.unit == "yes/no":
        return f"{figure.label}: {'yes' if each.value else 'no'}"
    unit = "" if "{currency}" in figure.unit else figure.unit
    value = text.figure(each.value * times, unit, figure.name)
    if held is None:
        return f"{figure.label} {value}"
    if isinstance(held, Money):
        currency = "" if held.currency == "feed" else held.currency
        bound = text.threshold(figure.comparison, held.value, currency)
    else:
        bound = text.threshold(figure.comparison, held * times, unit)
    return f"{figure.label} {value} ({bound})"
