"""What stands beside the stream of a data folder: its inbox, quarantine and feeds, for those who look.

It has a connection of its own, so that commands and the API may use it while the stream writes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter

from tidegauge.ingest.http.feeds import feeds_router
from tidegauge.ingest.http.quarantine import quarantine_router
from tidegauge.ingest.http.uploads import FILES, RECORDS, uploads_router
from tidegauge.ingest.inbox import Inbox
from tidegauge.ingest.mending import Mending
from tidegauge.ingest.status import StoredFeeds, expected_days
from tidegauge.ingest.uploads import Limits, Uploads
from tidegauge.runtime.clock import Clock, SystemClock
from tidegauge.runtime.embedded import EmbeddedIngestStore, LogDatabase
from tidegauge.runtime.embedded_quarantine import EmbeddedQuarantine
from tidegauge.runtime.ingest_desk import IngestDesk
from tidegauge.runtime.settings import Settings
from tidegauge.stream import LOG_FILE

MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Entrance:
    """One data folder's."""

    data_dir: Path
    store: EmbeddedIngestStore
    inbox: Inbox
    quarantine: EmbeddedQuarantine
    feeds: StoredFeeds
    mending: Mending
    uploads: Uploads

    def desk(self) -> IngestDesk:
        """What the pages of the desk see of ingest."""
        return IngestDesk(self.feeds, self.quarantine, self.mending.mend)

    def routers(self) -> list[APIRouter]:
        """The HTTP API of ingest; whoever includes it adds who may call it."""
        return [
            feeds_router(self.feeds),
            quarantine_router(self.quarantine, self.mending),
            uploads_router(self.uploads),
        ]


def open_entrance(settings: Settings, clock: Clock | None = None) -> Entrance:
    """The entrance of a data folder that exists; raises UserError for settings that cannot be."""
    database = LogDatabase(settings.data_dir / LOG_FILE)
    store, quarantine = EmbeddedIngestStore(database), EmbeddedQuarantine(database)
    inbox = Inbox(settings.data_dir)
    feeds = StoredFeeds(store, quarantine, clock or SystemClock(), expected_days(settings.feed_max_age_days))
    mending, uploads = Mending(store, quarantine, inbox), Uploads(store, inbox, limits(settings))
    return Entrance(settings.data_dir, store, inbox, quarantine, feeds, mending, uploads)


def limits(settings: Settings) -> Limits:
    """How much may come over HTTP, as an operator set it."""
    return Limits(
        file_bytes=settings.upload_max_mb * MB,
        batch_bytes=settings.batch_max_mb * MB,
        batch_rows=settings.batch_max_rows,
        waiting_files=settings.inbox_max_files,
        waiting_bytes=settings.inbox_max_mb * MB,
    )


def long_bodies(settings: Settings) -> dict[str, int]:
    """Paths whose requests may be longer than others, in bytes; a form is longer than its file."""
    return {FILES: (settings.upload_max_mb + 1) * MB, RECORDS: (settings.batch_max_mb + 1) * MB}
