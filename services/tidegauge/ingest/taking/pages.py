"""The stored pages of one ledger."""

from functools import partial

from tidegauge.runtime.log import IngestStore


class Pages:
    """Reads pages of one ledger; see domain.ledger.pages.PageReader."""

    def __init__(self, store: IngestStore, ledger: str) -> None:
        self.read = partial(store.read, ledger)
