"""Finds situations by what a reader types into the filter box: a code, a country, a rule, a family."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from tidegauge.domain.country_names import COUNTRY_NAMES
from tidegauge.intake.tables import AlertRow, Situation

_MOST_WORDS = 8
_MOST_NAMED = 100  # products whose name matches; a database bounds the depth of one condition


def find_situations(session: Session, typed: str, names: Mapping[str, str], limit: int) -> list[int]:
    """Ids of situations that match every word, live ones first, then by value at stake."""
    query = select_columns(col(Situation.id))
    for word in typed.lower().split()[:_MOST_WORDS]:
        query = query.where(_matches(word, names))
    query = query.order_by(
        col(Situation.live).desc(), col(Situation.value_at_stake).desc(), col(Situation.id)
    ).limit(limit)
    return [each for each in session.connection().execute(query).scalars() if each is not None]


def _matches(word: str, names: Mapping[str, str]) -> Any:
    """A condition that a situation meets if the word speaks of it."""
    origins = [code for code, name in COUNTRY_NAMES.items() if word in name.lower() or word == code.lower()]
    products = [code for code, name in names.items() if word in name.lower()][:_MOST_NAMED]
    of_alert = (
        col(AlertRow.situation_id) == col(Situation.id),
        or_(
            col(AlertRow.rule).contains(word, autoescape=True),
            col(AlertRow.family).contains(word, autoescape=True),
            col(AlertRow.severity) == word,
            col(AlertRow.status) == word,
        ),
    )
    return or_(
        col(Situation.product).startswith(word, autoescape=True),
        col(Situation.scope_id).contains(word, autoescape=True),
        col(Situation.origin).in_(origins),
        *(col(Situation.product).startswith(code) for code in products),
        exists().where(*of_alert),
    )
