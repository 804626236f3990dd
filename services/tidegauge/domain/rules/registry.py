"""The rules that exist, by id."""

from typing import Final

from tidegauge.domain.rules import (
    cefic_import_surge,
    code_switch,
    confidential_cell,
    cusum,
    dumping_margin,
    early_surge,
    early_surge_weekly,
    ec_trade_diversion,
    ewma,
    geodep,
    imputed_quantity,
    late_vintage,
    melt_and_pour,
    meti_five_year_screen,
    missing_month,
    new_entrant,
    origin_switch,
    overcapacity,
    post_expiry,
    price_effects,
    quantity_screen,
    quantity_trigger,
    recent_shift,
    safeguard_increase,
    share_gain,
    subsidy_margin,
    supply_shock,
    third_country_measure,
    trigger_price,
    unit_change,
    unit_value_outlier,
)
from tidegauge.domain.rules.base import Annotator, Rule

RULES: Final[dict[str, Rule]] = {
    module.RULE.id: module.RULE
    for module in (
        ec_trade_diversion,
        cefic_import_surge,
        share_gain,
        new_entrant,
        early_surge,
        early_surge_weekly,
        meti_five_year_screen,
        safeguard_increase,
        quantity_screen,
        recent_shift,
        ewma,
        cusum,
        geodep,
        supply_shock,
        dumping_margin,
        subsidy_margin,
        price_effects,
        third_country_measure,
        post_expiry,
        overcapacity,
        missing_month,
        unit_change,
        imputed_quantity,
        late_vintage,
        confidential_cell,
        unit_value_outlier,
        trigger_price,
        origin_switch,
        code_switch,
        quantity_trigger,
        melt_and_pour,
    )
}


def annotators(rule: Rule) -> list[tuple[Rule, Annotator]]:
    """The rules that look at the signals of a rule, in the registry's order."""
    return [
        (one, one.annotates)
        for one in RULES.values()
        if one.annotates is not None and rule.family in one.annotates.families and one.id != rule.id
    ]
