"""`tariff`: what the border charges."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType

TARIFF: Final = RecordTable(
    kind=RecordKind.TARIFF,
    title="What the border charges",
    key=("reporter", "product", "origin", "regime", "valid_from", "source"),
    fields=(
        common.reporter(),
        common.product(),
        common.nomenclature(),
        common.origin(),
        Field("regime", T.TEXT, "MFN, or the agreement or measure"),
        common.number("duty_rate", "Duty rate, per cent ad valorem", required=True),
        Field("quota", T.TEXT, "Quota order number"),
        Field("valid_from", T.DATE, "First day", required=True),
        Field("valid_to", T.DATE, "Last day; empty: open"),
        common.source(),
    ),
)
