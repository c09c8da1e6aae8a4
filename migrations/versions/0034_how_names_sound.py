"""How a child's names sound is kept with them, so that a death told twice is found though both dates are mistyped.

Worked out for the names already recorded by the same reckoning as for those to come, restated here. The postcode has
an index as well, without which every search for a duplicate read the whole table.
"""

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from jellyfish import metaphone
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"

DEATHS = sa.table(
    "child_death",
    sa.column("case_id", sa.BigInteger),
    sa.column("surname", sa.Text),
    sa.column("also_known_as", sa.Text),
    sa.column("forenames", sa.Text),
    sa.column("name_sounds", postgresql.ARRAY(sa.Text)),
)
NO_NAMES = {
    "baby",
    "boy",
    "girl",
    "of",
    "infant",
    "newborn",
    "not",
    "known",
    "unknown",
    "none",
    "named",
    "given",
    "yet",
}
BATCH = 1_000


def upgrade() -> None:
    op.add_column(
        "child_death",
        sa.Column("name_sounds", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    )
    _work_out()
    op.create_index(None, "child_death", ["name_sounds"], postgresql_using="gin")
    op.create_index(
        "ix_child_death_postcode",
        "child_death",
        [sa.text(r"upper(regexp_replace(postcode, '\s'::text, ''::text, 'g'::text))")],
    )


def downgrade() -> None:
    op.drop_index("ix_child_death_postcode", "child_death")
    op.drop_column("child_death", "name_sounds")


def _work_out() -> None:
    connection = op.get_bind()
    named = DEATHS.c.surname.is_not(None) | DEATHS.c.also_known_as.is_not(None)
    rows = connection.execute(sa.select(DEATHS).where(named, DEATHS.c.forenames.is_not(None))).all()
    put = (
        sa.update(DEATHS)
        .where(DEATHS.c.case_id == sa.bindparam("death"))
        .values(name_sounds=sa.bindparam("sounds", type_=postgresql.ARRAY(sa.Text)))
    )
    for start in range(0, len(rows), BATCH):
        worked_out = [{"death": row.case_id, "sounds": _together(row)} for row in rows[start : start + BATCH]]
        connection.execute(put, worked_out)


def _together(row: sa.Row[Any]) -> list[str]:
    surnames = _sounds(row.surname) | _sounds(row.also_known_as)
    return sorted({" ".join(sorted((one, other))) for one in surnames for other in _sounds(row.forenames)})


def _sounds(name: str | None) -> set[str]:
    parts = (name or "").replace("-", " ").replace("/", " ").split()
    spelt = [word for part in parts if (word := _letters(part))]
    words = [word for word in spelt if word not in NO_NAMES][:4]
    return {_sound(word) for word in {*(word for word in words if len(word) > 1), "".join(words)} if word}


def _sound(word: str) -> str:
    return metaphone(word).replace("MPS", "MS") or word


def _letters(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalpha())
