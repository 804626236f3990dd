"""What is told of every rule about the subjects that are followed."""

from tests.unit.monitor.histories import QUIET, SURGE, History, months, rules

from tidegauge.domain.blocks import BlockKind
from tidegauge.domain.codes import country_code
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.step import PartitionStep

THREE = Ruleset.default().only(("share-gain", "new-entrant", "ec-trade-diversion"))


def outcomes(history):
    """(month, rule, origin, reason) of every row told, in order."""
    step, found = PartitionStep(), []
    for offset, entry in enumerate(history.entries):
        for output in step.take(offset, entry):
            for block in output.figures:
                if block.kind is BlockKind.OUTCOMES:
                    header = block.header
                    found += [
                        (header["month"], header["rule"], country_code(origin), header["reasons"][reason])
                        for origin, reason in zip(
                            block.columns["origin"].tolist(), block.columns["reason"].tolist(), strict=True
                        )
                    ]
    return found


def told(surge):
    history = History(rules(THREE))
    for month in months():
        history.period(month, CN=4 * QUIET if month in surge else QUIET, BY=QUIET)
    return outcomes(history)


def test_nothing_is_told_of_a_quiet_world():
    assert told(()) == []


def test_every_rule_is_told_of_an_origin_that_fires_and_of_its_product():
    found = told(SURGE)
    assert {rule for _, rule, _, _ in found} == {"share-gain", "new-entrant", "ec-trade-diversion"}
    assert ("share-gain", "CN", "met") in {row[1:] for row in found}
    assert ("ec-trade-diversion", "") in {row[1:3] for row in found}, "all origins together"
    silent = {reason for _, rule, origin, reason in found if (rule, origin) == ("new-entrant", "CN")}
    assert silent == {"conditions_not_met"}
    assert "BY" not in {origin for _, _, origin, _ in found}, "nobody follows it"


def test_what_fired_is_followed_while_its_months_are_kept():
    last = max(month for month, *_ in told(SURGE))
    assert last == max(month for month, rule, *_ in told(SURGE) if rule == "new-entrant")
    reasons = {reason for _, rule, origin, reason in told(SURGE) if (rule, origin) == ("share-gain", "CN")}
    assert {"met", "conditions_not_met"} <= reasons
