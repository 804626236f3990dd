"""What ingest tells of a file while taking it: counts of file and feed, and where refused rows go."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from tidegauge.ingest.accounts import FeedAccount, document, load_accounts
from tidegauge.ingest.feeds.csv_table import header_line
from tidegauge.ingest.options import encode_options
from tidegauge.ingest.position import LEFT_OUT_COUNTS, FileProgress
from tidegauge.ingest.source import Piece, SourceFile
from tidegauge.runtime.log import IngestCommit, IngestStore

OUTCOMES: Final = ("accepted", "superseded", "duplicates", "quarantined", *LEFT_OUT_COUNTS)


def unexplained(counts: Mapping[str, int]) -> int:
    """Rows read that no count speaks for: 0, or something is wrong."""
    return counts.get("read", 0) - sum(counts.get(name, 0) for name in OUTCOMES)


class Journal:
    """The accounts of one data folder, and of the file that is being taken."""

    def __init__(self, store: IngestStore, now: Callable[[], str]) -> None:
        self._store, self._now = store, now
        self._accounts = load_accounts(store)
        self._progress, self._account = FileProgress(""), FeedAccount("")

    def begin(self, source: SourceFile, progress: FileProgress) -> None:
        """Turn to a file."""
        if not progress.arrived:
            progress.feed, progress.format_name = source.feed, source.format_name
            progress.header, progress.options = header_line(source.path), encode_options(source.options)
            progress.arrived = self._now()
        self._progress = progress
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
