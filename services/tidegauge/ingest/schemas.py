"""JSON Schemas (2020-12) of the records and the alert: `python -m tidegauge.ingest.schemas [FOLDER]`.

A schema describes a record as JSON holds it: numbers may be written as numbers or as decimal text, dates and
periods as text, lists as arrays. What a column of it means is in `description`.
"""

import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from tidegauge.domain.alerts import Alert
from tidegauge.domain.records import RECORDS, Field, FieldType, RecordTable, Sign

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BASE: Final = "https://tidegauge.example/schemas"
_COUNTRY: Final = {"type": "string", "pattern": "^[A-Z]{2}$"}
_PRODUCT: Final = {"type": "string", "pattern": "^[0-9]{2,10}$"}
_UNSIGNED: Final = r"^\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_SIGNED: Final = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_UNITS: Final = {FieldType.MASS: "kg", FieldType.MONEY: "currency unit", FieldType.QUANTITY: "quantity_unit"}

_TEXTS: Final[dict[FieldType, dict[str, Any]]] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.CODE: {"type": "string"},
    FieldType.PRODUCT: _PRODUCT,
    FieldType.PRODUCTS: {"type": "array", "items": _PRODUCT, "minItems": 1},
    FieldType.COUNTRY: _COUNTRY,
    FieldType.COUNTRIES: {"type": "array", "items": _COUNTRY, "minItems": 1},
    FieldType.CURRENCY: {"type": "string", "pattern": "^[A-Z]{3}$"},
    FieldType.PERIOD: {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.INSTANT: {"type": "string", "format": "date-time"},
}


def all_schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema, for every record kind and the alert."""
    schemas = {f"{kind}.schema.json": record_schema(table) for kind, table in RECORDS.items()}
    return schemas | {"alert.schema.json": alert_schema()}


def record_schema(table: RecordTable) -> dict[str, Any]:
    """The schema of one record; fields beyond it are kept aside by readers, so they are allowed."""
    return {
        "$schema": DIALECT,
        "$id": f"{_BASE}/{table.kind}.schema.json",
        "title": table.title,
        "description": f"Key: {', '.join(table.key)}.",
        "type": "object",
        "properties": {field.name: _property(field) for field in table.fields},
        "required": [field.name for field in table.fields if field.required],
        **_conditions(table),
    }


def alert_schema() -> dict[str, Any]:
    """The schema of an alert event, from the alert type itself."""
    (reference,), parts = msgspec.json.schema_components([Alert], ref_template="#/$defs/{name}")
    heading = {"$schema": DIALECT, "$id": f"{_BASE}/alert.schema.json", "title": "Alert event"}
    return {**heading, **reference, "$defs": parts}


def _property(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"description": field.description}
    if field.type in _UNITS:
        described["x-unit"] = _UNITS[field.type]
    if field.confidential:
        described["x-confidential"] = True
    value = _value(field)
    return {**described, **(value if field.required else {"anyOf": [value, {"type": "null"}]})}


def _value(field: Field) -> dict[str, Any]:
    if field.type is FieldType.CHOICE:
        return {"enum": list(field.choices)}
    if field.type is FieldType.INTEGER:
        return {"type": "integer", "minimum": 0}
    return _TEXTS.get(field.type) or _number(field)


def _number(field: Field) -> dict[str, Any]:
    bounds = {
        Sign.ANY: {},
        Sign.NON_NEGATIVE: {"minimum": 0},
        Sign.POSITIVE: {"exclusiveMinimum": 0},
    }[field.sign]
    pattern = _SIGNED if field.sign is Sign.ANY else _UNSIGNED
    return {"type": ["number", "string"], **bounds, "pattern": pattern}


def _conditions(table: RecordTable) -> dict[str, Any]:
    """What depends on other fields: units beside numbers, what an action requires, one of several."""
    needs = [
        {"if": _present(field.name), "then": _present(field.needs)} for field in table.fields if field.needs
    ]
    required = [
        {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": _present(field.name)}
        for field in table.fields
        if field.required_if is not None
        for name, value in [field.required_if]
    ]
    one_of = [{"anyOf": [_present(name) for name in group]} for group in table.one_of]
    conditions = needs + required + one_of
    return {"allOf": conditions} if conditions else {}


def _present(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def write(folder: Path) -> list[Path]:
    """Write every schema into a folder; returns the paths."""
    paths = []
    for name, schema in all_schemas().items():
        path = folder / name
        path.write_bytes(rendered(schema))
        paths.append(path)
    return paths


def rendered(schema: dict[str, Any]) -> bytes:
    """The bytes of a schema file."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
