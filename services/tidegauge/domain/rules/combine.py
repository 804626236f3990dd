"""What several rules say of one subject in one month: a second family of concern makes it critical."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tidegauge.domain.alerts import SEVERITIES, Family, Severity
from tidegauge.domain.arrays import Bools
from tidegauge.domain.rules.base import Reason, Rule, Signals

_WATCH, _CRITICAL = (SEVERITIES.index(one) for one in (Severity.WATCH, Severity.CRITICAL))
# A dependency is a state and a doubt about the figures no concern: neither is a second family.
CONCERNS: Final = tuple(family for family in Family if family not in {Family.DEPENDENCY, Family.DATA_QUALITY})
# Notes by which a signal speaks of a second family itself; it still takes another rule.
_ADDS: Final = {Reason.CVD_ELSEWHERE: Family.SUBSIDY}


def raised(rules: Sequence[Rule], signals: Sequence[Signals], final: Bools) -> list[Signals]:
    """The signals of rules about the same rows [n], `critical` where two of them speak of two families.

    Both must be `watch` or more, and the month final: a single test, or a fall that follows
    the world price, confirms nothing.
    """
    loud = [
        one.fired & (one.severity >= _WATCH) & final if rule.family in CONCERNS else np.zeros_like(final)
        for rule, one in zip(rules, signals, strict=True)
    ]
    several = np.sum(loud, axis=0) > 1
    families = np.zeros((len(final), len(CONCERNS)), np.bool_)
    for rule, one, rows in zip(rules, signals, loud, strict=True):
        if rule.family in CONCERNS:
            families[rows, CONCERNS.index(rule.family)] = True
        for note, family in _ADDS.items():
            if note in one.notes:
                families[rows & one.notes[note], CONCERNS.index(family)] = True
    critical = several & (families.sum(axis=1) > 1)
    if not critical.any():
        return list(signals)
    return [
        replace(one, severity=np.where(rows & critical, np.uint8(_CRITICAL), one.severity))
        for one, rows in zip(signals, loud, strict=True)
    ]
