"""The body of a webhook, and its schema."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from tests.alerts import make_alert

from tidegauge.domain.alerts import Status
from tidegauge.notify.payload import (
    LARGEST_BYTES,
    TYPES,
    PayloadTooLargeError,
    alert_of,
    payload_bytes,
    ping_bytes,
)
from tidegauge.notify.schema import webhook_schema
from tidegauge.runtime.wire import UndecodableError

FILE = Path(__file__).parents[3] / "schemas" / "webhook.schema.json"
VALIDATOR = Draft202012Validator(webhook_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def row(number):
    return {"record": "flow", "key": f"BR/comexstat/31022100/CN/{number}", "vintage": "2023-07-05"}


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_type_and_a_valid_body(status):
    alert = make_alert(status=status)
    body = json.loads(payload_bytes(alert))
    VALIDATOR.validate(body)
    assert body["type"] == TYPES[status]
    assert body["timestamp"] == alert.observed_at
    assert body["data"]["event_id"] == alert.event_id
    assert set(body) == {"type", "timestamp", "data"}


def test_the_alert_can_be_read_back():
    assert alert_of(payload_bytes(make_alert())) == make_alert()
    with pytest.raises(UndecodableError):
        alert_of(ping_bytes("sub_1", datetime.now(UTC)))


@given(st.integers(0, 3000), st.integers(0, 600))
def test_a_body_stays_below_twenty_kilobytes_and_says_what_was_left_out(inputs, changes):
    alert = make_alert(inputs=tuple(map(row, range(inputs))), changes=tuple(map(row, range(changes))))
    payload = payload_bytes(alert)
    body = json.loads(payload)
    VALIDATOR.validate(body)
    assert len(payload) <= LARGEST_BYTES
    for name, total in (("inputs", inputs), ("changes", changes)):
        kept = len(body["data"][name])
        assert body["data"][name] == [row(number) for number in range(kept)]
        note = {"kept": kept, "of": total} if kept < total else None
        assert body.get("trimmed", {}).get(name) == note


def test_trimming_wastes_little():
    payload = payload_bytes(make_alert(inputs=tuple(map(row, range(3000)))))
    assert len(payload) > LARGEST_BYTES - 300


def test_what_cannot_fit_is_refused_with_its_size():
    with pytest.raises(PayloadTooLargeError, match=r"takes 2\d{4} bytes"):
        payload_bytes(make_alert(legal_basis="x" * 20_000))


def test_identities_never_leave():
    inputs = ({**row(1), "importer": "ACME-7", "declaration_id": "D-99"},)
    payload = payload_bytes(make_alert(inputs=inputs, changes=({"exporter": "ACME-8"},)))
    assert b"ACME" not in payload
    assert b"D-99" not in payload
    assert json.loads(payload)["data"]["inputs"] == [row(1)]


def test_a_test_event_is_valid():
    VALIDATOR.validate(json.loads(ping_bytes("sub_1", datetime.now(UTC))))


@pytest.mark.parametrize(
    "spoil", [{"type": "alert.exploded"}, {"data": {}}, {"timestamp": 5}, {"trimmed": {"inputs": 3}}]
)
def test_the_schema_refuses_what_is_wrong(spoil):
    body = json.loads(payload_bytes(make_alert())) | spoil
    with pytest.raises(ValidationError):
        VALIDATOR.validate(body)


def test_the_published_schema_is_the_code_s():
    Draft202012Validator.check_schema(webhook_schema())
    assert json.loads(FILE.read_text("utf-8")) == webhook_schema()


def test_equal_alerts_give_equal_bytes():
    assert payload_bytes(make_alert()) == payload_bytes(make_alert())
    assert msgspec.json.decode(payload_bytes(make_alert()))["data"]["product"] == "31022100"
