"""K9 to K13: how promptly the work was done, with the time under a hold counted and not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models.agency import add_board
from models.casework import Actor, open_case, take_step
from models.child_deaths.importing import ACTS_AS
from models.figures.disclosure import AS_THEY_ARE, LOCAL
from models.figures.timeliness import timeliness_tables
from models.panels.panel import Attendance, Meeting, Panel, PanelMember
from models.people import Person
from models.queries.child_death_figures import Year, figures
from models.queries.child_death_timeliness import Part, timeliness
from workflows.dates import PartialDate
from workflows.standing import Told

YEAR = Year(2017)
NOW = datetime(2024, 1, 5, 12, tzinfo=UTC)
OFFICE = Actor(None, ACTS_AS)


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Child Death Overview Panel")


@pytest.fixture
def death(session, board):
    def notified(on, died_on=None, **told):
        answers = {
            "notified_on": on.isoformat(), "died_on": (died_on or on).isoformat(), "born_on": "2012-01-01",
            "sex": "female", "normally_resident_in": "Anytown", "expected": "no",
        }  # fmt: skip
        return open_case(
            session, workflow_key="child_death_review", board=board, step="notify_death", actor=OFFICE,
            told=Told(PartialDate.on(on), answers | told), now=NOW,
        )  # fmt: skip

    return notified


@pytest.fixture
def take(session):
    def step(case, key, on, **answers):
        return take_step(session, case, key, actor=OFFICE, told=Told(PartialDate.on(on), answers), now=NOW)

    return step


def test_notification_within_a_day_is_the_day_of_death_or_the_next(session, board, death):
    for days_after in (0, 1, 2):
        death(date(2017, 5, 2 + days_after), died_on=date(2017, 5, 2))

    assert timeliness(session, [board.id], YEAR).notified_within_a_day == Part(2, 3)


def test_a_joint_response_is_asked_for_where_the_death_was_not_expected(session, board, death, take):
    take(death(date(2017, 5, 2)), "convene_joint_response", date(2017, 5, 3), held_on="2017-05-03")
    death(date(2017, 5, 2))
    death(date(2017, 5, 2), expected="yes")

    assert timeliness(session, [board.id], YEAR).joint_response == Part(1, 2)


def test_reports_are_counted_by_agency_in_the_year_they_were_due(session, board, death, take):
    case = death(date(2017, 5, 2))
    take(case, "confirm_in_scope", date(2017, 5, 2))
    for agency, due in (
        ("Health visiting", "2017-05-20"),
        ("General practice", "2017-05-20"),
        ("Police", "2018-04-02"),
    ):
        take(case, "request_report", date(2017, 5, 4), agency=agency, form="Reporting form", due_on=due)
    take(case, "record_report", date(2017, 5, 14), agency="Health visiting")
    take(case, "record_report", date(2017, 5, 30), agency="General practice")

    found = timeliness(session, [board.id], YEAR).returns

    assert [(each.agency, each.in_time, each.late, each.outstanding, each.median_days) for each in found] == [
        ("General practice", 0, 1, 0, 26.0),
        ("Health visiting", 1, 0, 0, 10.0),
    ]


def test_time_under_holds_is_left_out_once_where_they_overlap(session, board, death, take):
    """Notified 2 May 2016, reviewed 14 months later; held for seven of them by two holds that overlap."""
    case = death(date(2016, 5, 2))
    take(case, "confirm_in_scope", date(2016, 5, 3))
    take(case, "complete_information", date(2016, 6, 1))
    told = {"requested_by": "Coroner", "reasons": "Proceedings", "review_on": "2017-12-01", "ends_with": "sentence"}
    for kind, on in (("INQUEST", date(2016, 7, 1)), ("CRIMINAL_TRIAL", date(2016, 9, 1))):
        take(case, "authorise_hold", on, kind=kind, scope=["panel_review"], **told)
    for kind in ("INQUEST", "CRIMINAL_TRIAL"):
        take(case, "release_hold", date(2017, 2, 1), hold=kind, evidence="Concluded")
    take(case, "list_for_panel", date(2017, 7, 2), meeting_on="2017-07-03")
    take(
        case, "review_at_panel", date(2017, 7, 3), meeting_on="2017-07-03", roles_present=["Health", "Local authority"]
    )

    found, year = timeliness(session, [board.id], YEAR), figures(session, [board.id], YEAR)

    assert year.breakdowns["duration_from_notification"]["over_12"] == 1
    assert found.without_held_time["6_7"] == 1
    assert sum(found.without_held_time.values()) == 1


def test_meetings_are_counted_with_who_came_and_whether_they_were_quorate(session, board):
    session.add(Panel(board_id=board.id))
    people = [Person(name=f"Member {number}", email=f"member.{number}@example.org") for number in range(2)]
    session.add_all(people)
    session.flush()
    roles = (("paediatrician", "Acute trust"), ("social_care", "Children’s social care"))
    members = [
        PanelMember(panel_id=board.id, person_id=person.id, role=role, agency=agency, from_on=date(2017, 1, 1))
        for person, (role, agency) in zip(people, roles, strict=True)
    ]
    meetings = [Meeting(panel_id=board.id, held_on=day, created_at=NOW) for day in (date(2017, 6, 1), date(2017, 9, 1))]
    session.add_all([*members, *meetings])
    session.flush()
    for meeting, came in ((meetings[0], (True, True)), (meetings[1], (True, False))):
        session.add_all(
            Attendance(meeting_id=meeting.id, member_id=member.id, attended=each)
            for member, each in zip(members, came, strict=True)
        )
    session.flush()

    found = timeliness(session, [board.id], YEAR).meetings

    assert (found.held, found.quorate) == (2, 1)
    assert found.attendance == {"Acute trust": Part(2, 2), "Children’s social care": Part(1, 2)}


def test_whoever_sees_no_true_counts_sees_who_came_to_meetings_and_nothing_else(session, board, death):
    death(date(2017, 5, 2))
    found, year = timeliness(session, [board.id], YEAR), figures(session, [board.id], YEAR)

    assert [table.key for table in timeliness_tables(found, year, LOCAL)] == ["attendance"]
    assert [table.key for table in timeliness_tables(found, year, AS_THEY_ARE)] == [
        "promptness", "held", "returns", "attendance",
    ]  # fmt: skip
