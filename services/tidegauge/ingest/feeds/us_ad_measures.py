"""`us-ad-measures`: the United States' anti-dumping and countervailing measures, in four published shapes.

Official source: WTO Integrated Trade Intelligence Portal (I-TIP) for the measures with HS codes; US
International Trade Commission, list of orders in force (EDIS), https://www.usitc.gov ; US Department of
Commerce, case list with petition dates. Licence: facts published by the US Government and the WTO; name them.
Columns, in four shapes:
- measures: `Member imposing, Partner affected, Initiation, In force, Withdrawn, Measure description, Product
  description, HS`, one row a measure, HS codes (4 to 10 digits) separated by commas;
- lines: `hs, initiation_date, initiation_month, initiation_year, measure_description, member_imposing,
  partner_affected, product_description`, one row a HS code; rows of one measure are joined;
- orders: `Order date, Continued date, ITC case No., DOC case No., AD/CVD, Product, Country, ...` (US dates);
- cases: `case_number, case_title, petition_date`.
Units: none; dates become YYYY-MM-DD.

Traps: `nan` and the day 0 stand for empty cells in the list of lines; the first two have no case number: the
id is made of kind, target, day of initiation and a digest of the product's name; several partners in one
field (`Canada, Mexico`) make one record each; a name may hold a comma (`Korea, Republic of`); the HS column
may be empty; orders and cases have **no HS codes**, so that `products` is empty until a correspondence gives
them; `In force` empty means that no duty was imposed or that the day is unknown: the stage then stays
`initiated`, or is `terminated` once withdrawn; stray bytes stand in the list of orders; its country may stand
one or two columns further on; one case number is given to several orders (sets of countries), so the ITC's
number is part of the id there; measures that one id still fits are numbered in the order of the file; dates
are US or ISO, at will; the day of petition goes to `vintage`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from xxhash import xxh3_64_hexdigest

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.register_rows import (
    Record,
    RecordsOf,
    Register,
    RegisterRow,
    read_register,
    record_batch,
)
from tidegauge.ingest.feeds.us_names import countries_in, targets

_US_DATE: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DATE: Final = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?: 00:00:00)?")
_KINDS: Final = {"A": "AD", "C": "CVD", "Anti-dumping": "AD", "Countervailing": "CVD"}
_MEASURES: Final = ("Member imposing", "Partner affected", "Initiation", "In force", "Withdrawn", "HS")
_LINES: Final = ("hs", "initiation_date", "initiation_month", "initiation_year", "partner_affected")
_ORDERS: Final = ("Order date", "DOC case No.", "AD/CVD", "Product", "Country")
_CASES: Final = ("case_number", "case_title", "petition_date")
_NOT_A_CODE: Final = "nan"  # an empty cell, as the tool that cut the list wrote it


class UsAdMeasures:
    """Lists of United States anti-dumping and countervailing measures."""

    name = "us-ad-measures"
    description = "US anti-dumping and countervailing measures, orders and cases CSV: measure"
    kind = RecordKind.MEASURE

    def recognises(self, sample: Sample) -> str | None:
        """By the column names of one of the four shapes."""
        shape = _shape(sample)
        return None if shape is None else f"has the columns of the US list of {shape}"

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Measure records, one a row and target country; rows of one HS code each are joined."""
        shape = _shape(sample)
        if shape is None:
            raise FeedError(f"{sample.path}: has the columns of none of the US lists of measures")
        register = read_register(sample.path, options)
        made = [(row, record) for row in register.rows for record in _MAKERS[shape](row)]
        notes = Counter({Note.BLANK_LINE: register.blank}) if register.blank else Counter()
        if shape == "lines":
            read = len(made)
            made = _joined(made)
            notes[Note.JOINED] = read - len(made)
        _told_apart(made)
        for row, record in made:
            record["authority"] = _authority(row)
            record["source"] = self.name
            record["vintage"] = options.vintage or record.get("vintage")
        yield record_batch(self.kind, made, Register(rejects=register.rejects), (), notes)


def _shape(sample: Sample) -> str | None:
    """Which of the four lists a file is, by its columns."""
    if sample.container is not Container.CSV:
        return None
    present = set(sample.columns)
    return next((name for name, columns in _SHAPES.items() if present.issuperset(columns)), None)


def _measure(row: RegisterRow) -> list[Record]:
    fields = row.fields
    started, in_force = _day(fields["Initiation"]), _day(fields["In force"])
    withdrawn = _day(fields["Withdrawn"])
    kind = _kind(fields.get("Measure description", ""))
    product = fields.get("Product description", "")
    return [
        {
            "measure_id": _made_id(kind, target, started, product),
            "target": target,
            "kind": kind,
            "stage": "terminated" if withdrawn else "definitive" if in_force else "initiated",
            "products": _codes(fields["HS"]),
            "initiated": started,
            "definitive": in_force,
            "expires": withdrawn,
            "product_name": product,
        }
        for target in targets(fields["Partner affected"])
    ]


def _line(row: RegisterRow) -> list[Record]:
    fields = row.fields
    year, month, day = (fields[f"initiation_{part}"] for part in ("year", "month", "date"))
    started = "" if year == "0" else f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    kind = _kind(fields.get("measure_description", ""))
    product = fields.get("product_description", "")
    return [
        {
            "measure_id": _made_id(kind, target, started, product),
            "target": target,
            "kind": kind,
            "stage": "initiated",
            "products": "" if fields["hs"] == _NOT_A_CODE else fields["hs"],
            "initiated": started,
            "product_name": product,
        }
        for target in targets(fields["partner_affected"])
    ]


def _order(row: RegisterRow) -> list[Record]:
    fields = row.fields
    case, itc = fields["DOC case No."], fields.get("ITC case No.", "")
    country = " ".join(fields[name] for name in ("Country", "Column2", "Column3") if fields.get(name))
    return [
        {
            "measure_id": f"{case} {itc}".strip(),
            "target": target,
            "kind": _kind(fields["AD/CVD"] or case[:1]),
            "stage": "definitive",
            "definitive": _day(fields["Order date"]),
            "product_name": fields["Product"],
            "url": fields.get("Link"),
        }
        for target in targets(country)
    ]


def _case(row: RegisterRow) -> list[Record]:
    fields = row.fields
    product, _, country = fields["case_title"].rpartition(" From ")
    found = countries_in(country) if product else ()
    return [
        {
            "measure_id": fields["case_number"],
            "target": found[0] if len(found) == 1 else None,
            "kind": _kind(fields["case_number"][:1]),
            "stage": "petition",
            "product_name": product or fields["case_title"],
            # The record has no day of petition: it is the day on which the case came to be known.
            "vintage": _day(fields["petition_date"]),
        }
    ]


def _joined(made: list[tuple[RegisterRow, Record]]) -> list[tuple[RegisterRow, Record]]:
    """One record a measure out of one record a HS code, at the line where it is first named."""
    joined: dict[str, tuple[RegisterRow, Record]] = {}
    for row, record in made:
        known = joined.setdefault(record["measure_id"] or "", (row, record))
        if known[1] is not record:
            known[1]["products"] = f"{known[1]['products']} {record['products']}".strip()
    return list(joined.values())


def _told_apart(made: list[tuple[RegisterRow, Record]]) -> None:
    """Number the second and later records of one identifier, in the order of the file."""
    seen: Counter[str | None] = Counter()
    for _, record in made:
        name = record["measure_id"]
        seen[name] += 1
        if name and seen[name] > 1:
            record["measure_id"] = f"{name}-{seen[name]}"


def _authority(row: RegisterRow) -> str | None:
    """The member that imposes the measure; the lists without such a column are those of the United States."""
    member = row.fields.get("Member imposing", row.fields.get("member_imposing", "United States"))
    return targets(member)[0]


def _made_id(kind: str, target: str | None, started: str, product: str) -> str:
    """An identifier where the authority's is not published; the same for the same measure in each list."""
    return f"US-{kind}-{target}-{started}-{xxh3_64_hexdigest(product.casefold().encode())[:8]}"


def _kind(text: str) -> str:
    """AD or CVD; what is neither stays, and is refused as a kind."""
    return _KINDS.get(text, text)


def _codes(text: str) -> str:
    return " ".join(text.replace(",", " ").split())


def _day(text: str) -> str:
    """A US or ISO date as YYYY-MM-DD; what is neither stays, and is refused as a date."""
    if found := _US_DATE.fullmatch(text):
        month, day, year = found.groups()
    elif found := _ISO_DATE.fullmatch(text):
        year, month, day = found.groups()
    else:
        return text
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"


_SHAPES: Final = {"measures": _MEASURES, "lines": _LINES, "orders": _ORDERS, "cases": _CASES}
_MAKERS: Final[dict[str, RecordsOf]] = {
    "measures": _measure,
    "lines": _line,
    "orders": _order,
    "cases": _case,
}
