"""The port through which the desk's pages look at ingest: its feeds, its quarantine, and how to mend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tidegauge.runtime.feeds import FeedDesk
from tidegauge.runtime.quarantine import Quarantine


@dataclass(frozen=True, slots=True)
class IngestDesk:
    """Ingest as one desk sees it.

    `mend` sends an entry again with some fields changed, or with another raw line; it raises StillWrongError,
    WrongStateError or UnknownEntryError.
    """

    feeds: FeedDesk
    quarantine: Quarantine
    mend: Callable[[int, Mapping[str, str], str], object]
