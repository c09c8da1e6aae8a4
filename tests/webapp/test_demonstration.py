"""The demonstration can be told on any day, and shows a case in every state; published cases beside it hold."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import Case
from models.delivery import DemonstrationLetter
from models.outbox import OutboxMessage
from models.panels.minutes import latest_minutes
from models.panels.panel import DeclaredInterest, Meeting
from webapp.demonstration.mornings import live_through
from webapp.demonstration.panels import add_the_panel
from webapp.demonstration.people import add_people, appoint_people, sign_ins
from webapp.demonstration.reviews import BOARD, PARTNERSHIP, scripts
from webapp.loading import load_script
from webapp.replaying import moment_of, replay
from webapp.scripts import read_script
from workflows.registry import workflows
from workflows.roles import ROLES

WED_18_NOV_2026 = date(2026, 11, 18)
FRI_1_JAN_2027 = date(2027, 1, 1)
PUBLISHED = sorted((Path(__file__).parents[2].parent / "shared" / "cases").glob("*.yaml"))


@pytest.mark.parametrize("today", [WED_18_NOV_2026, FRI_1_JAN_2027], ids=str)
def test_the_invented_cases_leave_one_in_every_state(today, session):
    told = [replay(session, script) for script in scripts(today)]
    populated = {(each.case.workflow_key, each.case.state) for each in told if each.case}
    # An approval is rarely held, and a report of a practice review rarely withheld: the older reviews show both.
    shared = {("practice_review", state) for state in ("approval_on_hold", "withheld", "transferred", "closed")}
    wanted = {
        (workflow.key, state.key)
        for workflow in workflows().values()
        for state in list(workflow.procedures.values())[-1].states
    }

    assert [failure.words for each in told for failure in each.failures] == []
    assert wanted - populated <= shared


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_case_beside_the_project_holds(path, session):
    assert [failure.words for failure in replay(session, read_script(path)).failures] == []


def test_loading_again_changes_nothing_and_tells_nobody(session):
    script = next(scripts(WED_18_NOV_2026))

    first, second = load_script(session, script), load_script(session, script)

    assert first.loaded
    assert second.words == "is there already"
    assert session.scalar(select(func.count()).select_from(Case)) == 1
    assert set(session.scalars(select(OutboxMessage.outcome))) == {"suppressed"}


def test_there_is_somebody_for_every_role(session):
    replay(session, next(scripts(WED_18_NOV_2026)))
    ids = add_people(session, moment_of(WED_18_NOV_2026))
    appoint_people(session, ids)
    appoint_people(session, add_people(session, moment_of(WED_18_NOV_2026)))

    assert {each.role for each in sign_ins()} == set(ROLES) == set(ids)


def test_the_last_mornings_leave_messages_to_read_once(committed_database):
    """The morning mails of the days before, all to invented people, whenever the demonstration is started."""
    now = datetime(2026, 11, 18, 14, tzinfo=UTC)
    with Session(committed_database.engine) as session:
        ids = add_people(session, now)
        for script in scripts(WED_18_NOV_2026):
            if script.title.endswith(("Child CB", "Child CD", "Child CG")):
                load_script(session, script, ids)
        appoint_people(session, ids)
        session.commit()

    sent = live_through(committed_database.engine, "http://127.0.0.1:8000", now)

    with Session(committed_database.engine) as session:
        letters = session.scalars(select(DemonstrationLetter)).all()
    assert sent > 0
    assert {letter.to.rpartition("@")[2] for letter in letters} == {"demonstration.example"}
    assert max(letter.kept_at for letter in letters) <= now
    assert live_through(committed_database.engine, "http://127.0.0.1:8000", now) == 0


def test_there_is_a_panel_with_a_meeting_held_and_one_to_come(session):
    now = moment_of(WED_18_NOV_2026)
    ids = add_people(session, now)
    for board in (BOARD, PARTNERSHIP):
        replay(session, next(each for each in scripts(WED_18_NOV_2026) if each.board == board))

    add_the_panel(session, ids, now)
    add_the_panel(session, ids, now)

    held, now_held, to_come = session.scalars(select(Meeting).order_by(Meeting.held_on)).all()
    assert (held.held_on, to_come.held_on) == (date(2026, 10, 22), date(2026, 11, 19))
    assert now_held.held_on == WED_18_NOV_2026
    assert [each.case.pseudonym for each in to_come.cases] == ["Child Severn", "Child Tamar", "Child Dart"]
    assert session.scalar(select(func.count()).select_from(DeclaredInterest)) == 1
    minutes = latest_minutes(session, held)
    assert minutes is not None
    assert minutes.approved_at is not None
