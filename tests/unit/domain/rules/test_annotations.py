"""What rules say beside the signals of others: they note a reason, and may hold the row back with it."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.alerts import Family
from tidegauge.domain.rules import evaluate, registry
from tidegauge.domain.rules.base import REASONS, Annotator, Parameter, Reason
from tidegauge.domain.rules.evaluate import evaluate_rule
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset, model, parse_rules_toml

SHARE_GAIN = RULES["share-gain"]


@pytest.fixture
def speaker(monkeypatch):
    """A rule that objects to products of chapter 31, beside share-gain."""
    annotator = Annotator(
        Reason.UNIT_CHANGE,
        frozenset({Family.SURGE}),
        lambda made, _: np.array([str(number)[-8:].startswith("31") for number in made.product.tolist()]),
    )
    one = replace(
        SHARE_GAIN, id="objects", family=Family.DATA_QUALITY, annotates=annotator, default_on=False,
        parameters=(Parameter("holds_back", default=True, unit="yes/no", description=""),),
    )  # fmt: skip
    rules = {SHARE_GAIN.id: SHARE_GAIN, one.id: one}
    for module in (registry, model, evaluate):
        if hasattr(module, "RULES"):
            monkeypatch.setattr(module, "RULES", rules)
    return one


def gains():
    everyone = two_years(1e6, 1.2e6)
    q = np.stack([everyone * two_years(0.10, 0.20)] * 2)
    return view(q, q * 2.0, total_quantity=everyone, product=["31022100", "72081000"])


def said(ruleset):
    signals = evaluate_rule(SHARE_GAIN, gains(), ruleset)
    return [REASONS[code] for code in signals.reason], signals


@pytest.mark.usefixtures("speaker")
def test_a_row_that_is_held_back_says_why_and_the_others_fire():
    reasons, signals = said(Ruleset.default())
    assert reasons == [Reason.UNIT_CHANGE, Reason.MET]
    assert signals.fired.tolist() == [False, True]
    assert signals.notes[Reason.UNIT_CHANGE].tolist() == [True, False]


@pytest.mark.usefixtures("speaker")
def test_a_note_alone_leaves_the_row_fired():
    reasons, signals = said(_settings("holds_back = false"))
    assert reasons == [Reason.MET, Reason.MET]
    assert signals.notes[Reason.UNIT_CHANGE].tolist() == [True, False]


@pytest.mark.usefixtures("speaker")
def test_what_holds_back_is_part_of_the_version_of_what_is_held():
    assert _settings("holds_back = false").version("share-gain") != Ruleset.default().version("share-gain")


def _settings(text):
    default = Ruleset.default()
    changed = replace(default.settings["objects"], parameters={"holds_back": "true" in text})
    return replace(default, settings={**default.settings, "objects": changed})


def test_without_speakers_the_version_rests_on_the_rule_alone():
    assert parse_rules_toml("[rules.share-gain]\nmin_share_gain = 0.05\n") == Ruleset.default()
