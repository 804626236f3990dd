"""How the feeds of a data folder stand: their accounts, their age, what is open, what is paused."""

from collections.abc import Mapping
from datetime import date

from tidegauge.domain.freshness import EXPECTED_DAYS, age_days, freshness
from tidegauge.domain.records import RecordKind
from tidegauge.ingest import switch
from tidegauge.ingest.accounts import FeedAccount, load_accounts
from tidegauge.ingest.position import LEFT_OUT_COUNTS
from tidegauge.ingest.source import feed_name
from tidegauge.runtime.clock import Clock, rfc3339
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.feeds import FeedPart, FeedStatus, Pause
from tidegauge.runtime.log import IngestStore
from tidegauge.runtime.quarantine import Quarantine


class StoredFeeds:
    """The FeedDesk over a store and its quarantine; `expected` overrides days by feed or by kind."""

    def __init__(
        self, store: IngestStore, quarantine: Quarantine, clock: Clock, expected: Mapping[str, int]
    ) -> None:
        self._store, self._quarantine, self._clock, self._expected = store, quarantine, clock, expected

    def feeds(self) -> list[FeedStatus]:
        """Every feed that ever brought something or is paused, by name."""
        accounts, stopped = load_accounts(self._store), switch.all_paused(self._store)
        still_open, today = self._quarantine.open_by("feed"), self._clock.now().date()
        return [
            self._status(
                accounts.get(name, FeedAccount(name)), stopped.get(name), still_open.get(name, 0), today
            )
            for name in sorted(accounts.keys() | stopped.keys())
        ]

    def pause(self, feed: str, reason: str) -> None:
        """Leave the files of a feed where they are until it is resumed; raises FeedError for no name."""
        switch.pause(self._store, feed_name(feed), Pause(reason, rfc3339(self._clock.now())))

    def resume(self, feed: str, *, anyway: bool = False) -> bool:
        """Go on with a feed; False: it was not paused."""
        return switch.resume(self._store, feed, anyway=anyway)

    def _status(self, account: FeedAccount, why: Pause | None, still_open: int, today: date) -> FeedStatus:
        expected = self._expected_days(account)
        parts = tuple(
            FeedPart(name, part.rows, part.last, age, freshness(age, expected))
            for name, part in sorted(account.parts.items())
            for age in [age_days(part.last, today)]
        )
        last = max((part.last for part in account.parts.values()), default="")
        age, counts = age_days(last, today), account.counts
        return FeedStatus(
            feed=account.name,
            kind=account.kind,
            format=account.format_name,
            last_period=last,
            age_days=age,
            expected_days=expected,
            freshness=freshness(age, expected),
            read=counts.get("read", 0),
            accepted=counts.get("accepted", 0),
            superseded=counts.get("superseded", 0),
            repeated=counts.get("duplicates", 0),
            left_out=sum(counts.get(name, 0) for name in LEFT_OUT_COUNTS),
            quarantined=counts.get("quarantined", 0),
            open=still_open,
            paused=why,
            last_file=account.last_file,
            arrived=account.arrived,
            parts=parts,
        )

    def _expected_days(self, account: FeedAccount) -> int | None:
        for name in (account.name, account.kind):
            if name in self._expected:
                return self._expected[name]
        return EXPECTED_DAYS.get(RecordKind(account.kind)) if account.kind else None


def expected_days(said: str) -> dict[str, int]:
    """`flow=95, my-feed=10` as days by feed or kind; raises UserError."""
    try:
        pairs = [part.split("=") for part in said.split(",") if part.strip()]
        return {name.strip(): int(days) for name, days in pairs}
    except ValueError:
        raise UserError(
            f"TIDEGAUGE_FEED_MAX_AGE_DAYS: '{said}' is not of the form flow=95, my-feed=10"
        ) from None
