"""A silence is never a dead end: whoever reads it learns what would end it."""

import pytest

from tidegauge.domain.rules.base import SPEAKS, Reason
from tidegauge.domain.rules.reasons import MEANINGS
from tidegauge.domain.rules.remedies import REMEDIES, remedy

BESIDE = ("note:", "of a figure:")  # reasons that stand beside a signal, and silence no rule


def test_every_reason_has_a_meaning():
    assert set(MEANINGS) == set(Reason)


@pytest.mark.parametrize("reason", [one for one in Reason if one not in SPEAKS])
def test_every_silence_says_what_would_end_it(reason):
    beside = MEANINGS[reason].startswith(BESIDE)
    assert (reason in REMEDIES) is not beside
    assert bool(remedy(reason)) is not beside


def test_a_rule_that_spoke_needs_nothing():
    assert remedy(Reason.MET) == remedy(Reason.NOT_MET) == ""
