"""The desk's first tables: events, alerts, decisions, situations, cases, figures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("situation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("scope_id", sa.String(), nullable=False),
        sa.Column("episode_start", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("historical", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_index("alert_newest", "alert", ["period", "alert_id"], unique=False)
    op.create_index("alert_subject", "alert", ["reporter", "product", "origin"], unique=False)
    op.create_index(op.f("ix_alert_situation_id"), "alert", ["situation_id"], unique=False)
    op.create_table(
        "alert_event",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(op.f("ix_alert_event_alert_id"), "alert_event", ["alert_id"], unique=False)
    op.create_table(
        "case_alert",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("situation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attached_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "alert_id"),
    )
    op.create_index(op.f("ix_case_alert_alert_id"), "case_alert", ["alert_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number"),
    )
    op.create_table(
        "case_file",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("close_reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "figure",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("known_from", sa.String(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("value_e4", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("paired_mass_g", sa.BigInteger(), nullable=False),
        sa.Column("paired_value_e4", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("figure_series", "figure", ["product", "origin", "feed_id", "month"], unique=False)
    op.create_table(
        "figure_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("value_basis", sa.String(), nullable=False),
        sa.Column("nomenclature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "reporter", "source", "currency", "value_basis", "nomenclature", name="figure_feed_once"
        ),
    )
    op.create_table(
        "intake_decision",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("situation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(op.f("ix_intake_decision_alert_id"), "intake_decision", ["alert_id"], unique=False)
    op.create_index(
        op.f("ix_intake_decision_situation_id"), "intake_decision", ["situation_id"], unique=False
    )
    op.create_table(
        "intake_offset",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic"),
    )
    op.create_table(
        "intake_poison",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "position"),
    )
    op.create_table(
        "situation",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("scope_id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.JSON(), nullable=False),
        sa.Column("value_at_stake", sa.Float(), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("worsened_at", sa.String(), nullable=False),
        sa.Column("snoozed_until", sa.String(), nullable=False),
        sa.Column("dismissed", sa.JSON(), nullable=True),
        sa.Column("dismiss_reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("seen_at", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_situation_case_id"), "situation", ["case_id"], unique=False)
    op.create_index("situation_desk", "situation", ["live", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("situation_desk", table_name="situation")
    op.drop_index(op.f("ix_situation_case_id"), table_name="situation")
    op.drop_table("situation")
    op.drop_table("intake_poison")
    op.drop_table("intake_offset")
    op.drop_index(op.f("ix_intake_decision_situation_id"), table_name="intake_decision")
    op.drop_index(op.f("ix_intake_decision_alert_id"), table_name="intake_decision")
    op.drop_table("intake_decision")
    op.drop_table("figure_feed")
    op.drop_index("figure_series", table_name="figure")
    op.drop_table("figure")
    op.drop_table("case_file")
    op.drop_table("case_event")
    op.drop_index(op.f("ix_case_alert_alert_id"), table_name="case_alert")
    op.drop_table("case_alert")
    op.drop_index(op.f("ix_alert_event_alert_id"), table_name="alert_event")
    op.drop_table("alert_event")
    op.drop_index(op.f("ix_alert_situation_id"), table_name="alert")
    op.drop_index("alert_subject", table_name="alert")
    op.drop_index("alert_newest", table_name="alert")
    op.drop_table("alert")
