"""`scope`: a like product or product group, as the desk or an association means it."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType

SCOPE: Final = RecordTable(
    kind=RecordKind.SCOPE,
    title="A like product or product group",
    key=("scope_id",),
    fields=(
        Field("scope_id", T.TEXT, "Identifier of the scope", required=True),
        Field("name", T.TEXT, "Name shown to readers", required=True),
        common.products(one_family=True),
        common.nomenclature(),
        Field("quantity_basis", T.TEXT, "kg, or the supplementary unit that rules count in"),
        Field("industry", T.TEXT, "Domestic industry"),
        Field("sector", T.TEXT, "Critical sector, where it belongs to one"),
        Field("association", T.TEXT, "Industry association that speaks for it"),
        common.reporter(required=False),
    ),
)
