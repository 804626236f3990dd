"""The catalogue: which rules there are, and what each one does, with every source."""

from typing import Any

from fastapi import APIRouter, Response

from tidegauge.domain.alerts import Family
from tidegauge.domain.rules.base import Parameter, Rule, Setting
from tidegauge.domain.rules.reasons import meanings, shown
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.rules.severity import SEVERITY_TABLE
from tidegauge.domain.ruleset import Ruleset
from tidegauge.intake.context import DeskContext
from tidegauge.intake.pages.templating import render
from tidegauge.intake.problems import missing


def rule_pages(desk: DeskContext) -> APIRouter:
    """The routes of the catalogue."""
    router = APIRouter()

    @router.get("/rules")
    def catalogue() -> Response:
        """All rules, by family."""
        standing = [(rule, _standing(rule, desk.ruleset)) for rule in RULES.values()]
        families = [(family, [pair for pair in standing if pair[0].family is family]) for family in Family]
        return render("rules.html", families=[pair for pair in families if pair[1]])

    @router.get("/rules/{rule_id}")
    def one(rule_id: str) -> Response:
        """Formula, parameters with their sources, severity table, limits and reasons of one rule."""
        rule = RULES.get(rule_id)
        if rule is None:
            raise missing("rule", rule_id)
        return render("rule.html", **_values(rule, desk.ruleset))

    return router


def _values(rule: Rule, ruleset: Ruleset) -> dict[str, Any]:
    settings = ruleset.settings[rule.id]
    return {
        "rule": rule,
        "standing": _standing(rule, ruleset),
        "version": ruleset.version(rule.id),
        "parameters": [(each, *_in_force(each, settings.parameters[each.name])) for each in rule.parameters],
        "groups": settings.groups,
        "shown": shown,
        "severities": SEVERITY_TABLE,
        "meanings": list(meanings(rule).items()),
    }


def _standing(rule: Rule, ruleset: Ruleset) -> str:
    settings = ruleset.settings[rule.id]
    if settings.enabled:
        return "on"
    return "on for some products" if any(group.enabled for group in settings.groups) else "off"


def _in_force(parameter: Parameter, value: Setting) -> tuple[str, str, bool]:
    """The value in force, who chose it, and whether it is the published or shipped default."""
    source = parameter.citation if value == parameter.default else None
    if source is None:
        return shown(value), "operator's choice", value == parameter.default
    return shown(value), source.source + ("" if source.verified else " (unverified)"), True
