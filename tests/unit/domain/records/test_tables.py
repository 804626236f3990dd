"""The record tables are complete and consistent in themselves."""

import pytest

from tidegauge.domain.records import RECORDS, FieldType, RecordKind

FLOW_FIELDS = (
    "reporter, period, product, nomenclature, origin, flow, net_mass_kg, quantity, quantity_unit, value, "
    "currency, value_basis, freight, insurance, vintage, status, source"
)
DECLARATION_FIELDS = (
    "reporter, declaration_id, item, version, action, accepted_at, office, procedure, previous_procedure, "
    "product, nomenclature, additional_code, origin, dispatch, preference, quota, duty_rate, melt_and_pour, "
    "importer, exporter, manufacturer, gross_mass_kg, net_mass_kg, quantity, quantity_unit, value, currency, "
    "value_basis, freight, insurance, valuation_method, clear"
)
PRICE_FIELDS = (
    "source, kind, product, nomenclature, market, origin, period, date, price, currency, unit, basis, vintage"
)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RecordKind.FLOW, FLOW_FIELDS),
        (RecordKind.DECLARATION, DECLARATION_FIELDS),
        (RecordKind.PRICE, PRICE_FIELDS),
        (RecordKind.FX, "currency, base, period, rate, source, vintage"),
        (RecordKind.MARK, "as_of, reason, closes"),
    ],
)
def test_fields_and_their_order_are_the_published_ones(kind, fields):
    assert [field.name for field in RECORDS[kind].fields] == fields.split(", ")


@pytest.mark.parametrize("table", RECORDS.values(), ids=lambda table: table.kind)
def test_a_table_names_only_its_own_fields(table):
    names = table.by_name.keys()
    assert len(names) == len(table.fields)
    assert set(table.key) <= names
    assert {name for group in table.one_of for name in group} <= names
    for field in table.fields:
        assert not field.needs or field.needs in names
        assert (
            field.required_if is None or field.required_if[1] in table.by_name[field.required_if[0]].choices
        )
        assert bool(field.choices) == (field.type is FieldType.CHOICE)
        assert field.description


@pytest.mark.parametrize("table", RECORDS.values(), ids=lambda table: table.kind)
def test_typed_columns_are_distinct(table):
    assert len({field.column for field in table.fields}) == len(table.fields)


def test_every_kind_has_a_table():
    assert set(RECORDS) == set(RecordKind)


def test_identities_are_confidential():
    assert RECORDS[RecordKind.DECLARATION].confidential == {"importer", "exporter", "manufacturer"}


def test_typed_names_carry_their_units():
    columns = {field.name: field.column for field in RECORDS[RecordKind.DECLARATION].fields}
    assert columns["net_mass_kg"] == "net_mass_g"
    assert columns["gross_mass_kg"] == "gross_mass_g"
    assert columns["quantity"] == "quantity_milli"
    assert columns["freight"] == "freight_e4"
    assert RECORDS[RecordKind.SUBSIDY].by_name["period_from"].column == "month_from"
