"""How every client of this process reaches the brokers, and what a failure to do so says."""

import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from aiokafka.errors import KafkaConnectionError, KafkaError

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.refusals import require_broker, unreachable
from tidegauge.runtime.kafka.settings import PREFIX, KafkaSettings

CLIENT_ID = "tidegauge"


class Starts(Protocol):
    """What all of aiokafka's clients have in common."""

    def start(self) -> Awaitable[None]:
        """Connect."""
        ...


class Client(Starts, Protocol):
    """What its consumers and producers have in common."""

    def stop(self) -> Awaitable[None]:
        """Let go."""
        ...


_C = TypeVar("_C", bound=Client)


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """The arguments that all aiokafka clients take; raises UserError where a certificate cannot be read."""
    return {"bootstrap_servers": settings.brokers, **_connection_options(settings)}


def _connection_options(settings: KafkaSettings) -> dict[str, Any]:
    protocol = ("SASL_" if settings.sasl else "") + ("SSL" if settings.tls else "PLAINTEXT")
    options: dict[str, Any] = {"client_id": CLIENT_ID, "security_protocol": protocol}
    if settings.tls:
        options["ssl_context"] = tls_context(settings)
    if settings.sasl:
        options |= {
            "sasl_mechanism": settings.sasl,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.password.get_secret_value(),
        }
    return options


def tls_context(settings: KafkaSettings) -> ssl.SSLContext:
    """Verifies the broker's certificate and name, always; raises UserError that names a file at fault."""
    name, file = "CA_FILE", settings.ca_file
    try:
        context = ssl.create_default_context(cafile=file)
        if settings.cert_file is not None:
            name, file = "CERT_FILE", settings.cert_file
            # The empty password keeps OpenSSL from asking for one at a terminal.
            context.load_cert_chain(file, settings.key_file, password="")
    except OSError as error:
        reason = error.strerror if not isinstance(error, ssl.SSLError) else error.reason or "not PEM"
        raise UserError(f"{PREFIX}{name}: {file} cannot be used ({reason})") from error
    return context


def producer_options(settings: KafkaSettings) -> dict[str, Any]:
    """Idempotent: a retry is never written twice, and messages of one partition keep their order."""
    return {
        **client_options(settings),
        "enable_idempotence": True,
        "acks": "all",
        "max_request_size": settings.max_message_bytes,
        "max_batch_size": settings.max_message_bytes,
    }


async def start(client: Starts, settings: KafkaSettings) -> None:
    """Connect; raises UserError that says why no broker takes us. Whoever calls lets go of the client."""
    await require_broker(settings, _connection_options(settings))
    try:
        await client.start()
    except KafkaConnectionError as error:
        raise unreachable(settings) from error
    except KafkaError as error:
        raise UserError(f"Kafka at {settings.brokers} refused: {error}") from error


@asynccontextmanager
async def connected(client: _C, settings: KafkaSettings) -> AsyncIterator[_C]:
    """A started client, stopped at the end; raises UserError as `start` does."""
    try:
        await start(client, settings)
        yield client
    finally:
        await client.stop()
