"""The rules that exist, by id."""

from typing import Final

from tidegauge.domain.rules import cefic_import_surge, ec_trade_diversion, new_entrant, share_gain
from tidegauge.domain.rules.base import Rule

RULES: Final[dict[str, Rule]] = {
    module.RULE.id: module.RULE
    for module in (ec_trade_diversion, cefic_import_surge, share_gain, new_entrant)
}
