"""An origin gains share of the imports: a supply shock of its own, graver where total demand falls."""

from typing import Final

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    above,
    amount,
    at_least,
    at_most,
    below,
    blocks,
    both,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    share,
    shared_figures,
)
from tidegauge.domain.rules.sentences import MOVED_WITH_THE_WORLD, price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, months_of, total, year_before

_DEMAND = Citation(
    "Hillberry and McCalman, World Bank Policy Research Working Paper 6796: supply shock of named origins "
    "with a negative demand shock",
    "http://documents.worldbank.org/curated/pt/824871468339534612/text/WPS6796.txt",
)
PARAMETERS: Final = (
    Parameter("min_share_gain", 0.05, "fraction", "gain of share, L12 less P12 (0.05 is 5 points)"),
    Parameter("min_quantity_growth", 0.0, "fraction", "the quantity grows by more than this, L12 over P12"),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("max_unit_value_change", -0.05, "fraction", "a fall that counts as the price test"),
    Parameter("demand_change_below", 0.0, "fraction", "total imports falling: severity one step up", _DEMAND),
    RELATIVE_PRICE,
)
_HELD = {
    "quantity_change": (Comparison.ABOVE, "min_quantity_growth"),
    "unit_value_change": (Comparison.AT_MOST, "max_unit_value_change"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "value": (Comparison.AT_LEAST, "min_value"),
}
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, _HELD),
    Figure("share_before", "Share a year before", "前年の割合", "%", Window.P12),
    Figure("share_gain", "Gain of share", "割合の上昇幅", "points", Window.L12_CHANGE, Comparison.AT_LEAST,
           "min_share_gain", key=True),
    Figure("total_quantity_change", "Change of the quantity of all origins", "全原産国の輸入数量の増減率",
           "%", Window.L12_CHANGE, Comparison.BELOW, "demand_change_below"),
)  # fmt: skip
_FELL_WITH_THE_WORLD: Final = f"unit_value_change met, {MOVED_WITH_THE_WORLD}"
EXPLANATION: Final = f"""\
{{share_gain.window}}, the share of {{origin}} in the imports of {{product}} into {{reporter}} went from \
{{share_before:percent}} to {{share:percent}}, a gain of {{share_gain:points}} \
(threshold {{share_gain.threshold:points}}). \
|| {{share_gain.window}}, the gain of share of {{origin}} in the imports of {{product}} into {{reporter}} is \
not known.
The quantity {{quantity_change:change}}. || The change in quantity is not known.
The quantity of all origins {{total_quantity_change:change}}. || The change of all origins is not known.
[total_quantity_change met] A share that grows while total imports fall raises the severity.
The import value was {{value:money}}. || The import value is not known.
The customs unit value {{unit_value_change:change}}. || The change of the customs unit value is not known.
{price_sentences(_FELL_WITH_THE_WORLD)}"""
EXPLANATION_JA: Final = f"""\
{{share_gain.window}}において、{{reporter}}の{{product}}の輸入に占める{{origin}}の割合は{{share_before:percent}}から\
{{share:percent}}へ{{share_gain:points}}上昇(基準{{share_gain.threshold:points}})。\
|| {{share_gain.window}}における{{reporter}}の{{product}}の輸入に占める{{origin}}の割合の上昇幅は不明。
輸入数量は{{quantity_change:change}}。|| 輸入数量の増減率は不明。
全原産国の輸入数量は{{total_quantity_change:change}}。|| 全原産国の輸入数量の増減率は不明。
[total_quantity_change met] 輸入全体が減少する中での割合の上昇であるため、重要度を一段階引き上げる。
輸入額は{{value:money}}。|| 輸入額は不明。
単価(課税価格ベース)は{{unit_value_change:price}}。|| 単価の増減率は不明。
{price_sentences_ja(_FELL_WITH_THE_WORLD)}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Share gain, growth and value floor; a falling unit value counts as the price test.

    Falling total imports raise the severity one step (handbook 7.2). The price is compared with the world's
    only where it fell: only then is a price statement made.
    """
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    now = months_of(Window.L12, view.month)
    before = year_before(now)
    share_before = share(view, before)
    gain = price.figures["share"] - share_before
    demand = growth(total(view, view.total_quantity, now), total(view, view.total_quantity, before))
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        at_least(gain, number(parameters, "min_share_gain")),
        above(price.figures["quantity_change"], number(parameters, "min_quantity_growth")),
    )
    fired, reason = decide(blocks(view, before[0], price.quantity, price.base_quantity), conditions)
    fell = at_most(price.figures["unit_value_change"], number(parameters, "max_unit_value_change")).met
    relative = price.figures["relative_unit_value_change"]
    confirmed = at_most(relative, number(parameters, RELATIVE_PRICE.name)).met & (view.production == 1.0)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: price.notes[Reason.WORLD_PRICE_MOVE] & fell}
    falling = below(demand, number(parameters, "demand_change_below")).met
    level = severity(fell, confirmed, notes[Reason.WORLD_PRICE_MOVE], raised=falling)
    columns = {"share_before": share_before, "share_gain": gain, "total_quantity_change": demand}
    return Signals(fired, reason, level, price.figures | columns, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor and a growing quantity: the gate before shares and unit values."""
    now = months_of(Window.L12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    grows = above(growth(quantity, base), number(parameters, "min_quantity_growth"))
    return both(at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")), grows)


RULE: Final = Rule(
    id="share-gain",
    revision=1,
    title="Share gain of one origin",
    title_ja="特定原産国のシェア拡大",
    family=Family.SURGE,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; L12 the 12 months ending at m, P12 the 12 before\n"
        "share(L12) - share(P12) >= min_share_gain, share = Q / Q of all origins\n"
        "Q(L12) / Q(P12) - 1 > min_quantity_growth\n"
        "V(L12) >= min_value\n"
        "price test  P(L12) / P(P12) - 1 <= max_unit_value_change (severity only)\n"
        "demand      Q of all origins(L12) / (P12) - 1 < demand_change_below (severity one step up)"
    ),
    legal_basis=(
        "Operator's choice; with falling total imports after Hillberry and McCalman (WPS6796): petitions "
        "follow a supply shock of named origins together with a negative demand shock"
    ),
    limits=(
        "A share means nothing in a file that holds one origin only.",
        "Total imports stand for demand: domestic sales are not in it.",
        "An origin without imports in the twelve months before is left to new-entrant.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
)
