"""What is known of each feed, and the switch that pauses it: the port between ingest and those who look."""

from typing import Protocol

import msgspec

from tidegauge.domain.freshness import Freshness


class Pause(msgspec.Struct, frozen=True):
    """Why a feed is paused."""

    reason: str
    since: str  # RFC 3339
    held: str = ""  # the file that waits, where one made ingest pause the feed
    digest: str = ""  # its content


class FeedPart(msgspec.Struct, frozen=True):
    """One book's share of a feed: a reporter's figures, one kind of price and the like."""

    name: str
    rows: int  # accepted
    last_period: str  # YYYY-MM or YYYY-MM-DD, empty where its records have no date
    age_days: int | None
    freshness: Freshness


class FeedStatus(msgspec.Struct, frozen=True):
    """How one feed stands. Rows read = accepted + superseded + repeated + quarantined + left_out."""

    feed: str
    kind: str
    format: str
    last_period: str
    age_days: int | None
    expected_days: int | None
    freshness: Freshness
    read: int
    accepted: int
    superseded: int
    repeated: int
    left_out: int
    quarantined: int
    open: int  # entries of the quarantine that nobody has settled
    paused: Pause | None
    last_file: str
    arrived: str
    parts: tuple[FeedPart, ...]


class FeedDesk(Protocol):
    """Looks at the feeds of a data folder, and pauses and resumes them."""

    def feeds(self) -> list[FeedStatus]:
        """Every feed that ever brought something or is paused, by name."""
        ...

    def pause(self, feed: str, reason: str) -> None:
        """Leave the files of a feed where they are until it is resumed."""
        ...

    def resume(self, feed: str, *, anyway: bool = False) -> bool:
        """Go on with a feed; with `anyway` the file that paused it is taken whatever its rows.

        False: the feed was not paused.
        """
        ...
