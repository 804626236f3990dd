"""Why no broker takes us: aiokafka's clients only say that none did, so one connection goes before theirs."""

import asyncio
import ssl
from contextlib import suppress
from typing import Any

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.settings import PREFIX, KafkaSettings

_PATIENCE_MS = 5_000
_CLOSING_S = 2.0


async def require_broker(settings: KafkaSettings, options: dict[str, Any]) -> None:
    """Return when a broker takes a client with these options; else raise UserError, which holds no secret."""
    reasons = []
    for broker in settings.brokers.split(","):
        error = await _attempt(broker, options)
        if error is None:
            return
        reason = _reason(error, settings)
        if reason:
            reasons.append(f"Kafka at {broker} {reason}")
    raise UserError(reasons[0]) if reasons else unreachable(settings)


def unreachable(settings: KafkaSettings) -> UserError:
    """The sentence for brokers that do not answer."""
    return UserError(f"no Kafka broker answers at {settings.brokers}; see {PREFIX}BROKERS or --log")


async def _attempt(broker: str, options: dict[str, Any]) -> Exception | None:
    """Connect, log in, ask for the metadata, which is what a broker refuses those who did not log in."""
    host, _, port = broker.rpartition(":")
    connection = AIOKafkaConnection(host.strip("[]"), int(port), request_timeout_ms=_PATIENCE_MS, **options)
    found: Exception | None = None
    try:
        await connection.connect()
        await connection.send(MetadataRequest([]))
    except (OSError, KafkaError, TimeoutError) as error:
        found = error
    if connection._protocol is None:  # noqa: SLF001 - it never came to be, and is closed in the next turn
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    else:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_S):
                await connection.close()
    return found


def _reason(error: BaseException | None, settings: KafkaSettings) -> str:
    """What to say of an error, empty where it says nothing but that nobody is there."""
    for one in (error, error.__cause__ if error is not None else None):
        said = _said(one, settings)
        if said:
            return said
    if isinstance(error, KafkaConnectionError):
        return f"closed the connection: it may want TLS or a password; see {PREFIX}TLS and {PREFIX}SASL"
    return ""


def _said(error: BaseException | None, settings: KafkaSettings) -> str:
    said = ""
    match error:
        case ssl.SSLCertVerificationError(verify_message=reason):
            said = f"shows a certificate that is not accepted ({reason.rstrip('.')}); see {PREFIX}CA_FILE"
        case ssl.SSLError(reason=reason):
            words = (reason or "no TLS").replace("_", " ").lower()
            said = f"ended the TLS handshake ({words}); see {PREFIX}TLS and {PREFIX}CERT_FILE"
        case SaslAuthenticationFailed() | AuthenticationFailedError():
            said = f"refused the user name or the password; see {PREFIX}USERNAME and {PREFIX}PASSWORD"
        case UnsupportedSaslMechanismError():
            said = f"does not know {settings.sasl}; see {PREFIX}SASL"
        case IllegalSaslStateError():
            said = f"takes no user name and password there; see {PREFIX}SASL"
        case ConnectionResetError() if settings.tls:
            said = f"does not speak TLS there; see {PREFIX}TLS"
    return said
