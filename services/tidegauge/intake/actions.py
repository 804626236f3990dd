"""What the desk does: look, snooze, dismiss, undo, and cases. The API and the pages share it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidegauge.domain.cases import CaseAction, CaseStatus, CaseVerdict, Deed, after, judge
from tidegauge.domain.country_names import country_name
from tidegauge.domain.situations import DismissReason, SituationState
from tidegauge.intake import audit
from tidegauge.intake.problems import ProblemError, missing
from tidegauge.intake.store import writing
from tidegauge.intake.tables import AlertRow, CaseAlert, CaseFile, Situation
from tidegauge.runtime.clock import Clock, rfc3339

LONGEST_SNOOZE_DAYS = 366
_REFUSALS = {
    CaseVerdict.CASE_IS_CLOSED: "Case {id} is closed; reopen it first.",
    CaseVerdict.CASE_IS_NOT_CLOSED: "Case {id} is not closed.",
    CaseVerdict.ALREADY_UNDER_REVIEW: "Case {id} is under review already.",
    CaseVerdict.REASON_MISSING: "Say why: the reason is empty.",
    CaseVerdict.REASON_UNKNOWN: "That is not one of the reasons for closing a case.",
    CaseVerdict.NOTE_EMPTY: "The note is empty.",
}


class DeskActions:
    """Every change that an operator can make; each is one transaction."""

    def __init__(self, engine: Engine, clock: Clock, changed: Callable[[], None]) -> None:
        self._engine = engine
        self._clock = clock
        self._changed = changed  # called after each commit

    def _now(self) -> str:
        return rfc3339(self._clock.now())

    def _write(self) -> AbstractContextManager[Session]:
        return writing(self._engine)

    def look(self, situation_id: int) -> None:
        """Remember how the situation stands now, for "what changed since the last look"."""
        with self._write() as session:
            situation = _situation(session, situation_id)
            situation.seen, situation.seen_at = dict(situation.standing), self._now()
            session.add(situation)

    def snooze(self, situation_id: int, days: int) -> None:
        """Take a situation off the desk for some days; it comes back by itself."""
        if not 1 <= days <= LONGEST_SNOOZE_DAYS:
            detail = f"A snooze lasts 1 to {LONGEST_SNOOZE_DAYS} days."
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        until = rfc3339(self._clock.now() + timedelta(days=days))
        with self._write() as session:
            situation = _loose(session, situation_id)
            situation.state, situation.snoozed_until = SituationState.SNOOZED, until
            situation.dismissed, situation.dismiss_reason = None, ""
            session.add(situation)
        self._changed()

    def dismiss(self, situation_id: int, reason: DismissReason, note: str = "") -> None:
        """Let a situation go; it returns only when it is clearly worse than now."""
        with self._write() as session:
            situation = _loose(session, situation_id)
            _let_go(situation, reason, note)
            session.add(situation)
        self._changed()

    def undo(self, situation_id: int) -> None:
        """Back onto the desk, from whatever was decided: snoozed, dismissed or in a case."""
        with self._write() as session:
            situation = _situation(session, situation_id)
            if situation.state == SituationState.ACTIVE:
                raise ProblemError(
                    HTTPStatus.CONFLICT, "There is nothing to undo: the situation is on the desk."
                )
            if situation.state == SituationState.IN_CASE and situation.case_id is not None:
                self._detach(session, situation, situation.case_id)
            situation.state, situation.snoozed_until = SituationState.ACTIVE, ""
            situation.dismissed, situation.dismiss_reason, situation.note = None, "", ""
            session.add(situation)
        self._changed()

    def open_case(self, situation_ids: list[int], title: str = "", note: str = "") -> int:
        """A new case with these situations, at least one; gives its id."""
        if not situation_ids:
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "A case needs at least one situation.")
        now = self._now()
        with self._write() as session:
            situations = [_loose(session, each) for each in dict.fromkeys(situation_ids)]
            case = CaseFile(
                title=title.strip() or _title(situations[0]),
                status=CaseStatus.OPEN,
                opened_at=now,
                changed_at=now,
            )
            session.add(case)
            session.flush()
            case_id = _case_id(case)
            detail = {"title": case.title} | ({"note": note.strip()} if note.strip() else {})
            audit.log(session, case_id, Deed(now, audit.OPERATOR, "opened", detail))
            for situation in situations:
                self._attach(session, case_id, situation)
        self._changed()
        return case_id

    def attach(self, case_id: int, situation_id: int) -> None:
        """Put a situation into an open case."""
        with self._write() as session:
            self._step(session, case_id, CaseAction.ATTACH)
            self._attach(session, case_id, _loose(session, situation_id))
        self._changed()

    def review(self, case_id: int) -> None:
        """Take a case into review."""
        with self._write() as session:
            self._step(session, case_id, CaseAction.REVIEW)
            audit.log(session, case_id, Deed(self._now(), audit.OPERATOR, "review_started", {}))
        self._changed()

    def note(self, case_id: int, text: str) -> None:
        """Add a note to a case, closed or not."""
        with self._write() as session:
            self._step(session, case_id, CaseAction.NOTE, text)
            audit.log(session, case_id, Deed(self._now(), audit.OPERATOR, "note", {"text": text.strip()}))
        self._changed()

    def close(self, case_id: int, reason: str, note: str = "") -> None:
        """Close a case; its situations leave the desk and return only when clearly worse."""
        with self._write() as session:
            case = self._step(session, case_id, CaseAction.CLOSE, reason)
            case.close_reason = reason
            detail = {"reason": reason} | ({"note": note.strip()} if note.strip() else {})
            audit.log(session, case_id, Deed(self._now(), audit.OPERATOR, "closed", detail))
            for situation in _held(session, case_id):
                _let_go(situation, f"case_{case_id}_closed", "")
                session.add(situation)
        self._changed()

    def reopen(self, case_id: int, reason: str) -> None:
        """Open a closed case again, with the situations that nobody has taken elsewhere since."""
        with self._write() as session:
            case = self._step(session, case_id, CaseAction.REOPEN, reason)
            case.close_reason = ""
            audit.log(
                session, case_id, Deed(self._now(), audit.OPERATOR, "reopened", {"reason": reason.strip()})
            )
            for situation in _held(session, case_id):
                situation.state, situation.dismissed = SituationState.IN_CASE, None
                situation.dismiss_reason, situation.snoozed_until = "", ""
                session.add(situation)
        self._changed()

    def _step(self, session: Session, case_id: int, action: CaseAction, text: str = "") -> CaseFile:
        """Move a case if its guard allows the action."""
        case = session.exec(select(CaseFile).where(CaseFile.id == case_id).with_for_update()).first()
        if case is None:
            raise missing("case", case_id)
        verdict = judge(CaseStatus(case.status), action, text)
        if verdict is not CaseVerdict.ALLOWED:
            wrong_text = verdict in (
                CaseVerdict.REASON_MISSING,
                CaseVerdict.REASON_UNKNOWN,
                CaseVerdict.NOTE_EMPTY,
            )
            status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong_text else HTTPStatus.CONFLICT
            raise ProblemError(status, _REFUSALS[verdict].format(id=case_id), verdict)
        case.status, case.changed_at = after(CaseStatus(case.status), action), self._now()
        session.add(case)
        return case

    def _attach(self, session: Session, case_id: int, situation: Situation) -> None:
        """Put a situation and its live alerts into a case."""
        now = self._now()
        situation.state, situation.case_id = SituationState.IN_CASE, case_id
        situation.snoozed_until, situation.dismissed, situation.dismiss_reason = "", None, ""
        session.add(situation)
        rows = session.exec(
            select(AlertRow).where(AlertRow.situation_id == situation.id, col(AlertRow.live).is_(True))
        ).all()
        for row in rows:
            session.merge(
                CaseAlert(
                    case_id=case_id, alert_id=row.alert_id, situation_id=row.situation_id, attached_at=now
                )
            )
        detail = {"situation": situation.key, "alerts": sorted(row.alert_id for row in rows)}
        audit.log(session, case_id, Deed(now, audit.OPERATOR, "situation_attached", detail))

    def _detach(self, session: Session, situation: Situation, case_id: int) -> None:
        self._step(session, case_id, CaseAction.ATTACH)
        query = select(CaseAlert).where(CaseAlert.case_id == case_id, CaseAlert.situation_id == situation.id)
        for row in session.exec(query).all():
            session.delete(row)
        situation.case_id = None
        deed = Deed(self._now(), audit.OPERATOR, "situation_detached", {"situation": situation.key})
        audit.log(session, case_id, deed)


def _situation(session: Session, situation_id: int) -> Situation:
    situation = session.exec(select(Situation).where(Situation.id == situation_id).with_for_update()).first()
    if situation is None:
        raise missing("situation", situation_id)
    return situation


def _loose(session: Session, situation_id: int) -> Situation:
    """A situation that lies in no case."""
    situation = _situation(session, situation_id)
    if situation.state == SituationState.IN_CASE:
        detail = f"Situation {situation_id} lies in case {situation.case_id}; take it out first."
        raise ProblemError(HTTPStatus.CONFLICT, detail)
    return situation


def _held(session: Session, case_id: int) -> list[Situation]:
    """The situations that belong to a case, whether it is open (in_case) or closed (dismissed with it)."""
    rows = session.exec(select(Situation).where(Situation.case_id == case_id).with_for_update())
    return [
        row
        for row in rows
        if row.state == SituationState.IN_CASE or row.dismiss_reason == f"case_{case_id}_closed"
    ]


def _let_go(situation: Situation, reason: str, note: str) -> None:
    situation.state, situation.dismiss_reason, situation.note = SituationState.DISMISSED, reason, note.strip()
    situation.dismissed, situation.snoozed_until = dict(situation.standing), ""


def _title(situation: Situation) -> str:
    return f"{situation.scope_id or situation.product} from {country_name(situation.origin)}"


def _case_id(case: CaseFile) -> int:
    if case.id is None:
        raise RuntimeError("the case has not been written yet")
    return case.id
