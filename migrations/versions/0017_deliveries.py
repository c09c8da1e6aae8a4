"""One delivery to each person a message is for, what people and boards choose, and the pulse of the scheduler.

A message is no longer claimed itself: it is addressed once, and its deliveries are claimed. Nothing has been sent
before this migration, so no claim is lost.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

OUTCOMES = "outcome IN ('sent', 'failed', 'suppressed', 'unknown')"


def upgrade() -> None:
    _address_instead_of_claiming()
    op.create_table("delivery", *_delivery_columns(), *_delivery_constraints())
    op.create_index(
        "ix_delivery_to_send", "delivery", ["send_after", "id"], postgresql_where=sa.text("outcome IS NULL")
    )
    op.create_index(
        "ix_delivery_given_up",
        "delivery",
        ["settled_at", "id"],
        postgresql_where=sa.text("outcome IN ('failed', 'unknown') AND decided_at IS NULL"),
    )
    op.create_index(None, "delivery", ["person_id", "id"])
    _create_choices()
    _create_demonstration_letter()
    _create_tick_pulse()
    op.execute("GRANT SELECT, INSERT, UPDATE ON delivery, message_choice, message_rule, tick_pulse TO reviews_app")
    op.execute("GRANT SELECT, INSERT ON demonstration_letter TO reviews_app")


def downgrade() -> None:
    for table in ("tick_pulse", "demonstration_letter", "message_rule", "message_choice", "delivery"):
        op.drop_table(table)
    _claim_again()


def _address_instead_of_claiming() -> None:
    op.drop_index("ix_outbox_message_to_send", "outbox_message")
    op.drop_constraint(op.f("ck_outbox_message_claimed_with_a_lease"), "outbox_message")
    for column in ("claimed_at", "claimed_by", "lease_until", "sent_at", "failed_at"):
        op.drop_column("outbox_message", column)
    op.add_column("outbox_message", sa.Column("addressed_at", sa.DateTime(timezone=True)))
    op.add_column("outbox_message", sa.Column("settled_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE outbox_message SET settled_at = created_at WHERE outcome IS NOT NULL")
    op.create_check_constraint(
        "settled_with_an_outcome", "outbox_message", "num_nonnulls(outcome, settled_at) IN (0, 2)"
    )
    op.create_index(
        "ix_outbox_message_to_address",
        "outbox_message",
        ["not_before", "id"],
        postgresql_where=sa.text("outcome IS NULL AND addressed_at IS NULL"),
    )


def _claim_again() -> None:
    op.drop_index("ix_outbox_message_to_address", "outbox_message")
    op.drop_constraint(op.f("ck_outbox_message_settled_with_an_outcome"), "outbox_message")
    op.drop_column("outbox_message", "settled_at")
    op.drop_column("outbox_message", "addressed_at")
    for column in ("claimed_at", "lease_until", "sent_at", "failed_at"):
        op.add_column("outbox_message", sa.Column(column, sa.DateTime(timezone=True)))
    op.add_column("outbox_message", sa.Column("claimed_by", sa.Text))
    op.create_check_constraint(
        "claimed_with_a_lease", "outbox_message", "num_nonnulls(claimed_at, claimed_by, lease_until) IN (0, 3)"
    )
    op.create_index(
        "ix_outbox_message_to_send", "outbox_message", ["not_before", "id"], postgresql_where=sa.text("outcome IS NULL")
    )


def _delivery_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("message_id", sa.BigInteger, sa.ForeignKey("outbox_message.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("instead_of", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("timing", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("letter_key", sa.Text),
        sa.Column("handed_over_at", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text),
        sa.Column("because", sa.Text),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.BigInteger, sa.ForeignKey("person.id")),
    ]


def _delivery_constraints() -> list[sa.Constraint]:
    return [
        sa.UniqueConstraint("message_id", "person_id"),
        sa.CheckConstraint("channel IN ('mail', 'application')", name="channel"),
        sa.CheckConstraint("timing IN ('at_once', 'digest')", name="timing"),
        sa.CheckConstraint(OUTCOMES, name="outcome"),
        sa.CheckConstraint("num_nonnulls(claimed_by, lease_until) IN (0, 2)", name="claimed_with_a_lease"),
        sa.CheckConstraint("num_nonnulls(outcome, settled_at) IN (0, 2)", name="settled_with_an_outcome"),
        sa.CheckConstraint("num_nonnulls(decided_at, decided_by) IN (0, 2)", name="decided_by_somebody"),
    ]


def _create_choices() -> None:
    op.create_table(
        "message_choice",
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("timing", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.Integer, nullable=False),
        sa.Column("quiet_until", sa.Integer, nullable=False),
        sa.Column("on_days_off", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'application')", name="channel"),
        sa.CheckConstraint("timing IN ('at_once', 'digest')", name="timing"),
        sa.CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="quiet_hours"),
    )
    op.create_table(
        "message_rule",
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), primary_key=True),
        sa.Column("may_do_without_mail", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("may_be_told_at_once", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("may_be_told_on_days_off", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_demonstration_letter() -> None:
    op.create_table(
        "demonstration_letter",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("to", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_tick_pulse() -> None:
    op.create_table(
        "tick_pulse",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    )
