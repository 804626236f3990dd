"""Writes and checks the audit log of a case in the database."""

from sqlmodel import Session, col, select

from tidegauge.domain.cases import AuditEntry, Deed, append, first_broken
from tidegauge.intake.tables import CaseEvent, CaseFile

OPERATOR = "operator"  # the only role so far
INTAKE = "intake"  # what the service does by itself


def log(session: Session, case_id: int, deed: Deed) -> None:
    """Add an entry behind the last; the case's row is locked, so that two writers cannot fork the chain."""
    session.exec(select(CaseFile).where(CaseFile.id == case_id).with_for_update()).one()
    last = session.exec(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(col(CaseEvent.number).desc()).limit(1)
    ).first()
    entry = append(case_id, _entry(last) if last else None, deed)
    session.add(
        CaseEvent(
            case_id=case_id,
            number=entry.number,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            detail=entry.detail,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
        )
    )
    session.flush()


def history(session: Session, case_id: int) -> list[AuditEntry]:
    """All entries of a case, oldest first."""
    rows = session.exec(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(col(CaseEvent.number)))
    return [_entry(row) for row in rows]


def broken_at(session: Session, case_id: int) -> int | None:
    """The number of the first entry that was tampered with; None: the chain holds."""
    return first_broken(case_id, history(session, case_id))


def _entry(row: CaseEvent) -> AuditEntry:
    return AuditEntry(
        row.number, row.at, row.actor, row.action, dict(row.detail), row.previous_hash, row.hash
    )
