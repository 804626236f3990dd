"""Settings of the Kafka runtime: TIDEGAUGE_KAFKA_* variables, and the address that `--log` takes."""

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tidegauge.runtime.errors import UserError

PREFIX = "TIDEGAUGE_KAFKA_"
SCHEME = "kafka"
_BROKER = r"([^,:@/\s]+|\[[0-9a-fA-F:]+\]):\d+"
DEFAULT_PORT = 9092
SaslMechanism = Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class KafkaSettings(BaseSettings):
    """Everything an operator may set about Kafka."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    brokers: str = Field("127.0.0.1:9092", description="host:port of some brokers, comma separated")
    tls: bool = Field(False, description="speak TLS to the brokers")
    ca_file: Path | None = Field(None, description="certificate authorities; empty: the system's")
    cert_file: Path | None = Field(None, description="client certificate, with `key_file`")
    key_file: Path | None = Field(None, description="key of the client certificate")
    sasl: SaslMechanism = Field("", description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: none")
    username: str = Field("", description="SASL user name")
    password: SecretStr = Field(SecretStr(""), description="SASL password")
    prefix: str = Field("", description="put before every topic and group where several share a cluster")
    generation: int = Field(1, ge=1, description="of the records log; a new one when partitions are added")
    partitions: int = Field(8, ge=1, le=1000, description="partitions of the records log")
    raw_partitions: int = Field(4, ge=1, le=1000, description="partitions of customs.declarations")
    replication: int = Field(3, ge=1, description="copies of every topic")
    min_insync: int = Field(2, ge=1, description="copies that must hold a message that counts as written")
    raw_retention_days: int = Field(30, ge=-1, description="how long raw topics are kept; -1: for ever")
    instance: str = Field("", description="static membership: a name of this worker that outlives restarts")
    session_timeout_s: float = Field(45.0, gt=0, description="silence after which a worker counts as gone")
    max_message_bytes: int = Field(8 * 2**20, ge=2**20, description="largest message of the records log")
    snapshots: str = Field("", description="folder or fsspec URL that copies of states go to; empty: none")
    snapshot_every_s: float = Field(600.0, gt=0, description="time between two copies of a partition's state")
    idle_after_s: float = Field(0.02, gt=0, description="silence after which what came is judged at once")
    mark_every_s: float = Field(1.0, gt=0, description="time between two batch marks of a busy stream")


def load_kafka_settings(log: str | None = None, **given: Any) -> KafkaSettings:
    """The Kafka settings of this process; a `--log` address goes before TIDEGAUGE_KAFKA_BROKERS.

    Raises UserError with the variable's name and the reason.
    """
    if log is not None:
        given["brokers"] = brokers_of(log)
    try:
        settings = KafkaSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        variable = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise UserError(f"{variable}: {first['msg'].lower()}, not {first['input']!r}") from error
    _require_whole(settings)
    return settings


def _require_whole(settings: KafkaSettings) -> None:
    """Raise UserError where one setting needs another."""
    if settings.sasl and not (settings.username and settings.password.get_secret_value()):
        raise UserError(f"{PREFIX}SASL needs {PREFIX}USERNAME and {PREFIX}PASSWORD")
    if settings.username and not settings.sasl:
        raise UserError(f"{PREFIX}USERNAME needs {PREFIX}SASL, which says how it is sent")
    if (settings.ca_file or settings.cert_file or settings.key_file) and not settings.tls:
        raise UserError(f"{PREFIX}TLS must be true where a certificate is named")
    if not re.fullmatch(f"{_BROKER}(,{_BROKER})*", settings.brokers):
        raise UserError(f"{PREFIX}BROKERS: host:port is expected, comma separated, not {settings.brokers!r}")
    if settings.key_file and not settings.cert_file:
        raise UserError(f"{PREFIX}KEY_FILE needs {PREFIX}CERT_FILE")


def brokers_of(log: str) -> str:
    """The brokers of an address such as kafka://host:9092,other:9092; raises UserError."""
    parts = urlsplit(log)
    if "@" in parts.netloc:
        raise UserError(f"--log takes no user name and password; see {PREFIX}USERNAME and {PREFIX}PASSWORD")
    hosts = [host.strip() for host in parts.netloc.split(",")]
    if parts.scheme != SCHEME or not all(hosts) or parts.path not in {"", "/"}:
        raise UserError(f"--log {log!r}: an address such as kafka://127.0.0.1:9092 is expected")
    return ",".join(host if ":" in host else f"{host}:{DEFAULT_PORT}" for host in hosts)
