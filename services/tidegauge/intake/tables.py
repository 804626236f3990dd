"""The desk's tables. Instants are RFC 3339 text in UTC, so that they sort alike in every database."""

from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# A registry of our own: other services keep tables in the same database under their own migrations.
METADATA = MetaData()
# SQLite numbers rows by itself only in a column of type INTEGER.
_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")


class _Table(SQLModel):
    metadata: ClassVar[MetaData] = METADATA


class ConsumerOffset(_Table, table=True):
    """How far intake has read each log."""

    __tablename__ = "intake_offset"
    topic: str = Field(primary_key=True)
    position: int = Field(sa_column=Column("position", BigInteger, nullable=False))


class AlertEvent(_Table, table=True):
    """Every alert event, as it came."""

    __tablename__ = "alert_event"
    event_id: str = Field(primary_key=True)
    alert_id: str = Field(index=True)
    seq: int
    status: str
    severity: str
    period: str
    as_of: str
    received_at: str
    payload: str = Field(sa_type=Text)  # the event's own JSON, byte for byte


class AlertRow(_Table, table=True):
    """The latest state of each alert."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("alert_newest", "period", "alert_id"),
        Index("alert_subject", "reporter", "product", "origin"),
    )
    alert_id: str = Field(primary_key=True)
    situation_id: int = Field(sa_column=Column("situation_id", _ROW_ID, nullable=False, index=True))
    event_id: str
    seq: int
    rule: str
    family: str
    severity: str
    status: str
    audience: str
    source: str
    reporter: str
    product: str
    origin: str
    scope_id: str
    episode_start: str
    period: str
    as_of: str
    provisional: bool
    historical: bool
    live: bool  # still stands: open or updated, and not historical
    figures: dict[str, float] = Field(sa_type=JSON)  # row figure -> value
    currency: str  # unit of the figure `value`; empty where there is none
    received_at: str  # the first event
    changed_at: str  # the last event
    payload: str = Field(sa_type=Text)


class Decision(_Table, table=True):
    """What intake did with each event, and why."""

    __tablename__ = "intake_decision"
    event_id: str = Field(primary_key=True)
    alert_id: str = Field(index=True)
    situation_id: int = Field(sa_column=Column("situation_id", _ROW_ID, nullable=False, index=True))
    reason: str
    decided_at: str


class Situation(_Table, table=True):
    """A reporter, a product (or scope) and an origin, and what the desk has decided about it."""

    __tablename__ = "situation"
    __table_args__ = (Index("situation_desk", "live", "state"),)
    id: int | None = Field(
        default=None, sa_column=Column("id", _ROW_ID, primary_key=True, autoincrement=True)
    )
    key: str = Field(unique=True)
    reporter: str
    product: str
    scope_id: str
    origin: str
    state: str
    live: bool
    standing: dict[str, Any] = Field(sa_type=JSON)
    value_at_stake: float = 0.0
    opened_at: str
    worsened_at: str
    snoozed_until: str = ""
    dismissed: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # the standing then
    dismiss_reason: str = ""
    note: str = Field(default="", sa_type=Text)
    seen: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # the standing at the last look
    seen_at: str = ""
    case_id: int | None = Field(default=None, sa_column=Column("case_id", _ROW_ID, nullable=True, index=True))


class CaseFile(_Table, table=True):
    """A case: what the desk takes up."""

    __tablename__ = "case_file"
    id: int | None = Field(
        default=None, sa_column=Column("id", _ROW_ID, primary_key=True, autoincrement=True)
    )
    title: str = Field(sa_type=Text)
    status: str
    opened_at: str
    changed_at: str
    close_reason: str = ""


class CaseAlert(_Table, table=True):
    """An alert behind a case."""

    __tablename__ = "case_alert"
    case_id: int = Field(sa_column=Column("case_id", _ROW_ID, primary_key=True))
    alert_id: str = Field(primary_key=True, index=True)
    situation_id: int = Field(sa_column=Column("situation_id", _ROW_ID, nullable=False))
    attached_at: str


class CaseEvent(_Table, table=True):
    """One entry of a case's audit log; rows are only ever added, and each carries the hash of the last."""

    __tablename__ = "case_event"
    case_id: int = Field(sa_column=Column("case_id", _ROW_ID, primary_key=True))
    number: int = Field(primary_key=True)
    at: str
    actor: str
    action: str
    detail: dict[str, Any] = Field(sa_type=JSON)
    previous_hash: str
    hash: str


class FigureFeed(_Table, table=True):
    """Whose figures: one row for each feed that the monitor has named."""

    __tablename__ = "figure_feed"
    __table_args__ = (
        UniqueConstraint(
            "reporter", "source", "currency", "value_basis", "nomenclature", name="figure_feed_once"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    reporter: str
    source: str
    currency: str
    value_basis: str
    nomenclature: str


class Figure(_Table, table=True):
    """The total of one cell as known from an instant on; rows are only ever added, the newest one holds."""

    __tablename__ = "figure"
    __table_args__ = (Index("figure_series", "product", "origin", "feed_id", "month"),)
    id: int | None = Field(
        default=None, sa_column=Column("id", _ROW_ID, primary_key=True, autoincrement=True)
    )
    feed_id: int
    product: str
    origin: str
    month: int  # year * 12 + month - 1
    known_from: str
    mass_g: int = Field(sa_column=Column("mass_g", BigInteger, nullable=False))
    quantity_milli: int = Field(sa_column=Column("quantity_milli", BigInteger, nullable=False))
    value_e4: int = Field(sa_column=Column("value_e4", BigInteger, nullable=False))
    lines: int = Field(sa_column=Column("lines", BigInteger, nullable=False))
    paired_mass_g: int = Field(sa_column=Column("paired_mass_g", BigInteger, nullable=False))
    paired_value_e4: int = Field(sa_column=Column("paired_value_e4", BigInteger, nullable=False))


class RuleOutcome(_Table, table=True):
    """What a rule said last about a product from an origin (empty: from all), also where it stayed silent."""

    __tablename__ = "rule_outcome"
    feed_id: int = Field(primary_key=True)
    product: str = Field(primary_key=True)  # empty for a scope
    scope_id: str = Field(primary_key=True)  # empty for a product itself
    origin: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    rule_version: str
    month: int  # the one that was looked at; year * 12 + month - 1
    known_from: str
    closed: bool
    fired: bool
    reason: str
    severity: str  # empty where it did not fire
    figures: dict[str, float] = Field(sa_type=JSON)  # those that are known


class Poison(_Table, table=True):
    """A log entry that could not be read: kept with the reason, and passed over."""

    __tablename__ = "intake_poison"
    topic: str = Field(primary_key=True)
    position: int = Field(sa_column=Column("position", BigInteger, primary_key=True))
    payload: bytes = Field(sa_type=LargeBinary)
    reason: str = Field(sa_type=Text)
    received_at: str
