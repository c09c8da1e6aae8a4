"""Whose death it is is kept apart from the history, from papers and from logs; and who has an interest sees nothing."""

import uuid
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text

from models.agency import add_board
from models.anonymity import identifiers_in, withheld
from models.audit import AuditEntry
from models.case import Case, CaseEvent, LinkedCase
from models.casework import Actor, open_case, standing_of, take_step
from models.child_deaths.child import ChildDeath
from models.child_deaths.importing import ACTS_AS
from models.child_deaths.notifying import (
    Details,
    agencies_to_ask,
    change_details,
    details_of,
    notify_death,
)
from models.child_deaths.reporting_forms import form_asked, request_form, return_form, save_answers
from models.kept_apart import answers_kept_apart
from models.panels.meetings import cases_ready, declare_interest, list_case
from models.panels.minutes import draft_parts
from models.panels.packs import pack, page_of, release_pack
from models.panels.panel import Meeting, Panel, PanelAction, PanelBoard
from models.people import Appointment, Person
from models.queries.access import cases_visible_to, roles_on, sight_of
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused, GuardsNotMet, StepRefused
from workflows.reporting_forms import form_named
from workflows.standing import Told

TUE_2_MAY_2017 = date(2017, 5, 2)
NOON = datetime(2017, 6, 1, 11, tzinfo=UTC)
OFFICE = Actor(None, ACTS_AS)
NHS_NUMBER = "943 476 5919"

DETAILS = Details(
    surname="Invented", forenames="Ada Mary", address="1 Nowhere Street", postcode="ZZ1 1ZZ",
    other={"coroner_informed": "yes"},
    carers=({"name": "Bea Invented", "relationship_to_child": "mother", "parental_responsibility": "yes"},),
    siblings=({"name": "Cal Invented", "same_household": "yes"},),
    contacts=({"agency": "Anytown GP practice", "kind": "gp"}, {"agency": "Health visiting"}),
)  # fmt: skip


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


def told(on=TUE_2_MAY_2017, **more):
    answers = {
        "notified_on": on.isoformat(), "died_on": "2017-05-01", "born_on": "2012-01-15", "sex": "female",
        "normally_resident_in": "Anytown", "expected": "no", "nhs_number": NHS_NUMBER, "ethnic_group": "B",
        "circumstances": "Ada was found by her mother", "notifier": "Dr Invented",
        "agencies": ["health visiting", "Police"],
    } | more  # fmt: skip
    return Told(PartialDate.on(on), answers)


@pytest.fixture
def notify(session, board):
    def run(details=DETAILS, **more):
        return notify_death(session, board=board, actor=OFFICE, told=told(**more), details=details, now=NOON)

    return run


def drafted(session, meeting):
    return "\n\n".join(f"{part.heading}\n{part.text}" for part in draft_parts(session, meeting))


def take(session, case, step, on=TUE_2_MAY_2017, now=NOON, **answers):
    return take_step(session, case, step, actor=OFFICE, told=Told(PartialDate.on(on), answers), now=now)


def ready(session, case, on=date(2017, 5, 10), **more):
    take(session, case, "confirm_in_scope")
    take(session, case, "complete_information", on, **more)


class TestPersonalDetails:
    def test_nothing_that_identifies_the_child_is_in_the_history(self, session, notify):
        case = notify()

        answers = session.scalars(select(CaseEvent.answers).where(CaseEvent.case_id == case.id)).one()

        written = str(answers)
        assert not any(name in written for name in ("Ada", "Invented", "9434765919", NHS_NUMBER, "mother"))
        assert set(answers["nhs_number"]) == {"kept_apart"}
        assert answers_kept_apart(session, case.id)[1]["nhs_number"] == "9434765919"

    def test_they_are_kept_beside_it(self, session, notify):
        death = session.get_one(ChildDeath, notify().id)

        assert (death.surname, death.nhs_number, death.born_on) == ("Invented", "9434765919", date(2012, 1, 15))
        assert ([each.name for each in death.carers], [each.name for each in death.siblings]) == (
            ["Bea Invented"], ["Cal Invented"],
        )  # fmt: skip

    def test_a_form_sent_twice_opens_one_case(self, session, board):
        key = uuid.uuid4()
        twice = [
            notify_death(
                session, board=board, actor=OFFICE, told=told(), details=DETAILS, now=NOON, idempotency_key=key
            ).id
            for _ in range(2)
        ]

        assert twice[0] == twice[1]

    def test_reading_and_changing_them_is_recorded(self, session, notify):
        case = notify()
        details_of(session, case, reader=OFFICE, role="cdop_coordinator", now=NOON)
        changed = Details(surname="Invented-Smith", carers=({"name": "Dee Invented"},))
        change_details(session, case, changed, told(), actor=OFFICE, role="cdop_coordinator", now=NOON)

        entries = select(AuditEntry.action).where(AuditEntry.case_id == case.id).order_by(AuditEntry.id)
        assert session.scalars(entries).all()[1:] == ["personal_details_read", "personal_details_changed"]
        death = session.get_one(ChildDeath, case.id)
        assert (death.surname, [each.name for each in death.carers], death.siblings) == (
            "Invented-Smith", ["Dee Invented"], [],
        )  # fmt: skip

    def test_a_wrong_nhs_number_is_refused_and_nothing_is_stored(self, session, board):
        with pytest.raises(AnswersRefused, match="NHS number"), session.begin_nested():
            notify_death(
                session, board=board, actor=OFFICE, told=told(nhs_number="9434765918"), details=DETAILS, now=NOON
            )

        assert session.scalars(select(ChildDeath)).all() == []

    def test_agencies_are_proposed_once_each(self, session, notify):
        assert agencies_to_ask(session, notify(), ["health visiting", "Police"]) == [
            "Anytown GP practice", "health visiting", "Police",
        ]  # fmt: skip

    def test_a_database_told_to_read_figures_alone_reads_no_name(self, session):
        columns = session.scalars(
            text(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name IN ('counted_death', 'counted_review')"
            )
        ).all()

        assert not {"surname", "born_on", "died_on", "nhs_number", "postcode"} & set(columns)


class TestReferral:
    @pytest.mark.parametrize(
        ("area_start", "workflow"), [(None, "serious_case_review"), (date(2017, 5, 1), "practice_review")]
    )
    def test_it_opens_a_linked_review_once(self, session, board, notify, area_start, workflow):
        board.new_arrangements_start = area_start
        case = notify()
        on = date(2018, 7, 2) if area_start else TUE_2_MAY_2017
        key = uuid.uuid4()
        for _ in range(2):
            take_step(
                session, case, "refer_for_review", actor=OFFICE, now=datetime(2018, 7, 3, tzinfo=UTC),
                told=Told(PartialDate.on(on), {"reasons": "Neglect", "abuse_or_neglect": "suspected"}),
                idempotency_key=key,
            )  # fmt: skip

        link = session.scalars(select(LinkedCase)).one()
        review = session.get_one(Case, link.other_case_id)
        assert (link.case_id, review.workflow_key, review.board_id) == (case.id, workflow, board.id)
        facts = standing_of(session, review, today=date(2018, 7, 3)).facts
        assert (facts.answer("died"), facts.answer("abuse_or_neglect")) == ("yes", "suspected")
        assert "Ada" not in str(session.scalars(select(CaseEvent.answers).where(CaseEvent.case_id == review.id)).all())


def a_person(session):
    person = Person(name="A. Person", email=f"{uuid.uuid4()}@example.org")
    session.add(person)
    session.flush()
    return person


@pytest.fixture
def panel(session, board):
    panel = Panel(board_id=board.id, quorum_roles=["Police"], quorum_minimum=3)
    session.add(panel)
    session.flush()
    return panel


@pytest.fixture
def meeting(session, panel):
    meeting = Meeting(panel_id=panel.board_id, panel=panel, held_on=date(2017, 5, 24), created_at=NOON)
    session.add(meeting)
    session.flush()
    return meeting


class TestMeetings:
    def test_cases_are_proposed_in_the_order_their_clocks_bite(self, session, panel, notify):
        nothing_due, late, not_ready = notify(), notify(), notify()
        take(session, nothing_due, "convene_joint_response", held_on="2017-05-02")
        for case in (nothing_due, late):
            ready(session, case)

        proposed = [case.id for case in cases_ready(session, panel)]

        assert proposed == [late.id, nothing_due.id]
        assert not_ready.id not in proposed

    def test_a_case_is_listed_with_the_panel_s_rule_of_the_day(self, session, meeting, notify):
        case = notify()
        ready(session, case)
        list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)

        with pytest.raises(GuardsNotMet, match="nobody for Police"):
            take(
                session, case, "review_at_panel", meeting.held_on, meeting_on="2017-05-24",
                roles_present=["Designated doctor", "Local authority", "Lay member"],
            )  # fmt: skip

    def test_the_pack_has_no_name_no_place_and_no_day(self, session, meeting, notify):
        case = notify(pseudonym="Child A")
        summary = "Ada Invented of ZZ1 1ZZ was found on 1 May 2017 by Bea. NHS 943 476 5919."
        ready(session, case, summary=summary)
        list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)

        release_pack(session, meeting, person_id=a_person(session).id, now=NOON)
        (page,) = pack(session, meeting, person_id=a_person(session).id)

        written = str(page)
        assert not any(word in written for word in ("Ada", "Invented", "Bea", "ZZ1", "1 May", "2017-05-01", "943"))
        assert (page.known_as, page.age, page.month) == ("Child A", "5 years", "May 2017")
        assert "[a name]" in page.summary

    def test_minutes_are_drafted_from_what_was_recorded_without_names(self, session, meeting, notify):
        case = notify(pseudonym="Child A")
        ready(session, case)
        list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)
        present = ["Designated doctor", "Local authority", "Police"]
        take(session, case, "declare_interest", meeting.held_on, role="education", interest="Taught the child")
        take(session, case, "review_at_panel", meeting.held_on, meeting_on="2017-05-24", roles_present=present)
        take(
            session, case, "categorise", meeting.held_on, category="10", preventability="modifiable",
            learning=["Safe sleep advice in every language"],
        )  # fmt: skip
        session.add(
            PanelAction(meeting_id=meeting.id, action="Translate", owner="Public health", due_on=date(2017, 8, 1))
        )
        session.flush()

        minutes = drafted(session, meeting)

        assert "Child A\n" in minutes
        assert "Interest declared: Education." in minutes
        assert "Present: Designated doctor, Local authority, Police." in minutes
        assert "Safe sleep advice" in minutes
        assert "Translate (Public health, by 1 August 2017)" in minutes
        assert not any(name in minutes for name in ("Ada", "Invented"))

    def test_a_deferral_is_in_the_minutes(self, session, meeting, notify):
        case = notify()
        ready(session, case)
        list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)
        take(session, case, "defer_review", meeting.held_on, reasons="A report is missing")

        assert "Deferred: A report is missing" in drafted(session, meeting)

    @pytest.mark.parametrize(
        ("until", "words"),
        [("2017-09", "September 2017"), ("the inquest has ended", "the inquest has ended"), ("May.", "May")],
    )
    def test_a_deferral_says_until_when_or_until_what(self, session, meeting, notify, until, words):
        """WORKFLOWS 3: `until` of `defer_review` is text, a day or whatever the panel waits for."""
        case = notify()
        ready(session, case)
        list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)
        take(session, case, "defer_review", meeting.held_on, reasons="A report is missing", until=until)

        assert f"Deferred: A report is missing. Until {words}." in drafted(session, meeting)


class TestInterests:
    """DOMAIN 4.3: who has an interest neither sees nor chairs that case."""

    @pytest.fixture
    def chair(self, session, board):
        person = Person(name="A. Chair", email="chair@example.org")
        session.add(person)
        session.flush()
        session.add(Appointment(person=person, role="cdop_chair", board_id=board.id, from_on=date(2010, 1, 1)))
        session.flush()
        return person

    def test_the_case_is_withheld_from_them_and_from_their_pack(self, session, meeting, notify, chair):
        ours, other = notify(), notify()
        for case in (ours, other):
            ready(session, case)
            list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)
        assert set(session.scalars(cases_visible_to(chair.id, TUE_2_MAY_2017))) == {ours.id, other.id}

        declare_interest(
            session, ours, person_id=chair.id, seat="chair", interest="Treated the child", actor=OFFICE,
            on=date(2017, 5, 12), now=NOON,
        )  # fmt: skip

        assert set(session.scalars(cases_visible_to(chair.id, TUE_2_MAY_2017))) == {other.id}
        seen = select(Case.id).where(sight_of(session, chair.id, TUE_2_MAY_2017).covers())
        assert set(session.scalars(seen)) == {other.id}
        assert roles_on(session, chair.id, ours, TUE_2_MAY_2017) == frozenset()
        assert roles_on(session, chair.id, other, TUE_2_MAY_2017) == {"cdop_chair"}
        release_pack(session, meeting, person_id=a_person(session).id, now=NOON)
        assert [page.case_id for page in pack(session, meeting, chair.id)] == [other.id]

    def test_they_do_not_take_the_chair(self, session, meeting, notify, chair):
        case = notify()
        ready(session, case)
        list_case(session, meeting, case, actor=OFFICE, on=date(2017, 5, 11), now=NOON)
        declare_interest(
            session, case, person_id=chair.id, seat="chair", interest="Treated the child", actor=OFFICE,
            on=date(2017, 5, 12), now=NOON,
        )  # fmt: skip

        with pytest.raises(StepRefused, match="chair has declared an interest"):
            take(
                session, case, "review_at_panel", meeting.held_on, meeting_on="2017-05-24",
                roles_present=["Designated doctor", "Local authority", "Police"],
            )  # fmt: skip


class TestPanelsOverBoards:
    def test_a_panel_s_coordinator_sees_the_deaths_of_every_board_it_serves_and_no_review(self, session, board, notify):
        panel_board, elsewhere = add_board(session, "South London Panel"), add_board(session, "Elsewhere")
        session.add(Panel(board_id=panel_board.id))
        session.flush()
        session.add(PanelBoard(panel_id=panel_board.id, board_id=board.id))
        person = Person(name="A. Coordinator", email="office@example.org")
        session.add(person)
        session.flush()
        for role in ("cdop_coordinator", "business_manager"):
            session.add(Appointment(person=person, role=role, board_id=panel_board.id, from_on=date(2010, 1, 1)))
        session.flush()
        case = notify()
        notify_death(session, board=elsewhere, actor=OFFICE, told=told(), details=DETAILS, now=NOON)
        take(session, case, "refer_for_review", reasons="Neglect")

        seen = set(session.scalars(cases_visible_to(person.id, TUE_2_MAY_2017)))
        by_sight = set(session.scalars(select(Case.id).where(sight_of(session, person.id, TUE_2_MAY_2017).covers())))

        assert seen == by_sight == {case.id}
        assert roles_on(session, person.id, case, TUE_2_MAY_2017) == {"cdop_coordinator"}


class TestReportingForms:
    def test_a_form_is_asked_saved_as_it_goes_and_returned_with_what_is_unknown(self, session, notify):
        case, form = notify(), form_named("Drowning", TUE_2_MAY_2017)
        assert form is not None
        take(session, case, "confirm_in_scope")
        asked = request_form(
            session, case, "Police", form, date(2017, 5, 24), actor=OFFICE, on=TUE_2_MAY_2017, now=NOON
        )
        save_answers(asked, form, {"water": "Pool", "other": "not a question"}, {}, now=NOON)
        with pytest.raises(AnswersRefused, match="say why it is not known"):
            return_form(session, case, asked, form, actor=OFFICE, on=date(2017, 5, 20), now=NOON)

        save_answers(asked, form, {}, {"supervised": "Nobody saw"}, now=NOON)
        return_form(session, case, asked, form, actor=OFFICE, on=date(2017, 5, 20), now=NOON, on_paper=True)

        assert (asked.answers, asked.unknown, asked.on_paper) == ({"water": "Pool"}, {"supervised": "Nobody saw"}, True)
        assert form_asked(session, case, "Police", form) is asked
        (deadline,) = standing_of(session, case, today=date(2017, 5, 25)).deadline("report_return")
        assert (deadline.status, deadline.subject) == ("met", ("Police", "Drowning"))


class TestAnonymity:
    @pytest.mark.parametrize(
        ("written", "what"),
        [("born 1 May 2017", "a date"), ("on 01/05/2017", "a date"), ("2017-05-01", "a date"),
         ("at SW1A 1AA", "a postcode"), ("943 476 5919", "an NHS number")],
    )  # fmt: skip
    def test_dates_postcodes_and_numbers_are_found(self, written, what):
        assert [each.what for each in identifiers_in(written)] == [what]

    def test_what_is_found_is_replaced_and_the_rest_is_left(self):
        details = ChildDeath(surname="Invented", forenames="Ada", carers=[], siblings=[])

        assert withheld("Ada’s mother, aged 31, called at 5:30pm on 1 May.", details) == (
            "[a name]’s mother, aged 31, called at 5:30pm on [a date]."
        )

    def test_a_page_of_a_case_with_no_details_can_be_made(self, session, board):
        case = open_case(
            session,
            workflow_key="child_death_review",
            board=board,
            step="notify_death",
            actor=OFFICE,
            told=told(),
            now=NOON,
        )

        assert page_of(session, case).known_as == case.reference
