"""What imports do to domestic prices: undercutting at landed cost, depression, suppression (ADA 3.2)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.codes import country_number
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    Condition,
    above,
    amount,
    at_least,
    at_most,
    blocks,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.normal_value import cif
from tidegauge.domain.rules.parts import concerned, only_where
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.sentences import MOVED_WITH_THE_WORLD, price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, holds, mean, months_of, ratio, total, year_before
from tidegauge.domain.trade_remedy.landed import landed_cost, suppression, undercutting

READS: Final = (Read("prices", "domestic"), Read("tariff"))
PARAMETERS: Final = (
    Parameter("min_undercutting", 0.05, "fraction", "part of the domestic price that imports lie below it"),
    Parameter("max_domestic_change", -0.05, "fraction", "change of the domestic price that is a depression"),
    Parameter("min_suppression", 0.05, "fraction",
              "points by which the domestic price stays behind a rise of domestic cost"),
    Parameter("min_share", 0.03, "fraction", "share of all origins' quantity in L12"),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_coverage", 0.9, "fraction", "part of the import quantity with a domestic price",
              least=0.01, most=1.0),
    Parameter("freight_and_insurance", 0.0, "fraction",
              "freight and insurance to the border as a part of an f.o.b. value; 0: excluded, and said so",
              least=0.0, most=2.0),
    RELATIVE_PRICE,
)  # fmt: skip
_HELD = {
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "share": (Comparison.AT_LEAST, "min_share"),
    "value": (Comparison.AT_LEAST, "min_value"),
}
_NO_PRICE = (Reason.NO_DOMESTIC_PRICE,)
FIGURES: Final = (
    Figure("undercutting", "Undercutting of the domestic price at landed cost", "国内価格の下回り率", "%",
           Window.L12, Comparison.AT_LEAST, "min_undercutting", key=True, unknown=_NO_PRICE),
    Figure("domestic_price", "Price of the domestic producers", "国内生産者の価格", "{currency}/kg",
           Window.L12, unknown=_NO_PRICE),
    Figure("landed_cost", "Landed cost of the imports", "輸入品の国内到着価格", "{currency}/kg", Window.L12,
           unknown=_NO_PRICE),
    Figure("duty", "Duty in it", "うち関税率", "%", Window.MONTH, unknown=(Reason.DUTY_EXCLUDED,)),
    Figure("freight", "Freight and insurance added", "加算した運賃・保険料", "%", Window.L12,
           unknown=(Reason.FREIGHT_EXCLUDED, Reason.NOT_APPLICABLE)),
    Figure("coverage", "Part of the imports that was compared", "比較対象となった輸入数量の割合", "%",
           Window.L12, Comparison.AT_LEAST, "min_coverage", unknown=_NO_PRICE),
    Figure("domestic_change", "Change of the domestic price", "国内価格の増減率", "%", Window.L12_CHANGE,
           Comparison.AT_MOST, "max_domestic_change", unknown=_NO_PRICE),
    Figure("cost_change", "Change of the domestic cost", "国内コストの増減率", "%", Window.L12_CHANGE,
           unknown=(Reason.COST_UNKNOWN,)),
    Figure("suppression", "Rise of cost that the domestic price did not follow",
           "国内価格に転嫁されなかったコスト上昇", "points", Window.L12_CHANGE, Comparison.AT_LEAST,
           "min_suppression", unknown=(Reason.NO_DOMESTIC_PRICE, Reason.COST_UNKNOWN)),
    *shared_figures(Window.L12_CHANGE, _HELD),
)  # fmt: skip
_WORLD: Final = f"domestic_change met, {MOVED_WITH_THE_WORLD}"
EXPLANATION: Final = f"""\
{{undercutting.window}}, imports of {{product}} from {{origin}} into {{reporter}} cost \
{{landed_cost:unit_value}} landed against a domestic price of {{domestic_price:unit_value}}: a part of \
{{undercutting:signed}} below it \
(threshold {{undercutting.threshold:size}}). \
|| {{undercutting.window}}, the landed cost of {{product}} from {{origin}} into {{reporter}} cannot be held \
against a domestic price.
The landed cost holds a duty of {{duty:percent}}.|| The duty is not known and excluded.
It holds freight and insurance of {{freight:percent}}.||
The domestic price {{domestic_change:change}} on the year before.|| How it moved is not known.
[domestic_change met] That is a depression beyond the threshold of {{domestic_change.threshold:size}}.||
Domestic cost {{cost_change:change}}. || Domestic cost is not known, so suppression cannot be judged.
[suppression met] The price stayed {{suppression:points}} behind it (threshold \
{{suppression.threshold:points}}).||
The origin has {{share:percent}} of all imports, and its quantity {{quantity_change:change}}.||
{price_sentences(_WORLD)}"""
EXPLANATION_JA: Final = f"""\
{{undercutting.window}}における{{reporter}}の{{origin}}からの{{product}}の国内到着価格は\
{{landed_cost:unit_value}}、国内価格は{{domestic_price:unit_value}}で、下回り率は{{undercutting:signed}}\
(基準{{undercutting.threshold:size}})。\
|| {{undercutting.window}}における{{reporter}}の{{origin}}からの{{product}}の到着価格は比較できない。
到着価格には関税{{duty:percent}}を含む。|| 関税率は不明のため含まない。
到着価格には運賃・保険料{{freight:percent}}を含む。||
国内価格は前年比で{{domestic_change:price}}。|| 国内価格の動きは不明。
[domestic_change met] これは基準({{domestic_change.threshold:size}})を超える価格の押下げに当たる。||
国内コストは{{cost_change:price}}。|| 国内コストは不明のため、価格上昇の抑制は判断できない。
[suppression met] 国内価格の上昇はコストを{{suppression:points}}下回った\
(基準{{suppression.threshold:points}})。||
全輸入に占める割合は{{share:percent}}、輸入数量は{{quantity_change:change}}。||
{price_sentences_ja(_WORLD)}"""


@dataclass(frozen=True, slots=True)
class _Levels:
    """Import and domestic prices over L12, weighted by the imports of the months with both."""

    domestic: Floats
    landed: Floats
    coverage: Floats


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Undercutting, depression or suppression, by an origin of some share and value.

    Domestic cost is a constructed price of the reporter's own producers. Without a domestic price the rule
    cannot speak; duty or freight that is not known is left out of the landed cost, and that is noted.
    """
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    now = months_of(Window.L12, view.month)
    domestic = view.books.prices("domestic").values
    duty, freight = view.books.tariff(), number(parameters, "freight_and_insurance")
    added = np.where(cif(view), 0.0, freight)
    levels = _levels(view, domestic, added, duty)
    known = levels.coverage >= number(parameters, "min_coverage")
    gap = np.where(known, undercutting(levels.domestic, levels.landed), np.nan)
    change = growth(mean(view, domestic, now), mean(view, domestic, year_before(now)))
    cost = _domestic_cost(view)
    cost_change = growth(mean(view, cost, now), mean(view, cost, year_before(now)))
    behind = suppression(cost_change, change)
    floor = amount(view, parameters, "min_value")
    conditions = (
        _any(
            at_least(gap, number(parameters, "min_undercutting"), Reason.NO_DOMESTIC_PRICE),
            at_most(change, number(parameters, "max_domestic_change"), Reason.NO_DOMESTIC_PRICE),
            at_least(behind, number(parameters, "min_suppression"), Reason.COST_UNKNOWN),
        ),
        at_least(price.figures["share"], number(parameters, "min_share")),
        convertible(floor),
        at_least(price.figures["value"], floor),
    )
    stops = blocks(view, now[0], price.quantity, price.base_quantity, speaks_of_new=True)
    fired, reason = decide(stops, conditions)
    depressed = conditions[0].met & at_most(change, number(parameters, "max_domestic_change")).met
    notes = price.notes | {
        Reason.WORLD_PRICE_MOVE: price.notes[Reason.WORLD_PRICE_MOVE] & depressed,
        Reason.NO_DOMESTIC_PRICE: ~np.isfinite(levels.domestic),
        Reason.DUTY_EXCLUDED: ~np.isfinite(duty),
        Reason.FREIGHT_EXCLUDED: ~cif(view) & (freight == 0.0),
    }
    relative = price.figures["relative_unit_value_change"]
    confirmed = at_most(relative, number(parameters, RELATIVE_PRICE.name)).met & (view.production == 1.0)
    grows = above(price.figures["quantity_change"], 0.0).met
    level = severity(grows, confirmed, notes[Reason.WORLD_PRICE_MOVE])
    columns = {
        "undercutting": gap,
        "domestic_price": levels.domestic,
        "landed_cost": levels.landed,
        "duty": duty,
        "freight": np.where(added > 0.0, added, np.nan),
        "coverage": levels.coverage,
        "domestic_change": change,
        "cost_change": cost_change,
        "suppression": behind,
    }
    return Signals(fired, reason, level, columns | price.figures, notes)


def _levels(view: PanelView, domestic: Floats, freight: Floats, duty: Floats) -> _Levels:
    """Each month's landed cost against that month's domestic price, over L12."""
    now = months_of(Window.L12, view.month)
    if not holds(view, now):
        unknown = np.full(len(view), np.nan)
        return _Levels(unknown, unknown, unknown)
    window = view.columns(*now)
    both = np.isfinite(domestic[:, window])
    everything = view.paired_quantity[:, window]
    quantity = np.where(both, everything, 0.0)
    value = np.where(both, view.paired_value[:, window], 0.0)
    there = np.where(both, domestic[:, window], 0.0) * quantity
    paid, sold = ratio(value.sum(axis=1), quantity.sum(axis=1)), quantity.sum(axis=1)
    landed = landed_cost(paid, paid * freight, np.where(np.isfinite(duty), duty, 0.0))
    return _Levels(ratio(there.sum(axis=1), sold), landed, ratio(sold, everything.sum(axis=1)))


def _domestic_cost(view: PanelView) -> Floats:
    """[n, T] the constructed price of the reporter's own producers, NaN where there is none."""
    home = np.array([country_number(feed.reporter) for feed in view.feeds], np.int64)[view.feed]
    return view.books.of_origins(np.arange(len(view)), home).prices("constructed").values


def _any(undercut: Condition, *others: Condition) -> Condition:
    """One of the effects; it is judged wherever undercutting is known, or another one is met."""
    met = np.logical_or.reduce([undercut.met, *(other.met for other in others)])
    return Condition(met, undercut.known | met, undercut.unknown)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] a product with a published domestic price, and the value floor."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    floor = amount(glance, parameters, "min_value")
    return glance.concerns(READS[0]) & at_least(value, floor).met


RULE: Final = Rule(
    id="price-effects",
    revision=1,
    title="Effects of imports on domestic prices",
    title_ja="輸入の国内価格への影響",
    family=Family.PRICE,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: one of the effects, and share and value; L12 the 12 months ending at m, P12 the 12 before\n"
        "landed       P (1 + freight_and_insurance) (1 + duty), freight on f.o.b. feeds alone\n"
        "undercutting 1 - landed(L12) / domestic price(L12) >= min_undercutting\n"
        "depression   domestic price(L12) / (P12) - 1 <= max_domestic_change\n"
        "suppression  change of domestic cost - change of domestic price >= min_suppression, cost rising\n"
        "share of Q(L12) >= min_share and V(L12) >= min_value\n"
        "volume       Q(L12) > Q(P12) (severity only)"
    ),
    legal_basis=(
        "WTO Anti-Dumping Agreement Art. 3.2; SCM Agreement Art. 15.2: undercutting, depression, suppression "
        "are factors of injury, weighed by the authority; the thresholds are the operator's choice"
    ),
    limits=(
        "The agreements ask for significant effects and set no number.",
        "A customs unit value is no price at the same level of trade; costs from the border on are excluded.",
        "Depression and suppression are correlations here: other causes are not ruled out (Art. 3.5).",
        "The duty is the rate of the month under evaluation, without rates inside quotas.",
    ),
    may_fire=may_fire,
    evaluate=only_where(concerned(READS[:1]), Reason.NO_DOMESTIC_PRICE, FIGURES, evaluate),
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.NO_DOMESTIC_PRICE,
        Reason.COST_UNKNOWN,
        Reason.DUTY_EXCLUDED,
        Reason.FREIGHT_EXCLUDED,
    ),
    reads=READS,
)
