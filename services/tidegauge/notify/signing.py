"""Signs a webhook after Standard Webhooks 1.0.0 (symmetric, `v1`).

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the public mark of a secret, not one
SECRET_BYTES: Final = 32
_SHORTEST_SECRET, _LONGEST_SECRET = 24, 64  # bytes, by the specification


class SecretError(ValueError):
    """A text that is not a webhook secret; the message never repeats it."""


def secret_text(key: bytes) -> str:
    """The serialised form of 24 to 64 random bytes: `whsec_` and base64; raises SecretError."""
    if not _SHORTEST_SECRET <= len(key) <= _LONGEST_SECRET:
        raise SecretError(
            f"a webhook secret has {_SHORTEST_SECRET} to {_LONGEST_SECRET} bytes, not {len(key)}"
        )
    return SECRET_PREFIX + base64.b64encode(key).decode("ascii")


def secret_key(text: str) -> bytes:
    """The bytes behind `whsec_…`; raises SecretError."""
    if not text.startswith(SECRET_PREFIX):
        raise SecretError(f"a webhook secret begins with {SECRET_PREFIX}")
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise SecretError("the part of the webhook secret behind its prefix is not base64") from error
    secret_text(key)
    return key


def signature(secret: str, message_id: str, timestamp_s: int, payload: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `id.timestamp.payload`."""
    signed = b".".join((message_id.encode(), str(timestamp_s).encode(), payload))
    digest = hmac.digest(secret_key(secret), signed, "sha256")
    return "v1," + base64.b64encode(digest).decode("ascii")


def signed_headers(
    secrets: Sequence[str], message_id: str, attempted_at: datetime, payload: bytes
) -> dict[str, str]:
    """The three webhook headers of one attempt.

    `attempted_at` is the instant of this attempt; the id stays the same over all attempts. During a
    rotation there is one signature for each valid secret. Raises ValueError for an id with a full stop,
    which would make the signed text ambiguous, and for no secret at all.
    """
    if "." in message_id or not message_id:
        raise ValueError(f"'{message_id}' cannot be a webhook-id: it is empty or holds a full stop")
    if not secrets:
        raise ValueError("a webhook cannot be signed without a secret")
    timestamp_s = int(attempted_at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp_s, payload) for secret in secrets
        ),
    }
