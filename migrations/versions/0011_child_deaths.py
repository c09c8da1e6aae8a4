"""Whose death a case is about, with family and agencies, apart from its history.

Nothing here is needed to hold a meeting or to count, so that papers and figures are made without it. Rows of family
and contacts may be removed, the child’s own only emptied: its reference and its case stay.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _create_child_death()
    _create_carer()
    _create_sibling()
    _create_agency_contact()
    op.execute("GRANT SELECT, INSERT, UPDATE ON child_death TO reviews_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON carer, sibling, agency_contact TO reviews_app")


def downgrade() -> None:
    op.drop_table("agency_contact")
    op.drop_table("sibling")
    op.drop_table("carer")
    op.drop_table("child_death")


def _create_child_death() -> None:
    op.create_table(
        "child_death",
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("cdop_ref", sa.Text),
        sa.Column("surname", sa.Text),
        sa.Column("forenames", sa.Text),
        sa.Column("also_known_as", sa.Text),
        sa.Column("nhs_number", sa.Text),
        sa.Column("no_nhs_number_because", sa.Text),
        sa.Column("born_on", sa.Date),
        sa.Column("died_on", sa.Date),
        sa.Column("address", sa.Text),
        sa.Column("postcode", sa.Text),
        sa.Column("details", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("nhs_number ~ '^[0-9]{10}$'", name="nhs_number"),
        sa.CheckConstraint("nhs_number IS NULL OR no_nhs_number_because IS NULL", name="nhs_number_or_why_not"),
        sa.UniqueConstraint("board_id", "cdop_ref"),
    )
    op.create_index(None, "child_death", ["born_on"])
    op.create_index(None, "child_death", ["died_on"])
    op.create_index(None, "child_death", ["nhs_number"], postgresql_where=sa.text("nhs_number IS NOT NULL"))


def _create_carer() -> None:
    op.create_table(
        "carer",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("child_death.case_id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("relationship_to_child", sa.Text),
        sa.Column("parental_responsibility", sa.Text, nullable=False),
        sa.Column("born_on", sa.Date),
        sa.Column("sex", sa.Text),
        sa.Column("address", sa.Text),
    )
    op.create_index(None, "carer", ["case_id"])


def _create_sibling() -> None:
    op.create_table(
        "sibling",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("child_death.case_id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("born_on", sa.Date),
        sa.Column("sex", sa.Text),
        sa.Column("same_household", sa.Text, nullable=False),
        sa.Column("seen_safe_on", sa.Date),
    )
    op.create_index(None, "sibling", ["case_id"])


def _create_agency_contact() -> None:
    op.create_table(
        "agency_contact",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("child_death.case_id"), nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("telephone", sa.Text),
        sa.Column("email", sa.Text),
    )
    op.create_index(None, "agency_contact", ["case_id"])
