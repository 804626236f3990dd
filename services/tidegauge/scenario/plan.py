"""Read a plan of events (TOML): tables `[[event]]` with kind, product, origin, from, to and what differs."""

import tomllib
from typing import Any, Final

from tidegauge.domain.codes import is_product
from tidegauge.domain.periods import month_number
from tidegauge.scenario.catalogue import possible_origins
from tidegauge.scenario.events import SIZES, SWITCHES, Event, Kind
from tidegauge.scenario.parameters import Parameters, ScenarioError

_KEYS: Final = ("kind", "product", "origin", "from", "to", "size", "price", "share", "other")


def parse_plan(text: str, parameters: Parameters) -> tuple[Event, ...]:
    """The events of a plan; raises ScenarioError, one sentence that names the event."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"not valid TOML: {error}") from error
    tables = content.get("event", [])
    if (
        set(content) - {"event"}
        or not isinstance(tables, list)
        or not all(isinstance(t, dict) for t in tables)
    ):
        raise ScenarioError("a plan holds tables [[event]] and nothing else")
    return tuple(_event(f"event {number}", table, parameters) for number, table in enumerate(tables, 1))


def _event(name: str, table: dict[str, Any], parameters: Parameters) -> Event:
    for key in table:
        if key not in _KEYS:
            raise ScenarioError(f"{name}: '{key}' is not known; an event has {', '.join(_KEYS)}")
    kind = _kind(name, table.get("kind"))
    product = "" if kind is Kind.SUBSIDY and "product" not in table else _product(name, table, "product")
    first, last = (_month(name, table, key, parameters) for key in ("from", "to"))
    if first > last:
        raise ScenarioError(f"{name}: 'from' lies after 'to'")
    sizes = zip(("size", "price", "share"), SIZES[kind], strict=True)
    size, price, share = (_factor(name, key, table.get(key, default)) for key, default in sizes)
    if share > 1.0:
        raise ScenarioError(f"{name}: 'share' must not pass 1")
    origin = _origin(name, table, "origin", parameters)
    other = _other(name, kind, table, parameters)
    if kind in SWITCHES and other in (product, origin):
        raise ScenarioError(f"{name}: 'other' must differ from what is switched")
    return Event(kind, product, origin, first, last, size, price, share, other)


def _kind(name: str, value: Any) -> Kind:
    if value not in list(Kind):
        raise ScenarioError(f"{name}: 'kind' must be one of {', '.join(Kind)}, not {value!r}")
    return Kind(value)


def _product(name: str, table: dict[str, Any], key: str) -> str:
    code = table.get(key)
    if not isinstance(code, str) or not is_product(code):
        raise ScenarioError(f"{name}: '{key}' must be a product code, text of 2 to 10 digits, not {code!r}")
    return code


def _origin(name: str, table: dict[str, Any], key: str, parameters: Parameters) -> str:
    code = table.get(key)
    if code not in possible_origins(parameters):
        raise ScenarioError(
            f"{name}: '{key}' must be the alpha-2 code of a country outside the EU, not {code!r}"
        )
    return str(code)


def _other(name: str, kind: Kind, table: dict[str, Any], parameters: Parameters) -> str:
    if kind is Kind.ORIGIN_SWITCH:
        return _origin(name, table, "other", parameters)
    if kind is Kind.CODE_SWITCH:
        return _product(name, table, "other")
    if "other" in table:
        raise ScenarioError(f"{name}: 'other' belongs to a switch, not to '{kind}'")
    return ""


def _month(name: str, table: dict[str, Any], key: str, parameters: Parameters) -> int:
    try:
        place = month_number(str(table.get(key, ""))) - parameters.first_month
    except ValueError as error:
        raise ScenarioError(f"{name}: '{key}': {error}") from error
    if not 0 <= place < parameters.months:
        ends = f"{parameters.month(0)} to {parameters.month(parameters.months - 1)}"
        raise ScenarioError(f"{name}: '{key}' {table[key]} lies outside the scenario, {ends}")
    return place


def _factor(name: str, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1000:  # noqa: PLR2004
        raise ScenarioError(f"{name}: '{key}' must be a number above 0 and at most 1000, not {value!r}")
    return float(value)
