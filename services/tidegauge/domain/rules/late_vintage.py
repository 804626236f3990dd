"""A month was revised long after the month behind it: the windows hold figures of different stages."""

from typing import Final

import numpy as np

from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Window
from tidegauge.domain.rules.conditions import Condition, at_least, number
from tidegauge.domain.rules.data_quality import MONTHS, Doubt, Figures, quality_rule


def compute(view: PanelView, _: Parameters) -> Figures:
    """By how many months the newest vintage of a month of the windows is younger than that of the next."""
    if len(view.months) < MONTHS:
        return {"late_by_months": np.full(len(view), np.nan)}
    later = view.vintage[:, -MONTHS:-1] - view.vintage[:, -MONTHS + 1 :]
    known = np.isfinite(later)
    most = np.maximum.reduce(np.where(known, later, -np.inf), axis=1, initial=-np.inf)
    by = np.where(np.isfinite(most), np.maximum(most, 0.0), np.nan)
    return {"late_by_months": by[view.feed]}


def doubtful(figures: Figures, parameters: Parameters) -> Condition:
    """Late by at least so much."""
    return at_least(figures["late_by_months"], number(parameters, "min_late_months"))


RULE: Final[Rule] = quality_rule(
    Doubt(
        id="late-vintage",
        title="Month revised late",
        title_ja="遅れた改定",
        reason=Reason.LATE_VINTAGE,
        holds_back=False,
        parameters=(
            Parameter(
                "min_late_months", 6.0, "months", "younger than the vintage of the next month", least=1.0
            ),
        ),
        figures=(
            Figure(
                "late_by_months",
                "Months by which a vintage is younger than the next month's",
                "翌月分より遅い改定の月数",
                "months",
                Window.L12_CHANGE,
                Comparison.AT_LEAST,
                "min_late_months",
            ),
        ),
        compute=compute,
        test=doubtful,
        formula="fires: vintage of a month of L12 or P12 >= min_late_months younger than that of the next",
        legal_basis="Operator's choice: one window should hold figures of one stage",
        limits=(
            "Yearly final revisions meet it at each turn of the year until the next year is revised too.",
            "Feeds that state no vintage cannot be tested.",
        ),
        explanation="""\
{late_by_months.window}, a month of the feed of {reporter} was revised {late_by_months:count} months after \
the one behind it: the windows compared for {product} from {origin} hold figures of different stages. \
|| How the vintages in the feed of {reporter} follow one another is not known.""",
        explanation_ja="""\
{late_by_months.window}において、{reporter}のデータには翌月分より{late_by_months:count}か月遅く改定された月が\
あり、{origin}からの{product}の比較は段階の異なる数値に基づく。|| {reporter}のデータの改定時期は不明。""",
    )
)
