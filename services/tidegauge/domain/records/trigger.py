"""`trigger`: published trigger levels and trigger prices."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType

TRIGGER: Final = RecordTable(
    kind=RecordKind.TRIGGER,
    title="A published trigger level or trigger price",
    key=("instrument", "reporter", "scope_id", "origins", "period", "valid_from"),
    one_of=(("level", "formula", "trigger_price"),),
    fields=(
        Field("instrument", T.TEXT, "Instrument, such as WTO SSG, CPTPP, Japan-EU", required=True),
        common.reporter(),
        Field("scope_id", T.TEXT, "Scope it speaks of", required=True),
        Field("origins", T.COUNTRIES, "Origins it counts; empty: all"),
        Field("period", T.TEXT, "The trigger's own year, as published"),
        common.number("level", "Trigger level, in the unit"),
        Field("formula", T.TEXT, "Formula of the level, as published"),
        common.number("trigger_price", "Trigger price per unit"),
        Field("unit", T.TEXT, "Unit of the level and of the price", required=True),
        Field("currency", T.CURRENCY, "Currency of the trigger price"),
        Field("valid_from", T.DATE, "First day", required=True),
        Field("valid_to", T.DATE, "Last day; empty: open"),
        common.source(),
    ),
)
