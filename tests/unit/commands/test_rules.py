import pytest
from typer.testing import CliRunner

from tidegauge.commands.rules import app, described
from tidegauge.domain.alerts import Severity
from tidegauge.domain.rules.base import Reason
from tidegauge.domain.rules.reasons import MEANINGS, meanings
from tidegauge.domain.rules.registry import RULES
from tidegauge.intake.pages.text import REASON_WORDS

runner = CliRunner()


def test_the_list_names_every_rule():
    result = runner.invoke(app, [])
    assert result.exit_code == 0
    for rule in RULES.values():
        assert rule.id in result.stdout


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_shown_with_formula_parameters_severities_limits_and_reasons(rule):
    result = runner.invoke(app, ["show", rule.id])
    assert result.exit_code == 0
    shown = result.stdout
    for line in rule.formula.splitlines():
        assert line in shown
    for parameter in rule.parameters:
        assert f"{parameter.name} = " in shown
        assert parameter.citation is None or parameter.citation.source in shown
    for limit in rule.limits:
        assert limit in shown
    for word in (*Severity, *meanings(rule)):
        assert word.value in shown


def test_a_threshold_without_a_source_says_whose_choice_it_is():
    assert "min_share = 0.03 (fraction)" in described(RULES["cefic-import-surge"])
    assert "source: operator's choice" in described(RULES["cefic-import-surge"])
    assert "200,000 EUR" in described(RULES["ec-trade-diversion"])


def test_an_unknown_rule_is_one_sentence_and_a_failure():
    result = runner.invoke(app, ["show", "nothing"])
    assert result.exit_code == 2
    assert result.stderr.startswith("there is no rule 'nothing'; the rules are ec-trade-diversion")
    assert "Traceback" not in result.output


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_meaning_and_words_for_the_desk(reason):
    assert MEANINGS[reason]
    assert REASON_WORDS[reason.value]
