"""Lines whose metal was melted and poured elsewhere than in the declared origin."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import above, at_least, at_most, blocks, decide, number
from tidegauge.domain.rules.parts import only_where
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import months_of, ratio, year_before

PARAMETERS: Final = (
    Parameter("min_differing_share", 0.10, "fraction", "share of the lines that name another country"),
    Parameter("min_differing_lines", 5.0, "lines", "lines that name another country, in L12", least=1.0),
    Parameter("min_stated_share", 0.5, "fraction", "part of the lines that state melt and pour"),
    Parameter("max_unit_value_change", -0.05, "fraction", "a fall that counts as the price test"),
)
_HELD = {"unit_value_change": (Comparison.AT_MOST, "max_unit_value_change")}
_SAID: Final = (Reason.NO_LINES, Reason.MELT_NOT_STATED)
FIGURES: Final = (
    Figure("differing_share", "Share of lines melted and poured elsewhere", "溶解・鋳造国が異なる割合",
           "%", Window.L12, Comparison.AT_LEAST, "min_differing_share", key=True, unknown=_SAID),
    Figure("differing_share_before", "The same a year before", "前年の割合", "%", Window.P12, unknown=_SAID),
    Figure("differing_lines", "Lines melted and poured elsewhere", "溶解・鋳造国が異なる件数", "lines",
           Window.L12, Comparison.AT_LEAST, "min_differing_lines", unknown=(Reason.NO_LINES,)),
    Figure("stated_share", "Part of the lines that state it", "溶解・鋳造国の記載率", "%", Window.L12,
           Comparison.AT_LEAST, "min_stated_share", unknown=(Reason.NO_LINES,)),
    Figure("differing_kg", "Net mass melted and poured elsewhere", "溶解・鋳造国が異なる純重量", "kg",
           Window.L12, unknown=(Reason.NO_LINES,)),
    *shared_figures(Window.L12_CHANGE, _HELD),
)  # fmt: skip
EXPLANATION: Final = f"""\
{{differing_share.window}}, {{differing_lines:count}} lines of {{product}} declared as of {{origin}} into \
{{reporter}} ({{differing_share:percent}}, threshold {{differing_share.threshold:size}}) name another \
country of melt and pour. || {{stated_share.window}}, where the metal of {{product}} from {{origin}} into \
{{reporter}} was melted and poured is not stated often enough to speak of.
A year before it was {{differing_share_before:percent}}.||
{{stated_share:percent}} of the lines state it.||
Rolling or finishing can confer an origin lawfully: the difference is no finding.
The quantity {{quantity_change:change}}, the customs unit value {{unit_value_change:change}}.||
{price_sentences(world_move_when="")}"""
EXPLANATION_JA: Final = f"""\
{{differing_share.window}}における{{reporter}}の{{origin}}産{{product}}の申告のうち{{differing_lines:count}}件\
({{differing_share:percent}}、基準{{differing_share.threshold:size}})で溶解・鋳造国が原産国と異なる。\
|| {{stated_share.window}}における{{reporter}}の{{origin}}産{{product}}の溶解・鋳造国の記載は不足。
前年は{{differing_share_before:percent}}。||
申告の{{stated_share:percent}}に記載がある。||
圧延や仕上げにより適法に原産地が変わり得るため、相違自体は認定ではない。
輸入数量は{{quantity_change:change}}、単価(課税価格ベース)は{{unit_value_change:price}}。||
{price_sentences_ja(world_move_when="")}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A share of the lines that state melt and pour; volume and price together raise the severity."""
    price = price_evidence(view, Window.L12_CHANGE)
    now = months_of(Window.L12, view.month)
    declared, melted = view.lines.declared(), view.lines.melted(*now)
    before = view.lines.melted(*year_before(now))
    lines = np.where(declared, view.lines.number(*now), 0).astype(np.float64)
    stated_share = ratio(melted.stated.astype(np.float64), lines)
    figures = {
        "differing_share": ratio(melted.differing.astype(np.float64), melted.stated.astype(np.float64)),
        "differing_share_before": ratio(
            before.differing.astype(np.float64), before.stated.astype(np.float64)
        ),
        "differing_lines": np.where(declared, melted.differing.astype(np.float64), np.nan),
        "stated_share": stated_share,
        "differing_kg": np.where(declared, melted.differing_kg, np.nan),
    }
    unstated = ~at_least(stated_share, number(parameters, "min_stated_share")).met
    conditions = (
        at_least(figures["differing_share"], number(parameters, "min_differing_share")),
        at_least(figures["differing_lines"], number(parameters, "min_differing_lines")),
    )
    stops = [
        (Reason.NO_LINES, ~declared),
        *blocks(view, now[0], price.quantity, price.base_quantity, speaks_of_new=True),
        (Reason.MELT_NOT_STATED, unstated),
    ]
    fired, reason = decide(stops, conditions)
    nowhere = np.zeros(len(view), dtype=np.bool_)
    fell = at_most(price.figures["unit_value_change"], number(parameters, "max_unit_value_change")).met
    level = severity(fell & above(price.figures["quantity_change"], 0.0).met, nowhere, nowhere)
    notes = price.notes | {
        Reason.WORLD_PRICE_MOVE: nowhere,
        Reason.NO_LINES: ~declared,
        Reason.MELT_NOT_STATED: unstated,
    }
    return Signals(fired, reason, level, figures | price.figures, notes)


def _declared(view: PanelView) -> Bools:
    return view.lines.declared()


def _stated(view: PanelView) -> Bools:
    stated: Bools = view.lines.melted(*months_of(Window.L12, view.month)).stated > 0
    return stated


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] rows with enough lines that name another country: the gate before unit values."""
    melted = glance.lines.melted(*months_of(Window.L12, glance.month))
    enough: Bools = melted.differing >= number(parameters, "min_differing_lines")
    return enough


RULE: Final = Rule(
    id="melt-and-pour",
    revision=1,
    title="Melted and poured elsewhere",
    title_ja="溶解・鋳造国と原産国の相違",
    family=Family.DIVERSION,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these, over the lines of declarations in L12\n"
        "differing lines / lines that state melt and pour >= min_differing_share\n"
        "differing lines >= min_differing_lines\n"
        "speaks only where lines that state it / lines >= min_stated_share\n"
        "price test  P(L12) / P(P12) - 1 <= max_unit_value_change with growing Q (severity only)"
    ),
    legal_basis=(
        "Country of melt and pour as import monitors publish it: 19 CFR 360.104 (US SIMA), Canada's steel "
        "import monitoring (mandatory since 2024-11-05); thresholds are the operator's choice"
    ),
    limits=(
        "A substantial transformation may lawfully give another origin than that of the melt.",
        "Only declarations state it: statistics say nothing here.",
    ),
    may_fire=may_fire,
    evaluate=only_where(
        _declared, Reason.NO_LINES, FIGURES, only_where(_stated, Reason.MELT_NOT_STATED, FIGURES, evaluate)
    ),
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.NO_LINES, Reason.MELT_NOT_STATED),
)
