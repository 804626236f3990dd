"""Why a row is refused, and what was put right in a row that is kept."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a row lands in quarantine."""

    MISSING_REQUIRED = "missing_required"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NEGATIVE = "negative"
    NOT_POSITIVE = "not_positive"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_PRODUCT_CODE = "not_a_product_code"
    SEVERAL_CHAPTER_FAMILIES = "several_chapter_families"  # of a scope: they lie in several partitions
    NOT_A_COUNTRY = "not_a_country"
    UNKNOWN_COUNTRY = "unknown_country"
    NOT_A_CURRENCY = "not_a_currency"
    NOT_A_PERIOD = "not_a_period"
    NOT_A_DATE = "not_a_date"
    NOT_AN_INSTANT = "not_an_instant"
    NOT_MONTHLY = "not_monthly"  # an annual or quarterly figure in a monthly feed
    UNKNOWN_CHOICE = "unknown_choice"
    WRONG_FIELD_COUNT = "wrong_field_count"
    TRUNCATED_LINE = "truncated_line"
    BROKEN_QUOTES = "broken_quotes"
    NUL_BYTE = "nul_byte"
    WRONG_ENCODING = "wrong_encoding"
    NOT_JSON = "not_json"
    REFUSED_XML = "refused_xml"  # one document of several: not well-formed, too deep or large, or with a DTD
    UNKNOWN_MESSAGE = "unknown_message"  # neither a declaration, nor an amendment, cancellation or acceptance
    AWAITING_ACCEPTANCE = "awaiting_acceptance"  # complete, once customs' acceptance is there too
    AWAITING_ORIGINAL = "awaiting_original"  # complete, once the declaration it speaks of is there too
    TOO_MANY_MESSAGES = "too_many_messages"  # more of one declaration than are kept
    AMBIGUOUS_REFERENCE = "ambiguous_reference"  # one reference stands for several declarations


class Note(StrEnum):
    """What reading put right and counted, in rows that go on."""

    ROUNDED = "rounded"  # digits beyond the fixed precision, half to even
    MISSING_MASS = "missing_mass"  # mass 0 beside a positive value is a missing mass
    BLANK_LINE = "blank_line"  # skipped
    AGGREGATE = "aggregate"  # left out: the total of other rows, which must not be added to them
    JOINED = "joined"  # observations of one cell, each on a line of its own, made one record
    NOT_PUBLISHED = "not_published"  # left out: the figure is missing, or not out yet
    NOT_SELECTED = "not_selected"  # left out: the column map does not ask for it
    CONFIDENTIAL = "confidential"  # left out: the publisher withholds what the figure speaks of
    AWAITING = "awaiting_counterpart"  # kept until the message comes that completes it
    KNOWN = "known"  # left out: a message that came before, to the letter
    ESTIMATED = "estimated"  # kept: the publisher estimated a mass or a quantity
    UNBALANCED = "unbalanced"  # kept: partners add up to more than the published total


# Lines read that become no record of their own.
LEFT_OUT: Final = frozenset(
    {
        Note.AGGREGATE,
        Note.JOINED,
        Note.NOT_PUBLISHED,
        Note.NOT_SELECTED,
        Note.CONFIDENTIAL,
        Note.AWAITING,
        Note.KNOWN,
    }
)
