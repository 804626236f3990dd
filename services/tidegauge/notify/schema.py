"""The JSON Schema (2020-12) of a webhook body, made from the types that make the body."""

from typing import Any

import msgspec

from tidegauge.notify.payload import PING, TYPES, Payload

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def webhook_schema() -> dict[str, Any]:
    """What `schemas/webhook.schema.json` holds: an alert event, or a test event."""
    _, parts = msgspec.json.schema_components([Payload], ref_template="#/$defs/{name}")
    event = dict(parts.pop("Payload"))
    event["title"] = "Alert event"
    event["properties"] = {
        **event["properties"],
        "type": {"enum": list(TYPES.values())},
        "timestamp": {"type": "string", "format": "date-time"},
    }
    schema = {
        "$schema": _DIALECT,
        "$id": "https://tidegauge.example/schemas/webhook.schema.json",
        "title": "Tidegauge webhook body",
        "oneOf": [event, _ping()],
        "$defs": parts,
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))  # tuples become lists
    return plain


def _ping() -> dict[str, Any]:
    subscription = {"type": "object", "properties": {"subscription_id": {"type": "string"}}}
    return {
        "title": "Test event",
        "type": "object",
        "properties": {
            "type": {"const": PING},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {**subscription, "required": ["subscription_id"]},
        },
        "required": ["type", "timestamp", "data"],
    }
