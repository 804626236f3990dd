"""Signatures after Standard Webhooks 1.0.0, held against the reference package."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from tidegauge.notify.signing import SecretError, secret_key, secret_text, signature, signed_headers

SECRET = secret_text(bytes(range(32)))
OTHER = secret_text(bytes(range(32, 64)))


@given(st.binary(min_size=24, max_size=64), st.text(max_size=200))
def test_the_reference_package_accepts_what_we_sign(key, text):
    payload = ('{"x":' + repr(text) + "}").encode("utf-8", "replace")
    headers = signed_headers([secret_text(key)], "0af3", datetime.now(UTC), payload)
    Webhook(secret_text(key)).verify(payload, headers, json_parse=False)


def test_the_published_example_gives_the_published_signature():
    # From the reference implementation's own test suite.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    payload = b'{"test": 2432232314}'
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, payload)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_rotation_signs_with_both_secrets():
    headers = signed_headers([OTHER, SECRET], "0af3", datetime.now(UTC), b"{}")
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(b"{}", headers)


@pytest.mark.parametrize("tampered", ["webhook-id", "webhook-timestamp"])
def test_a_changed_header_is_noticed(tampered):
    now = datetime.now(UTC)
    headers = signed_headers([SECRET], "0af3", now, b"{}")
    headers[tampered] = "0af4" if tampered == "webhook-id" else str(int(now.timestamp()) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b"{}", headers)


def test_the_timestamp_is_that_of_the_attempt_and_the_id_stays():
    first = datetime(2026, 1, 1, tzinfo=UTC)
    headers = [signed_headers([SECRET], "0af3", first + timedelta(seconds=wait), b"{}") for wait in (0, 5)]
    assert [entry["webhook-timestamp"] for entry in headers] == ["1767225600", "1767225605"]
    assert {entry["webhook-id"] for entry in headers} == {"0af3"}


@pytest.mark.parametrize("message_id", ["", "a.b"])
def test_an_id_that_would_make_the_signed_text_ambiguous_is_refused(message_id):
    with pytest.raises(ValueError, match="webhook-id"):
        signed_headers([SECRET], message_id, datetime.now(UTC), b"{}")


def test_nothing_is_sent_unsigned():
    with pytest.raises(ValueError, match="without a secret"):
        signed_headers([], "0af3", datetime.now(UTC), b"{}")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(base64.b64encode(bytes(32)).decode(), id="unprefixed"),
        pytest.param("whsec_not base64!", id="not base64"),
        pytest.param("whsec_" + base64.b64encode(bytes(23)).decode(), id="too short"),
        pytest.param("whsec_" + base64.b64encode(bytes(65)).decode(), id="too long"),
    ],
)
def test_what_is_no_secret_is_refused_without_repeating_it(text):
    with pytest.raises(SecretError) as caught:
        secret_key(text)
    assert not text or text not in str(caught.value)
