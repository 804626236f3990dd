"""Tell declaration messages apart and take out of them what a declaration row speaks of.

Element names are those of the WCO Data Model 3.6 as HM Revenue & Customs uses it (DEC-DMS 2, RES).
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from tidegauge.ingest.feeds.wco.fields import header_fields, item_fields
from tidegauge.ingest.feeds.wco.xml import Element

Fields = dict[str, str]
ITEM_SECTION: Final = "68A"
_MRN: Final = re.compile(r"[0-9]{2}([A-Z]{2})[0-9A-Z]{14}")
_MOMENT: Final = re.compile(r"([0-9]{8})([0-9]{6})?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")
# Data elements of an item by their WCO identifier, as pointers name them.
_TAGGED: Final = {"112": "value", "128": "net_mass_kg", "130": "quantity"}
_ITEM: Final = "GoodsShipment/GovernmentAgencyGoodsItem"


class MessageKind(StrEnum):
    """What a message does."""

    ORIGINAL = "original"
    AMENDMENT = "amendment"
    CANCELLATION = "cancellation"
    ACCEPTANCE = "acceptance"
    OTHER = "other"


@dataclass(slots=True)
class Item:
    """One goods item of a message."""

    number: str
    line: int
    fields: Fields


@dataclass(slots=True)
class Message:
    """One message; texts are "" where it does not say."""

    kind: MessageKind
    document: str
    line: int
    lrn: str
    mrn: str
    country: str
    version: str
    accepted_at: str
    header: Fields = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    whole_items: frozenset[str] = frozenset()  # pointed at as such: added, replaced or removed
    pointed: dict[str, list[str]] = field(default_factory=dict)  # item -> fields that an amendment points at
    digest: str = ""  # of what it says, once it is kept


def message_of(root: Element, document: str) -> Message:
    """What a MetaData, Declaration or Response element says."""
    declaration = root if root.name == "Declaration" else root.find("Declaration")
    response = root if root.name == "Response" else root.find("Response")
    if response is not None:
        return _notification(response, document, root.line)
    if declaration is None:
        return Message(MessageKind.OTHER, document, root.line, "", "", "", "", "")
    mrn = declaration.said("ID")
    made = Message(
        kind=_kind(declaration),
        document=document,
        line=declaration.line,
        lrn=declaration.said("FunctionalReferenceID"),
        mrn=mrn,
        country=country_of(mrn) or root.said("ResponsibleCountryCode"),
        version=declaration.said("VersionID") or _stamp(declaration.said("IssueDateTime/DateTimeString")),
        accepted_at=instant(declaration.said("AcceptanceDateTime/DateTimeString")),
        header=header_fields(declaration),
        items=[
            Item(item.said("SequenceNumeric"), item.line, item_fields(item))
            for item in declaration.all(_ITEM)
        ],
    )
    _follow_pointers(declaration, made)
    return made


def _notification(response: Element, document: str, line: int) -> Message:
    accepted = response.said("FunctionCode") in {"01", "1"} and response.said("Declaration/ID") != ""
    mrn = response.said("Declaration/ID")
    return Message(
        MessageKind.ACCEPTANCE if accepted else MessageKind.OTHER,
        document,
        line,
        response.said("Declaration/FunctionalReferenceID"),
        mrn,
        country_of(mrn),
        response.said("Declaration/VersionID"),
        instant(
            response.said("Declaration/AcceptanceDateTime/DateTimeString")
            or response.said("IssueDateTime/DateTimeString")
        ),
    )


def _kind(declaration: Element) -> MessageKind:
    match declaration.said("FunctionCode"), declaration.said("TypeCode"):
        case "9", _:
            return MessageKind.ORIGINAL
        case "13", "COR":
            return MessageKind.AMENDMENT
        case "13", "INV":
            return MessageKind.CANCELLATION
        case _:
            return MessageKind.OTHER


def _follow_pointers(declaration: Element, made: Message) -> None:
    """Items that an amendment points at as a whole (the last pointer is the item), and fields pointed at."""
    whole = set()
    for amendment in declaration.all("Amendment"):
        pointers = list(amendment.all("Pointer"))
        item = next((one for one in pointers if one.said("DocumentSectionCode") == ITEM_SECTION), None)
        if item is None:
            continue
        number, tag = item.said("SequenceNumeric"), pointers[-1].said("TagID")
        if pointers[-1] is item and not tag:
            whole.add(number)
        elif tag in _TAGGED:
            made.pointed.setdefault(number, []).append(_TAGGED[tag])
    made.whole_items = frozenset(whole)


def country_of(mrn: str) -> str:
    """The country that gave an MRN (its third and fourth characters), "" where it is none."""
    found = _MRN.fullmatch(mrn)
    return found[1] if found else ""


def instant(text: str) -> str:
    """A DateTimeString (formats 102, 204 and 304) as RFC 3339 in UTC; what is none stays as it is."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    day, clock, zone = found.groups()
    try:
        moment = datetime.strptime(day + (clock or "000000"), "%Y%m%d%H%M%S").replace(tzinfo=_zone(zone))
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return text


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _stamp(text: str) -> str:
    """A moment as a whole number that grows with time, "" where there is none."""
    said = instant(text)
    return re.sub(r"[^0-9]", "", said) if said != text else ""
