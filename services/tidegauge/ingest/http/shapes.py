"""What the API of ingest takes and answers."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from tidegauge.domain.freshness import Freshness
from tidegauge.ingest.position import LEFT_OUT_COUNTS
from tidegauge.ingest.uploads import Upload, UploadState
from tidegauge.runtime.quarantine import State

Note = Annotated[str, Field(min_length=1, max_length=500)]


class Shape(BaseModel):
    """Read off the attributes of what ingest knows."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class PauseShape(Shape):
    """Why a feed is paused."""

    reason: str
    since: str
    held: str = Field(description="the file that made ingest pause it, if one did")


class FeedPartShape(Shape):
    """One book's share of a feed."""

    name: str
    rows: int
    last_period: str
    age_days: int | None
    freshness: Freshness


class FeedShape(Shape):
    """How a feed stands. read = accepted + superseded + repeated + quarantined + left_out."""

    feed: str
    kind: str
    format: str
    last_period: str = Field(description="YYYY-MM or YYYY-MM-DD; empty where its records have no date")
    age_days: int | None
    expected_days: int | None
    freshness: Freshness
    read: int
    accepted: int
    superseded: int
    repeated: int
    left_out: int
    quarantined: int
    open: int = Field(description="records in quarantine that nobody has settled")
    paused: PauseShape | None
    last_file: str
    arrived: str
    parts: list[FeedPartShape]


class PauseRequest(Shape):
    """Pause a feed."""

    reason: Note


class ResumeRequest(Shape):
    """Go on with a feed."""

    anyway: bool = Field(False, description="take the file that paused it, its faulty rows into quarantine")


class EntryShape(Shape):
    """One record in quarantine, without its text."""

    id: int
    state: State
    feed: str
    kind: str
    source: str
    line: int
    field: str
    reason: str
    arrived: str
    note: str
    delivery: str
    mended_by: str


class EntryDetail(EntryShape):
    """One record in quarantine with its text, which may name firms."""

    raw: str
    record: str = Field(description="the canonical fields as JSON, where the row could be split into fields")


class EntryList(Shape):
    """A page of entries."""

    entries: list[EntryShape]
    total: int
    next_after: int | None


class MendRequest(Shape):
    """What to put right: some fields, or the whole line."""

    set: dict[str, str] = Field({}, description="field = text; an empty text empties the field")
    raw: Annotated[str, Field(max_length=100_000)] = ""


class MendedRow(Shape):
    """One row of an export, mended: what was changed in it counts, the record before the raw line."""

    id: int
    raw: Annotated[str, Field(max_length=100_000)] = ""
    record: Annotated[str, Field(max_length=100_000)] = ""


class ResubmitRequest(Shape):
    """Entries to be sent again as they are, or rows of a mended export."""

    ids: list[int] = Field([], max_length=1000)
    rows: list[MendedRow] = Field([], max_length=1000)


class DismissRequest(Shape):
    """Why a record will not be taken."""

    reason: Note


class Sent(Shape):
    """Records that were sent again; their entries say what became of them."""

    sent: list[int]


class UploadShape(Shape):
    """How an upload stands. `waiting` rows are declarations' versions whose base is not known yet."""

    id: str
    state: UploadState
    detail: str = Field(description="why it was refused, or waits")
    feed: str
    name: str
    read: int
    accepted: int
    superseded: int
    repeated: int
    left_out: int
    quarantined: int
    waiting: int
    reasons: dict[str, int] = Field(description="why rows are in quarantine")

    @classmethod
    def of(cls, upload: Upload) -> Self:
        """The shape of an upload."""
        told, counts = upload.progress, upload.progress.counts
        return cls(
            id=upload.id,
            state=upload.state,
            detail=upload.detail,
            feed=told.feed,
            name=told.name,
            read=counts.get("read", 0),
            accepted=counts.get("accepted", 0),
            superseded=counts.get("superseded", 0),
            repeated=counts.get("duplicates", 0),
            left_out=sum(counts.get(name, 0) for name in LEFT_OUT_COUNTS),
            quarantined=counts.get("quarantined", 0),
            waiting=counts.get("waiting", 0),
            reasons=told.reasons,
        )
