"""The monitor service: steps through the log of one partition and commits state with what goes out."""

from collections.abc import Callable, Iterator

from tidegauge.domain.alerts import Alert
from tidegauge.monitor.state import Checkpointer
from tidegauge.monitor.step import Output, PartitionStep
from tidegauge.runtime.concordances import code_breaks
from tidegauge.runtime.heap import set_aside
from tidegauge.runtime.log import LogEntry, RecordLog
from tidegauge.runtime.state import StateStore
from tidegauge.runtime.wire import decode_block, encode_alert, encode_block

ENTRIES_A_READ = 64
THRESHOLD_CURRENCY = "EUR"  # the published thresholds are in euros

Observer = Callable[[Output], None]


class Stepper:
    """One partition: its step, its durable state, and the place in the log where it goes on.

    State is committed at marks, after every slice of one. Blocks read since the last mark live in memory
    only; after a crash the log brings them again.
    """

    def __init__(
        self, store: StateStore, *, observe: Observer | None = None, keep_evaluations: bool = False
    ) -> None:
        self._store = store
        self._observe = observe
        self.step = PartitionStep(keep_evaluations=keep_evaluations, breaks=code_breaks())
        self._checkpointer = Checkpointer(self.step)
        self._checkpointer.load(store.load())
        self.checkpoint_bytes = 0

    def take(self, entry: LogEntry) -> Iterator[list[Alert]]:
        """Take the next entry of the log; yields the alerts of each commit, once they are durable.

        Nothing is yielded for a block. Raises UndecodableError, and takes nothing, for bytes that are none.
        """
        block = decode_block(entry.payload)
        is_mark = block.kind == "mark"
        for output in self.step.take(entry.offset, block):
            if self._observe is not None:
                self._observe(output)
            if is_mark:
                self._commit(output)
                yield output.alerts
        if is_mark and block.header["closes"] is not None:  # it opened most of the episodes there will be
            set_aside()

    def _commit(self, output: Output) -> None:
        changes = self._checkpointer.changes()
        self.checkpoint_bytes += changes.nbytes()
        figures = [encode_block(block) for block in output.figures]
        self._store.commit(changes, [encode_alert(alert) for alert in output.alerts], figures)


class Monitor(Stepper):
    """A stepper that reads its log itself."""

    def __init__(
        self,
        log: RecordLog,
        store: StateStore,
        partition: int,
        *,
        observe: Observer | None = None,
        keep_evaluations: bool = False,
    ) -> None:
        super().__init__(store, observe=observe, keep_evaluations=keep_evaluations)
        self._log, self._partition = log, partition

    def drain(self) -> Iterator[list[Alert]]:
        """Take everything in the log; yields the alerts of each commit, once they are durable."""
        while entries := self._log.read(self._partition, self.step.offset, ENTRIES_A_READ):
            for entry in entries:
                yield from self.take(entry)

    def without_rates(self) -> list[str]:
        """Currencies of feeds that no exchange rate is known for: money thresholds cannot be held to them."""
        known = {currency for currency, _ in self.step.books.fx.rates}
        used = {state.feed.currency for state in self.step.panel.feeds}
        return sorted(used - known - {"", THRESHOLD_CURRENCY})

    def lag(self) -> int:
        """Entries of the log not taken yet."""
        return self._log.end(self._partition) - self.step.offset
