"""`declaration`: one goods item of one import declaration, one version of it."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType
ACCEPTED = ("action", "accept")

DECLARATION: Final = RecordTable(
    kind=RecordKind.DECLARATION,
    title="One goods item of one import declaration, one version of it",
    key=("reporter", "declaration_id", "item"),
    fields=(
        common.reporter(),
        Field("declaration_id", T.TEXT, "Identifier of the declaration (MRN or the like)", required=True),
        Field("item", T.INTEGER, "Goods item; empty in a cancellation of all items", required_if=ACCEPTED),
        Field("version", T.INTEGER, "Grows with each version; empty: the order of the raw log"),
        Field("action", T.CHOICE, "What it does", required=True, choices=("accept", "amend", "cancel")),
        Field("accepted_at", T.INSTANT, "When the declaration was accepted", required_if=ACCEPTED),
        Field("office", T.TEXT, "Customs office"),
        Field("procedure", T.TEXT, "Requested procedure"),
        Field("previous_procedure", T.TEXT, "Previous procedure"),
        common.product(required=False, required_if=ACCEPTED),
        common.nomenclature(),
        Field("additional_code", T.TEXT, "Additional commodity code"),
        common.origin(required_if=ACCEPTED),
        Field("dispatch", T.COUNTRY, "Country of dispatch"),
        Field("preference", T.TEXT, "Preference claimed"),
        Field("quota", T.TEXT, "Quota order number"),
        common.number("duty_rate", "Duty rate, per cent ad valorem"),
        Field("melt_and_pour", T.COUNTRY, "Country where the steel was melted and poured"),
        Field("importer", T.TEXT, "Opaque identifier", confidential=True),
        Field("exporter", T.TEXT, "Opaque identifier", confidential=True),
        Field("manufacturer", T.TEXT, "Opaque identifier", confidential=True),
        Field("gross_mass_kg", T.MASS, "Gross mass; empty is missing, never 0"),
        *common.trade_amounts(),
        Field("valuation_method", T.TEXT, "Customs valuation method"),
        Field("clear", T.TEXT, "In an amendment: names of the fields that it empties, separated by blanks"),
    ),
)
