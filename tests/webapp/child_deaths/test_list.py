"""The coordinator's list: by reference and age, what is awaited from whom, the clocks, and nothing of other boards."""

import csv
import io
from datetime import date

from sqlalchemy import select

from models.agency import add_board
from models.case import Deadline
from models.child_deaths.possible_duplicates import find_possible_duplicates
from models.panels.meetings import declare_interest
from models.panels.panel import Panel, PanelBoard
from models.reminder import Reminder
from tests.webapp.child_deaths.conftest import NOON, OFFICE, THU_1_JUN
from tests.webapp.client import main_words


def asked(take, case, agency="Health visiting", due_on="2017-05-24"):
    take(case, "confirm_in_scope")
    take(case, "request_report", agency=agency, form="Reporting form", due_on=due_on)


def test_a_death_is_listed_by_reference_and_age_and_never_by_name(coordinator, notify):
    case = notify()

    words = main_words(coordinator.get("/child-deaths/"))

    assert f"{case.reference} 5 years" in words
    assert not any(name in words for name in ("Catherwood", "Ada", "2012", "943"))


def test_it_says_what_is_awaited_from_whom_and_since_when(coordinator, notify, take):
    asked(take, notify())

    words = main_words(coordinator.get("/child-deaths/"))

    assert "Health visiting, asked on 2 May 2017 8 days late" in words


def test_it_says_that_an_agency_has_been_chased_already(session, coordinator, notify, take):
    case = notify()
    asked(take, case)
    subject = session.scalars(select(Deadline.subject).where(Deadline.clock_key == "report_return")).one()
    for rung, role in (("first", "agency_lead"), ("second", "agency_lead"), ("second", "cdop_coordinator")):
        session.add(
            Reminder(
                case_id=case.id, clock_key="report_return", subject=subject, title="Report", due_on=date(2017, 5, 24),
                rung=rung, role=role, notice_key="due", falls_on=date(2017, 5, 24), recorded_at=NOON, outcome="told",
            )
        )  # fmt: skip
    session.commit()

    words = main_words(coordinator.get("/child-deaths/"))

    assert "asked on 2 May 2017, reminded twice, last on 1 June 2017 8 days late" in words


def test_what_is_begun_and_what_may_be_recorded_twice_is_counted(session, coordinator, notify, board):
    notify()
    find_possible_duplicates(session, notify().id, [board.id], now=NOON)
    session.commit()
    coordinator.send(coordinator.get("/child-deaths/new"), "Begin")

    words = main_words(coordinator.get("/child-deaths/"))

    assert "1 not recorded yet" in words
    assert "1 perhaps recorded twice" in words


def test_what_has_come_is_not_awaited(coordinator, notify, take):
    case = notify()
    asked(take, case)
    assert "Health visiting" in main_words(coordinator.get("/child-deaths/"))

    take(case, "record_report", agency="Health visiting", form="Reporting form")

    assert "Health visiting" not in main_words(coordinator.get("/child-deaths/"))


def test_a_count_is_a_filter(coordinator, notify, take):
    ready, other = notify(), notify()
    take(ready, "confirm_in_scope")
    take(ready, "complete_information")

    page = coordinator.get("/child-deaths/?state=ready_for_panel")

    assert "1 ready for the panel" in main_words(page)
    assert ready.reference in main_words(page)
    assert other.reference not in main_words(page)


def test_it_is_narrowed_to_what_is_awaited_from_an_agency(coordinator, notify, take):
    health, police = notify(), notify()
    asked(take, health)
    asked(take, police, agency="Police")

    words = main_words(coordinator.get("/child-deaths/?awaiting=Police"))

    assert police.reference in words
    assert health.reference not in words


def test_a_board_sees_its_own_and_its_panel_sees_all(session, seen_by, board, notify):
    panel, other = add_board(session, "Panel of three"), add_board(session, "Otherborough Board")
    session.add(Panel(board_id=panel.id))
    session.flush()
    session.add_all(PanelBoard(panel_id=panel.id, board_id=each.id) for each in (board, other))
    here, there = notify(), notify(on=other)

    of_the_panel = main_words(seen_by("cdop_coordinator", on=panel, email="panel@example.org").get("/child-deaths/"))
    of_the_board = main_words(seen_by("cdop_coordinator").get("/child-deaths/"))

    assert here.reference in of_the_panel
    assert there.reference in of_the_panel
    assert there.reference not in of_the_board


def test_the_list_can_be_kept_as_a_table(coordinator, notify, take):
    case = notify()
    asked(take, case)

    rows = list(csv.reader(io.StringIO(coordinator.get("/child-deaths/child-deaths.csv").text)))

    assert (rows[1][0], rows[1][1], rows[1][7]) == (
        case.reference, "5 years", "Health visiting (asked on 2 May 2017)",
    )  # fmt: skip


def test_a_panel_member_does_not_reach_it(seen_by):
    assert seen_by("panel_member").get("/child-deaths/").status_code == 403


def test_a_declared_interest_withholds_the_death(session, as_, somebody, board, notify):
    mine, other = notify(), notify()
    doctor = somebody("doctor@example.org", "designated_doctor", on=board)
    declare_interest(
        session, mine, person_id=doctor.id, seat="designated_doctor", interest="I treated the child", actor=OFFICE,
        on=THU_1_JUN, now=NOON,
    )  # fmt: skip

    page = as_(doctor).get("/child-deaths/")

    assert other.reference in page.text
    assert mine.reference not in page.text
    assert "1 death" in main_words(page)
