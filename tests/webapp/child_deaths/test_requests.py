"""The coordinator asks agencies for reports, sees who owes what, and does without one that will not come."""

from datetime import date

import pytest
from sqlalchemy import func, select

from models.agency import add_board
from models.case import CaseEvent
from models.child_deaths.child import AgencyContact
from models.child_deaths.reporting_form import ReportingForm
from models.outbox import OutboxMessage
from models.panels.panel import DeclaredInterest
from models.reminder import Reminder
from notifications.truth import why_not_true
from tests.webapp.child_deaths.conftest import NOON, THU_1_JUN
from tests.webapp.client import links_of, main_words

BUTTON = "Record the requests"


@pytest.fixture
def case(notify, take, session):
    """A sudden death at home, known to a hospital and a school, confirmed to be in scope."""
    case = notify(agencies=["Nowhere Primary School"], place_of_death="home")
    session.add(AgencyContact(case_id=case.id, agency="Nowhere Hospital", kind="hospital"))
    take(case, "confirm_in_scope")
    session.commit()
    return case


def page_of(case, part=""):
    return f"/child-deaths/{case.reference}/requests{part}"


def asked_events(session, case):
    events = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.step == "request_report")
    return session.scalars(events.order_by(CaseEvent.sequence)).all()


class TestAsking:
    def test_agencies_forms_and_days_are_proposed(self, coordinator, case):
        page = coordinator.get(page_of(case, "/new"))

        held = coordinator.held(page, BUTTON)
        assert held["kinds"] == ["sudden_unexpected"]
        assert held["forms_0"] == ["agency_report", "sudden_unexpected"]
        assert held["forms_1"] == ["agency_report"]
        # Fifteen working days from Thursday 1 June 2017.
        assert [held[f"due_0-{box}"][0] for box in ("day", "month", "year")] == ["22", "6", "2017"]
        words = main_words(page)
        assert "Sudden unexpected death in infancy" in words
        assert "a usual local time to answer and no rule" in words

    def test_several_are_recorded_in_one_go(self, coordinator, case, session):
        page = coordinator.get(page_of(case, "/new"))

        page = coordinator.send(page, BUTTON, due_1__day="30")

        assert "3 requests recorded" in main_words(page)
        told = [each.answers for each in asked_events(session, case)]
        assert [(each["agency"], each["form"], each["due_on"]) for each in told] == [
            ("Nowhere Hospital", "Agency report", "2017-06-22"),
            ("Nowhere Hospital", "Sudden unexpected death in infancy", "2017-06-22"),
            ("Nowhere Primary School", "Agency report", "2017-06-30"),
        ]  # fmt: skip

    def test_forms_follow_the_kinds_that_are_chosen_and_nothing_is_asked_by_looking(self, coordinator, case, session):
        page = coordinator.get(page_of(case, "/new"))

        held = coordinator.held(page, BUTTON, kinds=["drowning"]) | {"do": ["kinds"]}
        page = coordinator.post(page_of(case, "/new"), data=held)

        assert page.status_code == 200
        assert "Drowning" in main_words(page)
        assert "in infancy" not in main_words(page).split("Nowhere Hospital")[1]
        assert asked_events(session, case) == []

    def test_an_agency_that_nobody_named_can_be_asked_as_well(self, coordinator, case, session):
        page = coordinator.get(page_of(case, "/new"))

        coordinator.send(page, BUTTON, forms_0=[], forms_1=[], other="Police", forms_2=["agency_report"])

        assert [each.answers["agency"] for each in asked_events(session, case)] == ["Police"]

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"forms_0": [], "forms_1": []}, "Choose at least one form"),
            ({"due_0__day": "", "due_0__month": "", "due_0__year": ""}, "Say by when Nowhere Hospital is to answer"),
            ({"due_0__month": "13"}, "month from 1 to 12"),
            ({"other": "Police", "forms_2": []}, "Choose what Police is asked for"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_is_asked_yet(self, coordinator, case, session, typed, words):
        page = coordinator.send(coordinator.get(page_of(case, "/new")), BUTTON, **typed)

        assert page.status_code == 422
        assert words in main_words(page)
        assert asked_events(session, case) == []

    def test_what_is_refused_is_said_by_agency_and_the_others_are_kept(self, coordinator, case, session):
        page = coordinator.get(page_of(case, "/new"))

        page = coordinator.send(page, BUTTON, due_1__year="2016")

        assert page.status_code == 422
        words = main_words(page)
        assert "2 requests recorded" in words
        assert "Nowhere Primary School: When it is due: this cannot be before" in words
        assert {each.answers["agency"] for each in asked_events(session, case)} == {"Nowhere Hospital"}

        coordinator.send(page, BUTTON, due_1__year="2017")

        assert len(asked_events(session, case)) == 3

    def test_a_page_sent_twice_asks_once(self, coordinator, case, session):
        page = coordinator.get(page_of(case, "/new"))
        held = coordinator.held(page, BUTTON)
        answers = [coordinator.post(page_of(case, "/new"), data=held) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert len(asked_events(session, case)) == 3

    def test_what_is_asked_already_is_not_offered_again(self, coordinator, case):
        coordinator.send(coordinator.get(page_of(case, "/new")), BUTTON)

        page = coordinator.get(page_of(case, "/new"))

        held = coordinator.held(page, BUTTON)
        assert held["agency"] == ["Nowhere Primary School"]
        assert held.get("forms_0") is None

    def test_while_the_case_stands_elsewhere_the_page_says_why_not(self, coordinator, notify):
        page = coordinator.get(page_of(notify(), "/new"))

        assert "cannot be recorded while the case stands at “notified”" in main_words(page)


class TestOverview:
    @pytest.fixture(autouse=True)
    def asked(self, coordinator, case):
        coordinator.send(coordinator.get(page_of(case, "/new")), BUTTON)

    def test_it_says_which_agency_owes_what_since_when_and_how_late(self, seen_by, case, clock):
        clock.forward(days=30)

        words = main_words(seen_by("cdop_coordinator", email="later@example.org").get(page_of(case)))

        assert "Nowhere Hospital Sudden unexpected death in infancy 1 June 2017 22 June 2017" in words
        assert "9 days late" in words
        assert "Not reminded yet" in words

    def test_it_says_how_often_an_agency_was_reminded(self, coordinator, case, session):
        for rung in ("before", "after"):
            session.add(
                Reminder(
                    case_id=case.id, clock_key="report_return", subject="Nowhere Primary School, Agency report",
                    title="Report", due_on=date(2017, 6, 22), rung=rung, role="agency_lead", notice_key="due",
                    falls_on=THU_1_JUN, recorded_at=NOON, outcome="told",
                )
            )  # fmt: skip
        session.commit()

        assert "Reminded 2 times, last on 1 June 2017" in main_words(coordinator.get(page_of(case)))

    def test_one_that_will_not_come_says_why(self, coordinator, case, session):
        page = coordinator.get(page_of(case))
        link = next(href for words, href in links_of(page).items() if words.startswith("It will not come"))
        form = coordinator.get(link)
        assert "Say why it will not come" in main_words(coordinator.send(form, "Record that", because=" "))

        for _ in range(2):
            page = coordinator.send(form, "Record that", because="The records were lost in a fire")

        assert "Will not come: The records were lost in a fire" in main_words(page)
        recorded = select(func.count()).where(CaseEvent.step == "record_report_not_coming")
        assert session.scalar(recorded) == 1
        assert "Report will not come" in main_words(coordinator.get(f"/cases/{case.reference}"))

    def test_nobody_is_reminded_any_more_of_one_that_will_not_come(self, coordinator, case, session):
        reminder = Reminder(
            case_id=case.id, clock_key="report_return", subject="Nowhere Primary School, Agency report",
            title="Report", due_on=date(2017, 6, 22), rung="after", role="agency_lead", notice_key="due",
            falls_on=THU_1_JUN, recorded_at=NOON, outcome="told",
        )  # fmt: skip
        session.add(reminder)
        session.commit()
        message = OutboxMessage(case_id=case.id, payload={"reminder": reminder.id})
        assert why_not_true(session, message, NOON) is None
        links = links_of(coordinator.get(page_of(case)))
        form = coordinator.get(links["It will not come: Nowhere Primary School, Agency report"])

        coordinator.send(form, "Record that", because="The records were lost in a fire")

        assert why_not_true(session, message, NOON) == "It was no longer asked for from 1 June 2017"

    def test_a_letter_of_which_there_is_no_form_can_be_done_without_as_well(self, coordinator, case, take, session):
        take(case, "request_report", agency="Coroner", form="A letter", due_on="2017-06-22")
        session.commit()
        links = links_of(coordinator.get(page_of(case)))
        assert "Enter what came on paper: Coroner, A letter" not in links

        form = coordinator.get(links["It will not come: Coroner, A letter"])
        page = coordinator.send(form, "Record that", because="It is with another court")

        assert "No longer applies Will not come: It is with another court" in main_words(page)

    def test_others_who_see_the_death_read_it_and_ask_for_nothing(self, seen_by, case):
        chair = seen_by("cdop_chair")

        words = main_words(chair.get(page_of(case)))

        assert "Nowhere Hospital" in words
        assert "Enter what came on paper" not in words
        assert chair.get(page_of(case, "/new")).status_code == 403

    def test_it_is_a_part_of_the_case(self, coordinator, case):
        assert links_of(coordinator.get(f"/cases/{case.reference}"))["Agencies"] == page_of(case)

    def test_whoever_may_not_see_the_death_is_answered_as_if_it_were_not_there(
        self, client, case, session, seen_by, somebody, as_, board
    ):
        elsewhere = seen_by("cdop_coordinator", on=add_board(session, "Otherborough"), email="other@example.org")
        interested = somebody("interested@example.org", "cdop_coordinator", on=board)
        session.add(DeclaredInterest(person_id=interested.id, case_id=case.id, declared_at=NOON))
        session.commit()
        sequence = asked_events(session, case)[0].sequence

        for browser in (elsewhere, as_(interested)):
            for part in ("", "/new", f"/{sequence}/not-coming"):
                assert browser.get(page_of(case, part)).status_code == 404
        assert client.get(page_of(case)).location.startswith("/sign-in")

    def test_a_request_that_is_not_there_cannot_be_done_without(self, coordinator, case):
        assert coordinator.get(page_of(case, "/999/not-coming")).status_code == 404


def test_a_review_has_no_such_page(seen_by, given, session, board):
    case = given.a_case(board)
    manager = seen_by("business_manager")
    session.commit()

    assert manager.get(page_of(case)).status_code == 404


def test_no_form_is_begun_by_asking_what_is_refused(coordinator, notify, session):
    case = notify(agencies=["School"])
    session.commit()

    coordinator.send(coordinator.get(page_of(case, "/new")), BUTTON)

    assert session.scalar(select(func.count()).select_from(ReportingForm)) == 0
