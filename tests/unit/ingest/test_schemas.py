"""The files in schemas/ are what the code makes, and they accept and refuse what they should."""

from pathlib import Path

import jsonschema
import msgspec
import pytest

from tidegauge.ingest.schemas import all_schemas, rendered

FOLDER = Path(__file__).parents[3] / "schemas"
FLOW = {
    "reporter": "BR", "period": "2024-01", "product": "31022100", "origin": "NA", "flow": "import",
    "net_mass_kg": 1.5, "value": "10.25", "currency": "USD", "source": "s",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(all_schemas()))
def test_the_stored_schema_is_the_one_the_code_makes(name):
    assert (FOLDER / name).read_bytes() == rendered(all_schemas()[name])


@pytest.mark.parametrize("name", sorted(all_schemas()))
def test_each_is_a_schema_of_the_2020_12_dialect(name):
    jsonschema.Draft202012Validator.check_schema(msgspec.json.decode(rendered(all_schemas()[name])))


def errors(kind, record):
    schema = msgspec.json.decode(rendered(all_schemas()[f"{kind}.schema.json"]))
    return list(jsonschema.Draft202012Validator(schema).iter_errors(record))


def test_a_flow_passes():
    assert not errors("flow", FLOW)


@pytest.mark.parametrize(
    "change",
    [
        {"net_mass_kg": -1},
        {"value": "ten"},
        {"origin": "China"},
        {"period": "2024-1"},
        {"currency": None},
        {"quantity": 3},
        {"flow": "transit"},
        {"product": 31022100},
    ],
)
def test_a_broken_flow_does_not(change):
    assert errors("flow", FLOW | change)


def test_an_accepted_declaration_needs_a_product_and_a_cancelled_one_does_not():
    cancel = {"reporter": "BR", "declaration_id": "1", "action": "cancel"}
    assert not errors("declaration", cancel)
    assert errors("declaration", cancel | {"action": "accept"})


def test_a_price_needs_a_period_or_a_date():
    price = {"source": "s", "kind": "benchmark", "product": "3102", "price": 1, "unit": "kg"}
    assert errors("price", price)
    assert not errors("price", price | {"date": "2024-01-02"})
