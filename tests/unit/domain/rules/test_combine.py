"""A second family of rules makes an alert critical: which signals count, and on which data."""

import numpy as np
import pytest

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.rules.base import Reason, Signals
from tidegauge.domain.rules.combine import raised
from tidegauge.domain.rules.registry import RULES

SURGE, OTHER_SURGE, DIVERSION = "share-gain", "cefic-import-surge", "third-country-measure"
SUBSIDY, DEPENDENCY = "subsidy-margin", "supply-shock"


def signal(severity, notes=()):
    """One row: a severity, or None where the rule is silent."""
    fired = severity is not None
    code = SEVERITIES.index(severity) if fired else 0
    return Signals(
        np.array([fired]), np.zeros(1, np.uint8), np.array([code], np.uint8), {},
        {reason: np.array([True]) for reason in notes},
    )  # fmt: skip


def judged(said, *, final=True):
    rules = [RULES[rule] for rule, _ in said]
    return raised(rules, [one for _, one in said], np.array([final]))


def severities(said, *, final=True):
    return [SEVERITIES[one.severity[0]] for one in judged(said, final=final)]


def beside(said):
    """For each rule that is critical who makes it so, with the families."""
    return [
        [(speaker.rule, *speaker.families) for speaker in one.beside[0]] for one in judged(said) if one.beside
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(SURGE, signal("watch")), (DIVERSION, signal("watch"))], ["critical", "critical"]),
        ([(SURGE, signal("warning")), (DIVERSION, signal("watch"))], ["critical", "critical"]),
        ([(SURGE, signal("info")), (DIVERSION, signal("warning"))], ["info", "warning"]),
        ([(SURGE, signal("watch")), (DIVERSION, signal(None))], ["watch", "info"]),
        ([(SURGE, signal("watch")), (OTHER_SURGE, signal("watch"))], ["watch", "watch"]),
        ([(SURGE, signal("watch")), (DEPENDENCY, signal("watch"))], ["watch", "watch"]),
        (
            [(SURGE, signal("watch")), (OTHER_SURGE, signal("info")), (DIVERSION, signal("watch"))],
            ["critical", "info", "critical"],
        ),
        ([(DIVERSION, signal("watch", [Reason.CVD_ELSEWHERE]))], ["watch"]),  # never by one rule
        (
            [(DIVERSION, signal("watch", [Reason.CVD_ELSEWHERE])), (SUBSIDY, signal("watch"))],
            ["critical", "critical"],
        ),
        (
            [(DIVERSION, signal("watch", [Reason.CVD_ELSEWHERE])), ("post-expiry", signal("watch"))],
            ["critical", "critical"],
        ),
        ([(DIVERSION, signal("watch")), ("post-expiry", signal("watch"))], ["watch", "watch"]),
    ],
)
def test_two_rules_of_two_families_are_critical(said, expected):
    assert severities(said) == expected


def test_each_names_the_rules_of_other_families():
    said = [(SURGE, signal("watch")), (OTHER_SURGE, signal("watch")), (DIVERSION, signal("watch"))]
    assert beside(said) == [
        [(DIVERSION, "diversion")],
        [(DIVERSION, "diversion")],
        [(SURGE, "surge"), (OTHER_SURGE, "surge")],
    ]
    quiet = [(SURGE, signal("watch")), (DIVERSION, signal("watch")), (SUBSIDY, signal("info"))]
    assert beside(quiet) == [[(DIVERSION, "diversion")], [(SURGE, "surge")]]
    assert beside([(SURGE, signal("watch")), (OTHER_SURGE, signal("watch"))]) == []


def test_a_countervailing_duty_elsewhere_is_named_as_the_second_family():
    noted = (DIVERSION, signal("watch", [Reason.CVD_ELSEWHERE]))
    assert beside([noted, ("post-expiry", signal("watch"))]) == [
        [("", "subsidy"), ("post-expiry", "diversion")],
        [(DIVERSION, "subsidy", "diversion")],
    ]


def test_an_open_month_is_never_critical():
    said = [(SURGE, signal("watch")), (DIVERSION, signal("watch"))]
    assert severities(said, final=False) == ["watch", "watch"]


def test_rows_are_judged_one_by_one():
    both = Signals(np.array([True, True]), np.zeros(2, np.uint8), np.array([1, 1], np.uint8), {})
    one = Signals(np.array([False, True]), np.zeros(2, np.uint8), np.array([1, 1], np.uint8), {})
    first, second = raised([RULES[SURGE], RULES[DIVERSION]], [both, one], np.array([True, True]))
    assert first.severity.tolist() == [1, 3]
    assert second.severity.tolist() == [1, 3]
