"""The HTTP API of the subscriptions, under /api/v1; whoever includes the router adds who may call it."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, HTTPException, Query, status

from tidegauge.notify.addresses import WebhookUrlError
from tidegauge.notify.models import (
    AttemptView,
    DeliveryView,
    Queued,
    ReplayRequest,
    ResendRequest,
    SecretRotated,
    SubscriptionCreated,
    SubscriptionDraft,
    SubscriptionPatch,
    SubscriptionView,
)
from tidegauge.notify.redelivery import Redelivery
from tidegauge.notify.subscriptions import ConflictError, Subscriptions, UnknownError

_T = TypeVar("_T")
_Limit = Annotated[int, Query(ge=1, le=500, description="most deliveries to show")]
_Before = Annotated[int | None, Query(description="show deliveries with a smaller id: the next page")]


class SubscriptionApi:
    """The routes; plain functions, which FastAPI runs in threads, as they talk to the database."""

    def __init__(
        self, subscriptions: Subscriptions, redelivery: Redelivery, queued: Callable[[], None]
    ) -> None:
        self._subscriptions, self._redelivery, self._queued = subscriptions, redelivery, queued
        self.router = APIRouter(prefix="/api/v1/subscriptions", tags=["subscriptions"])
        self._add_routes()

    def _add_routes(self) -> None:
        one = "/{subscription_id}"
        add = self.router.add_api_route
        add("", self.create, methods=["POST"], status_code=status.HTTP_201_CREATED)
        add("", self.list_all, methods=["GET"])
        add(one, self.show, methods=["GET"])
        add(one, self.change, methods=["PATCH"])
        add(one, self.remove, methods=["DELETE"], status_code=status.HTTP_204_NO_CONTENT)
        add(f"{one}/enable", self.enable, methods=["POST"])
        add(f"{one}/rotate-secret", self.rotate_secret, methods=["POST"])
        add(f"{one}/deliveries", self.deliveries, methods=["GET"])
        add(f"{one}/deliveries/{{delivery_id}}/attempts", self.attempts, methods=["GET"])
        for name, handler in (("resend", self.resend), ("replay", self.replay), ("ping", self.ping)):
            add(f"{one}/{name}", handler, methods=["POST"], status_code=status.HTTP_202_ACCEPTED)

    def create(self, draft: SubscriptionDraft) -> SubscriptionCreated:
        """Create a subscription; the secret in the answer is shown this once."""
        return _answered(lambda: self._subscriptions.create(draft))

    def list_all(self) -> list[SubscriptionView]:
        """All subscriptions, the oldest first."""
        return self._subscriptions.all()

    def show(self, subscription_id: str) -> SubscriptionView:
        """One subscription."""
        return _answered(lambda: self._subscriptions.get(subscription_id))

    def change(self, subscription_id: str, patch: SubscriptionPatch) -> SubscriptionView:
        """Change the URL, the filter or the description, or disable."""
        return _answered(lambda: self._subscriptions.change(subscription_id, patch))

    def remove(self, subscription_id: str) -> None:
        """Remove a subscription; its delivery log stays."""
        return _answered(lambda: self._subscriptions.remove(subscription_id))

    def enable(self, subscription_id: str) -> SubscriptionView:
        """Enable a disabled subscription; replay sends what it missed."""
        return _answered(lambda: self._subscriptions.enable(subscription_id))

    def rotate_secret(self, subscription_id: str) -> SecretRotated:
        """Make a new secret, shown this once; the former one signs beside it for 24 hours."""
        return _answered(lambda: self._subscriptions.rotate(subscription_id))

    def deliveries(
        self, subscription_id: str, limit: _Limit = 100, before: _Before = None
    ) -> list[DeliveryView]:
        """The events on their way to a subscription, or there, the newest first."""
        return _answered(lambda: self._subscriptions.deliveries(subscription_id, limit, before))

    def attempts(self, subscription_id: str, delivery_id: int) -> list[AttemptView]:
        """The delivery log of one event: every attempt, the oldest first."""
        return _answered(lambda: self._redelivery.attempts(subscription_id, delivery_id))

    def resend(self, subscription_id: str, request: ResendRequest) -> Queued:
        """Send one event again, with the same webhook-id."""
        return self._queue(lambda: self._redelivery.resend(subscription_id, request.event_id))

    def replay(self, subscription_id: str, request: ReplayRequest) -> Queued:
        """Send every matching event again that was taken in since an instant."""
        return self._queue(lambda: self._redelivery.replay(subscription_id, request.since))

    def ping(self, subscription_id: str) -> Queued:
        """Send a test event, once."""
        return self._queue(lambda: self._redelivery.ping(subscription_id))

    def _queue(self, work: Callable[[], Queued]) -> Queued:
        queued = _answered(work)
        self._queued()
        return queued


def _answered(work: Callable[[], _T]) -> _T:
    """The result of some work, with its refusals as HTTP answers."""
    try:
        return work()
    except UnknownError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error
    except ConflictError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from error
    except WebhookUrlError as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)) from error
