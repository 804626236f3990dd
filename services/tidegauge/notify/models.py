"""What the API and the command line take and show: validated, with the secret shown once only."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from tidegauge.domain.alerts import Audience, Family, Severity
from tidegauge.domain.codes import is_country, is_product
from tidegauge.notify.matching import ALL_ORIGINS

_LONGEST_LIST = 500


def _product(text: str) -> str:
    if not is_product(text):
        raise ValueError(f"'{text}' is not an HS prefix: 2 to 10 digits, without dots")
    return text


def _reporter(text: str) -> str:
    if not is_country(text):
        raise ValueError(f"'{text}' is not a country code of two capital letters (ISO 3166-1 alpha-2)")
    return text


def _origin(text: str) -> str:
    return text if text == ALL_ORIGINS else _reporter(text)


def _no_repeats(values: list[str]) -> list[str]:
    return sorted(set(values))


Products = Annotated[
    list[Annotated[str, AfterValidator(_product)]],
    AfterValidator(_no_repeats),
    Field(max_length=_LONGEST_LIST, description="HS prefixes; empty: every product"),
]
Origins = Annotated[
    list[Annotated[str, AfterValidator(_origin)]],
    AfterValidator(_no_repeats),
    Field(
        max_length=_LONGEST_LIST,
        description="countries of origin; * for alerts over all origins; empty: every one",
    ),
]
Reporters = Annotated[
    list[Annotated[str, AfterValidator(_reporter)]],
    AfterValidator(_no_repeats),
    Field(max_length=_LONGEST_LIST, description="importing countries; empty: every one"),
]
Families = Annotated[
    list[Family], Field(max_length=len(Family), description="kinds of concern; empty: every one")
]
OutsideAudience = Annotated[
    Literal[Audience.PUBLIC, Audience.ASSOCIATION],
    Field(description="what the receiver is cleared for; association includes public"),
]


class SubscriptionDraft(BaseModel):
    """A subscription to create."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(description="https:// or http:// address that takes the webhooks")]
    description: Annotated[str, Field(max_length=500)] = ""
    products: Products = []
    origins: Origins = []
    families: Families = []
    reporters: Reporters = []
    min_severity: Severity = Severity.INFO
    audience: OutsideAudience = Audience.PUBLIC


class SubscriptionPatch(BaseModel):
    """What to change about a subscription; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    description: Annotated[str | None, Field(max_length=500)] = None
    products: Products | None = None
    origins: Origins | None = None
    families: Families | None = None
    reporters: Reporters | None = None
    min_severity: Severity | None = None
    audience: OutsideAudience | None = None
    status: Annotated[
        Literal["disabled"] | None, Field(description="disabled; to go on again use …/enable")
    ] = None


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SubscriptionView(_Row):
    """A subscription as it is shown; never with a secret."""

    id: str
    url: str
    description: str
    products: list[str]
    origins: list[str]
    families: list[Family]
    reporters: list[str]
    min_severity: Severity
    audience: Audience
    status: str
    status_reason: str
    created_at: datetime
    failing_since: datetime | None


class SubscriptionCreated(SubscriptionView):
    """A new subscription with its secret, which is not shown again."""

    secret: str = Field(repr=False)


class SecretRotated(BaseModel):
    """The new secret, which is not shown again; the former one signs beside it until `old_valid_until`."""

    secret: str = Field(repr=False)
    old_valid_until: datetime


class DeliveryView(_Row):
    """One event on its way to one receiver."""

    id: int
    event_id: str
    type: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None


class AttemptView(_Row):
    """One line of the delivery log."""

    number: int
    started_at: datetime
    duration_ms: int
    outcome: str
    status_code: int | None
    response_excerpt: str
    error: str


class ResendRequest(BaseModel):
    """The one event to send again."""

    model_config = ConfigDict(extra="forbid")

    event_id: Annotated[str, Field(min_length=1, max_length=100)]


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


class ReplayRequest(BaseModel):
    """From when on to send everything again that matches the filter."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[
        AwareDatetime,
        AfterValidator(_in_utc),
        Field(description="RFC 3339 with a zone; compared with when Tidegauge took the event in"),
    ]


class Queued(BaseModel):
    """How many messages were queued, and the event where it was one."""

    queued: int
    event_id: str = ""
