"""`flow`: one cell of official monthly statistics, one vintage of it."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType

FLOW: Final = RecordTable(
    kind=RecordKind.FLOW,
    title="One cell of official monthly statistics, one vintage of it",
    key=("reporter", "period", "product", "origin", "flow", "source"),
    fields=(
        common.reporter(),
        common.period(),
        common.product(),
        common.nomenclature(),
        common.origin(required=True),
        Field("flow", T.CHOICE, "Direction", required=True, choices=("import", "export")),
        *common.trade_amounts(),
        common.vintage(),
        Field("status", T.CHOICE, "How final it is", choices=("provisional", "revised", "final")),
        common.source(),
    ),
)
