"""The desk and the alert pages."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select

from tidegauge.domain.cases import CaseStatus
from tidegauge.domain.country_names import country_name
from tidegauge.domain.situations import DismissReason, Place
from tidegauge.intake import figures, records
from tidegauge.intake.actions import DeskActions
from tidegauge.intake.context import MOST_LISTED, DeskContext, Listed
from tidegauge.intake.lineup import lineup, placed
from tidegauge.intake.pages import text
from tidegauge.intake.pages.evidence_rows import evidence_rows
from tidegauge.intake.pages.rows import product_name, row
from tidegauge.intake.pages.series_views import series_query
from tidegauge.intake.pages.templating import render
from tidegauge.intake.problems import missing
from tidegauge.intake.search import find_situations
from tidegauge.intake.shapes import MOST_ID, RowId
from tidegauge.intake.store import reading
from tidegauge.intake.tables import AlertRow, CaseFile, Situation

_BELOW = tuple(place for place in Place if place not in (Place.NEW, Place.WORSENED, Place.EARLIER))


def desk_pages(desk: DeskContext) -> APIRouter:
    """The routes of the desk and of alerts."""
    router = APIRouter()
    _read_routes(router, desk)
    _action_routes(router, desk)
    return router


def _read_routes(router: APIRouter, desk: DeskContext) -> None:
    @router.get("/")
    def root() -> Response:
        """The desk is the first page."""
        return RedirectResponse("/desk", HTTPStatus.SEE_OTHER)

    @router.get("/desk")
    def whole(q: str = "", place: Place | None = None) -> Response:
        """Today's situations."""
        return render("desk.html", **_desk_values(desk, q, place))

    @router.get("/desk/situations")
    def part(q: str = "", place: Place | None = None) -> Response:
        """The part of the desk that changes."""
        return render("_situations.html", **_desk_values(desk, q, place))

    @router.get("/situations/{situation_id}")
    def situation(situation_id: RowId) -> Response:
        """Goes to the leading alert of a situation."""
        with reading(desk.engine) as session:
            found = placed(session, [situation_id], desk.today())
        if not found or not found[0].alerts:
            raise missing("situation", situation_id)
        return RedirectResponse(f"/alerts/{found[0].alerts[0].alert_id}", HTTPStatus.SEE_OTHER)

    @router.get("/alerts/{alert_id}")
    def alert(alert_id: str) -> Response:
        """Everything about one alert. Looking at it is remembered."""
        with reading(desk.engine) as session:
            values = _alert_values(session, desk, alert_id)
        desk.actions.look(values["history"].row.situation_id)
        return render("alert.html", **values)


class View:
    """Which part of the desk the reader was looking at, as the forms say."""

    def __init__(self, q: Annotated[str, Form()] = "", place: Annotated[str, Form()] = "") -> None:
        self.q = q
        self.place = Place(place) if place in set(Place) else None


_InView = Annotated[View, Depends()]


def _action_routes(router: APIRouter, desk: DeskContext) -> None:
    actions = desk.actions

    def answer(request: Request, situation_id: int, said: str, view: View) -> Response:
        """The changed part of the desk with what was done; without htmx, the situation's page."""
        if request.headers.get("hx-request") != "true":
            return RedirectResponse(f"/situations/{situation_id}", HTTPStatus.SEE_OTHER)
        return render("_situations.html", **_desk_values(desk, view.q, view.place, (situation_id, said)))

    @router.post("/desk/situations/{situation_id}/snooze")
    def snooze(
        request: Request, situation_id: RowId, days: Annotated[int, Form()], view: _InView
    ) -> Response:
        """Off the desk for some days."""
        actions.snooze(situation_id, days)
        return answer(request, situation_id, f"Snoozed for {days} days", view)

    @router.post("/desk/situations/{situation_id}/dismiss")
    def dismiss(
        request: Request,
        situation_id: RowId,
        reason: Annotated[DismissReason, Form()],
        view: _InView,
        note: Annotated[str, Form(max_length=4000)] = "",
    ) -> Response:
        """Let go, with a reason."""
        actions.dismiss(situation_id, reason, note)
        return answer(request, situation_id, f"Dismissed ({text.DISMISS_WORDS[reason].lower()})", view)

    @router.post("/desk/situations/{situation_id}/undo")
    def undo(request: Request, situation_id: RowId, view: _InView) -> Response:
        """Back onto the desk."""
        actions.undo(situation_id)
        return answer(request, situation_id, "Back on the desk", view)

    @router.post("/desk/situations/{situation_id}/case")
    def case(
        request: Request, situation_id: RowId, case_id: Annotated[int, Form(ge=0, le=MOST_ID)], view: _InView
    ) -> Response:
        """Into a case; 0 opens a new one."""
        where = _into_case(actions, situation_id, case_id)
        return answer(request, situation_id, f"Put in case {where}", view)


def _into_case(actions: DeskActions, situation_id: int, case_id: int) -> int:
    if case_id == 0:
        return actions.open_case([situation_id])
    actions.attach(case_id, situation_id)
    return case_id


def _desk_values(
    desk: DeskContext, typed: str, place: Place | None, done: tuple[int, str] | None = None
) -> dict[str, Any]:
    """What the desk shows: rows, counts below the line, open cases, and what was just done."""
    typed = typed.replace("\0", "").strip()  # PostgreSQL knows no text with it
    with reading(desk.engine) as session:
        listed = _searched(session, desk, typed) if typed else desk.listed(session, place)
        cases = _open_cases(session)
        said = _said(session, desk, done) if done else None
    return {
        "rows": [row(each, desk.product_names) for each in listed.rows if each.alerts],
        "total": listed.total,
        "below": [(reason, listed.below[reason]) for reason in _BELOW if reason in listed.below],
        "cases": cases,
        "q": typed,
        "place": place,
        "today": desk.today(),
        "said": said,
    }


def _searched(session: Session, desk: DeskContext, typed: str) -> Listed:
    ids = find_situations(session, typed, desk.product_names, MOST_LISTED + 1)
    line, below = lineup(session, desk.today())
    places = dict(line.above) | {each: reason for reason, found in line.below.items() for each in found}
    return Listed(placed(session, ids[:MOST_LISTED], desk.today(), places), len(ids), below)


def _open_cases(session: Session) -> list[CaseFile]:
    query = select(CaseFile).where(CaseFile.status != CaseStatus.CLOSED)
    return list(session.exec(query.order_by(col(CaseFile.changed_at).desc()).limit(MOST_LISTED)))


def _said(session: Session, desk: DeskContext, done: tuple[int, str]) -> dict[str, Any]:
    """What was done to which situation, with whether it can be taken back."""
    situation_id, words = done
    situation = session.get(Situation, situation_id)
    if situation is None:
        raise missing("situation", situation_id)
    name = product_name(situation.product, desk.product_names)
    what = f"{situation.scope_id or situation.product}{f' {name}' if name else ''}"
    return {
        "id": situation_id,
        "words": f"{words}: {what} from {country_name(situation.origin)}.",
        "case_id": situation.case_id if situation.state == "in_case" else None,
        "undo": situation.state != "active",
    }


def _alert_values(session: Session, desk: DeskContext, alert_id: str) -> dict[str, Any]:
    """Everything that the alert page shows."""
    history = records.alert_history(session, alert_id)
    stored = history.row
    (where,) = placed(session, [stored.situation_id], desk.today())
    charted = f"scope:{stored.scope_id}" if stored.scope_id else stored.product
    asked = figures.Asked(stored.reporter, charted, stored.origin, stored.source)
    name = product_name(stored.product, desk.product_names)
    return {
        "history": history,
        "alert": history.latest,
        "evidence": evidence_rows(history.latest["evidence"]),
        "english": text.named(history.latest["explanation"].get("en", ""), (stored.origin, stored.reporter)),
        "stored": stored,
        "row": row(where, desk.product_names),
        "series": figures.series(session, asked),
        "asked": asked,
        "shaded": (stored.episode_start, stored.period, "The episode is shaded.", "Around the episode"),
        "series_query": series_query(stored),
        "headline": _headline(stored, name),
        "product_name": name,
        "cases": _open_cases(session),
        "q": "",
        "place": None,
    }


def _headline(stored: AlertRow, name: str) -> str:
    """The alert in one plain sentence without a verb to argue about."""
    moves = [
        f"{words} {text.signed_percent(stored.figures[figure])}"
        for figure, words in (("quantity_change", "quantity"), ("unit_value_change", "unit value"))
        if figure in stored.figures
    ]
    subject = f"{name or f'Product {stored.product}'} from {country_name(stored.origin)}"
    return f"{subject}: {', '.join(moves)}" if moves else subject
