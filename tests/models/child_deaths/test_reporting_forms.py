"""Reports asked of agencies: several at once, each an event; filled in together; returned once."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from models.agency import add_board
from models.asking import standing_of
from models.case import Case, CaseEvent
from models.casework import Actor, take_step
from models.child_deaths.importing import ACTS_AS
from models.child_deaths.notifying import Details, notify_death
from models.child_deaths.reporting_form import ReportingForm
from models.child_deaths.reporting_forms import (
    Wanted,
    form_to_fill,
    record_not_coming,
    request_forms,
    requests_of,
    return_form,
    save_answers,
)
from models.database import make_sessions
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused, NotAvailable
from workflows.reporting_forms import forms_for
from workflows.standing import Told

NOON = datetime(2022, 6, 1, 11, tzinfo=UTC)
WED_1_JUN_2022, WED_22_JUN_2022 = date(2022, 6, 1), date(2022, 6, 22)
OFFICE = Actor(None, ACTS_AS)
(MAIN, DROWNING) = forms_for(WED_1_JUN_2022, ["drowning"], newborn=False)


def a_death(session):
    board = add_board(session, "Anytown Safeguarding Children Board")
    answers = {
        "notified_on": "2022-06-01", "died_on": "2022-05-31", "born_on": "2018-04-01", "sex": "female",
        "normally_resident_in": "Anytown", "expected": "no",
    }  # fmt: skip
    told = Told(PartialDate.on(WED_1_JUN_2022), answers)
    case = notify_death(session, board=board, actor=OFFICE, told=told, details=Details(), now=NOON)
    take_step(session, case, "confirm_in_scope", actor=OFFICE, told=Told(PartialDate.on(WED_1_JUN_2022), {}), now=NOON)
    return case


@pytest.fixture
def case(session):
    return a_death(session)


def ask(session, case, *wanted, on=WED_1_JUN_2022):
    return request_forms(session, case, wanted, actor=OFFICE, on=on, now=NOON)


def requests(session, case):
    return requests_of(session, case, standing_of(session, case, today=WED_1_JUN_2022))


GP, SCHOOL = Wanted("General practice", MAIN, WED_22_JUN_2022), Wanted("School", MAIN, WED_22_JUN_2022)


def test_several_are_asked_in_one_go_each_an_event_of_its_own(session, case):
    refused = ask(session, case, GP, SCHOOL, Wanted("School", DROWNING, WED_22_JUN_2022))

    assert refused == []
    events = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.step == "request_report")
    assert session.scalar(events) == 3
    assert [(each.agency, each.form_name) for each in requests(session, case)] == [
        ("General practice", "Reporting form"), ("School", "Reporting form"), ("School", "Drowning"),
    ]  # fmt: skip


def test_what_is_refused_is_said_and_the_others_are_kept(session, case):
    before_it_was_asked = Wanted("Police", MAIN, date(2022, 5, 1))

    (refused,) = ask(session, case, GP, before_it_was_asked, SCHOOL)

    assert refused.wanted == before_it_was_asked
    assert "cannot be before" in refused.reasons[0]
    assert {each.agency for each in requests(session, case)} == {"General practice", "School"}


def test_what_is_asked_already_is_not_asked_twice(session, case):
    ask(session, case, GP)

    (refused,) = ask(session, case, Wanted("general PRACTICE", MAIN, WED_22_JUN_2022))

    assert "already" in refused.reasons[0]
    assert len(requests(session, case)) == 1


def test_one_that_came_can_be_asked_for_again_to_be_added_to(session, case):
    ask(session, case, GP)
    form = form_to_fill(session, case, "General practice", MAIN, now=NOON)
    save_answers(form, MAIN, {"known": "no"}, {}, now=NOON)
    return_form(session, case, form, MAIN, actor=OFFICE, on=WED_1_JUN_2022, now=NOON)

    assert ask(session, case, GP) == []

    (request,) = requests(session, case)
    assert request.is_open
    assert request.times_asked == 2
    assert request.kept is not None
    assert request.kept.answers == {"known": "no"}


def test_what_was_answered_goes_when_it_is_asked_no_more(session, case):
    ask(session, case, GP)
    form = form_to_fill(session, case, "General practice", MAIN, now=NOON)
    save_answers(form, MAIN, {"known": "yes", "summary": "Seen twice"}, {"went_well": "Not recorded"}, now=NOON)

    save_answers(form, MAIN, {"known": "no"}, {}, now=NOON)

    assert (form.answers, form.unknown) == ({"known": "no"}, {})


def test_an_answer_can_be_taken_away(session, case):
    ask(session, case, GP)
    form = form_to_fill(session, case, "General practice", MAIN, now=NOON)
    save_answers(form, MAIN, {"known": "yes", "summary": "Seen twice"}, {}, now=NOON)

    save_answers(form, MAIN, {"summary": ""}, {}, now=NOON)

    assert form.answers == {"known": "yes"}


def test_a_returned_form_is_not_changed(session, case):
    ask(session, case, GP)
    form = form_to_fill(session, case, "General practice", MAIN, now=NOON)
    save_answers(form, MAIN, {"known": "no"}, {}, now=NOON)
    return_form(session, case, form, MAIN, actor=OFFICE, on=WED_1_JUN_2022, now=NOON)

    with pytest.raises(NotAvailable, match="returned already"):
        save_answers(form, MAIN, {"known": "yes"}, {}, now=NOON)
    with pytest.raises(NotAvailable, match="returned already"):
        return_form(session, case, form, MAIN, actor=OFFICE, on=WED_1_JUN_2022, now=NOON)


def test_a_form_with_gaps_is_not_returned_and_every_gap_is_named(session, case):
    ask(session, case, Wanted("School", DROWNING, WED_22_JUN_2022))
    form = form_to_fill(session, case, "School", DROWNING, now=NOON)

    with pytest.raises(AnswersRefused) as refused:
        return_form(session, case, form, DROWNING, actor=OFFICE, on=WED_1_JUN_2022, now=NOON)

    assert {problem.question for problem in refused.value.problems} == {"water", "supervised"}


def test_one_that_will_not_come_says_why_and_can_come_all_the_same(session, case):
    ask(session, case, GP)
    (request,) = requests(session, case)

    record_not_coming(session, case, request, "The practice has closed", actor=OFFICE, on=WED_1_JUN_2022, now=NOON)

    (request,) = requests(session, case)
    assert (request.not_coming_because, request.deadline.status) == ("The practice has closed", "void")
    assert request.deadline.due_last == WED_22_JUN_2022
    form = form_to_fill(session, case, "General practice", MAIN, now=NOON)
    save_answers(form, MAIN, {"known": "no"}, {}, now=NOON)
    return_form(session, case, form, MAIN, actor=OFFICE, on=WED_1_JUN_2022, now=NOON)
    (request,) = requests(session, case)
    assert (request.not_coming_because, request.deadline.status) == ("", "met")


def test_one_asked_for_step_by_step_is_found_as_well(session, case):
    told = {"agency": "Police", "form": "reporting form", "due_on": "2022-06-22"}
    take_step(session, case, "request_report", actor=OFFICE, told=Told(PartialDate.on(WED_1_JUN_2022), told), now=NOON)
    other = told | {"form": "A letter"}
    take_step(session, case, "request_report", actor=OFFICE, told=Told(PartialDate.on(WED_1_JUN_2022), other), now=NOON)

    assert [each.form for each in requests(session, case)] == [MAIN, None]


def test_a_page_sent_twice_at_once_asks_once(committed_database):
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        case_id = a_death(session).id
    together = Barrier(2)
    refused: list[int] = []

    def run():
        with sessions() as session:
            case = session.get_one(Case, case_id)
            together.wait(timeout=120)
            refused.append(len(ask(session, case, GP, SCHOOL)))
            session.commit()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert sorted(refused) == [0, 2]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(ReportingForm)) == 2
