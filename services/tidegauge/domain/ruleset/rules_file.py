"""Reads the operators' rules file (TOML): which rules are on, with which parameters for which products."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tidegauge.domain.codes import is_product
from tidegauge.domain.rules.base import Money, Parameter, Rule, Setting
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset.model import ProductGroup, Ruleset

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*[=.]")
_CURRENCY = re.compile(r"[A-Z]{3}|feed")
_GROUP = "for"
_LONGEST_TEXT = 200
_MONEY = {"value", "currency"}
_MEASURED = {"value", "unit"}
_PERCENT = {"fraction", "probability"}  # units that may also be written in %


class RulesFileError(ValueError):
    """The rules file cannot be taken as it is; the message names the line and the reason."""


@dataclass(frozen=True, slots=True)
class _At:
    """A place in the file: a table, its how-manieth occurrence, and a key in it."""

    table: str
    occurrence: int = 0
    key: str = ""


class _Text:
    """The file's lines, to say where something stands."""

    def __init__(self, text: str) -> None:
        self._lines: dict[_At, int] = {}
        seen: dict[str, int] = {}
        table, occurrence = "", 0
        for line, content in enumerate(text.splitlines(), start=1):
            header, key = _HEADER.match(content), _KEY.match(content)
            if header is not None:
                table = ".".join(_bare(part) for part in header[2].split("."))
                occurrence = seen.get(table, 0)
                seen[table] = occurrence + 1
                self._lines.setdefault(_At(table, occurrence), line)
            elif key is not None:
                self._lines.setdefault(_At(table, occurrence, _bare(key[1])), line)

    def error(self, at: _At, reason: str) -> RulesFileError:
        """An error at a key, at its table where the key has no line of its own, else at the first line."""
        as_table, whole = _At(f"{at.table}.{at.key}"), replace(at, key="")
        line = self._lines.get(at) or self._lines.get(as_table) or self._lines.get(whole) or self._inline(at)
        return RulesFileError(f"rules file, line {line}: {reason}")

    def _inline(self, at: _At) -> int:
        """Tables written inline or dotted: the line of the innermost part that has one."""
        parts = [*at.table.split("."), at.key]
        for depth in range(len(parts) - 1, -1, -1):
            line = self._lines.get(_At(".".join(parts[:depth]), 0, parts[depth]))
            if line is not None:
                return line
        return 1


def _bare(name: str) -> str:
    return name.strip().strip("\"'")


def parse_rules_toml(text: str) -> Ruleset:
    """The default rules with a file's changes; raises RulesFileError, one sentence with the line."""
    lines = _Text(text)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesFileError(f"rules file: not valid TOML: {error}") from error
    for key in content:
        if key != "rules":
            raise lines.error(_At(key) if isinstance(content[key], dict) else _At("", 0, key),
                              f"'{key}' is not known here; the file holds tables [rules.<id>]")  # fmt: skip
    base = Ruleset.default()
    tables = content.get("rules", {})
    if not isinstance(tables, dict):
        raise lines.error(_At("", 0, "rules"), "'rules' must be a table of rules")
    settings = dict(base.settings)
    for rule_id, table in tables.items():
        rule = _rule(rule_id, table, lines)
        settings[rule_id] = replace(
            settings[rule_id],
            enabled=_enabled(table, settings[rule_id].enabled, lines, _At(f"rules.{rule_id}")),
            parameters={
                **settings[rule_id].parameters,
                **_values(rule, table, lines, _At(f"rules.{rule_id}")),
            },
        )
        groups = _groups(rule, table, lines, enabled=settings[rule_id].enabled)
        settings[rule_id] = replace(settings[rule_id], groups=groups)
    return replace(base, settings=settings)


def _rule(rule_id: str, table: Any, lines: _Text) -> Rule:
    at = _At(f"rules.{rule_id}")
    if rule_id not in RULES:
        raise lines.error(at, f"there is no rule '{rule_id}'; the rules are {', '.join(RULES)}")
    if not isinstance(table, dict):
        raise lines.error(_At("rules", 0, rule_id), f"'{rule_id}' must be a table of parameters")
    return RULES[rule_id]


def _enabled(table: Mapping[str, Any], default: bool, lines: _Text, at: _At) -> bool:  # noqa: FBT001 - the value itself
    value = table.get("enabled", default)
    if not isinstance(value, bool):
        raise lines.error(replace(at, key="enabled"), "'enabled' must be true or false")
    return value


def _values(rule: Rule, table: Mapping[str, Any], lines: _Text, at: _At) -> dict[str, Setting]:
    known = {parameter.name: parameter for parameter in rule.parameters}
    values: dict[str, Setting] = {}
    for name, value in table.items():
        if name in {"enabled", "products"} or (name == _GROUP and at.table == f"rules.{rule.id}"):
            if name == "products" and at.table == f"rules.{rule.id}":
                raise lines.error(replace(at, key=name), f"'products' belongs under [[rules.{rule.id}.for]]")
            continue
        if name not in known:
            raise lines.error(
                replace(at, key=name),
                f"the rule '{rule.id}' has no parameter '{name}'; it has {', '.join(known)}",
            )
        try:
            values[name] = _setting(known[name], value)
        except ValueError as error:
            raise lines.error(replace(at, key=name), f"'{name}' {error}") from error
    return values


def _groups(rule: Rule, table: Mapping[str, Any], lines: _Text, *, enabled: bool) -> tuple[ProductGroup, ...]:
    rows = table.get(_GROUP, [])
    where = f"rules.{rule.id}.{_GROUP}"
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise lines.error(_At(where), f"product groups are written [[{where}]]")
    groups: list[ProductGroup] = []
    taken: set[str] = set()
    for occurrence, row in enumerate(rows):
        at = _At(where, occurrence)
        products = row.get("products")
        if not isinstance(products, list) or not products:
            raise lines.error(
                replace(at, key="products"), "a product group needs 'products', a list of codes"
            )
        for code in products:
            if not isinstance(code, str) or not is_product(code):
                raise lines.error(
                    replace(at, key="products"), f"{code!r} is not a product code: text of 2 to 10 digits"
                )
            if code in taken:
                raise lines.error(replace(at, key="products"), f"the product code '{code}' is in two groups")
            taken.add(code)
        on = _enabled(row, enabled, lines, at)
        groups.append(ProductGroup(tuple(products), _values(rule, row, lines, at), on))
    return tuple(groups)


def _setting(parameter: Parameter, value: Any) -> Setting:
    """One parameter's value; raises ValueError with what must be written instead."""
    if isinstance(parameter.default, Money):
        return _money(value)
    if isinstance(parameter.default, bool):
        if value not in (True, False) or _is_number(value):
            raise ValueError("must be true or false")
        return bool(value)
    if isinstance(parameter.default, str):
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise ValueError(f"must be a text of at most {_LONGEST_TEXT} characters")
        return value.strip()
    made = _number(parameter, value)
    if not parameter.least <= made <= parameter.most:
        raise ValueError(f"must lie between {parameter.least:g} and {parameter.most:g}")
    return made


def _money(value: Any) -> Money:
    if not isinstance(value, dict) or set(value) != _MONEY:
        raise ValueError('must be an amount of money, e.g. { value = 200_000, currency = "EUR" }')
    if not _is_number(value["value"]) or value["value"] < 0:
        raise ValueError("must have a 'value' that is a number and not negative")
    currency = value["currency"]
    if not isinstance(currency, str) or _CURRENCY.fullmatch(currency) is None:
        raise ValueError(f"has the unknown currency {currency!r}: an ISO 4217 code such as EUR, or feed")
    return Money(float(value["value"]), currency)


def _number(parameter: Parameter, value: Any) -> float:
    if _is_number(value):
        return float(value)
    if not isinstance(value, dict) or set(value) != _MEASURED or not _is_number(value["value"]):
        raise ValueError(f"must be a number ({parameter.unit})")
    if value["unit"] == parameter.unit:
        return float(value["value"])
    if value["unit"] == "%" and parameter.unit in _PERCENT:
        return float(value["value"]) / 100.0
    percent = " or %" if parameter.unit in _PERCENT else ""
    raise ValueError(f"has the unknown unit {value['unit']!r}: it takes {parameter.unit}{percent}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
