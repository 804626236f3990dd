"""`federal-register`: United States anti-dumping and countervailing notices of the Federal Register.

Official source: Federal Register, https://www.federalregister.gov (API, documents of the International Trade
Administration and the International Trade Commission). Licence: US Government works, public domain.
Columns: `published, document_number, title, summary, url`. Units: none; dates are ISO.

Traps: a notice states its stage, product and countries only in its title, and the duty only in its title or
summary; one notice may speak of both duties and of several countries, so it gives one record for each pair,
with the id `document:kind:country`; notices have no HS codes (`products` is empty); files are a sample, so
that a missing notice says nothing; general notices (rules, calls for requests) name no country. A title that
names no stage known here is refused (`stage`), and one that names no duty (`kind`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.feeds.base import Container, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.register_rows import Record, RegisterRow, read_register, record_batch, require
from tidegauge.ingest.feeds.us_names import countries_in

_REQUIRED: Final = ("published", "document_number", "title", "summary", "url")
_ANTIDUMPING: Final = re.compile(r"anti-?dumping|less[- ]than[- ]fair[- ]value|dumped", re.IGNORECASE)
_COUNTERVAILING: Final = re.compile(r"countervailing|subsidi", re.IGNORECASE)
_CIRCUMVENTION: Final = re.compile(r"circumvention", re.IGNORECASE)
# The first that fits: what ends or reviews a measure is told before what makes one.
_STAGES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), stage)
    for pattern, stage in (
        (r"terminat\w+ of (?:the )?(?:\w+[- ]){0,6}?(?:suspension|suspended)", "review"),
        (r"revo(?:cation|ke)\w*|terminat\w+ of .*investigation|negative final determination", "terminated"),
        (r"final negative (?:\w+[- ]){0,4}determination|withdrawal of petition", "terminated"),
        (r"suspension agreement|agreements? suspending|suspension of .*investigation", "undertaking"),
        (r"review|continuation|scope|court decision|remand|circumvention|changed circumstances", "review"),
        (r"results|rescission|opportunity|new shipper|sunset|advance notification|revised", "review"),
        (r"preliminar\w+ .*determination|preliminary affirmative|provisional measures", "provisional"),
        (r"(?:antidumping|countervailing) duty orders?\b|issuance of|amended .*order", "definitive"),
        (r"final (?:\w+[- ]){0,6}determination|final affirmative|determinations?$", "definitive"),
        (r"initiation|institution|postponement|alignment|schedul|investigation", "initiated"),
        (r"petition", "petition"),
    )
)
_FROM: Final = re.compile(r"\s+from\s+", re.IGNORECASE)
_DATED: Final = {"initiated": "initiated", "provisional": "provisional", "definitive": "definitive"}


class FederalRegister:
    """Notices of the Federal Register."""

    name = "federal-register"
    description = "US Federal Register notices CSV (document_number, title, ...): measure"
    kind = RecordKind.MEASURE

    def recognises(self, sample: Sample) -> str | None:
        """By its column names."""
        fits = sample.container is Container.CSV and set(_REQUIRED) <= set(sample.columns)
        return "has the columns of Federal Register notices" if fits else None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Measure records, one for each kind of duty and country that a notice names."""
        require(sample.path, sample.columns, _REQUIRED, "federal-register")
        register = read_register(sample.path, options)
        made = [(row, record) for row in register.rows for record in _records(row)]
        notes = Counter({Note.BLANK_LINE: register.blank}) if register.blank else Counter[Note]()
        unknown = tuple(name for name in sample.columns if name not in _REQUIRED)
        yield record_batch(self.kind, made, register, unknown, notes)


def _records(row: RegisterRow) -> list[Record]:
    fields = row.fields
    title, published = fields["title"], fields["published"]
    product, countries = _product_and_countries(title)
    stage = _stage(title)
    return [
        {
            "measure_id": ":".join(part for part in (fields["document_number"], kind, target) if part),
            "authority": "US",
            "target": target,
            "kind": kind,
            "stage": stage,
            _DATED.get(stage or "", "vintage"): published,
            "product_name": product,
            "vintage": published,
            "source": "federal-register",
            "url": fields["url"],
        }
        for kind in _kinds(title, fields["summary"])
        for target in countries
    ]


def _product_and_countries(title: str) -> tuple[str, tuple[str | None, ...]]:
    """The product and the countries of `Product From A and B: what happened`."""
    found = _FROM.search(title)
    if found is None:
        return "", (None,)
    named = re.split(r"[:;]", title[found.end() :], maxsplit=1)[0]
    return title[: found.start()], countries_in(named) or (None,)


def _kinds(title: str, summary: str) -> list[str | None]:
    """What the notice is about: the title decides, or else the summary; None where neither says."""
    if _CIRCUMVENTION.search(title):
        return ["circumvention"]
    for text in (title, summary):
        kinds: list[str | None] = []
        if _ANTIDUMPING.search(text):
            kinds.append("AD")
        if _COUNTERVAILING.search(text):
            kinds.append("CVD")
        if kinds:
            return kinds
    return [None]


def _stage(title: str) -> str | None:
    """The stage that the words after the product name; product names may hold such words too."""
    what = title[found.end() :] if (found := _FROM.search(title)) else title
    said = (stage for text in (what, title) for pattern, stage in _STAGES if pattern.search(text))
    return next(said, None)
