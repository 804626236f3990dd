"""`tidegauge rules`: which rules exist, and what each one does, with every source."""

from collections.abc import Mapping
from typing import Annotated

import typer

from tidegauge.domain.rules.base import Parameter, Reason, Rule
from tidegauge.domain.rules.reasons import meanings, shown
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.rules.severity import SEVERITY_TABLE

app = typer.Typer(help="List the rules, and show what each one does and who published it.")

OPERATORS_CHOICE = "operator's choice"


@app.callback(invoke_without_command=True)
def rules(context: typer.Context) -> None:
    """List the rules."""
    if context.invoked_subcommand is not None:
        return
    width = max(len(rule_id) for rule_id in RULES) + 2
    for rule in RULES.values():
        units = ", ".join(unit.value for unit in rule.units)
        switch = "" if rule.default_on else " (off by default)"
        typer.echo(f"{rule.id:<{width}}{rule.title}: {rule.family.value}, {units}{switch}")


@app.command()
def show(rule_id: Annotated[str, typer.Argument(metavar="ID", help="the rule, e.g. share-gain")]) -> None:
    """Show a rule's formula, parameters with their sources, severity table, limits and reasons."""
    rule = RULES.get(rule_id)
    if rule is None:
        typer.echo(f"there is no rule '{rule_id}'; the rules are {', '.join(RULES)}", err=True)
        raise typer.Exit(2)
    typer.echo(described(rule))


def described(rule: Rule) -> str:
    """Everything that there is to know about a rule, as plain text."""
    parts = [
        f"{rule.id} (revision {rule.revision})\n{rule.title} / {rule.title_ja}",
        _section("Basis", [rule.legal_basis]),
        _section("Speaks of", [", ".join(unit.value for unit in rule.units)]),
        _section("Formula (V value, Q quantity, P = V / Q)", rule.formula.splitlines()),
        _section("Parameters", [line for one in rule.parameters for line in _parameter(one)]),
        _section(
            "Severity (operator's choice)", [f"{level.value:<9}{text}" for level, text in SEVERITY_TABLE]
        ),
        _section("Episode", [f"opens after {rule.fire_after}, ends after {rule.clear_after} clear month(s)"]),
        _section("Known limits", [f"- {limit}" for limit in rule.limits]),
        _section("Reasons that it may give", _reasons(meanings(rule))),
    ]
    return "\n\n".join(parts)


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _parameter(parameter: Parameter) -> list[str]:
    source = parameter.citation
    cited = OPERATORS_CHOICE if source is None else source.source
    if source is not None and not source.verified:
        cited += " (unverified)"
    lines = [
        f"{parameter.name} = {shown(parameter.default)} ({parameter.unit})",
        f"    {parameter.description}",
        f"    source: {cited}",
    ]
    return lines if source is None or not source.url else [*lines, f"    {source.url}"]


def _reasons(words: Mapping[Reason, str]) -> list[str]:
    width = max(len(reason.value) for reason in words) + 1
    return [f"{reason.value:<{width}}{meaning}" for reason, meaning in words.items()]
