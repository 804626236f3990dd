"""The AsyncAPI 3 document of the topics, made from the tables, plans and types that the code itself uses."""

from typing import Any, Final

from tidegauge import __name__ as title
from tidegauge.domain.blocks import Block
from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.names import PROGRESS, QUARANTINE, RAW_TOPICS, plans
from tidegauge.runtime.kafka.names import RECORDS as LOG
from tidegauge.runtime.kafka.settings import KafkaSettings

VERSION: Final = "3.0.0"
_JSON, _BLOCK = "application/json", "application/vnd.tidegauge.block+msgpack"
_RECEIVED, _SENT = "receive", "send"
_TEXT = {"type": "string"}
# What must be equal for messages to meet in one partition: versions of a declaration, vintages of a cell.
_KEYS: Final = {RecordKind.DECLARATION: ("reporter", "declaration_id")}
EXAMPLES: Final[dict[RecordKind, dict[str, Any]]] = {
    RecordKind.DECLARATION: {
        "reporter": "EU", "declaration_id": "24XX0001", "item": 1, "version": 1, "action": "accept",
        "accepted_at": "2024-05-03T10:00:00Z", "procedure": "40", "product": "31022100", "origin": "CN",
        "importer": "f3a1", "net_mass_kg": 25000, "value": "5250.00", "currency": "EUR", "value_basis": "CIF",
    },
    RecordKind.FLOW: {
        "reporter": "BR", "period": "2024-04", "product": "31022100", "nomenclature": "NCM", "origin": "CN",
        "flow": "import", "net_mass_kg": 1250000, "value": "262500", "currency": "USD", "value_basis": "FOB",
        "vintage": "2024-05-06", "source": "comexstat",
    },
    RecordKind.PRICE: {
        "source": "pinksheet", "kind": "benchmark", "product": "3102", "period": "2024-04",
        "price": "0.32", "currency": "USD", "unit": "kg", "vintage": "2024-05-02",
    },
    RecordKind.INDUSTRY: {
        "reporter": "BR", "product": "3102", "period": "2024-04", "indicator": "production",
        "value": "81000", "unit": "t", "vintage": "2024-05-20", "source": "industry association",
    },
    RecordKind.MEASURE: {
        "measure_id": "A-570-000", "authority": "US", "target": "CN", "kind": "AD", "stage": "definitive",
        "products": ["31022100"], "definitive": "2023-02-01", "rate": "12.5", "source": "register",
    },
    RecordKind.SUBSIDY: {
        "programme_id": "CN-GRANTS-1", "granting": "CN", "programme": "Grants for new plants",
        "kind": "direct_transfer", "products": ["3102"], "found_by": "EU", "source": "notice",
    },
    RecordKind.FX: {
        "currency": "USD", "base": "EUR", "period": "2024-04", "rate": "1.0728", "source": "ECB",
        "vintage": "2024-05-01",
    },
    RecordKind.SCOPE: {
        "scope_id": "ammonium-sulphate", "name": "Ammonium sulphate", "products": ["310221"],
        "nomenclature": "HS2022", "quantity_basis": "kg", "industry": "nitrogenous fertilisers",
    },
    RecordKind.TARIFF: {
        "reporter": "BR", "product": "31022100", "nomenclature": "NCM", "origin": "CN", "regime": "MFN",
        "duty_rate": "3.6", "valid_from": "2024-01-01", "source": "customs tariff",
    },
    RecordKind.TRIGGER: {
        "instrument": "WTO SSG", "reporter": "JP", "scope_id": "ammonium-sulphate", "period": "FY2024",
        "level": "4512", "unit": "t", "valid_from": "2024-04-01", "valid_to": "2025-03-31",
        "source": "official gazette",
    },
}  # fmt: skip


def document() -> dict[str, Any]:
    """The whole document; payloads of records and alerts are the schemas beside it."""
    made = _raw() | _ours()
    return {
        "asyncapi": VERSION,
        "info": {
            "title": f"{title.capitalize()} on Kafka",
            "version": "1",
            "description": "Raw topics are the public entrance. The records log, alerts and figures are what "
            "the services tell one another; alerts may be read by anybody who may see them.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": _JSON,
        "servers": {"kafka": {"host": "127.0.0.1:9092", "protocol": "kafka"}},
        "channels": {name: _channel(name, text) for name, (text, _, _) in made.items()},
        "operations": {
            f"{action}.{name}": {
                "action": action,
                "channel": {"$ref": f"#/channels/{_escaped(name)}"},
                "messages": [{"$ref": f"#/channels/{_escaped(name)}/messages/{name}"}],
            }
            for name, (_, action, _) in made.items()
        },
        "components": {"messages": {name: message for name, (_, _, message) in made.items()}},
    }


_Made = dict[str, tuple[str, str, dict[str, Any]]]  # topic -> what it is, who acts, its message


def _raw() -> _Made:
    return {
        name: (f"{RECORDS[kind].title}, one a message.", _RECEIVED, _raw_message(name, kind))
        for name, kind in RAW_TOPICS.items()
    }


def _raw_message(name: str, kind: RecordKind) -> dict[str, Any]:
    key = "/".join(_KEYS.get(kind, RECORDS[kind].key))
    text = f"{key}: whatever it is, equal for all messages of one record; without it the message is refused"
    return {
        "name": name,
        "contentType": _JSON,
        "payload": {"$ref": f"./{kind}.schema.json"},
        "bindings": {"kafka": {"key": {**_TEXT, "description": text}}},
        "examples": [{"payload": EXAMPLES[kind]}],
    }


def _ours() -> _Made:
    figures, headers = Topic.FIGURES.value, ("reason", "field", "detail", "topic", "partition", "offset")
    aside = {
        "name": QUARANTINE,
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "properties": dict.fromkeys(headers, _TEXT), "required": ["reason"]},
        "payload": {**_TEXT, "description": "the message as it was; it may name firms"},
        "bindings": {"kafka": {"key": {**_TEXT, "description": "topic/partition/offset of the message"}}},
    }
    whose = {"key": {**_TEXT, "description": "raw partition, or `marks`"}}
    said = {
        "name": PROGRESS,
        "contentType": _JSON,
        "payload": {"type": "object"},
        "bindings": {"kafka": whose},
    }
    alert = {"name": Topic.ALERTS.value, "contentType": _JSON, "payload": {"$ref": "./alert.schema.json"}}
    return {
        LOG: ("Contributions, reference records and marks, as blocks.", _SENT, _block(LOG)),
        Topic.ALERTS.value: ("Alert events, at least once: repeats have one event_id.", _SENT, alert),
        figures: ("The figures behind them, as blocks.", _SENT, _block(figures)),
        QUARANTINE: ("What could not be read, with the reason in the headers.", _SENT, aside),
        PROGRESS: ("How far each raw partition has come; among ingest workers only.", _SENT, said),
    }


def _block(name: str) -> dict[str, Any]:
    text = f"MessagePack of (1, kind, header, columns). {(Block.__doc__ or '').strip()}"
    payload = {**_TEXT, "format": "binary", "description": text}
    return {"name": name, "contentType": _BLOCK, "payload": payload}


def _channel(name: str, text: str) -> dict[str, Any]:
    plan = next(plan for plan in plans(KafkaSettings()) if plan.name == name)
    binding = {"topic": name, "partitions": plan.partitions}
    return {
        "address": name,
        "description": text,
        "messages": {name: {"$ref": f"#/components/messages/{_escaped(name)}"}},
        "bindings": {"kafka": binding},
    }


def _escaped(name: str) -> str:
    """A name inside a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")
