"""An agency's lead fills in the form they are asked for, and sees nothing of the case; the office enters paper."""

import pytest
from sqlalchemy import select

from models.agency import add_board
from models.audit import AuditEntry
from models.case import CaseEvent
from models.casework import correct_event
from models.child_deaths.reporting_form import ReportingForm
from models.child_deaths.reporting_forms import Wanted, request_forms
from models.panels.panel import DeclaredInterest
from tests.webapp.child_deaths.conftest import NOON, OFFICE, TUE_2_MAY
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import sign_in
from workflows.reporting_forms import forms_for

(MAIN, DROWNING) = forms_for(TUE_2_MAY, ["drowning"], newborn=False)
KEEP, KEEP_AND_LEAVE = "Keep and continue", "later"
DUE = TUE_2_MAY.replace(day=24)


@pytest.fixture
def case(notify, take, session):
    case = notify()
    take(case, "confirm_in_scope")
    wanted = [Wanted("School", MAIN, DUE), Wanted("School", DROWNING, DUE), Wanted("Police", MAIN, DUE)]
    assert request_forms(session, case, wanted, actor=OFFICE, on=TUE_2_MAY, now=NOON) == []
    session.commit()
    return case


@pytest.fixture
def lead_of(session, given, somebody, as_, board):
    """Return the browser of somebody who leads an agency of the board, or of another."""

    def run(name="School", email="lead@example.org", on=None):
        agency = given.an_agency(on or board, name)
        person = somebody(email)
        given.appointed(person, "agency_lead", on=on or board, agency_id=agency.id)
        session.commit()
        return as_(person)

    return run


@pytest.fixture
def lead(lead_of):
    return lead_of()


def sequence_of(session, case, agency, form):
    events = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.step == "request_report")
    return next(
        each.sequence
        for each in session.scalars(events)
        if (each.answers["agency"], each.answers["form"]) == (agency, form.name)
    )


@pytest.fixture
def form_page(session, case):
    """Return the address of a page of a form."""

    def run(part="", agency="School", form=DROWNING):
        return f"/child-deaths/{case.reference}/forms/{sequence_of(session, case, agency, form)}{part}"

    return run


def kept(session, form=DROWNING, agency="School"):
    session.expire_all()
    return session.scalars(
        select(ReportingForm).where(ReportingForm.form == form.key, ReportingForm.agency == agency)
    ).one()


def audited(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def fill(client, page, button=KEEP, **typed):
    return client.send(client.get(page), button, **typed)


class TestFillingIn:
    def test_the_lead_finds_what_is_asked_and_comes_to_the_form(self, lead, case, form_page):
        page = lead.get(f"/cases/{case.reference}/asked")

        assert links_of(page)["Agency’s report: Drowning"] == form_page()
        assert "Police" not in main_words(page)
        words = main_words(lead.get(form_page()))
        assert "Drowning" in words
        assert "To be returned by 24 May 2017" in words

    def test_it_is_kept_page_by_page_and_returned(self, lead, case, form_page, session):
        page = fill(lead, form_page("/drowning/1"), answer_water="Pool", why_supervised="Nobody saw")
        assert page.request.path == form_page("/check")
        assert "Not known: Nobody saw" in main_words(page)
        assert kept(session).returned_at is None

        page = lead.send(page, "Return this form")

        assert page.request.path == f"/cases/{case.reference}/asked"
        form = kept(session)
        assert (form.answers, form.unknown, form.on_paper) == ({"water": "Pool"}, {"supervised": "Nobody saw"}, False)
        event = session.scalars(select(CaseEvent).where(CaseEvent.step == "record_report")).one()
        assert event.role == "agency_lead"
        assert event.answers == {"agency": "School", "form": "Drowning"}

    def test_what_is_begun_is_there_again_and_the_form_says_how_far_it_is(self, lead, form_page):
        page = lead.get(form_page("/drowning/1"))
        held = lead.held(page, KEEP, answer_water="Pool") | {"do": [KEEP_AND_LEAVE]}

        page = lead.post(form_page("/drowning/1"), data=held, follow_redirects=True)

        assert "What you entered is kept" in main_words(page)
        assert "1 question left" in main_words(page)
        assert lead.held(lead.get(form_page("/drowning/1")), KEEP)["answer_water"] == ["Pool"]

    def test_a_form_with_gaps_is_not_returned_and_each_gap_leads_to_its_question(self, lead, form_page):
        page = lead.send(lead.get(form_page("/check")), "Return this form")

        assert page.status_code == 422
        gaps = {words: href for words, href in links_of(page).items() if "answer it, or say why" in words}
        assert gaps == {
            "Where: bath, pool, river, sea: answer it, or say why it is not known": form_page(
                "/drowning/1#answer_water"
            ),
            "Was the child supervised?: answer it, or say why it is not known": form_page(
                "/drowning/1#answer_supervised"
            ),
        }

    def test_not_known_needs_why(self, lead, form_page, session):
        fill(lead, form_page("/drowning/1"), answer_water="Pool", answer_supervised="not_known")

        page = lead.send(lead.get(form_page("/check")), "Return this form")
        assert "Was the child supervised?: say why it is not known" in main_words(page)
        fill(lead, form_page("/drowning/1"), why_supervised="Nobody saw")

        assert "is returned" in main_words(lead.send(lead.get(form_page("/check")), "Return this form"))
        assert kept(session).unknown == {"supervised": "Nobody saw"}

    def test_one_reason_may_stand_for_everything_left_empty_on_a_page(self, lead, form_page, session):
        fill(lead, form_page("/drowning/1"), answer_supervised="yes", rest="Not recorded by us")

        form = kept(session)
        assert (form.answers, form.unknown) == ({"supervised": "yes"}, {"water": "Not recorded by us"})

    def test_an_answer_and_a_reason_why_there_is_none_are_not_both_taken(self, lead, form_page):
        page = fill(lead, form_page("/drowning/1"), answer_water="Pool", why_water="Nobody saw")

        assert page.status_code == 422
        assert "Keep one of them" in main_words(page)

    def test_what_cannot_be_read_is_said_and_the_rest_is_kept(self, lead, form_page, session):
        page = form_page("/involvement/1", form=MAIN)
        fill(lead, page, answer_known="yes")
        follows = form_page("/involvement/2", form=MAIN)

        page = fill(lead, follows, answer_summary="Seen twice", answer_first_contact_on__month="13")

        assert page.status_code == 422
        assert "must include a year" in main_words(page)
        assert lead.held(page, KEEP)["answer_first_contact_on-month"] == ["13"]
        assert kept(session, MAIN).answers == {"known": "yes", "summary": "Seen twice"}

    def test_what_follows_from_an_answer_is_asked_on_a_page_more_and_no_other(self, lead, form_page):
        first = form_page("/involvement/1", form=MAIN)
        assert "Summary of what your agency did" not in main_words(lead.get(first))

        page = fill(lead, first, answer_known="yes")

        assert page.request.path == form_page("/involvement/2", form=MAIN)
        assert "Summary of what your agency did" in main_words(page)
        assert "Family and care" in main_words(lead.get(form_page(form=MAIN)))

    def test_an_agency_that_did_not_know_the_family_returns_one_answer(self, lead, form_page, session):
        fill(lead, form_page("/involvement/1", form=MAIN), answer_known="yes")
        fill(lead, form_page("/involvement/2", form=MAIN), answer_summary="A mistake")

        page = fill(lead, form_page("/involvement/1", form=MAIN), answer_known="no")

        assert page.request.path == form_page("/check", form=MAIN)
        assert "Family and care" not in main_words(page)
        lead.send(page, "Return this form")
        assert kept(session, MAIN).answers == {"known": "no"}

    def test_two_people_of_one_agency_fill_in_different_pages_at_once(self, lead, lead_of, form_page, session):
        colleague = lead_of("Nursery", "colleague@example.org")
        fill(lead, form_page("/involvement/1", form=MAIN), answer_known="yes")
        page = lead.get(form_page("/birth/1", form=MAIN))
        fill(lead, form_page("/family/1", form=MAIN), answer_alcohol="no")

        lead.send(page, KEEP, answer_gestation="40")

        assert {"known": "yes", "alcohol": "no", "gestation": "40"}.items() <= kept(session, MAIN).answers.items()
        assert colleague.get(form_page("/family/1", form=MAIN)).status_code == 404

    def test_a_returned_form_is_read_and_changed_no_more(self, lead, form_page, session):
        form = lead.get(form_page("/drowning/1"))
        fill(lead, form_page("/drowning/1"), answer_water="Pool", answer_supervised="yes")
        check = lead.get(form_page("/check"))
        lead.send(check, "Return this form")

        later = lead.send(form, KEEP, answer_water="River")
        again = lead.send(check, "Return this form")

        for page in (later, again):
            assert page.request.path == form_page()
            assert "Pool" in main_words(page)
        assert kept(session).answers["water"] == "Pool"
        assert len(session.scalars(select(CaseEvent).where(CaseEvent.step == "record_report")).all()) == 1

    def test_what_is_sent_after_a_time_out_is_offered_again_and_nothing_is_lost(
        self, client, lead_of, form_page, session, clock
    ):
        lead_of()
        sign_in(client, "lead@example.org")
        page = client.get(form_page("/drowning/1"))
        clock.forward(minutes=31)
        typed = client.held(page, KEEP, answer_water="Pool")
        assert "kept=yes" in client.post(form_page("/drowning/1"), data=typed).location

        offer = sign_in(client, "lead@example.org")
        page = client.send(offer, "Go on with what you entered")

        assert client.held(page, KEEP)["answer_water"] == ["Pool"]
        client.send(page, KEEP)
        assert kept(session).answers == {"water": "Pool"}


class TestWhichChild:
    def test_the_lead_is_told_which_child_it_is_on_a_page_of_its_own_and_that_is_recorded(
        self, lead, form_page, session
    ):
        assert "Catherwood" not in lead.get(form_page()).text
        assert audited(session, "personal_details_read") == []

        words = main_words(lead.get(form_page("/child")))

        assert "Ada Catherwood" in words
        assert "15 January 2012" in words
        assert len(audited(session, "personal_details_read")) == 1

    def test_once_the_form_is_returned_there_is_no_need_to_know(self, lead, form_page):
        fill(lead, form_page("/drowning/1"), answer_water="Pool", answer_supervised="yes")
        lead.send(lead.get(form_page("/check")), "Return this form")

        assert lead.get(form_page("/child")).status_code == 404

    def test_no_other_page_of_the_form_names_the_child(self, lead, case, form_page):
        pages = [form_page(), form_page("/drowning/1"), form_page("/check"), f"/cases/{case.reference}/asked"]

        for page in pages:
            assert "Catherwood" not in lead.get(page).text
            assert "Nowhere Street" not in lead.get(page).text


class TestWhoMay:
    PARTS = ("", "/drowning/1", "/check", "/child")

    @pytest.mark.parametrize("part", PARTS)
    def test_others_are_answered_as_if_the_form_were_not_there(
        self, client, case, form_page, lead_of, seen_by, session, part
    ):
        elsewhere = add_board(session, "Otherborough")
        others = [
            lead_of("Police", "police@example.org"),
            lead_of("School", "namesake@example.org", on=elsewhere),
            seen_by("cdop_coordinator", on=elsewhere, email="other@example.org"),
            seen_by("cdop_chair"),
            seen_by("designated_doctor"),
            seen_by("auditor"),
            seen_by("business_manager"),
        ]
        member = seen_by("panel_member", on=case, email="member@example.org")
        session.commit()
        nothing = lead_of("Nursery", "nursery@example.org").get(f"/child-deaths/{case.reference}/forms/999{part}")

        for browser in (*others, member):
            answer = browser.get(form_page(part))
            assert answer.status_code == 404
            # Above it, some are told how the engine stands.
            assert main_words(answer).endswith(main_words(nothing))
        assert client.get(form_page(part)).location.startswith("/sign-in")

    @pytest.mark.parametrize("part", ["/drowning/1", "/check"])
    def test_and_can_send_nothing(self, form_page, lead_of, session, part):
        police = lead_of("Police", "police@example.org")
        sign = police.held(police.get(form_page("/involvement/1", "Police", MAIN)), KEEP)["csrf_token"][0]

        answer = police.post(form_page(part), data={"csrf_token": sign, "answer_water": "Sea"})

        assert answer.status_code == 404
        assert kept(session).answers == {}

    def test_somebody_with_an_interest_is_kept_from_it(self, form_page, case, session, somebody, as_, given, board):
        person = somebody("lead@example.org")
        given.appointed(person, "agency_lead", on=board, agency_id=given.an_agency(board, "School").id)
        session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=NOON))
        session.commit()

        assert as_(person).get(form_page()).status_code == 404

    def test_what_was_struck_out_is_asked_no_more(self, lead, form_page, case, session):
        page = form_page()
        sequence = sequence_of(session, case, "School", DROWNING)
        correct_event(session, case, sequence, actor=OFFICE, told=None, reason="Asked by mistake", now=NOON)
        session.commit()

        assert lead.get(page).status_code == 404

    def test_a_section_or_a_page_that_is_not_asked_leads_back_or_is_not_there(self, lead, form_page):
        assert lead.get(form_page("/nonsense/1")).status_code == 404
        assert lead.get(form_page("/drowning/2")).location == form_page()
        assert lead.get(form_page("/family/1", form=MAIN)).status_code == 404


class TestOnPaper:
    def test_the_office_enters_what_came_on_paper(self, coordinator, case, form_page, session):
        page = coordinator.get(f"/child-deaths/{case.reference}/requests")
        link = links_of(page)["Enter what came on paper: School, Drowning"]
        assert "what the agency sent on paper" in main_words(coordinator.get(link))
        page = fill(coordinator, form_page("/drowning/1"), answer_water="Pool", rest="Left empty")

        page = coordinator.send(page, "Record that it came", came_on__day="20", came_on__month="5")

        assert "Came on 20 May 2017, on paper" in main_words(page)
        form = kept(session)
        assert (form.on_paper, form.unknown) == (True, {"supervised": "Left empty"})

    def test_a_day_that_has_not_come_is_refused(self, coordinator, form_page, session):
        page = fill(coordinator, form_page("/drowning/1"), answer_water="Pool", answer_supervised="no")

        page = coordinator.send(page, "Record that it came", came_on__year="2018")

        assert page.status_code == 422
        assert "in the future" in main_words(page)
        assert kept(session).returned_at is None

    def test_who_reads_a_returned_form_is_recorded(self, lead, coordinator, doctor, form_page, session):
        fill(lead, form_page("/drowning/1"), answer_water="Pool", answer_supervised="no")
        lead.send(lead.get(form_page("/check")), "Return this form")

        for browser in (coordinator, doctor):
            assert "Pool" in main_words(browser.get(form_page()))

        assert {entry.role for entry in audited(session, "returned_form_read")} == {
            "cdop_coordinator", "designated_doctor",
        }  # fmt: skip

    def test_the_step_can_still_be_recorded_by_itself(self, coordinator, case, session):
        page = coordinator.get(f"/cases/{case.reference}/steps/record_report")

        coordinator.send(page, "Record", when="2017-06-01", answer_agency="Police", answer_form="Agency report")

        words = main_words(coordinator.get(f"/child-deaths/{case.reference}/requests"))
        assert "Came on 1 June 2017" in words
