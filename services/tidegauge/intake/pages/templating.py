"""The templates, with escaping always on and a missing name an error."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tidegauge.domain.cases import CloseReason
from tidegauge.domain.country_names import country_name
from tidegauge.domain.situations import DismissReason
from tidegauge.intake.pages import text

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    instant=text.instant,
    money=text.money,
    percent=text.percent,
    plain=text.plain,
    whole=text.whole,
    tonnes=text.tonnes,
    month=text.month,
    signed_percent=text.signed_percent,
    country=country_name,
)
_environment.globals.update(
    DISMISS_REASONS=[(reason, text.DISMISS_WORDS[reason]) for reason in DismissReason],
    CLOSE_REASONS=[(reason, text.CLOSE_WORDS[reason]) for reason in CloseReason],
    SEVERITY_WORDS=text.SEVERITY_WORDS,
    STATUS_WORDS=text.STATUS_WORDS,
    DECISION_WORDS=text.DECISION_WORDS,
    REASON_WORDS=text.REASON_WORDS,
    PLACE_WORDS=text.PLACE_WORDS,
    AUDIT_WORDS=text.AUDIT_WORDS,
    SNOOZES=((7, "one week"), (14, "two weeks"), (30, "a month"), (90, "three months")),
    CLOSE_WORDS=text.CLOSE_WORDS,
)


def render(name: str, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """A page or a fragment from a template."""
    return HTMLResponse(_environment.get_template(name).render(values), status)


def error_page(status: int, sentence: str) -> HTMLResponse:
    """A page that says what went wrong in one sentence."""
    if status == HTTPStatus.NOT_FOUND and sentence.rstrip(".") == HTTPStatus.NOT_FOUND.phrase:
        sentence = "There is no page at this address."
    title = text.ERROR_TITLES.get(status, HTTPStatus(status).phrase)
    return render("error.html", status, title=title, sentence=sentence)
