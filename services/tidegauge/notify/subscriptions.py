"""Keeps the subscriptions: create, change, rotate, resend, replay; the API and the command line share it."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from tidegauge.notify.addresses import AllowList, check_url
from tidegauge.notify.models import (
    DeliveryView,
    SecretRotated,
    SubscriptionCreated,
    SubscriptionDraft,
    SubscriptionPatch,
    SubscriptionView,
)
from tidegauge.notify.queue import cancel_pending, valid_secrets
from tidegauge.notify.signing import SECRET_BYTES, secret_text
from tidegauge.notify.states import SubscriptionStatus
from tidegauge.notify.tables import Message, Secret, StoredEvent, Subscription
from tidegauge.runtime.clock import Clock

OLD_SECRET_VALID: Final = timedelta(hours=24)
MOST_SECRETS: Final = 10  # each adds a signature to every request (Svix)


class UnknownError(LookupError):
    """No such subscription, event or delivery; the text names it."""


class ConflictError(ValueError):
    """Something that the present state does not allow; the text says why and what to do."""


class Subscriptions:
    """The subscriptions of one desk database; every method is one transaction."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        allowed: AllowList,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._engine, self._clock, self._allowed = engine, clock, allowed
        self._random_bytes = random_bytes

    def create(self, draft: SubscriptionDraft) -> SubscriptionCreated:
        """A new, active subscription and its secret; raises WebhookUrlError."""
        check_url(draft.url, self._allowed)
        now, secret = self._clock.now(), self._new_secret()
        values = draft.model_dump(mode="json")
        subscription = Subscription(id=f"sub_{self._random_bytes(8).hex()}", created_at=now, **values)
        with Session(self._engine) as session, session.begin():
            session.add(subscription)
            session.flush()
            session.add(Secret(subscription_id=subscription.id, value=secret, created_at=now))
            shown = SubscriptionView.model_validate(subscription)
        return SubscriptionCreated(**shown.model_dump(), secret=secret)

    def all(self) -> list[SubscriptionView]:
        """Every subscription that was not removed, the oldest first."""
        kept = col(Subscription.status) != SubscriptionStatus.REMOVED.value
        query = select(Subscription).where(kept).order_by(col(Subscription.created_at), col(Subscription.id))
        with Session(self._engine) as session:
            return [SubscriptionView.model_validate(row) for row in session.exec(query)]

    def get(self, subscription_id: str) -> SubscriptionView:
        """One subscription; raises UnknownError."""
        with Session(self._engine) as session:
            return SubscriptionView.model_validate(find(session, subscription_id))

    def change(self, subscription_id: str, patch: SubscriptionPatch) -> SubscriptionView:
        """Change the fields that are given; raises UnknownError, WebhookUrlError."""
        values: dict[str, Any] = patch.model_dump(mode="json", exclude_none=True)
        if "url" in values:
            check_url(values["url"], self._allowed)
        with Session(self._engine) as session, session.begin():
            subscription = find(session, subscription_id, changing=True)
            for name, value in values.items():
                setattr(subscription, name, value)
            if values.get("status") == SubscriptionStatus.DISABLED.value:
                subscription.status_reason = "disabled by an operator"
                cancel_pending(session, subscription_id)
            session.flush()
            return SubscriptionView.model_validate(subscription)

    def enable(self, subscription_id: str) -> SubscriptionView:
        """Go on after a disabling; events of the time between are sent by a replay. Raises UnknownError."""
        with Session(self._engine) as session, session.begin():
            subscription = find(session, subscription_id, changing=True)
            subscription.status, subscription.status_reason = SubscriptionStatus.ACTIVE.value, ""
            subscription.failing_since = subscription.hold_until = None
            session.flush()
            return SubscriptionView.model_validate(subscription)

    def remove(self, subscription_id: str) -> None:
        """Send nothing more and forget the secrets; the delivery log stays. Raises UnknownError."""
        with Session(self._engine) as session, session.begin():
            find(session, subscription_id, changing=True).status = SubscriptionStatus.REMOVED.value
            session.exec(delete(Secret).where(col(Secret.subscription_id) == subscription_id))
            cancel_pending(session, subscription_id)

    def rotate(self, subscription_id: str) -> SecretRotated:
        """A new secret; the former one stays valid for 24 hours. Raises UnknownError, ConflictError."""
        now, secret = self._clock.now(), self._new_secret()
        until = now + OLD_SECRET_VALID
        mine = col(Secret.subscription_id) == subscription_id
        with Session(self._engine) as session, session.begin():
            find(session, subscription_id, changing=True)
            session.exec(delete(Secret).where(mine, col(Secret.expires_at) <= now))
            if len(session.exec(valid_secrets(subscription_id, now)).all()) >= MOST_SECRETS:
                raise ConflictError(f"{MOST_SECRETS} secrets are valid at once; wait until one has expired")
            session.exec(
                update(Secret).where(mine, col(Secret.expires_at).is_(None)).values(expires_at=until)
            )
            session.add(Secret(subscription_id=subscription_id, value=secret, created_at=now))
        return SecretRotated(secret=secret, old_valid_until=until)

    def deliveries(self, subscription_id: str, limit: int, before: int | None = None) -> list[DeliveryView]:
        """The messages of a subscription, the newest first; `before` pages on by message id."""
        mine = [col(Message.subscription_id) == subscription_id]
        if before is not None:
            mine.append(col(Message.id) < before)
        query = select(Message, StoredEvent.type).join(StoredEvent).where(*mine)
        with Session(self._engine) as session:
            find(session, subscription_id)
            rows = session.exec(query.order_by(col(Message.id).desc()).limit(limit))
            return [DeliveryView.model_validate({**row.model_dump(), "type": kind}) for row, kind in rows]

    def _new_secret(self) -> str:
        return secret_text(self._random_bytes(SECRET_BYTES))


def find(session: Session, subscription_id: str, *, changing: bool = False) -> Subscription:
    """The subscription's row, locked until commit if it is about to change; raises UnknownError."""
    row = session.get(Subscription, subscription_id, with_for_update=changing or None)
    if row is None or row.status == SubscriptionStatus.REMOVED.value:
        raise UnknownError(f"there is no subscription {subscription_id}")
    return row


def find_active(session: Session, subscription_id: str) -> Subscription:
    """The row of a subscription that may be sent to; raises UnknownError, ConflictError."""
    row = find(session, subscription_id, changing=True)
    if row.status != SubscriptionStatus.ACTIVE.value:
        why = f" ({row.status_reason})" if row.status_reason else ""
        raise ConflictError(f"subscription {subscription_id} is {row.status}{why}; enable it first")
    return row
