"""The Faust application of the monitor, and the few places where Faust's insides are touched.

faust-streaming is pinned: what is private here is held by tests against a real broker. Why each setting is
as it is stands in docs/kafka.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from tidegauge.runtime.kafka.connection import CLIENT_ID, tls_context
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.settings import KafkaSettings

FETCH_WAIT_MS = 20  # Faust's own 1500 make a worker with one busy partition wait for its idle ones
BLOCKS_BUFFERED = 64
HEARTBEATS_A_SESSION = 5


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - Faust has no setting for it
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> Any:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class _Transport(driver.Transport):
    Consumer = _Consumer


class MonitorApp(faust.App):
    """A Faust application that fetches without needless waiting and lets us decide about offsets."""

    def _new_transport(self) -> Any:
        return _Transport(self.conf.broker_consumer, self)

    async def go_to(self, offsets: Mapping[TP, int]) -> None:
        """Read on from these offsets; they are committed too, because Faust seeks to what is committed."""
        if offsets:
            await self.consumer.seek_wait(offsets)
            await self.note(offsets)

    async def note(self, offsets: Mapping[TP, int]) -> None:
        """Commit offsets: for those who watch the lag; nobody resumes from them."""
        if offsets:
            await self.consumer._commit(offsets)  # type: ignore[attr-defined]  # noqa: SLF001 - no public way

    def end(self, place: TP) -> int | None:
        """The offset behind the last entry of a partition, where it is known."""
        try:
            return self.consumer.highwater(place)
        except AssertionError:  # aiokafka's way to say that a rebalance in its thread has just taken it away
            return None


def make_app(settings: KafkaSettings, folder: Path) -> MonitorApp:
    """The application; it commits nothing by itself and has no tables, no leader and no web server."""
    session_s = settings.session_timeout_s
    options: dict[str, Any] = {
        "broker": [f"kafka://{broker}" for broker in settings.brokers.split(",")],
        "broker_client_id": CLIENT_ID,
        "broker_session_timeout": session_s,
        "broker_heartbeat_interval": session_s / HEARTBEATS_A_SESSION,
        "broker_request_timeout": max(90.0, session_s + 5.0),
        "broker_credentials": _credentials(settings),
        "consumer_max_fetch_size": settings.max_message_bytes,
        "consumer_group_instance_id": settings.instance or None,
        "consumer_auto_offset_reset": "earliest",
        "datadir": folder / "faust",
        "store": "memory://",
        "stream_buffer_maxsize": BLOCKS_BUFFERED,
        "stream_wait_empty": False,
        "table_standby_replicas": 0,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
    }
    return MonitorApp(Names(settings).group("monitor"), **options)


def _credentials(settings: KafkaSettings) -> Any:
    context = tls_context(settings) if settings.tls else None
    if settings.sasl:
        password = settings.password.get_secret_value()
        return faust.SASLCredentials(
            username=settings.username, password=password, ssl_context=context, mechanism=settings.sasl
        )
    return None if context is None else faust.SSLCredentials(context)
