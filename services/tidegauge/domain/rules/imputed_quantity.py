"""The same unit value as all other origins together, month after month: the quantity was computed."""

from typing import Final

import numpy as np

from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Window
from tidegauge.domain.rules.conditions import Condition, at_least, number
from tidegauge.domain.rules.data_quality import Doubt, Figures, quality_rule, two_years
from tidegauge.domain.rules.windows import ratio


def compute(view: PanelView, parameters: Parameters) -> Figures:
    """How many months of L12 have the unit value of the reference partners, up to the tolerance."""
    own = ratio(two_years(view, view.paired_value), two_years(view, view.paired_quantity))
    theirs = ratio(two_years(view, view.reference_value), two_years(view, view.reference_quantity))
    gap = np.abs(ratio(own, theirs) - 1.0)[:, -MONTHS_A_YEAR:]
    compared = np.isfinite(gap).any(axis=1)
    same = np.count_nonzero(gap <= number(parameters, "tolerance"), axis=1).astype(np.float64)
    return {"same_price_months": np.where(compared, same, np.nan)}


def doubtful(figures: Figures, parameters: Parameters) -> Condition:
    """At least so many months are the same."""
    months = number(parameters, "min_same_months")
    return at_least(figures["same_price_months"], months, Reason.NO_REFERENCE_PRICE)


RULE: Final[Rule] = quality_rule(
    Doubt(
        id="imputed-quantity",
        title="Quantity computed from the value",
        title_ja="数量の推計値",
        reason=Reason.IMPUTED_QUANTITY,
        holds_back=True,
        parameters=(
            Parameter(
                "tolerance", 0.001, "fraction", "unit values that differ by no more are the same", least=0.0
            ),
            Parameter("min_same_months", 3.0, "months", "months of L12 with the same unit value", least=1.0),
        ),
        figures=(
            Figure(
                "same_price_months",
                "Months with the unit value of the reference partners",
                "比較対象国と単価が一致する月数",
                "months",
                Window.L12,
                Comparison.AT_LEAST,
                "min_same_months",
                unknown=(Reason.NOT_APPLICABLE, Reason.NO_REFERENCE_PRICE),
            ),
        ),
        compute=compute,
        test=doubtful,
        formula="fires: months of L12 with |P / P of the reference - 1| <= tolerance, >= min_same_months",
        legal_basis="Operator's choice: statistics offices fill missing quantities by one unit value for all",
        limits=(
            "Needs other origins; all origins together cannot be tested.",
            "Quantities that were filled in for this origin alone are not seen.",
        ),
        explanation="""\
{same_price_months.window}, the customs unit value of {product} from {origin} into {reporter} equals that of \
the reference partners in {same_price_months:count} months: the quantity seems to be computed from \
the value, and says nothing about prices. \
|| Whether quantities of {product} from {origin} into {reporter} were computed from values is not known.""",
        explanation_ja="""\
{same_price_months.window}のうち{same_price_months:count}か月で、{reporter}の{origin}からの{product}の単価は\
比較対象国の単価と一致する。数量は価額からの推計とみられ、価格については判断できない。\
|| {reporter}の{origin}からの{product}の数量が推計値かは不明。""",
    )
)
