"""Which cases a person may see: nothing by default, and never more than their appointments of the day show."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.case import Case, Deadline
from models.panels.panel import DeclaredInterest
from models.people import Person
from models.queries.access import (
    cases_visible_to,
    is_asked_of_an_agency_led_by,
    may_see,
    may_see_what_is_asked,
    places_of,
    roles_on,
    sight_of,
)
from tests.models.situations import SOME_TIME, Given
from workflows.roles import ROLES

WORKFLOWS = ("serious_case_review", "practice_review", "child_death_review")
BOARDS = ("Bexley", "Bromley")
MON_3_MAR_2014 = date(2014, 3, 3)

READERS = ("business_manager", "subgroup_chair", "board_chair", "board_member", "safeguarding_partner")
FOR_CHILD_DEATHS = ("cdop_coordinator", "cdop_chair", "designated_doctor")
BY_CASE = ("lead_reviewer", "agency_lead", "panel_member", "legal_adviser")


class World:
    """Two boards with a case of each kind, an agency each, and a person with no appointment."""

    def __init__(self, session):
        self.session, self.given = session, Given(session)
        self.person = self.given.a_person()
        self.boards = {name: self.given.a_board(name) for name in BOARDS}
        self.agencies = {name: self.given.an_agency(board) for name, board in self.boards.items()}
        self.cases = {
            (name, key): self.given.a_case(board, key) for name, board in self.boards.items() for key in WORKFLOWS
        }

    def appoint(self, role, board=None, case=None, agency=False, **dates):
        """Appoint the person to a board, or to a case given as board and workflow, or to neither."""
        on = self.cases[case] if case else self.boards[board] if board else None
        named = {"agency_id": self.agencies[board].id} if agency and board else {}
        return self.given.appointed(self.person, role, on, **named, **dates)

    def seen(self, on=MON_3_MAR_2014):
        """The cases seen, as board and workflow; the two ways of asking must agree."""
        names = {case.id: name for name, case in self.cases.items()}
        by_query = set(self.session.scalars(cases_visible_to(self.person.id, on)))
        by_sight = set(self.session.scalars(select(Case.id).where(sight_of(self.session, self.person.id, on).covers())))
        assert by_query == by_sight
        return {names[case_id] for case_id in by_query}

    def roles(self, case, on=MON_3_MAR_2014):
        return roles_on(self.session, self.person.id, self.cases[case], on)


@pytest.fixture
def world(session):
    return World(session)


places = st.one_of(
    st.builds(lambda board: {"board": board}, st.sampled_from(BOARDS)),
    st.builds(lambda board, key: {"case": (board, key)}, st.sampled_from(BOARDS), st.sampled_from(WORKFLOWS)),
)
days = st.integers(-3, 3).map(lambda away: MON_3_MAR_2014 + timedelta(days=away))
terms = st.one_of(
    days.map(lambda day: {"from_on": day, "until_on": None}),
    st.tuples(days, days).map(lambda both: {"from_on": min(both), "until_on": max(both)}),
)
appointments = st.builds(
    lambda role, place, term: {"role": role} | place | term, st.sampled_from(sorted(ROLES)), places, terms
)
in_a_session = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_without_an_appointment_nothing_is_seen_and_nothing_can_be_done(world):
    assert world.seen() == set()
    assert all(world.roles(case) == frozenset() for case in world.cases)


@pytest.mark.parametrize("role", READERS)
def test_a_reader_of_a_board_sees_its_reviews_and_no_child_death(world, role):
    world.appoint(role, board="Bexley")

    assert world.seen() == {("Bexley", "serious_case_review"), ("Bexley", "practice_review")}


@pytest.mark.parametrize("role", FOR_CHILD_DEATHS)
def test_those_appointed_for_child_deaths_see_them_and_no_review(world, role):
    world.appoint(role, board="Bexley")

    assert world.seen() == {("Bexley", "child_death_review")}


def test_an_auditor_sees_all_that_a_board_keeps(world):
    world.appoint("auditor", board="Bexley")

    assert world.seen() == {("Bexley", key) for key in WORKFLOWS}


@pytest.mark.parametrize("role", BY_CASE)
def test_those_appointed_case_by_case_see_those_cases_and_no_board(world, role):
    world.appoint(role, board="Bromley")
    assert world.seen() == set()

    world.appoint(role, case=("Bexley", "serious_case_review"))
    assert world.seen() == {("Bexley", "serious_case_review")}
    assert world.roles(("Bexley", "serious_case_review")) == {role}


def test_an_administrator_sees_no_case_wherever_appointed(world):
    world.appoint("administrator")
    world.appoint("administrator", board="Bexley")
    world.appoint("administrator", case=("Bexley", "serious_case_review"))

    assert world.seen() == set()
    assert world.roles(("Bexley", "serious_case_review")) == frozenset()


def test_a_kind_of_case_nobody_was_given_sight_of_is_seen_by_nobody(session, world):
    session.add(a_new_kind := world.given.a_case(world.boards["Bexley"], "a_new_kind_of_review"))
    for role in ROLES:
        world.appoint(role, board="Bexley")

    assert a_new_kind.id not in set(session.scalars(cases_visible_to(world.person.id, MON_3_MAR_2014)))
    assert roles_on(session, world.person.id, a_new_kind, MON_3_MAR_2014) == frozenset()


def test_an_appointment_counts_on_its_first_and_last_day_and_not_beyond(world):
    sun_2_mar, tue_4_mar, wed_5_mar = date(2014, 3, 2), date(2014, 3, 4), date(2014, 3, 5)
    world.appoint("cdop_chair", board="Bexley", from_on=MON_3_MAR_2014, until_on=tue_4_mar)

    assert [bool(world.seen(day)) for day in (sun_2_mar, MON_3_MAR_2014, tue_4_mar, wed_5_mar)] == [0, 1, 1, 0]


def test_a_closed_account_sees_nothing(session, world):
    world.appoint("auditor", board="Bexley")
    world.person.active = False
    session.flush()

    assert world.seen() == set()
    assert world.roles(("Bexley", "serious_case_review")) == frozenset()


@in_a_session
@given(held=st.lists(appointments, max_size=5), board=st.sampled_from(BOARDS))
def test_nobody_sees_a_board_they_have_nothing_to_do_with(session, board, held):
    with session.begin_nested() as example:
        world = World(session)
        for each in held:
            world.appoint(**each)

        touched = {each.get("board") or each["case"][0] for each in held}
        assert {seen_on for seen_on, _ in world.seen()} <= touched
        example.rollback()


@in_a_session
@given(held=st.lists(appointments, max_size=4), one_more=appointments)
def test_one_more_appointment_never_hides_a_case(session, held, one_more):
    with session.begin_nested() as example:
        world = World(session)
        for each in held:
            world.appoint(**each)
        seen_before = world.seen()

        world.appoint(**one_more)
        assert seen_before <= world.seen()
        example.rollback()


@in_a_session
@given(held=st.lists(appointments, max_size=4), day=days)
def test_once_every_appointment_has_ended_nothing_is_seen(session, held, day):
    with session.begin_nested() as example:
        world = World(session)
        made = [world.appoint(**each) for each in held]
        for appointment in made:
            appointment.from_on, appointment.until_on = min(appointment.from_on, day), day
        session.flush()

        assert world.seen(day + timedelta(days=1)) == set()
        example.rollback()


@in_a_session
@given(held=st.lists(appointments, max_size=5))
def test_whoever_may_act_on_a_case_sees_it_and_acts_only_as_appointed(session, held):
    with session.begin_nested() as example:
        world = World(session)
        for each in held:
            world.appoint(**each)

        assert {case for case in world.cases if world.roles(case)} == world.seen()
        assert set().union(*(world.roles(case) for case in world.cases)) <= {each["role"] for each in held}
        example.rollback()


class TestAgencies:
    """An agency's lead is shown the cases in which something is asked of the agency."""

    @pytest.fixture
    def shown(self, session, world):
        def cases_shown(on=MON_3_MAR_2014):
            return set(session.scalars(select(Case.id).where(may_see_what_is_asked(world.person.id, on))))

        return cases_shown

    @pytest.fixture
    def asked(self, session, world):
        case = world.cases["Bexley", "serious_case_review"]
        told = {"title": "Report returned", "source": "S-BEX", "confirmed": True, "ordinal": 1}
        session.add(
            Deadline(
                case_id=case.id,
                clock_key="agency_report",
                subject="Health visiting, IMR",
                agency="Health visiting",
                **told,
            )
        )
        session.flush()
        return case

    def test_their_lead_is_shown_what_is_asked_and_may_answer(self, world, asked, shown):
        world.appoint("agency_lead", board="Bexley", agency=True)

        assert shown() == {asked.id}
        assert world.roles(("Bexley", "serious_case_review")) == {"agency_lead"}
        assert world.seen() == set()

    def test_nothing_is_shown_before_anything_is_asked(self, world, shown):
        world.appoint("agency_lead", board="Bexley", agency=True)

        assert shown() == set()

    def test_an_interest_withholds_what_is_asked_as_well(self, session, world, asked, shown):
        """DOMAIN 8.4: somebody whose own practice is looked at is shown nothing of the case, by whichever way."""
        world.appoint("agency_lead", board="Bexley", agency=True)
        session.add(DeclaredInterest(person_id=world.person.id, case_id=asked.id, declared_at=SOME_TIME))
        session.flush()

        owed = select(Deadline).join(Case).where(is_asked_of_an_agency_led_by(world.person.id, MON_3_MAR_2014))
        assert shown() == set()
        assert session.scalars(owed).all() == []
        assert world.roles(("Bexley", "serious_case_review")) == frozenset()

    def test_an_agency_of_the_same_name_elsewhere_is_another(self, world, asked, shown):
        world.appoint("agency_lead", board="Bromley", agency=True)

        assert shown() == set()

    def test_no_other_role_in_an_agency_shows_it(self, world, asked, shown):
        world.appoint("panel_member", board="Bexley", agency=True)

        assert shown() == set()

    def test_it_is_shown_no_longer_than_the_appointment(self, world, asked, shown):
        world.appoint("agency_lead", board="Bexley", agency=True, until_on=MON_3_MAR_2014)

        assert shown(MON_3_MAR_2014 + timedelta(days=1)) == set()


def test_the_people_who_may_see_a_case_are_found_by_the_same_condition(session, world):
    chair, another = world.given.a_person(), world.given.a_person()
    world.given.appointed(chair, "board_chair", world.boards["Bexley"])
    world.given.appointed(another, "board_chair", world.boards["Bromley"])
    case = world.cases["Bexley", "serious_case_review"]

    people = select(Person.id).join(Case, Case.id == case.id).where(may_see(Person.id, MON_3_MAR_2014))
    assert session.scalars(people).all() == [chair.id]


def test_the_roles_on_a_board_are_those_of_the_day(session, world):
    world.appoint("cdop_coordinator", board="Bexley")
    world.appoint("auditor", board="Bexley", until_on=date(2013, 12, 31))
    world.appoint("legal_adviser", case=("Bexley", "serious_case_review"))

    def held_on(board):
        places = places_of(session, world.person.id, MON_3_MAR_2014)
        return places.boards.get(world.boards[board].id, frozenset())

    assert held_on("Bexley") == {"cdop_coordinator"}
    assert held_on("Bromley") == frozenset()
