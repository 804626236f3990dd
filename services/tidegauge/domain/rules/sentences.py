"""Sentences that several rules' explanations share.

A template is lines of `[condition] text || text when a figure is unknown`; see `explain` for placeholders.
"""

from typing import Final

MOVED_WITH_THE_WORLD: Final = "relative_unit_value_change not met"

_PRICE = """\
The unit value stood {{reference_gap:gap}} that of the reference partners.||
The world price {{benchmark_change:change}} over the same months; relative to it, the unit value \
{{relative_unit_value_change:change}}.|| How the unit value moved against a world price is not known.
{world}In the seller's currency the unit value {{unit_value_change_seller:change}}, in US dollars it \
{{unit_value_change_usd:change}}.||"""
_WORLD = """\
[{when}] That is not a fall beyond the threshold of {{relative_unit_value_change.threshold:size}}: the world \
price may explain the move, and the severity is held at info.
"""
_PRICE_JA = """\
単価は比較対象国の単価より{{reference_gap:gap}}。||
同期間の国際価格は{{benchmark_change:price}}、これに対する単価の相対的な変化は\
{{relative_unit_value_change:price}}。|| 国際価格に対する単価の動きは不明。
{world}輸出国通貨建ての単価は{{unit_value_change_seller:price}}、米ドル建てでは{{unit_value_change_usd:price}}。||"""
_WORLD_JA = """\
[{when}] 基準({{relative_unit_value_change.threshold:size}}の下落)に届く下落ではなく、国際価格の動きで説明\
され得るため、重要度は情報(info)にとどめる。
"""


def price_sentences(world_move_when: str = MOVED_WITH_THE_WORLD) -> str:
    """The English lines about price; the condition of the world-price sentence, empty to leave it out."""
    return _filled(_PRICE, _WORLD, world_move_when)


def price_sentences_ja(world_move_when: str = MOVED_WITH_THE_WORLD) -> str:
    """The Japanese lines about price."""
    return _filled(_PRICE_JA, _WORLD_JA, world_move_when)


def _filled(lines: str, world: str, when: str) -> str:
    return lines.format(world=world.format(when=when) if when else "")
