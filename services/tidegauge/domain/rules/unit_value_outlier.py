"""More lines than usual far below their code's own unit values: a place to look, and no finding."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Audience, Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.panel import TALLY_MONTHS
from tidegauge.domain.panel.unit_values import prices_at
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, week_start, weeks_of
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.box_plot import fences, flagged
from tidegauge.domain.rules.conditions import at_least, at_most, decide, number
from tidegauge.domain.rules.price_lines import price_lines
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.weekly_lines import by_week, chance
from tidegauge.domain.rules.windows import in_view, months_of, ratio

_FAO: Final = Citation(
    "FAO faoswsTrade, detectOutliers.R: log unit value box plot and ratio to the median",
    "https://github.com/SWS-Methodology/faoswsTrade",
)
PARAMETERS: Final = (
    Parameter("k", 1.5, "interquartile ranges", "fences of the box plot of log unit values", _FAO, least=0.5),
    Parameter("ratio_to_median", 100.0, "times", "a unit value so many times below or above the median",
              _FAO, least=2.0),
    Parameter("min_code_lines", 100.0, "lines", "lines of the code in L12, for a distribution", least=10.0),
    Parameter("min_history_lines", 30.0, "lines", "lines of the origin before the month", least=1.0),
    Parameter("min_low_lines", 5.0, "lines", "lines below the lower fence in one week", least=1.0),
    Parameter("min_rise", 0.10, "fraction", "rise of their share over the origin's history (0.1: 10 points)"),
    Parameter("max_chance", 0.001, "probability",
              "most probability of such a week by chance, at the origin's usual share", least=0.0, most=1.0),
)  # fmt: skip
_FEW: Final = (Reason.NO_LINES, Reason.TOO_FEW_LINES)
_DEAR: Final = (Reason.NO_LINES, Reason.NOT_EVALUATED)
_SEVERAL: Final = (*_DEAR, Reason.NOT_APPLICABLE)  # one price line alone has no span
FIGURES: Final = (
    Figure("low_share", "Share of lines below the lower fence, in the week", "下限を下回る申告の割合(当該週)",
           "%", Window.MONTH, key=True, unknown=_FEW),
    Figure("rise", "Rise over the origin's own history", "過去の割合からの上昇幅", "points", Window.MONTH,
           Comparison.AT_LEAST, "min_rise", unknown=_FEW),
    Figure("usual_share", "Their share in the months before", "過去の割合", "%", Window.L12, unknown=_FEW),
    Figure("usual_lines", "Lines of the origin in the months before", "過去の申告件数", "lines", Window.L12,
           Comparison.AT_LEAST, "min_history_lines", unknown=(Reason.NO_LINES, Reason.NOT_EVALUATED)),
    Figure("low_lines", "Lines below the lower fence, in the week", "下限を下回る申告の件数(当該週)", "lines",
           Window.MONTH, Comparison.AT_LEAST, "min_low_lines", unknown=_FEW),
    Figure("lines", "Lines of the week", "当該週の申告件数", "lines", Window.MONTH, unknown=_FEW),
    Figure("chance", "Probability by chance, at most", "偶然による確率の上限", "probability", Window.MONTH,
           Comparison.AT_MOST, "max_chance", unknown=_FEW),
    Figure("week", "Monday of the week", "当該週の月曜日", "text", Window.MONTH, unknown=_FEW),
    Figure("median", "Median unit value of the code", "単価の中央値(品目)", "{currency}/kg", Window.L12,
           unknown=_FEW),
    Figure("low_fence", "Lower fence", "下限", "{currency}/kg", Window.L12, unknown=_FEW),
    Figure("high_fence", "Upper fence", "上限", "{currency}/kg", Window.L12, unknown=_FEW),
    Figure("code_flagged", "Share of all lines of the code outside the fences", "品目全体の範囲外の割合", "%",
           Window.L12, unknown=_FEW),
    Figure("code_lines", "Lines of the code", "品目の申告件数", "lines", Window.L12, Comparison.AT_LEAST,
           "min_code_lines", unknown=(Reason.NO_LINES,)),
    Figure("price_lines", "Unit values that stand side by side in the code", "品目内の価格帯の数",
           "unit values", Window.L12, unknown=_DEAR),
    Figure("cheapest", "The cheapest of them", "最も低い価格帯", "{currency}/kg", Window.L12,
           unknown=_SEVERAL),
    Figure("dearest", "The dearest of them", "最も高い価格帯", "{currency}/kg", Window.L12,
           unknown=_SEVERAL),
)  # fmt: skip
EXPLANATION: Final = """\
{lines.window}, in the week of {week:text}, {low_lines:count} of {lines:count} lines of {product} from \
{origin} into {reporter} ({low_share:percent}) had a customs unit value below the lower fence of the code, \
{low_fence:unit_value}. || {lines.window}, the lines of {product} from {origin} into {reporter} do not \
suffice for this test.
In the months before it was {usual_share:percent}, so the share rose by {rise:points} (threshold \
{rise.threshold:points}).||
The median of the code is {median:unit_value}; {code_flagged:percent} of all its lines lie outside the \
fences by themselves.||
The code holds {price_lines:count} unit values side by side, from {cheapest:unit_value} to \
{dearest:unit_value}: another grade may explain the lines.||
A low unit value proves nothing by itself: it is a place to look. The single lines are for the authority."""
EXPLANATION_JA: Final = """\
{lines.window}({week:text}の週)において、{reporter}の{origin}からの{product}の申告{lines:count}件のうち\
{low_lines:count}件({low_share:percent})の単価(課税価格ベース)が品目の下限{low_fence:unit_value}を下回った。\
|| {lines.window}における{reporter}の{origin}からの{product}の申告件数は、この検定に不足。
過去の割合は{usual_share:percent}で、{rise:points}上昇(基準{rise.threshold:points})。||
品目の中央値は{median:unit_value}。全申告の{code_flagged:percent}は通常でも範囲外。||
品目内には{cheapest:unit_value}から{dearest:unit_value}まで{price_lines:count}つの価格帯が\
並存し、等級の違いで説明され得る。||
低い単価はそれ自体何も証明せず、確認の端緒にすぎない。個々の申告は当局のみが閲覧できる。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A week of the month in which far more of the origin's lines than usual lie below the code's fence.

    Fences come from all lines of the code in L12; lines stand in the middle of their step of unit value.
    The chance is a Chernoff bound of the binomial tail at the origin's usual share, times the weeks tested.
    """
    declared, in_month = view.lines.declared(), view.lines.number(view.month, view.month)
    enough = in_month >= number(parameters, "min_low_lines")
    rows = np.flatnonzero(declared & enough)
    figures = {figure.name: np.full(len(view), np.nan) for figure in FIGURES}
    monday = [""] * len(view)
    if rows.size:
        found, weeks = _found(view, parameters, rows)
        for name, column in found.items():
            figures[name][rows] = column
        for row, week in zip(rows.tolist(), weeks.tolist(), strict=True):
            monday[row] = week_start(week).isoformat()
    conditions = (
        at_least(in_month.astype(np.float64), number(parameters, "min_low_lines")),
        at_least(figures["low_lines"], number(parameters, "min_low_lines")),
        at_least(figures["rise"], number(parameters, "min_rise")),
        at_most(figures["chance"], number(parameters, "max_chance")),
    )
    first = months_of(Window.L12, view.month)[0]
    few = (figures["code_lines"] < number(parameters, "min_code_lines")) | (
        figures["usual_lines"] < number(parameters, "min_history_lines")
    )
    stops = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NO_LINES, ~declared),
        (Reason.NOT_ENOUGH_HISTORY, ~in_view(view, first) | ~view.lines.reached(first)),
        (Reason.TOO_FEW_LINES, few),
    ]
    fired, reason = decide(stops, conditions)
    _price_lines(view, figures, np.flatnonzero(fired))
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = {Reason.NO_LINES: ~declared, Reason.TOO_FEW_LINES: few, Reason.NOT_EVALUATED: ~fired}
    words = {"week": tuple(monday)}
    return Signals(fired, reason, severity(nowhere, nowhere, nowhere), figures, notes, words)


def _found(view: PanelView, parameters: Parameters, rows: Ints) -> tuple[dict[str, Floats], Ints]:
    """The figures of some rows [k], and the week that each speaks of."""
    first, lines = months_of(Window.L12, view.month)[0], view.lines.take(rows)
    code = lines.code_steps(first, view.month)
    of = fences(code, number(parameters, "k"), number(parameters, "ratio_to_median"))
    below, above = flagged(code, of)
    start, end = weeks_of(view.month, view.month)
    weeks = by_week(lines.steps("net", first, view.month), of.low, (start, end))
    share = ratio(weeks.low.astype(np.float64).ravel(), weeks.lines.astype(np.float64).ravel())
    share = share.reshape(weeks.low.shape)
    by_chance = chance(weeks, share)
    worst = np.argmin(np.where(weeks.low >= number(parameters, "min_low_lines"), by_chance, 2.0), axis=1)
    at = (np.arange(len(rows)), worst)
    before = ratio(weeks.usual_low.astype(np.float64), weeks.usual_lines.astype(np.float64))
    code_lines = code.sum(axis=1).astype(np.float64)
    return {
        "low_share": share[at],
        "rise": share[at] - before,
        "usual_share": before,
        "usual_lines": weeks.usual_lines.astype(np.float64),
        "low_lines": weeks.low[at].astype(np.float64),
        "lines": weeks.lines[at].astype(np.float64),
        "chance": by_chance[at],
        "week": np.ones(len(rows)),
        "median": prices_at(of.median),
        "low_fence": prices_at(of.low),
        "high_fence": prices_at(of.high),
        "code_flagged": ratio((below + above).astype(np.float64), code_lines),
        "code_lines": code_lines,
    }, start + worst


def _price_lines(view: PanelView, figures: dict[str, Floats], rows: Ints) -> None:
    """Enter the price lines of the codes of some rows."""
    if not rows.size:
        return
    code = view.lines.take(rows).code_steps(months_of(Window.L12, view.month)[0], view.month)
    found = price_lines(code)
    several = found.number > 1
    last = found.place[np.arange(len(rows)), found.number - 1]
    figures["price_lines"][rows] = found.number
    figures["cheapest"][rows] = np.where(several, prices_at(found.place[:, 0]), np.nan)
    figures["dearest"][rows] = np.where(several, prices_at(last), np.nan)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] rows of declarations with enough lines in the month: the gate before any distribution."""
    lines = glance.lines.number(glance.month, glance.month)
    enough: Bools = lines >= number(parameters, "min_low_lines")
    return enough


RULE: Final = Rule(
    id="unit-value-outlier",
    revision=1,
    title="Unusually many low unit values",
    title_ja="低単価申告の異常な増加",
    family=Family.UNDERVALUATION,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS_A_YEAR,
    months_kept=TALLY_MONTHS,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these, in one week of m (a week lies in the month of its Thursday)\n"
        "fences      of log unit value of all lines of the code in L12: quartiles -/+ k interquartile\n"
        "            ranges, or ratio_to_median times below and above the median, whichever is nearer\n"
        "low lines   of the origin, below the lower fence >= min_low_lines\n"
        "rise        share of low lines in the week - share in L12 before m >= min_rise\n"
        "chance      weeks of m * exp(-lines KL(share || usual share)) <= max_chance\n"
        "code        lines in L12 >= min_code_lines; lines of the origin before m >= min_history_lines"
    ),
    legal_basis=(
        "Customs valuation (WTO Customs Valuation Agreement Art. 17: doubt about a declared value is for the "
        "customs administration); a low unit value is neither fraud nor dumping"
    ),
    limits=(
        "A box plot flags 9-10 % of lines by itself: a single flagged line says nothing, only a change does.",
        "Grades, qualities and packings inside a code make several unit values; up to three are shown.",
        "Unit values are kept in steps of 2.2 %; fences lie within half a step of the exact ones.",
        "Distributions reach back about two years from the newest line; older months cannot be tested again.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(Reason.NOT_APPLICABLE, Reason.NO_LINES, Reason.TOO_FEW_LINES),
    audience=Audience.AUTHORITY,
)
