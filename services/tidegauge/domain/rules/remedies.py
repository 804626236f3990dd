"""What a reader could bring so that a rule which cannot speak would: by the reason that it gave."""

from typing import Final

from tidegauge.domain.rules.base import SPEAKS, Reason

REMEDIES: Final[dict[Reason, str]] = {
    Reason.NOT_ENOUGH_HISTORY: "Earlier months of the same feed (`flow` or `declaration` records).",
    Reason.NO_TRADE: "Nothing: there is no trade in the months that the rule compares.",
    Reason.ZERO_BASE: "Nothing: growth over nothing has no rate; `new-entrant` looks at such cases.",
    Reason.NO_REFERENCE_PRICE: "Imports of the same product from other origins, with quantity and value.",
    Reason.REFERENCE_UNDECLARED: "Figures in which the pooled or undeclared origins are named.",
    Reason.THRESHOLD_NOT_CONVERTIBLE: "A rate of the month (`fx`), or a threshold in the feed's currency.",
    Reason.NEVER_ALERTS: "Nothing: this partner counts in totals and raises no alert of its own.",
    Reason.FIGURE_UNKNOWN: "The quantity or the value that is missing in these months.",
    Reason.SWITCHED_OFF: "The rules file, in which the rule is switched off for this product.",
    Reason.EXPORTS_UNKNOWN: "The reporter's exports of the product (`flow` records with flow `export`).",
    Reason.SUPPLY_SHOCK: "Nothing: less came at a far higher price, which is no surge and no dumping.",
    Reason.MISSING_MONTH: "The month that is missing in the feed.",
    Reason.IMPUTED_QUANTITY: "Quantities as declared, not computed from the value.",
    Reason.UNIT_CHANGE: "Figures in one unit over the whole window.",
    Reason.CODE_BREAK: "Figures in one edition of the nomenclature, or months enough since the change.",
    Reason.NO_CONTROL: "Imports from an origin against which no measure is known.",
    Reason.CAPACITY_UNKNOWN: "Capacity of the exporter's industry, of two years (`industry` records).",
    Reason.TRIGGER_NOT_COMPUTABLE: "A level or a known formula, in the scope's unit (`trigger` records).",
    Reason.VALUE_NOT_CIF: "Import values c.i.f.: a trigger price is set for these.",
    Reason.SCOPE_SPEAKS: "Nothing: look at the scope that the product lies in.",
    Reason.NO_NORMAL_VALUE: "Home-market or third-country prices, or costs, of the exporter (`price`).",
    Reason.FREIGHT_WEDGE_UNKNOWN: "Freight and insurance stated in the records, or f.o.b. values.",
    Reason.NO_PROGRAMME: "What is known of subsidy programmes of this origin (`subsidy` records).",
    Reason.BENEFIT_UNKNOWN: "The ad valorem benefit of a known programme, with who found it.",
    Reason.NO_DOMESTIC_PRICE: "Prices of the domestic producers (`price`, kind `domestic`).",
    Reason.NO_TRIGGER_PRICE: "A published reference or trigger price in force (`trigger`, `price`).",
    Reason.NO_LINES: "Single declarations (`declaration` records).",
    Reason.NO_COMPLETE_WEEK: "Time: the first week of the month that is over and some days past.",
    Reason.TOO_FEW_LINES: "More declarations of the code.",
    Reason.MELT_NOT_STATED: "Declarations that state where the metal was melted and poured.",
    Reason.VOLUME_TRIGGER_IN_FORCE: "Nothing: volume and price trigger are never used at once.",
}


def remedy(reason: Reason) -> str:
    """What would make the rule speak, in one sentence; empty where it spoke, or where nothing is known."""
    return "" if reason in SPEAKS else REMEDIES.get(reason, "")
