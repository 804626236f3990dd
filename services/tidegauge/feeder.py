"""Feeds a stream, one file at a time: those that are given, then what lies in the inbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tidegauge.domain.alerts import Alert
from tidegauge.ingest import switch
from tidegauge.ingest.inbox import Inbox
from tidegauge.ingest.limits import FeedPausedError
from tidegauge.ingest.position import FileProgress
from tidegauge.ingest.reading import FeedError
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.taking.progress import Progress
from tidegauge.stream import Stream


class Screen(Protocol):
    """What the terminal shows while files are fed."""

    def note(self, text: str) -> None:
        """A line for the person at the keyboard."""
        ...

    def alert(self, alert: Alert) -> None:
        """An alert event became durable."""
        ...

    def progress(self, progress: Progress) -> None:
        """A step of a file was committed."""
        ...

    def fed(self, source: SourceFile, counts: dict[str, int]) -> None:
        """A file is through."""
        ...

    def taken(self, name: str) -> None:
        """A file in the inbox is through."""
        ...

    def refused(self, name: str, reason: str) -> None:
        """A file in the inbox cannot be read."""
        ...

    def held(self, source: SourceFile, reason: str) -> None:
        """A file waits where it is, as its feed is paused."""
        ...

    def settled(self) -> None:
        """The files given at the start are through; the process stays up for more."""
        ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the process around the feeder wants to know, and when it wants to end."""

    tell: Callable[[Sequence[Alert]], None]  # the alerts of each step
    stopped: Callable[[], bool] = lambda: False
    fed: Callable[[SourceFile, FileProgress], None] = lambda _source, _progress: None


class Feeder:
    """The one who feeds."""

    def __init__(self, stream: Stream, inbox: Inbox, screen: Screen, hooks: Hooks) -> None:
        self._stream, self._inbox, self._screen, self._hooks = stream, inbox, screen, hooks
        self._held: dict[Path, SourceFile] = {}  # files that wait where they are, as their feed is paused

    def catch_up(self) -> None:
        """Take what an earlier run left in the log."""
        for alerts in self._stream.catch_up():
            self._hooks.tell(alerts)

    def take(self, source: SourceFile) -> bool:
        """Take a file; says whether it is through. It waits where it is while its feed is paused."""
        if self._stream.ingestor.progress(source).done:
            self._screen.note(f"{source.name} was taken before; nothing to do")
            return True
        try:
            for progress, alerts in self._stream.feed(source):
                self._hooks.tell(alerts)
                self._screen.progress(progress)
                if self._hooks.stopped():
                    break
        except FeedPausedError as error:
            self._held[source.path] = source
            self._screen.held(source, str(error))
            return False
        done = self._stream.ingestor.progress(source)
        if done.done:
            self._hooks.fed(source, done)
            self._screen.fed(source, done.counts)
        return done.done

    def take_waiting(self) -> None:
        """Take every file that waits in the inbox, and those whose feed goes on again."""
        held = [path for path, source in self._held.items() if switch.paused(self._stream.store, source.feed)]
        again = [self._held.pop(path) for path in list(self._held) if path not in held]
        self.take_from_inbox(*(path for path in self._inbox.waiting() if path not in held))
        for source in again:
            if source.path.parent != self._inbox.folder and not self._hooks.stopped():
                self.take(source)

    @property
    def held(self) -> list[SourceFile]:
        """Files that wait where they are, as their feed is paused."""
        return list(self._held.values())

    def take_from_inbox(self, *paths: Path) -> None:
        """Take files of the inbox and put them away."""
        for path in paths:
            if not self._hooks.stopped():
                self._take_and_put_away(path)

    def _take_and_put_away(self, path: Path) -> None:
        try:
            source = self._inbox.open(path)
            through = self.take(source)
        except FeedError as error:
            self._inbox.refused(path, error)
            self._screen.refused(path.name, str(error))
            return
        if through:
            self._inbox.taken(path)
            self._screen.taken(source.name)
