"""The ingest service: takes files period by period or batch by batch, each step in one transaction."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.records import RecordKind
from tidegauge.ingest import marks
from tidegauge.ingest.limits import FeedPausedError
from tidegauge.ingest.position import FileProgress, Position, documents, load_progress
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.state import IngestState
from tidegauge.ingest.taking.declarations import Declarations
from tidegauge.ingest.taking.flows import Flows
from tidegauge.ingest.taking.progress import Progress
from tidegauge.ingest.taking.references import References
from tidegauge.runtime.log import IngestCommit, IngestStore


class Ingestor:
    """Takes files; every public method that yields has committed what it yields."""

    def __init__(
        self,
        store: IngestStore,
        settings: IngestSettings | None = None,
        today: Callable[[], date | None] = lambda: None,
        now: Callable[[], str] = lambda: "",
    ) -> None:
        self._state = IngestState(store, settings or IngestSettings(), today, now)
        self._flows, self._declarations = Flows(self._state), Declarations(self._state)
        self._references = References(self._state)

    @property
    def position(self) -> Position:
        """Where ingest stands."""
        return self._state.position

    def set_rules(self, record: dict[str, Any], live_from: int) -> bool:
        """Write the rules in force to every partition if they changed; says whether they did."""
        position = self.position
        if position.ruleset == record["hash"] and position.live_from is not None:
            return False
        if position.live_from is None:
            position.live_from = live_from
        position.ruleset = record["hash"]
        row = {**record, "live_from": position.live_from}
        written = [Block(BlockKind.RECORDS, {"record": "ruleset", "rows": [row]})]
        if position.last_as_of:  # what is known is judged by the new rules at once
            written.append(marks.batch(position, position.last_as_of))
        step = IngestCommit(entries=[entry for block in written for entry in self._state.everywhere(block)])
        step.documents = documents(position, "", None)
        self._state.store.commit(step)
        return True

    def take(self, source: SourceFile) -> Iterator[Progress]:
        """Take a file from where an earlier run left it; a file taken whole is known by its content.

        Raises FeedPausedError where its feed is paused, or too many of its rows are refused.
        """
        progress = self.progress(source)
        if progress.done:
            return
        self._state.journal.begin(source, progress)
        takers = {RecordKind.FLOW: self._flows.take, RecordKind.DECLARATION: self._declarations.take}
        try:
            yield from takers.get(source.kind, self._references.take)(source, progress)
        except FeedPausedError:
            self._state.load()  # as if the step that went too far had never begun; no ledger has seen it
            raise

    def progress(self, source: SourceFile) -> FileProgress:
        """How far a file has been taken."""
        return load_progress(self._state.store, source.digest, source.name)
