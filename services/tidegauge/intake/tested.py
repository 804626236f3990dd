"""The published tests on one product and origin, brought together: met, not met, or why they cannot speak."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session

from tidegauge.domain.alerts import Family
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_text
from tidegauge.domain.rules.base import Figure, Money, Reason, Rule, Setting
from tidegauge.domain.rules.remedies import remedy
from tidegauge.domain.ruleset import Ruleset
from tidegauge.intake.outcomes import Subject, outcomes_of
from tidegauge.intake.tables import RuleOutcome

_UNITS = {False: (Unit.SERIES, Unit.PRODUCT), True: (Unit.SCOPE_SERIES, Unit.SCOPE)}  # by: is it a scope


class Verdict(StrEnum):
    """How a test stands."""

    MET = "met"
    NOT_MET = "not met"
    CANNOT_SPEAK = "cannot speak"
    NOT_TESTED = "not tested"  # its first, cheap conditions were not met, so it could not fire
    OFF = "switched off"


_VERDICTS = {
    Reason.MET: Verdict.MET,
    Reason.NOT_MET: Verdict.NOT_MET,
    Reason.NOT_EVALUATED: Verdict.NOT_TESTED,
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of a rule beside its threshold, as plain numbers."""

    figure: Figure
    value: float
    threshold: float | Money | None


@dataclass(frozen=True, slots=True)
class Tested:
    """One rule on one subject."""

    rule: Rule
    about: str  # "origin" or "product": this origin alone, or all origins together
    verdict: Verdict
    reason: str = ""  # Reason
    remedy: str = ""
    severity: str = ""
    month: str = ""
    provisional: bool = False
    compared: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class FamilyTests:
    """The tests of one family; `met` of them are met."""

    family: Family
    tests: tuple[Tested, ...]

    @property
    def met(self) -> int:
        """How many are met."""
        return sum(test.verdict is Verdict.MET for test in self.tests)


def tests_on(
    session: Session, subject: Subject, ruleset: Ruleset, rules: Iterable[Rule]
) -> list[FamilyTests]:
    """Every rule's last word on a subject and on its product as a whole, by family."""
    alone, whole = _UNITS[bool(subject.scope_id)]
    of_all = outcomes_of(session, replace(subject, origin=""))
    of_origin = outcomes_of(session, subject) if subject.origin else {}
    on = {rule.id for rule in ruleset.rules()}
    found: dict[Family, list[Tested]] = {}
    for rule in rules:
        for about, unit, outcomes in (("origin", alone, of_origin), ("product", whole, of_all)):
            if unit in rule.units and (unit.whole or subject.origin):
                tested = _tested(rule, about, outcomes.get(rule.id), ruleset, subject.product, rule.id in on)
                found.setdefault(rule.family, []).append(tested)
    return [FamilyTests(family, tuple(found[family])) for family in Family if family in found]


def _tested(  # noqa: PLR0913, PLR0917 - one row of the table
    rule: Rule,
    about: str,
    outcome: RuleOutcome | None,
    ruleset: Ruleset,
    product: str,
    on: bool,  # noqa: FBT001
) -> Tested:
    if not on:
        return Tested(rule, about, Verdict.OFF)
    if outcome is None:
        return Tested(rule, about, Verdict.NOT_TESTED)
    reason = Reason(outcome.reason)
    parameters = ruleset.parameters_for(rule.id, product)
    compared = tuple(
        Compared(figure, outcome.figures[figure.name], _threshold(parameters.get(figure.parameter)))
        for figure in rule.figures
        if figure.comparison is not Comparison.SHOWN and figure.name in outcome.figures
    )
    return Tested(
        rule,
        about,
        _VERDICTS.get(reason, Verdict.CANNOT_SPEAK),
        outcome.reason,
        remedy(reason),
        outcome.severity,
        month_text(outcome.month),
        not outcome.closed,
        compared,
    )


def _threshold(value: Setting | None) -> float | Money | None:
    """What a figure is held to; no setting that is a text is a threshold."""
    return value if value is None or isinstance(value, Money) else float(value)
