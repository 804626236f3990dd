"""What the rules said about each followed subject: stored as the monitor tells it, the newest month last."""

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_code, product_code
from tidegauge.intake.figures import feed_id
from tidegauge.intake.tables import FigureFeed, RuleOutcome
from tidegauge.runtime.wire import UndecodableError

_FIGURE = "figure."
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_KEY = ("feed_id", "product", "scope_id", "origin", "rule")


def store_outcomes(session: Session, block: Block) -> int:
    """Keep the rows of an OUTCOMES block unless newer ones are there; gives their number.

    Raises UndecodableError if it is not one.
    """
    if block.kind is not BlockKind.OUTCOMES:
        raise UndecodableError(f"a block of {block.kind} on the log of figures")
    try:
        rows = _rows(session, block)
    except (KeyError, IndexError, ValueError) as error:
        raise UndecodableError(f"not a block of outcomes: {error!r}") from error
    if not rows:
        return 0
    connection = session.connection()
    table: Any = RuleOutcome.__table__  # type: ignore[attr-defined]  # SQLModel makes it
    statement = _INSERTS[connection.dialect.name](table)
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
    newer = (statement.excluded.month > table.c.month) | (
        (statement.excluded.month == table.c.month) & (statement.excluded.known_from >= table.c.known_from)
    )
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=fresh, where=newer), rows)
    return len(rows)


def _rows(session: Session, block: Block) -> list[dict[str, Any]]:
    header, columns = block.header, block.columns
    feeds = [feed_id(session, tuple(map(str, feed))) for feed in header["feeds"]]
    names = {name.removeprefix(_FIGURE): name for name in columns if name.startswith(_FIGURE)}
    told = zip(*(columns[name].tolist() for name in names.values()), strict=True)
    figures = list(told) if names else [()] * len(block)
    plain = ("feed", "product", "scope", "origin", "reason", "severity", "fired", "closed")
    read = zip(*(columns[name].tolist() for name in plain), figures, strict=True)
    return [
        {
            "feed_id": feeds[feed],
            "product": "" if header["scopes"][scope] else product_code(product),
            "scope_id": str(header["scopes"][scope]),
            "origin": country_code(origin),
            "rule": str(header["rule"]),
            "rule_version": str(header["rule_version"]),
            "month": int(header["month"]),
            "known_from": str(header["as_of"]),
            "closed": bool(closed),
            "fired": bool(fired),
            "reason": str(header["reasons"][reason]),
            "severity": SEVERITIES[severity] if fired else "",
            "figures": {
                name: value for name, value in zip(names, values, strict=True) if math.isfinite(value)
            },
        }
        for feed, product, scope, origin, reason, severity, fired, closed, values in read
    ]


@dataclass(frozen=True, slots=True)
class Subject:
    """One product or scope and origin of one feed; an empty origin means all together."""

    reporter: str
    source: str
    product: str = ""
    scope_id: str = ""
    origin: str = ""


def outcomes_of(session: Session, subject: Subject) -> dict[str, RuleOutcome]:
    """By rule, the newest outcome of one subject."""
    feeds = select(FigureFeed.id).where(
        FigureFeed.reporter == subject.reporter, FigureFeed.source == subject.source
    )
    query = select(RuleOutcome).where(
        col(RuleOutcome.feed_id).in_(feeds),
        RuleOutcome.product == subject.product,
        RuleOutcome.scope_id == subject.scope_id,
        RuleOutcome.origin == subject.origin,
    )
    rows = session.exec(query.order_by(col(RuleOutcome.month), col(RuleOutcome.known_from)))
    return {row.rule: row for row in rows}
