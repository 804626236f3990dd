"""`industry`: an indicator of the domestic industry."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable, Sign

T = FieldType
INDICATORS = (
    "production", "consumption", "capacity", "sales", "stocks", "employment", "producer_price", "profit",
    "capacity_utilisation", "export",
)  # fmt: skip

INDUSTRY: Final = RecordTable(
    kind=RecordKind.INDUSTRY,
    title="An indicator of the domestic industry",
    key=("reporter", "product", "classification", "period", "indicator", "source"),
    fields=(
        common.reporter(),
        Field("product", T.CODE, "Product code, or an industry code of the classification", required=True),
        Field("classification", T.TEXT, "Code list of `product`, such as NACE2 or HS2022"),
        common.period(),
        Field("indicator", T.CHOICE, "What is measured", required=True, choices=INDICATORS),
        common.number("value", "Value of the indicator", required=True, sign=Sign.ANY),
        Field("unit", T.TEXT, "Unit of the value"),
        common.vintage(),
        common.source(),
    ),
)
