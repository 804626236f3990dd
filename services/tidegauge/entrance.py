"""What stands beside the stream of a data folder: its inbox, quarantine and feeds, for those who look.

It has a connection of its own, so that commands and the API may use it while the stream writes.
"""

from dataclasses import dataclass
from pathlib import Path

from tidegauge.ingest.inbox import Inbox
from tidegauge.ingest.mending import Mending
from tidegauge.ingest.status import StoredFeeds, expected_days
from tidegauge.runtime.clock import Clock, SystemClock
from tidegauge.runtime.embedded import EmbeddedIngestStore, LogDatabase
from tidegauge.runtime.embedded_quarantine import EmbeddedQuarantine
from tidegauge.runtime.settings import Settings
from tidegauge.stream import LOG_FILE


@dataclass(frozen=True, slots=True)
class Entrance:
    """One data folder's."""

    data_dir: Path
    store: EmbeddedIngestStore
    inbox: Inbox
    quarantine: EmbeddedQuarantine
    feeds: StoredFeeds
    mending: Mending


def open_entrance(settings: Settings, clock: Clock | None = None) -> Entrance:
    """The entrance of a data folder that exists; raises UserError for settings that cannot be."""
    database = LogDatabase(settings.data_dir / LOG_FILE)
    store, quarantine = EmbeddedIngestStore(database), EmbeddedQuarantine(database)
    inbox = Inbox(settings.data_dir)
    feeds = StoredFeeds(store, quarantine, clock or SystemClock(), expected_days(settings.feed_max_age_days))
    return Entrance(settings.data_dir, store, inbox, quarantine, feeds, Mending(store, quarantine, inbox))
