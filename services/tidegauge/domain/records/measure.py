"""`measure`: a trade-remedy measure or proceeding anywhere."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType
KINDS = ("AD", "CVD", "SG", "circumvention", "tariff", "quota", "export_control")
STAGES = (
    "petition", "consultations", "initiated", "provisional", "definitive", "undertaking", "review",
    "terminated", "expired",
)  # fmt: skip

MEASURE: Final = RecordTable(
    kind=RecordKind.MEASURE,
    title="A trade-remedy measure or proceeding anywhere",
    key=("measure_id", "authority"),
    fields=(
        Field("measure_id", T.TEXT, "Identifier given by the authority", required=True),
        Field("authority", T.COUNTRY, "Country or union that takes the measure", required=True),
        Field("target", T.COUNTRY, "Country whose exports it concerns"),
        Field("kind", T.CHOICE, "What it is", required=True, choices=KINDS),
        Field("stage", T.CHOICE, "How far the proceeding is", required=True, choices=STAGES),
        common.products(required=False),
        common.nomenclature(),
        Field("initiated", T.DATE, "Day of initiation"),
        Field("provisional", T.DATE, "Day from which provisional measures apply"),
        Field("definitive", T.DATE, "Day from which definitive measures apply"),
        Field("expires", T.DATE, "Day of expiry"),
        common.number("rate", "Duty rate, per cent ad valorem"),
        Field("companies", T.TEXT, "Companies named, as published"),
        Field("product_name", T.TEXT, "Product as the authority calls it"),
        common.vintage(),
        common.source(),
        common.url(),
    ),
)
