"""Which feeds are paused, as documents beside the ledger: ingest reads them, it and operators write them."""

from typing import Final

import msgspec

from tidegauge.runtime.feeds import Pause
from tidegauge.runtime.log import IngestCommit, IngestStore

PREFIX: Final = "pause:"
ANYWAY: Final = "anyway:"


def paused(store: IngestStore, feed: str) -> Pause | None:
    """Why a feed is paused, if it is."""
    stored = store.document(PREFIX + feed)
    return msgspec.json.decode(stored, type=Pause) if stored else None


def all_paused(store: IngestStore) -> dict[str, Pause]:
    """Every paused feed, by name."""
    found = store.documents(PREFIX).items()
    return {
        name.removeprefix(PREFIX): msgspec.json.decode(value, type=Pause) for name, value in found if value
    }


def pause(store: IngestStore, feed: str, why: Pause) -> None:
    """Pause a feed."""
    store.commit(IngestCommit(documents={PREFIX + feed: msgspec.json.encode(why)}))


def resume(store: IngestStore, feed: str, *, anyway: bool) -> bool:
    """Go on with a feed; says whether it was paused. `anyway`: the file that paused it is taken as it is."""
    why = paused(store, feed)
    if why is None:
        return False
    written = {PREFIX + feed: b""}
    if anyway and why.digest:
        written[ANYWAY + feed] = why.digest.encode()
    store.commit(IngestCommit(documents=written))
    return True


def let_pass(store: IngestStore, feed: str, digest: str) -> bool:
    """Whether somebody decided that this very file is to be taken whatever its rows."""
    return store.document(ANYWAY + feed) == digest.encode()
