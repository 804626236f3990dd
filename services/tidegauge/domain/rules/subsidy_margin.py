"""Known subsidy programmes of an origin, ad valorem, each counted once: an indication, and no finding."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.codes import country_number
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.records.subsidy import KINDS
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
from tidegauge.domain.rules.normal_value import small_together
from tidegauge.domain.rules.parts import concerned, only_where
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.programmes import KIND_LABELS, UNSTATED, Programmes, in_words, programmes
from tidegauge.domain.rules.sentences import MOVED_WITH_THE_WORLD, price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import months_of, total
from tidegauge.domain.trade_remedy.developing import LISTED, least_developed
from tidegauge.domain.trade_remedy.negligible import (
    DEVELOPING_DE_MINIMIS,
    SCM_119,
    SCM_2710,
    SCM_DEVELOPING_VOLUME,
    SUBSIDY_DE_MINIMIS,
)

READS: Final = (Read("subsidies"),)
PARAMETERS: Final = (
    Parameter("min_benefit", SUBSIDY_DE_MINIMIS, "fraction", "benefit ad valorem; less is de minimis",
              SCM_119),
    Parameter("developing_benefit_above", DEVELOPING_DE_MINIMIS, "fraction",
              "benefit ad valorem of a developing member; at most this is de minimis", SCM_2710),
    Parameter("developing_min_share", SCM_DEVELOPING_VOLUME.single, "fraction",
              "share of imports in L12, developing members alone; less is negligible", SCM_2710),
    Parameter("developing_together_above", SCM_DEVELOPING_VOLUME.together, "fraction",
              "unless such developing members have more than this together", SCM_2710),
    Parameter("developing_origins", "", "text",
              "origins, two letters each, that the operator's law treats as developing members besides the "
              "least-developed countries of the United Nations' list", LISTED),
    Parameter("min_value", Money(100_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("max_unit_value_change", -0.05, "fraction", "a fall that counts as the price test"),
    RELATIVE_PRICE,
)  # fmt: skip
_HELD = {
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "unit_value_change": (Comparison.AT_MOST, "max_unit_value_change"),
    "value": (Comparison.AT_LEAST, "min_value"),
}
_NONE = (Reason.NO_PROGRAMME, Reason.BENEFIT_UNKNOWN)
FIGURES: Final = (
    Figure("benefit", "Benefit of known programmes ad valorem", "既知の補助金の従価率", "%", Window.MONTH,
           Comparison.AT_LEAST, "min_benefit", key=True, unknown=_NONE),
    *(Figure(kind, label, label_ja, "%", Window.MONTH, unknown=_NONE)
      for kind, (label, label_ja) in KIND_LABELS.items()),
    Figure("programmes", "Programmes known", "既知の補助金制度の数", "programmes", Window.MONTH),
    Figure("unmeasured", "Programmes without a known benefit", "利益額が不明な制度の数", "programmes",
           Window.MONTH),
    Figure("prohibited", "Programmes said to be prohibited", "禁止補助金とされる制度の数", "programmes",
           Window.MONTH),
    Figure("found", "Programmes that an authority found", "当局が認定した制度の数", "programmes",
           Window.MONTH),
    Figure("in_words", "What is known of the programmes", "制度の内容", "text", Window.MONTH,
           unknown=(Reason.NO_PROGRAMME, Reason.NOT_EVALUATED)),
    Figure("missing", "Missing before it could carry a petition", "申請に不足する情報", "text", Window.MONTH,
           unknown=(Reason.NO_PROGRAMME, Reason.NOT_APPLICABLE)),
    Figure("developing", "Treated as a developing member", "途上国として扱う", "yes/no", Window.MONTH),
    Figure("small_together", "Share of small developing members together", "基準未満の途上国の合計割合", "%",
           Window.L12, Comparison.ABOVE, "developing_together_above", unknown=(Reason.NOT_APPLICABLE,)),
    *shared_figures(Window.L12_CHANGE, _HELD),
)  # fmt: skip
EXPLANATION: Final = f"""\
{{benefit.window}}, the known subsidy programmes of {{origin}} for {{product}} come to \
{{benefit:percent}} ad valorem (de minimis below {{benefit.threshold:size}}; for a developing member up to \
the higher limit). This is an indication, not a finding. \
|| {{benefit.window}}, no benefit of a subsidy programme of {{origin}} for {{product}} is known.
Programmes counted, each once: {{programmes:count}}, of them found by an authority: {{found:count}}, said \
to be prohibited: {{prohibited:count}}, without a known benefit: {{unmeasured:count}}.
They are: {{in_words:text}}.||
Missing before they could carry a petition: {{missing:text}}.||
The origin has {{share:percent}} of the imports of {{product}} into {{reporter}}, worth {{value:money}} in \
the last twelve months.|| Its share of the imports is not known.
The quantity {{quantity_change:change}}, the customs unit value {{unit_value_change:change}}.||
{price_sentences(f"unit_value_change met, {MOVED_WITH_THE_WORLD}")}"""
EXPLANATION_JA: Final = f"""\
{{benefit.window}}における{{origin}}の{{product}}に関する既知の補助金は、合計で従価{{benefit:percent}}\
(僅少の基準:{{benefit.threshold:size}}未満、途上国はより高い基準)。この値は端緒にすぎず、補助金の認定ではない。\
|| {{benefit.window}}において、{{origin}}の{{product}}に関する補助金の利益は不明。
制度の数(重複なし):{{programmes:count}}、うち当局の認定:{{found:count}}、禁止補助金とされるもの:\
{{prohibited:count}}、利益額不明:{{unmeasured:count}}。
内容:{{in_words:text}}。||
申請に不足する情報:{{missing:text}}。||
{{reporter}}の{{product}}の輸入に占める割合は{{share:percent}}、直近一年の輸入額は{{value:money}}。\
|| 輸入に占める割合は不明。
輸入数量は{{quantity_change:change}}、単価(課税価格ベース)は{{unit_value_change:price}}。||
{price_sentences_ja(f"unit_value_change met, {MOVED_WITH_THE_WORLD}")}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A known benefit that is not de minimis; for developing members a volume that is not negligible.

    SCM 11.9 sets no number for negligible volumes of other members, and none is invented here.
    """
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    now = months_of(Window.L12, view.month)
    known, developing = programmes(view.books, len(view)), _developing(view.origin, view.month, parameters)
    some = known.number > 0.0
    benefit = np.where(known.number > known.unmeasured, known.by_kind.sum(axis=1), np.nan)
    share, together = price.figures["share"], _together(view, parameters, some & developing)
    floor = amount(view, parameters, "min_value")
    conditions = (
        Condition(some, some, Reason.NO_PROGRAMME),
        _counts(benefit, developing, parameters),
        _volume(share, together, developing, parameters),
        convertible(floor),
        at_least(price.figures["value"], floor),
    )
    stops = blocks(view, now[0], price.quantity, price.base_quantity, speaks_of_new=True)
    fired, reason = decide(stops, conditions)
    fell = at_most(price.figures["unit_value_change"], number(parameters, "max_unit_value_change")).met
    tests = fell & above(price.figures["quantity_change"], 0.0).met
    relative = price.figures["relative_unit_value_change"]
    confirmed = at_most(relative, number(parameters, RELATIVE_PRICE.name)).met & (view.production == 1.0)
    notes = price.notes | {
        Reason.WORLD_PRICE_MOVE: price.notes[Reason.WORLD_PRICE_MOVE] & fell,
        Reason.NO_PROGRAMME: ~some,
    }
    level = severity(tests, confirmed, notes[Reason.WORLD_PRICE_MOVE])
    said, missing = in_words(known, fired)
    columns = _columns(known, benefit) | {
        "in_words": _told(said),
        "missing": _told(missing),
        "developing": developing.astype(np.float64),
        "small_together": together,
        "programmes": known.number,
    }
    words = {"in_words": said, "missing": missing}
    return Signals(fired, reason, level, columns | price.figures, notes, words)


def _columns(known: Programmes, benefit: Floats) -> dict[str, Floats]:
    unknown = np.isnan(benefit)
    kinds = {
        kind: np.where(unknown, np.nan, known.by_kind[:, place])
        for place, kind in enumerate((*KINDS, UNSTATED))
    }
    counts = {"unmeasured": known.unmeasured, "prohibited": known.prohibited, "found": known.found}
    return {"benefit": benefit, **kinds, **counts}


def _told(texts: tuple[str, ...]) -> Floats:
    """[n] 1 where there is a text, else NaN."""
    return np.array([1.0 if text else np.nan for text in texts], np.float64)


def _developing(origin: Ints, month: int, parameters: Parameters) -> Bools:
    """[n] origins on the United Nations' list in the month, or named by the operator."""
    named = {*str(parameters["developing_origins"]).replace(",", " ").split(), *least_developed(month)}
    found: Bools = np.isin(origin, [country_number(code) for code in sorted(named)])
    return found


def _counts(benefit: Floats, developing: Bools, parameters: Parameters) -> Condition:
    """The benefit is not de minimis: at least 1 %, of a developing member more than 2 %."""
    plain = at_least(benefit, number(parameters, "min_benefit"), Reason.BENEFIT_UNKNOWN)
    more = above(benefit, number(parameters, "developing_benefit_above"), Reason.BENEFIT_UNKNOWN)
    return Condition(np.where(developing, more.met, plain.met), plain.known, plain.unknown)


def _volume(share: Floats, together: Floats, developing: Bools, parameters: Parameters) -> Condition:
    """Of a developing member at least 4 % of imports, or more than 9 % together with other small ones."""
    alone = at_least(share, number(parameters, "developing_min_share"))
    jointly = above(together, number(parameters, "developing_together_above"))
    met = ~developing | alone.met | (alone.known & jointly.met)
    return Condition(met, ~developing | alone.known, alone.unknown)


def _together(view: PanelView, parameters: Parameters, asked: Bools) -> Floats:
    """[n] the share of the small developing members with known programmes, NaN where not asked."""
    found, rows = np.full(len(view), np.nan), np.flatnonzero(asked)
    if not rows.size:
        return found
    origins = view.origins(rows, *months_of(Window.L12, view.month))
    some = np.zeros(len(origins.row), np.bool_)
    some[view.books.of_origins(rows[origins.row], origins.origin).subsidies().row] = True
    examined = some & _developing(origins.origin, view.month, parameters)
    found[rows] = small_together(origins, len(rows), examined, number(parameters, "developing_min_share"))
    return found


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] a product that a known programme concerns, and the value floor."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    floor = amount(glance, parameters, "min_value")
    return glance.concerns(READS[0]) & at_least(value, floor).met


RULE: Final = Rule(
    id="subsidy-margin",
    revision=1,
    title="Known subsidies ad valorem",
    title_ja="既知の補助金(従価率)",
    family=Family.SUBSIDY,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these\n"
        "benefit    sum over distinct programmes in force in m of the benefit ad valorem >= min_benefit,\n"
        "           of a developing member > developing_benefit_above\n"
        "volume     developing members only: share of Q(L12) >= developing_min_share, or those below it\n"
        "           together > developing_together_above\n"
        "V(L12) >= min_value\n"
        "price test P(L12) / P(P12) - 1 <= max_unit_value_change with growing Q (severity only)"
    ),
    legal_basis=(
        "WTO Agreement on Subsidies and Countervailing Measures Art. 1, 2, 3, 11.9, 14 and 27.10; what is "
        "known of programmes is an indication for an examination, not a determination of subsidisation"
    ),
    limits=(
        "Only programmes on record count; whether this exporter received them is not known.",
        "Of several words on one programme an authority's finding counts first, then the lower rate.",
        "SCM 11.9 sets no number for a negligible volume of other than developing members: none is tested.",
        "Which members are developing is for the importer's law; built in is the UN's list of 2024.",
    ),
    may_fire=may_fire,
    evaluate=only_where(concerned(READS), Reason.NO_PROGRAMME, FIGURES, evaluate),
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.NO_PROGRAMME,
        Reason.BENEFIT_UNKNOWN,
    ),
    reads=READS,
)
