"""First shape: offset, subscriptions, secrets, events, messages, attempts."""

import sqlalchemy as sa
from alembic import op

revision = "notify_0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, and the offset before the first event."""
    offsets = op.create_table(
        "notify_offset",
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(offsets, [{"topic": "alerts", "position": -1}])
    _subscriptions()
    _events()
    _deliveries()


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "notify_attempt",
        "notify_message",
        "notify_set_aside",
        "notify_event",
        "notify_seen_alert",
        "notify_secret",
        "notify_subscription",
        "notify_offset",
    ):
        op.drop_table(name)


def _subscriptions() -> None:
    op.create_table(
        "notify_subscription",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.Column("reporters", sa.JSON(), nullable=False),
        sa.Column("min_severity", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("failing_since", _INSTANT),
        sa.Column("hold_until", _INSTANT),
    )
    op.create_table(
        "notify_secret",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("notify_subscription.id"), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT),
    )
    op.create_index("ix_notify_secret_subscription_id", "notify_secret", ["subscription_id"])


def _events() -> None:
    op.create_table(
        "notify_seen_alert",
        sa.Column("alert_id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
    )
    op.create_table(
        "notify_event",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger()),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("stored_at", _INSTANT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_notify_event_alert_id", "notify_event", ["alert_id"])
    op.create_index("ix_notify_event_stored_at", "notify_event", ["stored_at"])
    op.create_table(
        "notify_set_aside",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside_at", _INSTANT, nullable=False),
    )


def _deliveries() -> None:
    op.create_table(
        "notify_message",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("notify_subscription.id"), nullable=False),
        sa.Column("event_id", sa.String(), sa.ForeignKey("notify_event.id"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("next_attempt_at", _INSTANT),
        sa.UniqueConstraint("subscription_id", "event_id", name="uq_notify_message_event"),
    )
    op.create_index("ix_notify_message_due", "notify_message", ["state", "next_attempt_at"])
    op.create_table(
        "notify_attempt",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("notify_message.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("status_code", sa.Integer()),
        sa.Column("response_excerpt", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
    )
    op.create_index("ix_notify_attempt_message_id", "notify_attempt", ["message_id"])
