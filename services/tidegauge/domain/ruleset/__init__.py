"""Which rules are in force, and the operators' file that says so."""

from tidegauge.domain.ruleset.model import ProductGroup, Ruleset, RuleSettings
from tidegauge.domain.ruleset.rules_file import RulesFileError, parse_rules_toml

__all__ = ["ProductGroup", "RuleSettings", "RulesFileError", "Ruleset", "parse_rules_toml"]
