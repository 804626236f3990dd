"""Much of a product is confidential, pooled or without quantity: what one origin shows may be a part only."""

from typing import Final

import numpy as np

from tidegauge.domain.codes import PSEUDO_ORIGINS, country_number
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Window
from tidegauge.domain.rules.conditions import Condition, above, number
from tidegauge.domain.rules.data_quality import MONTHS, Doubt, Figures, quality_rule
from tidegauge.domain.rules.windows import months_of, ratio, total

_PSEUDO: Final = [country_number(code) for code in sorted(PSEUDO_ORIGINS)]


def compute(view: PanelView, _: Parameters) -> Figures:
    """The part of the product's value from ZZ and QR, and the part of the row's value without a quantity."""
    if len(view.months) < MONTHS:
        return dict.fromkeys(("pooled_share", "unpaired_share"), np.full(len(view), np.nan))
    now = months_of(Window.L12, view.month)
    found = view.origins(np.arange(len(view)), *now)
    pooled = np.where(np.isin(found.origin, _PSEUDO), found.value, 0.0)
    sums = np.bincount(found.row, weights=found.value, minlength=len(view)).astype(np.float64)
    share = ratio(np.bincount(found.row, weights=pooled, minlength=len(view)).astype(np.float64), sums)
    paired = ratio(total(view, view.paired_value, now), total(view, view.value, now))
    return {"pooled_share": share, "unpaired_share": 1.0 - paired}


def doubtful(figures: Figures, parameters: Parameters) -> Condition:
    """Either part is above its limit."""
    pooled = above(figures["pooled_share"], number(parameters, "max_pooled_share"))
    lone = above(figures["unpaired_share"], number(parameters, "max_unpaired_share"))
    return Condition(pooled.met | lone.met, pooled.known | lone.known, Reason.FIGURE_UNKNOWN)


RULE: Final[Rule] = quality_rule(
    Doubt(
        id="confidential-cell",
        title="Confidential or pooled cells",
        title_ja="秘匿・合算セル",
        reason=Reason.CONFIDENTIAL_CELL,
        holds_back=False,
        parameters=(
            Parameter("max_pooled_share", 0.25, "fraction", "value of the product from ZZ and QR, more than"),
            Parameter(
                "max_unpaired_share", 0.10, "fraction", "value of the row without a quantity, more than"
            ),
        ),
        figures=(
            Figure(
                "pooled_share",
                "Share of origins that are not declared or pooled",
                "原産国不明・合算の割合",
                "%",
                Window.L12,
                Comparison.ABOVE,
                "max_pooled_share",
            ),
            Figure(
                "unpaired_share",
                "Share of the value that has no quantity",
                "数量のない輸入額の割合",
                "%",
                Window.L12,
                Comparison.ABOVE,
                "max_unpaired_share",
            ),
        ),
        compute=compute,
        test=doubtful,
        formula=(
            "fires: V from ZZ and QR / V of the product > max_pooled_share, or\n"
            "       V without a quantity / V of the row > max_unpaired_share, over L12"
        ),
        legal_basis="Operator's choice; confidentiality at a trader's request changes figures, not totals",
        limits=("Which of the pooled cells are confidential is not published.",),
        explanation="""\
{pooled_share.window}, {pooled_share:percent} of the imports of {product} into {reporter} by value come from \
origins that are not declared or pooled: figures of {origin} may be a part only. \
|| What part of the imports of {product} into {reporter} has no declared origin is not known.
{unpaired_share:percent} of the value has no quantity. ||""",
        explanation_ja="""\
{pooled_share.window}における{reporter}の{product}の輸入額の{pooled_share:percent}は原産国が不明または合算で\
あり、{origin}の数値は一部にとどまる可能性がある。|| {reporter}の{product}の原産国不明の割合は不明。
輸入額の{unpaired_share:percent}には数量がない。||""",
    )
)
