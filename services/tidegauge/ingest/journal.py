"""What ingest tells of a file while taking it: counts of file and feed, and where refused rows go."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from tidegauge.ingest import switch
from tidegauge.ingest.accounts import FeedAccount, document, load_accounts
from tidegauge.ingest.feeds.csv_table import header_line
from tidegauge.ingest.limits import FeedPausedError, InvalidLimit, longest_run
from tidegauge.ingest.options import encode_options
from tidegauge.ingest.position import LEFT_OUT_COUNTS, FileProgress
from tidegauge.ingest.source import Piece, SourceFile
from tidegauge.runtime.feeds import Pause
from tidegauge.runtime.log import IngestCommit, IngestStore, Rejected

SHOWN: Final = 3  # reasons named where a feed is paused
OUTCOMES: Final = ("accepted", "superseded", "duplicates", "quarantined", *LEFT_OUT_COUNTS)


def unexplained(counts: Mapping[str, int]) -> int:
    """Rows read that no count speaks for: 0, or something is wrong."""
    return counts.get("read", 0) - sum(counts.get(name, 0) for name in OUTCOMES)


class Journal:
    """The accounts of one data folder, and of the file that is being taken."""

    def __init__(self, store: IngestStore, now: Callable[[], str], limit: InvalidLimit | None) -> None:
        self._store, self._now, self._limit = store, now, limit
        self._accounts = load_accounts(store)
        self._progress, self._account = FileProgress(""), FeedAccount("")
        self._source: SourceFile | None = None

    def begin(self, source: SourceFile, progress: FileProgress) -> None:
        """Turn to a file; raises FeedPausedError where its feed is paused."""
        if why := switch.paused(self._store, source.feed):
            raise FeedPausedError(source.feed, why.reason)
        if not progress.arrived:
            progress.feed, progress.format_name = source.feed, source.format_name
            progress.header, progress.options = header_line(source.path), encode_options(source.options)
            progress.arrived = self._now()
        self._source, self._progress = source, progress
        self._account = self._accounts.setdefault(source.feed, FeedAccount(source.feed))

    def awaited(self, source: SourceFile, piece: Piece) -> Piece:
        """Of mended records those that the quarantine still waits for; of other files everything."""
        mends = source.given_as.mends
        if not mends:
            return piece
        still = self._store.submitted(list(mends.values()))
        lines = {line for line, entry in mends.items() if entry in still}
        frame = piece.frame.filter(pl.col("line").is_in(lines))
        rejects = [one for one in piece.rejects if one.line in lines]
        settled = len(piece.frame) + len(piece.rejects) - len(frame) - len(rejects)
        counts = {**piece.counts, "quarantined": len(rejects), "duplicates": settled}
        return Piece(frame, rejects, counts, piece.kept)

    def count(self, counts: Mapping[str, int]) -> None:
        """Add to the counts of the file and of its feed."""
        self._progress.add(counts)
        self._account.add(counts)

    def check(self, good: pl.Series, rejects: Sequence[Rejected]) -> None:
        """Hold what a step refuses against the limits; beyond, pauses the feed and raises FeedPausedError."""
        bad = np.array([one.line for one in rejects], np.int64)
        longest, self._progress.run = longest_run(good.to_numpy(), bad, self._progress.run)
        self._judge(longest, rejects)

    def check_share(self, rejects: Sequence[Rejected]) -> None:
        """The same of a step whose lines do not stand together."""
        self._judge(0, rejects)

    def _judge(self, run: int, rejects: Sequence[Rejected]) -> None:
        source, counts = self._source, self._progress.counts
        if self._limit is None or source is None or source.given_as.mends:
            return
        reason = self._limit.judge(counts.get("read", 0), counts.get("quarantined", 0), run)
        if not reason or switch.let_pass(self._store, source.feed, source.digest):
            return
        why = Counter(self._progress.reasons) + Counter(one.reason for one in rejects)
        named = ", ".join(f"{name}: {count:,}" for name, count in why.most_common(SHOWN))
        reason = f"{source.name}: {reason} ({named})"
        switch.pause(self._store, source.feed, Pause(reason, self._now(), source.name, source.digest))
        raise FeedPausedError(source.feed, reason)

    def saw(self, source: SourceFile, frame: pl.DataFrame) -> None:
        """Rows that went to the ledger or the books."""
        self._account.saw(source.kind, frame)

    def enter(self, step: IngestCommit, source: SourceFile) -> None:
        """Complete what a step commits: where refused rows came from, mended entries, the feed's account."""
        progress, account = self._progress, self._account
        account.kind, account.format_name = str(source.kind), source.format_name
        if not source.given_as.mends:
            account.last_file, account.arrived = source.name, progress.arrived
        for one in step.rejects:
            progress.reasons[one.reason] = progress.reasons.get(one.reason, 0) + 1
        if source.given_as.mends:
            self._settle(step, source)
        step.rejects = [
            one._replace(
                feed=source.feed, kind=str(source.kind), arrived=progress.arrived, delivery=source.digest
            )
            for one in step.rejects
        ]
        step.documents |= document(account)

    def _settle(self, step: IngestCommit, source: SourceFile) -> None:
        """Mended records that are refused go back to their entries; at the end of the file the rest is in."""
        mends, progress = source.given_as.mends, self._progress
        step.failed = [(mends[one.line], one) for one in step.rejects]
        step.rejects = []
        progress.unmended += [entry for entry, _ in step.failed]
        if progress.done:
            left = set(self._store.submitted(list(mends.values()))) - set(progress.unmended)
            step.mended = [(entry, source.digest) for entry in sorted(left)]
