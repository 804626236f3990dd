"""`tidegauge rules`: which rules exist, and what each one does, with every source."""

from typing import Annotated

import typer

from tidegauge.domain.rules.base import Money, Parameter, Reason, Rule, Setting
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
        _section("Reasons", [_reason(reason) for reason in Reason]),
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
        f"{parameter.name} = {_shown(parameter.default)} ({parameter.unit})",
        f"    {parameter.description}",
        f"    source: {cited}",
    ]
    return lines if source is None or not source.url else [*lines, f"    {source.url}"]


def _shown(value: Setting) -> str:
    if isinstance(value, str):
        return value or "(empty)"
    return f"{value.value:,.0f} {value.currency}" if isinstance(value, Money) else f"{value:g}"


_MEANINGS = {
    Reason.MET: "all conditions are met: the rule fires",
    Reason.NOT_MET: "a condition is not met; clears an episode",
    Reason.NOT_ENOUGH_HISTORY: "the baseline reaches before the feed's span or the code's birth",
    Reason.NO_TRADE: "no quantity in the window nor in its baseline",
    Reason.ZERO_BASE: "growth over a zero base is undefined",
    Reason.NO_REFERENCE_PRICE: "neither intra-area partners nor other origins give a unit value",
    Reason.REFERENCE_UNDECLARED: "more than half of the reference is not declared or pooled",
    Reason.THRESHOLD_NOT_CONVERTIBLE: "no exchange rate for a money threshold",
    Reason.NEVER_ALERTS: "not declared, pooled, the reporter itself, or inside its customs union",
    Reason.WORLD_PRICE_MOVE: "note: the unit value did not fall clearly more than the world price",
    Reason.NO_BENCHMARK: "note: no world price for the product over the window",
    Reason.C1_NOT_TESTABLE: "note: no month of this year can be tested for a shift yet, or history is short",
    Reason.PRODUCTION_UNKNOWN: "note: no domestic production figure",
    Reason.PROVISIONAL: "note: the month is still open",
    Reason.FIGURE_UNKNOWN: "a quantity or unit value cannot be computed, and it would decide",
    Reason.SWITCHED_OFF: "the rules file switches the rule off for this product",
    Reason.NOT_EVALUATED: "of a figure: a dear test behind conditions that are not met",
    Reason.NOT_APPLICABLE: "of a figure: it has no meaning for all origins together",
    Reason.SCOPE_SPEAKS: "the product lies in a scope, about which the rule speaks instead",
    Reason.EXPORTS_UNKNOWN: "exports of the product are not known, and they would decide",
    Reason.WORLD_EXPORTS_UNKNOWN: "of a figure: no world export figures",
    Reason.SUPPLY_SHOCK: "holds back surge and dumping: less came, at a far higher price",
    Reason.MISSING_MONTH: "a month of the windows is missing in the feed",
    Reason.IMPUTED_QUANTITY: "the unit value equals that of all other origins: quantity imputed from value",
    Reason.UNIT_CHANGE: "the unit value jumped by a power of ten or a hundredfold: another unit",
    Reason.LATE_VINTAGE: "note: a month was revised long after the months around it",
    Reason.CONFIDENTIAL_CELL: "note: much of the product is confidential or pooled",
    Reason.SCOPE_SPEAKS: "the product lies in a scope, of which the rule speaks instead",
    Reason.NO_NORMAL_VALUE: "no published price or constructed cost can stand as normal value",
    Reason.FREIGHT_WEDGE_UNKNOWN: "a c.i.f. value, and no stated part of it that is freight",
    Reason.TRANSACTIONS_UNKNOWN: "of a figure: single sales and their prices are not known",
    Reason.NOT_THE_FIRST: "of a figure: an earlier step of the ladder speaks",
    Reason.NO_PROGRAMME: "no subsidy programme is known for the origin and product",
    Reason.BENEFIT_UNKNOWN: "programmes are known, a benefit of none of them",
    Reason.NO_DOMESTIC_PRICE: "no price of the domestic producers",
    Reason.COST_UNKNOWN: "of a figure: no cost of the domestic producers",
    Reason.NO_TRIGGER_PRICE: "no published reference or trigger price in force",
    Reason.NO_LINES: "statistics hold no single lines",
    Reason.TOO_FEW_LINES: "too few lines to speak of their distribution",
    Reason.MELT_NOT_STATED: "too few lines state where the metal was melted and poured",
    Reason.DUTY_EXCLUDED: "note: the duty is not known and left out of the landed cost",
    Reason.FREIGHT_EXCLUDED: "note: freight to the border is not known and left out",
    Reason.ALLOWANCES_EXCLUDED: "note: no costs between factory and border are stated",
    Reason.VOLUME_TRIGGER_IN_FORCE: "the volume trigger is in force: the price trigger may not be used",
}


def _reason(reason: Reason) -> str:
    return f"{reason.value:<28}{_MEANINGS[reason]}"
