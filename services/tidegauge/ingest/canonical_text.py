"""A row as canonical text again: what quarantine keeps of it, to be mended and validated like any other."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from tidegauge.domain.amounts import from_fixed
from tidegauge.domain.periods import month_text
from tidegauge.domain.records import RECORDS, FieldType, RecordKind
from tidegauge.domain.records.fields import FIXED_DIGITS


def record_text(row: Mapping[str, str | None]) -> str:
    """The fields of a text row as JSON, without the empty ones."""
    return msgspec.json.encode({name: text for name, text in row.items() if text}).decode()


def typed_record_text(kind: RecordKind, row: Mapping[str, Any]) -> str:
    """The same of a typed row: what would be read from it is the row again."""
    values = {field.name: (row.get(field.column), field.type) for field in RECORDS[kind].fields}
    return record_text({name: _text(*value) for name, value in values.items() if value[0] is not None})


def _text(value: Any, of_type: FieldType) -> str:
    if of_type in FIXED_DIGITS:
        return from_fixed(value, FIXED_DIGITS[of_type])
    if of_type is FieldType.PERIOD:
        return month_text(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return " ".join(value)
    return repr(value) if isinstance(value, float) else str(value)
