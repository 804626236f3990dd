"""The unit value jumps by a power of ten, or a hundredfold: the unit of the quantity changed."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Window
from tidegauge.domain.rules.conditions import Condition, at_least, at_most, number
from tidegauge.domain.rules.data_quality import Doubt, Figures, quality_rule, two_years
from tidegauge.domain.rules.windows import ratio

_HALF_YEAR: Final = 6
_FAO = Citation(
    "FAO, faoswsTrade, R/detectOutliers.R: unit value over median outside 1/100..100",
    "https://github.com/SWS-Methodology/faoswsTrade",
)


def compute(view: PanelView, _: Parameters) -> Figures:
    """Log 10 of the median monthly unit value of the last six months over that of the first six of 24."""
    price = ratio(two_years(view, view.paired_value), two_years(view, view.paired_quantity))
    moved = ratio(_median(price[:, -_HALF_YEAR:]), _median(price[:, :_HALF_YEAR]))
    known = moved > 0.0
    powers = np.where(known, np.log10(np.where(known, moved, 1.0)), np.nan)
    whole = np.round(powers)
    return {"powers_of_ten": powers, "off_a_power": np.where(whole == 0.0, np.nan, np.abs(powers - whole))}


def _median(price: Floats) -> Floats:
    """[n] the lower median of the known months; NaN without any."""
    count = np.count_nonzero(np.isfinite(price), axis=1)
    ordered = np.sort(price, axis=1)  # unknown months come last
    middle = ordered[np.arange(len(price)), np.maximum(count - 1, 0) // 2]
    return np.where(count > 0, middle, np.nan)


def doubtful(figures: Figures, parameters: Parameters) -> Condition:
    """A hundredfold either way, or within the tolerance of a power of ten."""
    size = np.abs(figures["powers_of_ten"])
    far = at_least(size, np.log10(number(parameters, "max_ratio")))
    near = at_most(figures["off_a_power"], np.log10(1.0 + number(parameters, "tolerance")))
    return Condition(far.met | near.met, far.known, Reason.FIGURE_UNKNOWN)


RULE: Final[Rule] = quality_rule(
    Doubt(
        id="unit-change",
        title="Unit of the quantity changed",
        title_ja="数量単位の変更",
        reason=Reason.UNIT_CHANGE,
        holds_back=True,
        parameters=(
            Parameter("max_ratio", 100.0, "times", "unit values so many times apart, either way", _FAO, 1.0),
            Parameter("tolerance", 0.05, "fraction", "around a power of ten", least=0.0, most=0.5),
        ),
        figures=(
            Figure(
                "powers_of_ten",
                "Move of the unit value in powers of ten",
                "単価の変化(10の累乗)",
                "powers of ten",
                Window.L12_CHANGE,
            ),
            Figure(
                "off_a_power",
                "Distance from a whole power of ten",
                "10の累乗との差",
                "powers of ten",
                Window.L12_CHANGE,
                Comparison.SHOWN,
                unknown=(Reason.NOT_APPLICABLE, Reason.FIGURE_UNKNOWN),
            ),
        ),
        compute=compute,
        test=doubtful,
        formula=(
            "r = median monthly P of the last six months / of the first six of L12 and P12\n"
            "fires: r outside 1 / max_ratio..max_ratio, or within tolerance of a power of ten"
        ),
        legal_basis=f"{_FAO.source}; powers of ten: operator's choice (kg, 100 kg, tonnes)",
        limits=(
            "Units that differ by no power of ten (pounds, pieces, litres) are seen beyond a hundredfold.",
            "A change within the last or the first months of the windows is seen later.",
        ),
        explanation="""\
{powers_of_ten.window}, the customs unit value of {product} from {origin} into {reporter} moved by \
{powers_of_ten:number} powers of ten: the unit of the quantity seems to have changed, not the price. \
|| Whether the unit of {product} from {origin} into {reporter} changed is not known.""",
        explanation_ja="""\
{powers_of_ten.window}における{reporter}の{origin}からの{product}の単価は十の累乗で{powers_of_ten:number}だけ\
変化した。価格ではなく数量の単位が変わったとみられる。|| {reporter}の{origin}からの{product}の数量単位が\
変わったかは不明。""",
    )
)
