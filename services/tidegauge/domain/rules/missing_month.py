"""A month of the windows of which the feed holds no record at all: its zeros are no trade figures."""

from typing import Final

import numpy as np

from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Window
from tidegauge.domain.rules.conditions import Condition, at_least, number
from tidegauge.domain.rules.data_quality import MONTHS, Doubt, Figures, quality_rule


def compute(view: PanelView, _: Parameters) -> Figures:
    """How many months of P12 and L12, inside the span of the row's feed, hold no record of that feed."""
    if len(view.months) < MONTHS:
        return {"missing_months": np.full(len(view), np.nan)}
    empty = ~view.reported[:, -MONTHS:][view.feed]
    inside = view.months[-MONTHS:] >= view.span_start[:, None]
    return {"missing_months": np.count_nonzero(empty & inside, axis=1).astype(np.float64)}


def doubtful(figures: Figures, parameters: Parameters) -> Condition:
    """At least so many months are missing."""
    return at_least(figures["missing_months"], number(parameters, "min_missing_months"))


RULE: Final[Rule] = quality_rule(
    Doubt(
        id="missing-month",
        title="Month missing in the feed",
        title_ja="データ欠落月",
        reason=Reason.MISSING_MONTH,
        holds_back=True,
        parameters=(
            Parameter(
                "min_missing_months", 1.0, "months", "months without any record of the feed", least=1.0
            ),
        ),
        figures=(
            Figure(
                "missing_months",
                "Months without any record of the feed",
                "記録のない月数",
                "months",
                Window.L12_CHANGE,
                Comparison.AT_LEAST,
                "min_missing_months",
            ),
        ),
        compute=compute,
        test=doubtful,
        formula="fires: months of L12 and P12 in the feed's span without any record >= min_missing_months",
        legal_basis="Operator's choice: a month that was not delivered is no month without trade",
        limits=(
            "A month of which only a part was delivered is not seen.",
            "A feed of very few products may rest for a month: set the rule's holds_back to false for it.",
        ),
        explanation="""\
{missing_months.window}, {missing_months:count} month(s) hold no record at all in the feed of {reporter}: \
what is said of {product} from {origin} may rest on a gap. \
|| Whether months are missing in the feed of {reporter} is not known.""",
        explanation_ja="""\
{missing_months.window}のうち{missing_months:count}か月は{reporter}のデータに記録が全くなく、{origin}からの\
{product}に関する判定は欠落に基づく可能性がある。|| {reporter}のデータに欠落月があるかは不明。""",
    )
)
