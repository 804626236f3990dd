"""`name`: what a product code is called, for readers only; nothing decides by it."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType

NAME: Final = RecordTable(
    kind=RecordKind.NAME,
    title="What a product code is called",
    key=("product", "nomenclature"),
    fields=(
        common.product(),
        common.nomenclature(),
        Field("name_en", T.TEXT, "English name", required=True),
        Field("name_ja", T.TEXT, "Japanese name"),
    ),
)
