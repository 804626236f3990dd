"""Lines declared below a published reference or trigger price, and the duty that this allows."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Audience, Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import at_least, decide, number
from tidegauge.domain.rules.conditions import below as under
from tidegauge.domain.rules.normal_value import cif
from tidegauge.domain.rules.parts import concerned, only_where
from tidegauge.domain.rules.reference_prices import (
    READS,
    References,
    below,
    references,
    volume_exceeded,
)  # fmt: skip
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import ratio, unit_value

PARAMETERS: Final = (
    Parameter("min_lines_below", 1.0, "lines", "lines of the month below the price", least=1.0),
    Parameter("min_share_below", 0.0, "fraction", "their share of the lines of the month"),
)
_NONE: Final = (Reason.NO_LINES, Reason.NO_TRIGGER_PRICE, Reason.VALUE_NOT_CIF)
FIGURES: Final = (
    Figure("lines_below", "Lines below the price, no fewer than", "基準価格を下回る申告件数(少なくとも)",
           "lines", Window.MONTH, Comparison.AT_LEAST, "min_lines_below", key=True, unknown=_NONE),
    Figure("share_below", "Their share of the lines", "申告件数に占める割合", "%", Window.MONTH,
           Comparison.AT_LEAST, "min_share_below", unknown=_NONE),
    Figure("lines", "Lines of the month that can be compared", "比較可能な申告件数", "lines", Window.MONTH,
           unknown=_NONE),
    Figure("reference_price", "Published price", "公表された基準価格", "{currency}/kg", Window.MONTH,
           unknown=_NONE),
    Figure("reference_name", "Who set it", "基準価格の根拠", "text", Window.MONTH, unknown=_NONE),
    Figure("per_gross_kg", "Per gross kilogram", "総重量当たり", "yes/no", Window.MONTH, unknown=_NONE),
    Figure("declared_unit_value", "Average declared unit value", "申告単価の平均", "{currency}/kg",
           Window.MONTH, unknown=_NONE),
    Figure("shortfall", "Mean part by which those lines lie below it", "下回り幅の平均", "%", Window.MONTH,
           unknown=(*_NONE, Reason.NOT_APPLICABLE)),
    Figure("special_safeguard", "Trigger price of a special safeguard", "特別セーフガードの発動基準価格",
           "yes/no", Window.MONTH, unknown=_NONE),
    Figure("additional_duty", "Additional duty that it allows on those lines, on average",
           "当該申告に課し得る追加関税(平均)", "{currency}/kg", Window.MONTH,
           unknown=(*_NONE, Reason.NOT_APPLICABLE)),
)  # fmt: skip
EXPLANATION: Final = """\
{lines.window}, at least {lines_below:count} of {lines:count} lines of {product} from {origin} into \
{reporter} ({share_below:percent}) were declared below the published price of {reference_price:unit_value} \
({reference_name:text}). || {lines.window}, the lines of {product} from {origin} into {reporter} cannot be \
held to a published price.
On average they lie {shortfall:percent} below it.||
The average declared unit value was {declared_unit_value:unit_value}.||
On these lines the special safeguard allows an additional duty of {additional_duty:unit_value} on average; \
lines under a quota are left out.||
A reference price does not replace the customs value. The single lines are for the authority."""
EXPLANATION_JA: Final = """\
{lines.window}における{reporter}の{origin}からの{product}の申告{lines:count}件のうち少なくとも{lines_below:count}件\
({share_below:percent})が公表された基準価格{reference_price:unit_value}({reference_name:text})を下回った。\
|| {lines.window}における{reporter}の{origin}からの{product}の申告は基準価格と比較できない。
下回り幅は平均{shortfall:percent}。||
申告単価の平均は{declared_unit_value:unit_value}。||
特別セーフガードにより課し得る追加関税は平均{additional_duty:unit_value}(関税割当内の申告を除く)。||
基準価格は課税価格に代わるものではない。個々の申告は当局のみが閲覧できる。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Lines of the month surely below the price; a special safeguard's goes before a surveillance price.

    A trigger price is held to c.i.f. values alone, and not while the volume trigger of the same safeguard is
    in force: volume and price are never used at once (Agreement on Agriculture, Art. 5.1).
    """
    held_to, declared = references(view), view.lines.declared()
    found = below(view, held_to)
    not_cif = held_to.safeguard & ~cif(view)
    volume = held_to.safeguard & volume_exceeded(view)
    known = declared & np.isfinite(held_to.price) & ~not_cif
    lines = found.lines.astype(np.float64)
    columns = {
        "lines_below": found.below.astype(np.float64),
        "share_below": ratio(found.below.astype(np.float64), lines),
        "lines": lines,
        "reference_price": held_to.price,
        "reference_name": np.ones(len(view)),
        "per_gross_kg": held_to.gross.astype(np.float64),
        "declared_unit_value": _declared(view, held_to),
        "shortfall": found.shortfall,
        "special_safeguard": held_to.safeguard.astype(np.float64),
        "additional_duty": found.duty,
    }
    figures = {name: np.where(known, column, np.nan) for name, column in columns.items()}
    conditions = (
        at_least(figures["lines_below"], number(parameters, "min_lines_below")),
        at_least(figures["share_below"], number(parameters, "min_share_below")),
    )
    stops = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NO_LINES, ~declared),
        (Reason.NO_TRIGGER_PRICE, np.isnan(held_to.price)),
        (Reason.VALUE_NOT_CIF, not_cif),
        (Reason.VOLUME_TRIGGER_IN_FORCE, volume),
        (Reason.NO_TRADE, found.lines == 0),
    ]
    fired, reason = decide(stops, conditions)
    average = under(figures["declared_unit_value"], held_to.price).met
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = {
        Reason.NO_LINES: ~declared,
        Reason.NO_TRIGGER_PRICE: np.isnan(held_to.price),
        Reason.VALUE_NOT_CIF: not_cif,
        Reason.VOLUME_TRIGGER_IN_FORCE: volume,
    }
    words = {"reference_name": held_to.name}
    return Signals(fired, reason, severity(average, nowhere, nowhere), figures, notes, words)


def _declared(view: PanelView, held_to: References) -> Floats:
    """[n] value a kg of the month, of gross mass where the price is per gross kg."""
    gross_kg, value = view.lines.gross(view.month, view.month)
    return np.where(held_to.gross, ratio(value, gross_kg), unit_value(view, (view.month, view.month)))


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] lines of the month, of a product with a published reference or trigger price."""
    lines = glance.lines.number(glance.month, glance.month)
    priced: Bools = np.logical_or.reduce([glance.concerns(read) for read in READS])
    enough: Bools = priced & (lines >= number(parameters, "min_lines_below"))
    return enough


RULE: Final = Rule(
    id="trigger-price",
    revision=1,
    title="Declared below a published price",
    title_ja="公表基準価格を下回る申告",
    family=Family.UNDERVALUATION,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: lines of m surely below the price >= min_lines_below, and their share >= min_share_below\n"
        "price  trigger price of a special safeguard (instrument with SSG, on c.i.f. values), else a\n"
        "       reference price per gross kg, else per net kg\n"
        "duty   special safeguard: 30 % of the part from 10 to 40 % below the trigger price, 50 % from 40\n"
        "       to 60 %, 70 % from 60 to 75 %, 90 % beyond; nothing on quota imports, nor while the volume\n"
        "       trigger is in force"
    ),
    legal_basis=(
        "Agreement on Agriculture Art. 5.1(b) and 5.5; import surveillance by reference prices as published "
        "in each notice (such as Türkiye's communiqués); a reference price does not replace the customs value"
    ),
    limits=(
        "Unit values are kept in steps of 2.2 %: a line within one step below the price may not be counted.",
        "That the volume trigger is in force is known here from the product alone, not from its whole scope.",
        "Goods shipped under contracts settled before are not told apart.",
    ),
    may_fire=may_fire,
    evaluate=only_where(concerned(READS), Reason.NO_TRIGGER_PRICE, FIGURES, evaluate),
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        Reason.NO_TRADE,
        Reason.NOT_APPLICABLE,
        Reason.NO_TRIGGER_PRICE,
        Reason.NO_LINES,
        Reason.VALUE_NOT_CIF,
        Reason.VOLUME_TRIGGER_IN_FORCE,
    ),
    audience=Audience.AUTHORITY,
    reads=READS,
)
