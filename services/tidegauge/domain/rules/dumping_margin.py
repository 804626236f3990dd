"""Export price against normal value: a computed margin, which is an indication and no finding."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
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
from tidegauge.domain.rules.normal_value import (
    KINDS,
    READS,
    cif,
    compared,
    known_elsewhere,
    small_together,
)  # fmt: skip
from tidegauge.domain.rules.parts import concerned, only_where
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import months_of, total
from tidegauge.domain.trade_remedy.negligible import ADA_58, ADA_VOLUME, DUMPING_DE_MINIMIS
from tidegauge.domain.trade_remedy.normal_value import Step

_TEXT: Final = "text"
PARAMETERS: Final = (
    Parameter("min_margin", DUMPING_DE_MINIMIS, "fraction", "margin of the export price; less is de minimis",
              ADA_58),
    Parameter("min_share", ADA_VOLUME.single, "fraction",
              "share of all imports of the like product in L12; less is negligible", ADA_58),
    Parameter("together_above", ADA_VOLUME.together, "fraction",
              "unless the examined origins below min_share have more than this together", ADA_58),
    Parameter("min_value", Money(100_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_coverage", 0.9, "fraction", "part of the export quantity with a normal value", least=0.01,
              most=1.0),
    Parameter("freight_and_insurance", 0.0, "fraction",
              "part of a c.i.f. value that is freight and insurance to the border; 0: not stated, and a "
              "c.i.f. value is then not compared", least=0.0, most=0.9),
    Parameter("inland_costs", 0.0, "fraction",
              "part of the value at the border that arises after the factory gate; 0: excluded", least=0.0,
              most=0.9),
    Parameter("home_allowances", 0.0, "fraction",
              "part of other prices than constructed ones that arises after the factory gate; 0: excluded",
              least=0.0, most=0.9),
    Parameter("surrogate_legal_basis", "", _TEXT,
              "legal basis on which another country's price may stand for normal value; empty: it may not"),
    RELATIVE_PRICE,
)  # fmt: skip
_HELD = {
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "share": (Comparison.AT_LEAST, "min_share"),
    "value": (Comparison.AT_LEAST, "min_value"),
}
_STEPS: Final = {
    Step.HOME_MARKET: ("Home-market price of the exporting country", "輸出国の国内価格"),
    Step.THIRD_COUNTRY: ("Price of the exporting country to a third country", "第三国向け輸出価格"),
    Step.CONSTRUCTED: ("Constructed normal value", "構成価額"),
    Step.SURROGATE: ("Surrogate price of another country", "代替国の価格"),
}
_NO_VALUE = (Reason.NO_NORMAL_VALUE, Reason.FREIGHT_WEDGE_UNKNOWN)
FIGURES: Final = (
    Figure("margin", "Margin, part of the export price (weighted averages)", "マージン率(加重平均)", "%",
           Window.L12, Comparison.AT_LEAST, "min_margin", key=True, unknown=_NO_VALUE),
    *(Figure(KINDS[step], label, label_ja, "{currency}/kg", Window.L12,
             unknown=(Reason.NO_NORMAL_VALUE, Reason.NOT_THE_FIRST))
      for step, (label, label_ja) in _STEPS.items()),
    Figure("export_price", "Export price after stated allowances", "輸出価格(調整後)", "{currency}/kg",
           Window.L12, unknown=_NO_VALUE),
    Figure("coverage", "Part of the export quantity that was compared", "比較対象となった輸出数量の割合", "%",
           Window.L12, Comparison.AT_LEAST, "min_coverage", unknown=_NO_VALUE),
    Figure("margin_by_transaction", "Margin, transaction by transaction", "マージン率(取引対取引)", "%",
           Window.L12, unknown=(Reason.TRANSACTIONS_UNKNOWN,)),
    Figure("margin_of_pattern", "Margin, weighted average to pattern transactions",
           "マージン率(加重平均対個別取引)", "%", Window.L12, unknown=(Reason.TRANSACTIONS_UNKNOWN,)),
    Figure("small_together", "Share of the examined origins below the limit, together",
           "基準未満の調査対象国の合計割合", "%", Window.L12, Comparison.ABOVE, "together_above"),
    *shared_figures(Window.L12_CHANGE, _HELD),
)  # fmt: skip
EXPLANATION: Final = f"""\
{{margin.window}}, the export price of {{product}} from {{origin}} into {{reporter}}, \
{{export_price:unit_value}} after stated allowances, was compared month by month with normal value: the \
computed margin is \
{{margin:signed}} of the export price (de minimis below {{margin.threshold:size}}). This is an \
indication, not a finding. \
|| {{margin.window}}, no margin can be computed for {{product}} from {{origin}} into {{reporter}}.
Normal value is the home-market price of {{origin}}, {{home_market:unit_value}}.||
Normal value is the price of {{origin}} to a third country, {{third_country:unit_value}}.||
Normal value is constructed from cost, {{constructed:unit_value}}.||
Normal value is a surrogate price of another country, {{surrogate:unit_value}}, by the operator's setting.||
{{coverage:percent}} of the quantity could be compared.||
Transactions are not known: only weighted averages are compared, without zeroing.
The origin has {{share:percent}} of all imports of the product (negligible below \
{{share.threshold:percent}}). \
|| Its share of the imports of the product is not known.
[share not met, small_together met] The examined origins below that limit have \
{{small_together:percent}} together, more than {{small_together.threshold:percent}}.||
{price_sentences(world_move_when="")}"""
EXPLANATION_JA: Final = f"""\
{{margin.window}}における{{reporter}}の{{origin}}からの{{product}}の輸出価格(調整後、{{export_price:unit_value}})を\
正常の価額と月ごとに比較した結果、計算上のマージン率は輸出価格の{{margin:signed}}\
(僅少の基準:{{margin.threshold:size}}未満)。この計算値は端緒にすぎず、不当廉売の認定ではない。\
|| {{margin.window}}における{{reporter}}の{{origin}}からの{{product}}のマージン率は計算できない。
正常の価額は{{origin}}の国内価格({{home_market:unit_value}})。||
正常の価額は{{origin}}の第三国向け輸出価格({{third_country:unit_value}})。||
正常の価額は構成価額({{constructed:unit_value}})。||
正常の価額は運用者の設定に基づく代替国の価格({{surrogate:unit_value}})。||
輸出数量の{{coverage:percent}}が比較対象。||
個別取引が不明のため、加重平均同士の比較のみで、ゼロイングは行わない。
当該原産国の輸入割合は{{share:percent}}(無視できる量の基準:{{share.threshold:percent}}未満)。\
|| 当該原産国の輸入割合は不明。
[share not met, small_together met] 基準未満の調査対象国の合計は{{small_together:percent}}\
(基準:{{small_together.threshold:percent}}超)。||
{price_sentences_ja(world_move_when="")}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A margin of at least 2 % of the export price, and a volume that is not negligible (ADA 2, 5.8).

    Without a normal value, or with a c.i.f. value and no statement of freight, the rule cannot speak.
    """
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    now = months_of(Window.L12, view.month)
    found = compared(view, parameters, now)
    unstated = cif(view) & (number(parameters, "freight_and_insurance") == 0.0)
    margin = np.where(unstated, np.nan, found.margin)
    together = _together(view, parameters, np.isfinite(found.normal_value))
    floor = amount(view, parameters, "min_value")
    conditions = (
        at_least(margin, number(parameters, "min_margin"), Reason.NO_NORMAL_VALUE),
        _counts(price.figures["share"], together, parameters),
        convertible(floor),
        at_least(price.figures["value"], floor),
    )
    stops = blocks(view, now[0], price.quantity, price.base_quantity, speaks_of_new=True)
    known = np.isfinite(found.normal_value)
    fired, reason = decide([*stops, (Reason.FREIGHT_WEDGE_UNKNOWN, unstated & known)], conditions)
    relative = price.figures["relative_unit_value_change"]
    fell = at_most(relative, number(parameters, RELATIVE_PRICE.name)).met
    nowhere = np.zeros(len(view), dtype=np.bool_)
    level = severity(fired, fell & (view.production == 1.0), nowhere)
    columns = {
        "margin": margin,
        **{KINDS[step]: np.where(found.step == step, found.normal_value, np.nan) for step in Step},
        "export_price": np.where(unstated, np.nan, found.export_price),
        "coverage": found.coverage,
        "margin_by_transaction": np.full(len(view), np.nan),
        "margin_of_pattern": np.full(len(view), np.nan),
        "small_together": together,
    }
    notes = price.notes | {
        Reason.WORLD_PRICE_MOVE: nowhere,
        Reason.NO_NORMAL_VALUE: ~known,
        Reason.ALLOWANCES_EXCLUDED: known & (number(parameters, "inland_costs") == 0.0),
    }
    return Signals(fired, reason, level, columns | price.figures, notes)


def _together(view: PanelView, parameters: Parameters, asked: Bools) -> Floats:
    """[n] the share of the examined origins below the limit, NaN where not asked.

    Examined are the origins for which some normal value is known.
    """
    now, rows = months_of(Window.L12, view.month), np.flatnonzero(asked)
    if not rows.size:
        return np.full(len(view), np.nan)
    origins = view.origins(rows, *now)
    books = view.books.of_origins(rows[origins.row], origins.origin)
    examined = known_elsewhere(books, parameters, view.columns(*now))
    found = np.full(len(view), np.nan)
    found[rows] = small_together(origins, len(rows), examined, number(parameters, "min_share"))
    return found


def _counts(share: Floats, together: Floats, parameters: Parameters) -> Condition:
    """A volume that is not negligible: at least 3 % of imports, or more than 7 % with other small ones."""
    alone = at_least(share, number(parameters, "min_share"))
    jointly = above(together, number(parameters, "together_above"))
    return Condition(alone.met | (alone.known & jointly.met), alone.known, alone.unknown)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] a product with a published normal value, and the value floor."""
    priced: Bools = np.logical_or.reduce([glance.concerns(Read("prices", kind)) for kind in KINDS.values()])
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    return priced & at_least(value, amount(glance, parameters, "min_value")).met


RULE: Final = Rule(
    id="dumping-margin",
    revision=1,
    title="Computed dumping margin",
    title_ja="計算上の不当廉売差額",
    family=Family.DUMPING,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these, over L12, the 12 months ending at m\n"
        "margin       sum(NV(t) Q(t) - X(t)) / sum X(t) >= min_margin, over months t with a normal value\n"
        "NV(t)        first available of home market, third country, constructed, surrogate (by setting)\n"
        "X(t)         customs value less freight and insurance (c.i.f. feeds) and inland costs, as stated\n"
        "volume       share of Q of all origins >= min_share, or the examined origins below it\n"
        "             together > together_above\n"
        "V(L12) >= min_value"
    ),
    legal_basis=(
        "WTO Anti-Dumping Agreement Art. 2.1, 2.2, 2.4, 2.4.2 (weighted averages, no zeroing) and 5.8; a "
        "computed margin is an indication for an examination, not a determination of dumping"
    ),
    limits=(
        "Published prices are no single sales: T-T and W-T are not computable.",
        "Whether home sales are representative and in the ordinary course (Art. 2.2, 2.2.1) is not tested.",
        "Methods are never combined; zeroing in W-T is contested (DS464, DS534), and none is done.",
        "The export price is a customs unit value: the mix of grades and models moves it.",
        "Allowances that are not stated are left out, which makes the margin of an f.o.b. feed smaller.",
        "Prices are converted at monthly average rates, not at the rate of the date of sale (Art. 2.4.1).",
    ),
    may_fire=may_fire,
    evaluate=only_where(concerned(READS), Reason.NO_NORMAL_VALUE, FIGURES, evaluate),
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.NO_NORMAL_VALUE,
        Reason.FREIGHT_WEDGE_UNKNOWN,
        Reason.TRANSACTIONS_UNKNOWN,
        Reason.NOT_THE_FIRST,
        Reason.ALLOWANCES_EXCLUDED,
    ),
    reads=READS,
)  # fmt: skip
