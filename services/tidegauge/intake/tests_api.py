"""`GET /api/v1/tests`: every rule's last word on one product or scope and origin."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tidegauge.domain.alerts import Family
from tidegauge.domain.rules.base import Money
from tidegauge.domain.rules.registry import RULES
from tidegauge.intake.context import DeskContext
from tidegauge.intake.outcomes import Subject
from tidegauge.intake.shapes import SubjectQuery
from tidegauge.intake.store import reading
from tidegauge.intake.tested import Compared, Tested, Verdict, tests_on


class ComparedShape(BaseModel):
    """A figure of a rule beside its threshold; fractions are no percentages."""

    name: str
    value: float
    comparison: str
    threshold: float | None
    currency: str = Field("", description="of the threshold, where it is money in another than the feed's")


class TestShape(BaseModel):
    """One rule on the subject."""

    rule: str
    family: Family
    about: str = Field(description="origin: this origin alone; product: all origins together")
    outcome: Verdict
    reason: str
    remedy: str = Field(description="what would make a rule that cannot speak speak")
    severity: str
    period: str
    provisional: bool
    compared: list[ComparedShape]


def tests_api(desk: DeskContext) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["tests"])

    @router.get("/tests")
    def get_tests(query: Annotated[SubjectQuery, Query()]) -> list[TestShape]:
        """What each published test says: met, not met, cannot speak, not tested, switched off."""
        product = "" if query.scope_id else query.product
        subject = Subject(query.reporter, query.source, product, query.scope_id, query.origin)
        with reading(desk.engine) as session:
            families = tests_on(session, subject, desk.ruleset, RULES.values())
        return [_shape(test) for family in families for test in family.tests]

    return router


def _shape(test: Tested) -> TestShape:
    return TestShape(
        rule=test.rule.id,
        family=test.rule.family,
        about=test.about,
        outcome=test.verdict,
        reason=test.reason,
        remedy=test.remedy,
        severity=test.severity,
        period=test.month,
        provisional=test.provisional,
        compared=[_compared(each) for each in test.compared],
    )


def _compared(each: Compared) -> ComparedShape:
    threshold, currency = each.threshold, ""
    if isinstance(threshold, Money):
        currency = "" if threshold.currency == "feed" else threshold.currency
        threshold = threshold.value
    return ComparedShape(
        name=each.figure.name,
        value=each.value,
        comparison=each.figure.comparison,
        threshold=threshold,
        currency=currency,
    )
