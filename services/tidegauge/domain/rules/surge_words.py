"""What `early-surge` says of months, and of weeks, in English and Japanese."""

from typing import Final

from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja

_EN: Final = """\
{quantity_change.window}, the quantity of imports of {product} from {origin} into {reporter} \
{quantity_change:change} (threshold: a rise of {quantity_change.threshold:size}), the newest NEWEST \
weighing most: {quantity_score:score} times its usual deviation. \
|| {quantity_change.window}, the change in quantity of imports of {product} from {origin} into \
{reporter} is not known.
The price that is tested {price_change:change} (threshold: a fall of {price_change.threshold:size}): \
{price_score:score} times its usual deviation. || The change of the price is not known.
Relative to that of the reference partners, the unit value {reference_price_change:change}: this is the \
price that is tested. || No unit value of reference partners can be held against it: tested is the unit \
value relative to the world price or, without one, the unit value itself.
The two together score {score:score}, against a threshold of {score.threshold:score}. \
|| The two together cannot be told.
The value of A_YEAR is {annual_value:money}. || The value of A_YEAR is not known.
PRICE"""
_JA: Final = """\
{quantity_change.window}における{reporter}の{origin}からの{product}の輸入数量は{quantity_change:change}\
(基準:{quantity_change.threshold:size}の増加、直近のNEWESTほど重視)。通常の変動の{quantity_score:score}倍に当たる。\
|| {quantity_change.window}における{reporter}の{origin}からの{product}の輸入数量の増減率は不明。
判定に用いる価格は{price_change:price}(基準:{price_change.threshold:size}の下落)。通常の変動の\
{price_score:score}倍に当たる。|| 価格の増減率は不明。
比較対象国の単価に対して単価は{reference_price_change:price}であり、これを判定に用いる。\
|| 比較できる比較対象国の単価がないため、国際価格に対する単価、それもない場合は単価そのものを判定に用いる。
両者の総合スコアは{score:score}(基準{score.threshold:score})。|| 総合スコアは不明。
A_YEARの輸入額は{annual_value:money}。|| A_YEARの輸入額は不明。
PRICE"""


def explanation(newest: str, a_year: str) -> str:
    """The English template: what weighs most, and what the value is of."""
    return _filled(_EN, newest, a_year, price_sentences())


def explanation_ja(newest: str, a_year: str) -> str:
    """The Japanese template."""
    return _filled(_JA, newest, a_year, price_sentences_ja())


def _filled(template: str, newest: str, a_year: str, price: str) -> str:
    return template.replace("NEWEST", newest).replace("A_YEAR", a_year).replace("PRICE", price)
