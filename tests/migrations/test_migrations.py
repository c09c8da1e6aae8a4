"""The migrations go up and down, make the tables the models read, and give the application no more than it needs."""

import re
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from models import (
    audit,
    bank_holidays,
    calendar_feed,
    case,
    delivery,
    deputyship,
    drafts,
    kept_apart,
    moved_clock,
    outbox,
    people,
    pulse,
    reminder,
    sessions,
)
from models.base import Base
from models.child_deaths import (
    child,
    import_run,
    possible_duplicate,
    public_draft,
    public_notification,
    reporting_form,
    unfinished_notification,
)
from models.database import make_engine
from models.figures import counts, decision, population
from models.migrate import MIGRATIONS, current_revision, downgrade, head_revision, upgrade
from models.panels import duties, minutes, panel

TABLE_MODULES = (
    audit, bank_holidays, calendar_feed, case, child, counts, decision, delivery, deputyship, drafts, import_run,
    duties, kept_apart, minutes, moved_clock, outbox, panel, people, population, possible_duplicate, public_draft,
    public_notification, pulse, reminder, reporting_form, sessions, unfinished_notification,
)  # fmt: skip

# What the application may do beyond reading. Anything more is a decision, and is made here first.
ADD = {"INSERT"}
KEEP = {"INSERT", "UPDATE"}
REBUILD = {"INSERT", "UPDATE", "DELETE"}
ALLOWED = {
    "agency": KEEP,
    "agency_contact": REBUILD,
    "alembic_version": set(),
    "announced_holiday": ADD,
    "answer_kept_apart": {"INSERT", "DELETE"},
    "appointment": KEEP,
    "audit_entry": ADD,
    "board": KEEP,
    "calendar_feed": KEEP,
    "carer": REBUILD,
    "case_event": ADD,
    "child_death": KEEP,
    "child_population": ADD,
    "counted_death": REBUILD,
    "counted_review": REBUILD,
    "deadline": REBUILD,
    "declared_interest": {"INSERT", "DELETE"},
    "delivery": KEEP,
    "demonstration_letter": ADD,
    "deputyship": KEEP,
    "draft": REBUILD,
    "duty_answer": ADD,
    "duty_reminder": ADD,
    "figures_decision": ADD,  # and `withdrawn_at` may be changed, which is a grant of a column
    "figures_release": ADD,
    "former_due_day": REBUILD,
    "hold": REBUILD,
    "import_refusal": {"INSERT", "DELETE"},
    "import_remark": {"INSERT", "DELETE"},
    "ladder_adjustment": REBUILD,
    "ladder_hearer": {"INSERT", "DELETE"},
    "import_run": KEEP,
    "import_upload": KEEP,
    "import_upload_part": {"INSERT", "DELETE"},
    "linked_case": ADD,
    "message_choice": KEEP,
    "message_rule": KEEP,
    "moved_clock": KEEP,
    "next_rung": KEEP,
    "outbox_message": KEEP,
    "panel": KEEP,
    "panel_action": KEEP,
    "panel_attendance": REBUILD,
    "panel_board": REBUILD,
    "panel_meeting": KEEP,
    "panel_meeting_case": REBUILD,
    "panel_member": KEEP,
    "panel_minutes": KEEP,
    "person": KEEP,
    "possible_duplicate": KEEP,
    "public_draft": REBUILD,
    "public_notification": REBUILD,
    "reference_serial": KEEP,
    "reporting_form": KEEP,
    "published_entry": KEEP,
    "reminder": KEEP,
    "reminder_answer": ADD,
    "reminder_basis": KEEP,
    "review_case": KEEP,
    "sibling": REBUILD,
    "restanding": KEEP,
    "sign_in_attempt": {"INSERT", "DELETE"},
    "tick_pulse": KEEP,
    "unfinished_notification": REBUILD,
    "web_session": REBUILD,
}


@pytest.fixture
def empty_database(server, unused_name):
    server.ensure_database(unused_name)
    return server.owner_url(unused_name)


def script():
    return ScriptDirectory(str(MIGRATIONS))


def everything_in(url):
    """The names of every table, view, sequence, function, type and trigger of ours in the database."""
    engine = make_engine(url)
    ours = """
        SELECT 'relation', relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'type', typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
    """
    with engine.connect() as connection:
        found = {(kind, name) for kind, name in connection.execute(text(ours)) if "alembic_version" not in name}
    engine.dispose()
    return found


DEFINITIONS = """
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT format('%s %s %s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default, is_identity)
    FROM information_schema.columns WHERE table_schema = 'public'
"""


def definitions_in(engine):
    with engine.connect() as connection:
        return {stated for stated in connection.scalars(text(DEFINITIONS)) if "alembic_version" not in stated}


def test_up_down_to_nothing_and_up_again(empty_database):
    upgrade(empty_database)
    made = everything_in(empty_database)
    assert current_revision(empty_database) == head_revision()

    downgrade(empty_database, "base")
    assert everything_in(empty_database) == set()
    assert current_revision(empty_database) is None

    upgrade(empty_database)
    assert everything_in(empty_database) == made


def test_each_migration_goes_down_to_what_was_there_before_it(empty_database):
    for revision in reversed(list(script().walk_revisions())):
        before = everything_in(empty_database)
        upgrade(empty_database, revision.revision)
        downgrade(empty_database, revision.down_revision or "base")
        assert everything_in(empty_database) == before, revision.path
        upgrade(empty_database, revision.revision)


def test_two_processes_may_migrate_at_once(empty_database):
    migrate = [sys.executable, "-c", "import sys; from models.migrate import upgrade; upgrade(sys.argv[1])"]
    processes = [subprocess.Popen([*migrate, empty_database], cwd=MIGRATIONS.parent) for _ in range(2)]

    assert [process.wait(timeout=300) for process in processes] == [0, 0]
    assert current_revision(empty_database) == head_revision()


def test_the_tables_are_those_the_models_read(owner_engine):
    with owner_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_constraints_indexes_and_columns_are_word_for_word_those_of_the_models(owner_engine, empty_database):
    """Comparing metadata passes over checks and the predicates of indexes; this compares what PostgreSQL keeps."""
    made_from_models = make_engine(empty_database)
    Base.metadata.create_all(made_from_models)

    assert definitions_in(owner_engine) == definitions_in(made_from_models)
    made_from_models.dispose()


def test_migrations_are_numbered_in_one_line_and_the_last_is_named():
    revisions = list(script().walk_revisions())

    for number, revision in enumerate(reversed(revisions), start=1):
        assert revision.revision == f"{number:04d}"
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", revision.path.rsplit("/", 1)[-1])
    last = revisions[0].path.rsplit("/", 1)[-1].removesuffix(".py")
    assert (MIGRATIONS / ".current-head").read_text().strip() == last


def test_every_migration_says_why():
    for revision in script().walk_revisions():
        summary, _, reason = revision.module.__doc__.partition("\n\n")
        assert summary.strip(), revision.path
        assert reason.strip(), revision.path


def test_the_application_owns_nothing_and_is_granted_what_is_listed(owner_engine):
    privileges = """
        SELECT relname, array_agg(privilege_type ORDER BY privilege_type)
        FROM pg_class, aclexplode(relacl) WHERE relkind IN ('r', 'v', 'm', 'p', 'S', 'f')
        AND relnamespace = 'public'::regnamespace AND grantee IN (0, 'reviews_app'::regrole) GROUP BY relname
    """
    with owner_engine.connect() as connection:
        owned = connection.scalars(text("SELECT relname FROM pg_class WHERE relowner = 'reviews_app'::regrole")).all()
        granted = {table: set(held) for table, held in connection.execute(text(privileges))}

    assert owned == []
    assert granted == {table: beyond | {"SELECT"} for table, beyond in ALLOWED.items()}
