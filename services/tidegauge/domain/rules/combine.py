"""What several rules say of one subject in one month: a second family of concern makes it critical."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tidegauge.domain.alerts import SEVERITIES, Family, Severity
from tidegauge.domain.arrays import Bools
from tidegauge.domain.rules.base import Reason, Rule, Signals
from tidegauge.domain.rules.second_family import Speaker

_WATCH, _CRITICAL = (SEVERITIES.index(one) for one in (Severity.WATCH, Severity.CRITICAL))
# A dependency is a state and a doubt about the figures no concern: neither is a second family.
CONCERNS: Final = tuple(family for family in Family if family not in {Family.DEPENDENCY, Family.DATA_QUALITY})
# Notes by which a signal speaks of a second family itself; it still takes another rule.
_ADDS: Final = {Reason.CVD_ELSEWHERE: Family.SUBSIDY}


def raised(rules: Sequence[Rule], signals: Sequence[Signals], final: Bools) -> list[Signals]:
    """The signals of rules about the same rows [n], `critical` where two of them speak of two families.

    Both must be `watch` or more, and the month final: a single test, or a fall that follows
    the world price, confirms nothing. `beside` then names who speaks of another family.
    """
    loud = [
        one.fired & (one.severity >= _WATCH) & final if rule.family in CONCERNS else np.zeros_like(final)
        for rule, one in zip(rules, signals, strict=True)
    ]
    several = np.sum(loud, axis=0) > 1
    families = [_families(*each) for each in zip(rules, signals, loud, strict=True)]
    critical = several & (np.logical_or.reduce(families).sum(axis=1) > 1)
    if not critical.any():
        return list(signals)
    return [
        replace(
            one,
            severity=np.where(rows & critical, np.uint8(_CRITICAL), one.severity),
            beside={
                row: _beside(number, rules, [each[row] for each in families])
                for row in np.flatnonzero(rows & critical).tolist()
            },
        )
        for number, (one, rows) in enumerate(zip(signals, loud, strict=True))
    ]


def _families(rule: Rule, signals: Signals, loud: Bools) -> Bools:
    """[n, CONCERNS] the families that a rule speaks of where it is loud: its own, and what its notes add."""
    found = np.zeros((len(loud), len(CONCERNS)), np.bool_)
    if rule.family in CONCERNS:
        found[loud, CONCERNS.index(rule.family)] = True
    for note, family in _ADDS.items():
        if note in signals.notes:
            found[loud & signals.notes[note], CONCERNS.index(family)] = True
    return found


def _beside(number: int, rules: Sequence[Rule], families: Sequence[Bools]) -> tuple[Speaker, ...]:
    """Who makes the rule of this number critical at a row, given each rule's families there.

    The others that speak of another family; where none does, the rule's own note adds one, and any other
    rule bears it out.
    """
    own = CONCERNS.index(rules[number].family)
    others = [(rule.id, each) for rule, each in zip(rules, families, strict=True) if each.any()]
    others = [pair for pair in others if pair[0] != rules[number].id]
    foreign = [pair for pair in others if np.delete(pair[1], own).any()]
    if not foreign:
        foreign = [("", np.where(np.arange(len(CONCERNS)) == own, False, families[number])), *others]
    return tuple(
        Speaker(rule, tuple(CONCERNS[place] for place in np.flatnonzero(each).tolist()))
        for rule, each in foreign
    )
