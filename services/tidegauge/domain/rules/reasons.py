"""The words of the catalogue: what each reason means, and how a setting is written."""

from typing import Final

from tidegauge.domain.rules.base import Money, Reason, Rule, Setting

MEANINGS: Final[dict[Reason, str]] = {
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
    Reason.NOT_EVALUATED: "of a figure: a dear test behind conditions that are not met; so is a whole rule",
    Reason.NOT_APPLICABLE: "of a figure: it has no meaning for all origins together",
    Reason.EXPORTS_UNKNOWN: "exports of the product are not known, and they would decide",
    Reason.WORLD_EXPORTS_UNKNOWN: "of a figure: no world export figures",
    Reason.SUPPLY_SHOCK: "holds back surge and dumping: less came, at a far higher price",
    Reason.MISSING_MONTH: "a month of the windows is missing in the feed",
    Reason.IMPUTED_QUANTITY: "the unit value equals that of all other origins: quantity imputed from value",
    Reason.UNIT_CHANGE: "the unit value jumped by a power of ten or a hundredfold: another unit",
    Reason.LATE_VINTAGE: "note: a month was revised long after the months around it",
    Reason.CODE_BREAK: "the window holds a month in which the product code changed its meaning",
    Reason.NO_CONTROL: "every other origin has a measure against it, or there is none to compare with",
    Reason.CVD_ELSEWHERE: "note: a countervailing duty elsewhere, which makes subsidy a second concern",
    Reason.CAPACITY_UNKNOWN: "no figures of the capacity of the exporter's industry",
    Reason.SECOND_FAMILY: "note: another family of rules speaks of the same subject in the same month",
    Reason.NO_TRIGGER: "of a figure: no published trigger is in force on the scope",
    Reason.TRIGGER_NOT_COMPUTABLE: "the level of the trigger cannot be computed: its formula, or its unit",
    Reason.SCOPE_SPEAKS: "the product lies in a scope, of which the rule speaks instead",
    Reason.CONFIDENTIAL_CELL: "note: much of the product is confidential or pooled",
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
    Reason.NO_COMPLETE_WEEK: "no week of the month is complete yet: its lines are still coming",
    Reason.TOO_FEW_LINES: "too few lines to speak of their distribution",
    Reason.MELT_NOT_STATED: "too few lines state where the metal was melted and poured",
    Reason.DUTY_EXCLUDED: "note: the duty is not known and left out of the landed cost",
    Reason.FREIGHT_EXCLUDED: "note: freight to the border is not known and left out",
    Reason.ALLOWANCES_EXCLUDED: "note: no costs between factory and border are stated",
    Reason.VALUE_NOT_CIF: "a trigger price is held to c.i.f. values alone",
    Reason.VOLUME_TRIGGER_IN_FORCE: "the volume trigger is in force: the price trigger may not be used",
}


def shown(value: Setting) -> str:
    """A setting as a reader writes it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return value or "(empty)"
        case Money():
            return f"{value.value:,.0f} {value.currency}"
        case _:
            return f"{value:g}"


COMMON: Final = frozenset(
    {
        Reason.MET, Reason.NOT_MET, Reason.NEVER_ALERTS, Reason.NOT_ENOUGH_HISTORY, Reason.FIGURE_UNKNOWN,
        Reason.NOT_EVALUATED, Reason.SWITCHED_OFF, Reason.SCOPE_SPEAKS, Reason.CODE_BREAK,
        Reason.PROVISIONAL, Reason.SECOND_FAMILY,
        # of the rules that speak beside others, and may hold them back
        Reason.SUPPLY_SHOCK, Reason.MISSING_MONTH, Reason.IMPUTED_QUANTITY, Reason.UNIT_CHANGE,
        Reason.LATE_VINTAGE, Reason.CONFIDENTIAL_CELL,
    }
)  # fmt: skip


def meanings(rule: Rule) -> dict[Reason, str]:
    """What each reason means that a rule can give."""
    return {reason: words for reason, words in MEANINGS.items() if reason in COMMON or reason in rule.reasons}
