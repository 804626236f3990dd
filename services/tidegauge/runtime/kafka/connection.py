"""How every client of this process reaches the brokers, and what a failure to do so says."""

import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from aiokafka.errors import KafkaConnectionError, KafkaError

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.settings import KafkaSettings

CLIENT_ID = "tidegauge"


class Client(Protocol):
    """What aiokafka's consumers and producers have in common."""

    def start(self) -> Awaitable[None]:
        """Connect."""
        ...

    def stop(self) -> Awaitable[None]:
        """Let go."""
        ...


_C = TypeVar("_C", bound=Client)


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """The arguments that all aiokafka clients take; raises UserError where a certificate cannot be read."""
    protocol = ("SASL_" if settings.sasl else "") + ("SSL" if settings.tls else "PLAINTEXT")
    options: dict[str, Any] = {
        "bootstrap_servers": settings.brokers,
        "client_id": CLIENT_ID,
        "security_protocol": protocol,
    }
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
    """Verifies the broker's certificate and name, always."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise UserError(f"the certificates for Kafka cannot be read: {error}") from error
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


@asynccontextmanager
async def connected(client: _C, settings: KafkaSettings) -> AsyncIterator[_C]:
    """A started client, stopped at the end; raises UserError where no broker answers."""
    try:
        await client.start()
    except KafkaConnectionError as error:
        await client.stop()
        raise unreachable(settings) from error
    except KafkaError as error:
        await client.stop()
        raise UserError(f"Kafka at {settings.brokers} refused: {error}") from error
    try:
        yield client
    finally:
        await client.stop()


def unreachable(settings: KafkaSettings) -> UserError:
    """The sentence for a broker that does not answer."""
    return UserError(f"no Kafka broker answers at {settings.brokers}; see TIDEGAUGE_KAFKA_BROKERS or --log")
