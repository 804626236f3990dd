"""The rules in force: which are on, with which parameters for which products, and the areas they rest on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tidegauge.domain.areas import DEFAULT_AREAS, Areas, Membership, check, here, union_of
from tidegauge.domain.arrays import Ints
from tidegauge.domain.codes import CHAPTER_FAMILIES, product_number
from tidegauge.domain.rules.base import Money, Parameters, Rule, Setting
from tidegauge.domain.rules.registry import RULES, annotators

_DIGITS_BASE = 10**10  # of codes.product_number: length * 10^10 + digits
_VERSION_DIGITS = 8


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """Other settings of one rule for products that begin with one of some codes."""

    products: tuple[str, ...]
    parameters: Mapping[str, Setting]  # only those that differ
    enabled: bool


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """How one rule is set."""

    enabled: bool
    parameters: Mapping[str, Setting]  # the full set
    groups: tuple[ProductGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything beside the figures that decides what fires; a record in the log.

    A product takes the settings of the group with the longest code that it begins with, else the rule's own;
    groups do not add up.
    """

    settings: Mapping[str, RuleSettings]
    areas: Areas = field(default_factory=lambda: dict(DEFAULT_AREAS))
    chapter_families: Mapping[str, str] = field(default_factory=lambda: dict(CHAPTER_FAMILIES))
    concordance: str = ""  # identity of the code breaks that are looked at; empty: none
    _versions: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)  # told

    @staticmethod
    def default() -> "Ruleset":
        """Every rule as published or chosen by default."""
        return Ruleset({rule.id: RuleSettings(rule.default_on, rule.defaults()) for rule in RULES.values()})

    def only(self, rule_ids: tuple[str, ...]) -> "Ruleset":
        """The same rules with all but some switched off; raises ValueError for an unknown id."""
        for rule_id in rule_ids:
            _known(rule_id)
        chosen = {
            rule_id: replace(
                settings,
                enabled=settings.enabled and rule_id in rule_ids,
                groups=settings.groups if rule_id in rule_ids else (),
            )
            for rule_id, settings in self.settings.items()
        }
        return replace(self, settings=chosen)

    def rules(self) -> tuple[Rule, ...]:
        """The rules that are on for at least some products, in the registry's order."""
        return tuple(
            rule
            for rule in RULES.values()
            if (mine := self.settings.get(rule.id)) is not None
            and (mine.enabled or any(group.enabled for group in mine.groups))
        )

    def version(self, rule_id: str) -> str:
        """`rule_version`: the revision of the rule's code and a hash of the parameters in force.

        So are those of the rules that may hold its signals back.
        """
        if rule_id not in self._versions:
            content = _settings_record(self.settings[rule_id])
            for one, _ in annotators(_known(rule_id)):
                content[one.id] = {"revision": one.revision, **_settings_record(self.settings[one.id])}
            self._versions[rule_id] = f"{_known(rule_id).revision}-{_hash(content)[:_VERSION_DIGITS]}"
        return self._versions[rule_id]

    def parameters_for(self, rule_id: str, product: str) -> dict[str, Setting]:
        """The full parameter set of a rule for one product code."""
        settings = self.settings[rule_id]
        matches = [
            (len(code), index)
            for index, group in enumerate(settings.groups)
            for code in group.products
            if product.startswith(code)
        ]
        own = settings.groups[max(matches)[1]].parameters if matches else {}
        return {**settings.parameters, **own}

    def groups(
        self, rule_id: str, products: Ints, *, also_off: bool = False
    ) -> list[tuple[Parameters, Ints]]:
        """The parameter sets in force for products [n] (codes.product_number), each with its rows.

        Rows for which the rule is off are in no group, unless `also_off`. No Python loop over products.
        """
        settings = self.settings[rule_id]
        if not settings.groups:
            on = len(products) > 0 and (also_off or settings.enabled)
            return [(settings.parameters, np.arange(len(products)))] if on else []
        place = _places(settings.groups, products)
        found: list[tuple[Parameters, Ints]] = []
        for index, group in enumerate((None, *settings.groups), start=-1):
            enabled = also_off or (settings.enabled if group is None else group.enabled)
            rows = np.flatnonzero(place == index) if enabled else np.empty(0, dtype=np.int64)
            if rows.size:
                own = {} if group is None else group.parameters
                found.append(({**settings.parameters, **own}, rows))
        return found

    def area(self, reporter: str, month: int) -> frozenset[str]:
        """The members of the customs union that a reporter is or belongs to in a month; empty for others."""
        return union_of(self.areas, reporter, month)

    def here(self, reporter: str, month: int) -> tuple[str, ...]:
        """The reporter, and the customs union that it belongs to in a month."""
        return here(self.areas, reporter, month)

    def hash(self) -> str:
        """SHA-256 over the content, 64 hex digits."""
        return _hash(self._content())

    def to_record(self) -> dict[str, Any]:
        """The `ruleset` record: hash and content, plain values only."""
        return {"hash": self.hash(), "content": self._content()}

    @staticmethod
    def from_record(record: Mapping[str, Any]) -> "Ruleset":
        """The rules of a `ruleset` record; raises ValueError if this program cannot run exactly these."""
        content = record["content"]
        made = Ruleset(
            {rule_id: _settings(rule_id, one) for rule_id, one in content["rules"].items()},
            {union: tuple(Membership(*one) for one in rows) for union, rows in content["areas"].items()},
            dict(content["chapter_families"]),
            str(content.get("concordance", "")),
        )
        for memberships in made.areas.values():
            check(memberships)
        if made.hash() != record["hash"]:
            raise ValueError(
                f"the ruleset {record['hash']} was written for other rules than this program has"
            )
        return made

    def _content(self) -> dict[str, Any]:
        return {
            "rules": {
                rule_id: {"revision": _known(rule_id).revision, **_settings_record(settings)}
                for rule_id, settings in sorted(self.settings.items())
            },
            "areas": {union: [list(one) for one in rows] for union, rows in sorted(self.areas.items())},
            "chapter_families": dict(sorted(self.chapter_families.items())),
            **({"concordance": self.concordance} if self.concordance else {}),
        }


def _places(groups: tuple[ProductGroup, ...], products: Ints) -> Ints:
    """[n] index of each product's group by longest prefix, -1 for none."""
    length, digits = np.divmod(products, _DIGITS_BASE)
    place = np.full(len(products), -1, dtype=np.int64)
    codes = sorted((len(code), code, index) for index, group in enumerate(groups) for code in group.products)
    for size, code, index in codes:
        beginning = digits // 10 ** np.maximum(length - size, 0)
        place[(length >= size) & (beginning == product_number(code) % _DIGITS_BASE)] = index
    return place


def _known(rule_id: str) -> Rule:
    if rule_id not in RULES:
        raise ValueError(f"there is no rule '{rule_id}'; the rules are {', '.join(RULES)}")
    return RULES[rule_id]


def _settings_record(settings: RuleSettings) -> dict[str, Any]:
    return {
        "enabled": settings.enabled,
        "parameters": _values_record(settings.parameters),
        "for": [
            {
                "products": list(group.products),
                "enabled": group.enabled,
                "parameters": _values_record(group.parameters),
            }
            for group in settings.groups
        ],
    }


def _values_record(values: Mapping[str, Setting]) -> dict[str, Any]:
    return {
        name: {"value": value.value, "currency": value.currency} if isinstance(value, Money) else value
        for name, value in sorted(values.items())
    }


def _settings(rule_id: str, record: Mapping[str, Any]) -> RuleSettings:
    rule = _known(rule_id)
    if set(record["parameters"]) != {parameter.name for parameter in rule.parameters}:
        raise ValueError(f"the ruleset sets other parameters than this program's rule '{rule_id}' has")
    groups = tuple(
        ProductGroup(tuple(one["products"]), _values(one["parameters"]), one["enabled"])
        for one in record["for"]
    )
    return RuleSettings(record["enabled"], _values(record["parameters"]), groups)


def _values(record: Mapping[str, Any]) -> dict[str, Setting]:
    return {
        name: Money(float(value["value"]), value["currency"]) if isinstance(value, Mapping) else value
        for name, value in record.items()
    }


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
