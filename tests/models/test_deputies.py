"""Deputies hear and act for the absent, see nothing more than before, and never do more than the absent may."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import Case, Deadline
from models.deputies import lent_roles, standing_in
from models.deputyship import Deputyship
from models.naming_deputies import DeputyRefused, Naming, end_deputyship, name_deputy
from models.panels.panel import DeclaredInterest, Panel, PanelBoard
from models.queries.access import may_see, may_see_what_is_asked, roles_on, sight_of
from models.queries.case_page import agencies_led
from models.queries.worklist import Narrowing, counts, reader
from tests.models.situations import Given

SUN_2_MAR, MON_3_MAR, FRI_14_MAR, SAT_15_MAR = (date(2014, 3, day) for day in (2, 3, 14, 15))
NOW = datetime(2014, 3, 3, 9, 30, tzinfo=UTC)


class Office:
    """A board with a review, a business manager going away, and a subgroup chair who can stand in."""

    def __init__(self, session):
        self.session, self.given = session, Given(session)
        self.board, self.other_board = self.given.a_board("Bexley"), self.given.a_board("Bromley")
        self.case = self.given.a_case(self.board, next_roles=["business_manager"])
        self.manager = self.given.a_person("manager@example.org", name="Tom Away")
        self.chair = self.given.a_person("chair@example.org", name="Marian Here")
        self.death = self.given.a_case(self.board, "child_death_review", next_roles=["cdop_coordinator"])
        self.stranger = self.given.a_person("stranger@example.org", name="Sid Stranger")
        self.given.appointed(self.manager, "business_manager", self.board)
        self.given.appointed(self.chair, "subgroup_chair", self.board)
        self.given.appointed(self.stranger, "business_manager", self.other_board)

    def name(self, deputy, absent=None, from_on=MON_3_MAR, until_on=FRI_14_MAR, named_by=None, **scope):
        absent = absent or self.manager
        naming = Naming(absent, deputy, from_on, until_on, scope.get("board"), scope.get("case"))
        return name_deputy(self.session, naming, named_by=named_by or absent, now=NOW, today=MON_3_MAR)

    def deputy_of(self, person, on=MON_3_MAR, case=None, role="business_manager"):
        return standing_in(self.session, person.id, (case or self.case).id, role, on)

    def lent(self, person, on=MON_3_MAR, case=None):
        return dict(lent_roles(self.session, person.id, case or self.case, on))

    def waiting_for(self, person, on=MON_3_MAR):
        return counts(self.session, reader(self.session, person.id, on), Narrowing()).mine

    def interested(self, person, case=None):
        case = case or self.case
        self.session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=NOW))
        self.session.flush()


@pytest.fixture
def office(session):
    return Office(session)


def refusal(name, *args, **kwargs):
    with pytest.raises(DeputyRefused) as refused:
        name(*args, **kwargs)
    return refused.value


@pytest.mark.parametrize("scope", ["everything", "board", "case"])
def test_reminders_and_tasks_go_to_the_deputy_on_the_days_named_and_no_others(office, scope):
    office.name(office.chair, **{scope: getattr(office, scope)} if scope != "everything" else {})

    on = [office.deputy_of(office.manager, day) for day in (SUN_2_MAR, MON_3_MAR, FRI_14_MAR, SAT_15_MAR)]
    assert on == [None, office.chair.id, office.chair.id, None]
    assert office.lent(office.chair) == {"business_manager": office.manager.id}
    assert office.lent(office.chair, SAT_15_MAR) == {}
    assert [office.waiting_for(office.chair, day) for day in (SUN_2_MAR, MON_3_MAR)] == [0, 1]


def test_a_span_ended_early_is_over_at_once_and_all_of_it_is_in_the_audit(office, session):
    span = office.name(office.chair)

    end_deputyship(session, span, ended_by=office.manager, now=NOW)
    session.flush()

    assert office.deputy_of(office.manager) is None
    assert office.lent(office.chair) == {}
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.person_id) for entry in entries] == [
        ("deputy_named", office.manager.id), ("deputyship_ended", office.manager.id),
    ]  # fmt: skip
    assert entries[0].detail["deputy"] == office.chair.id


def test_whoever_may_not_see_the_case_is_refused_with_the_reason(office):
    for scope in ({}, {"board": office.board}):
        refused = refusal(office.name, office.stranger, **scope)
        assert refused.box == "deputy"
        assert "Sid Stranger may not see all that Tom Away sees of Bexley on 3 March 2014" in str(refused)
    assert office.case.reference in str(refusal(office.name, office.stranger, case=office.case))


def test_whoever_has_an_interest_in_the_case_is_refused_with_the_reason(office):
    office.interested(office.chair)

    refused = refusal(office.name, office.chair, case=office.case)

    assert str(refused) == f"Marian Here has declared an interest in {office.case.reference}. Name somebody else"


def test_an_interest_declared_afterwards_takes_the_case_from_the_deputy_and_gives_it_back_to_the_absent(office):
    office.name(office.chair)
    office.interested(office.chair)

    assert office.deputy_of(office.manager) is None
    assert office.lent(office.chair) == {}
    assert office.waiting_for(office.chair) == 0


def test_a_deputy_whose_own_appointment_ends_stands_in_no_longer(office, session):
    office.name(office.chair)
    office.chair.appointments[0].until_on = SUN_2_MAR
    session.flush()

    assert office.deputy_of(office.manager) is None
    assert office.lent(office.chair) == {}


def test_a_deputy_never_does_more_than_the_absent_might(office, session):
    office.name(office.chair)
    office.interested(office.manager)
    assert office.lent(office.chair) == {}
    assert office.waiting_for(office.chair) == 0

    office.manager.active = False
    session.flush()
    assert office.lent(office.chair) == {}


def test_the_deputy_named_for_the_case_comes_before_the_one_for_the_board_and_that_before_the_one_for_everything(
    office,
):
    second, third = (office.given.a_person(f"{name}@example.org", name=name) for name in ("second", "third"))
    for person in (second, third):
        office.given.appointed(person, "board_member", office.board)
    another = office.given.a_case(office.board, next_roles=["business_manager"])
    office.name(office.chair)
    office.name(second, board=office.board)
    office.name(third, case=office.case)

    assert office.deputy_of(office.manager) == third.id
    assert office.deputy_of(office.manager, case=another) == second.id
    assert [bool(office.lent(person)) for person in (office.chair, second, third)] == [False, False, True]
    assert [office.waiting_for(person) for person in (office.chair, second, third)] == [0, 1, 1]


def test_two_for_the_same_at_once_are_refused_until_the_first_is_ended(office, session):
    second = office.given.a_person("second@example.org")
    office.given.appointed(second, "board_member", office.board)
    first = office.name(office.chair)

    refused = refusal(office.name, second, from_on=FRI_14_MAR, until_on=SAT_15_MAR)
    assert "Marian Here is named for the same already, from 3 March 2014 to 14 March 2014" in str(refused)

    office.name(second, from_on=SAT_15_MAR, until_on=SAT_15_MAR)
    end_deputyship(session, first, ended_by=office.manager, now=NOW)
    office.name(second)
    assert office.deputy_of(office.manager) == second.id


def test_nobody_is_named_who_is_away_themselves_so_that_two_never_stand_in_for_each_other(office):
    office.name(office.chair)

    refused = refusal(office.name, office.manager, absent=office.chair)

    assert "Tom Away is away from 3 March 2014 to 14 March 2014" in str(refused)


def test_chains_are_not_followed_while_the_deputy_is_away_the_absent_is_told(office):
    third = office.given.a_person("third@example.org")
    office.given.appointed(third, "board_member", office.board)
    office.name(office.chair)
    office.name(third, absent=office.chair)

    assert office.deputy_of(office.manager) is None
    assert office.deputy_of(office.chair) == third.id
    assert office.lent(third) == {"subgroup_chair": office.chair.id}
    assert office.lent(office.chair) == {}
    assert office.waiting_for(office.chair) == 0


def test_nobody_names_themselves_not_even_an_administrator(office):
    assert "themselves" in str(refusal(office.name, office.manager))
    assert "You cannot name yourself" in str(refusal(office.name, office.chair, named_by=office.chair))


def test_days_that_cannot_be_are_refused_in_words(office):
    assert refusal(office.name, office.chair, from_on=FRI_14_MAR, until_on=MON_3_MAR).box == "until_on"
    assert "past" in str(refusal(office.name, office.chair, from_on=SUN_2_MAR, until_on=SUN_2_MAR))


def test_somebody_appointed_to_nothing_has_nobody_stand_in(office):
    nobody = office.given.a_person()
    office.given.appointed(nobody, "administrator")

    assert "nothing to stand in for" in str(refusal(office.name, office.chair, absent=nobody))


class Agency:
    """An agency of which something is asked in a death that it sees nothing else of, its lead and its board member."""

    def __init__(self, office):
        self.agency = office.given.an_agency(office.board, "Health visiting")
        self.lead, self.member, self.elsewhere = (
            office.given.a_person(f"{name}@example.org", name=name.title()) for name in ("lead", "member", "elsewhere")
        )
        other = office.given.an_agency(office.board, "Police")
        office.given.appointed(self.lead, "agency_lead", office.board, agency_id=self.agency.id)
        office.given.appointed(self.member, "board_member", office.board, agency_id=self.agency.id)
        office.given.appointed(self.elsewhere, "agency_lead", office.board, agency_id=other.id)
        office.session.add(
            Deadline(
                case_id=office.death.id, clock_key="report_return", subject="Health visiting", title="Report",
                agency="health visiting", due_first=FRI_14_MAR, due_last=FRI_14_MAR, source="",
                ordinal=1, confirmed=True,
            )
        )  # fmt: skip
        office.session.flush()

    def shown(self, office, person, on=MON_3_MAR):
        asked = select(Case.id).where(Case.id == office.death.id, may_see_what_is_asked(person.id, on))
        return office.session.scalar(asked) is not None


def test_an_agency_s_lead_is_stood_in_for_by_somebody_of_the_same_agency_who_sees_what_is_asked_of_it(office, session):
    agency = Agency(office)
    assert not agency.shown(office, agency.member)

    span = office.name(agency.member, absent=agency.lead)

    days = [agency.shown(office, agency.member, day) for day in (SUN_2_MAR, MON_3_MAR, FRI_14_MAR, SAT_15_MAR)]
    assert days == [False, True, True, False]
    assert office.lent(agency.member, case=office.death) == {"agency_lead": agency.lead.id}
    assert office.deputy_of(agency.lead, case=office.death, role="agency_lead") == agency.member.id
    assert office.death.id not in _seen(session, agency.member)
    assert agencies_led(session, agency.member.id, office.death, MON_3_MAR) == ("Health visiting",)

    end_deputyship(session, span, ended_by=agency.lead, now=NOW)
    session.flush()
    assert not agency.shown(office, agency.member)
    assert office.lent(agency.member, case=office.death) == {}


def test_nobody_of_another_agency_speaks_for_it(office):
    agency = Agency(office)

    for scope in ({}, {"case": office.death}):
        refused = refusal(office.name, agency.elsewhere, absent=agency.lead, **scope)
        assert "may not see all that Lead sees of Health visiting" in str(refused)


def test_a_deputy_of_an_agency_s_lead_who_has_an_interest_is_lent_nothing_in_the_case(office):
    agency = Agency(office)
    office.name(agency.member, absent=agency.lead)
    office.interested(agency.member, office.death)

    assert office.lent(agency.member, case=office.death) == {}
    assert office.deputy_of(agency.lead, case=office.death, role="agency_lead") is None


def test_an_agency_speaks_through_its_own_leads_alone(office):
    leads = [office.given.a_person(f"lead.{number}@example.org") for number in (1, 2)]
    agencies = [office.given.an_agency(office.board, name) for name in ("Health visiting", "Police")]
    for lead, agency in zip(leads, agencies, strict=True):
        office.given.appointed(lead, "agency_lead", office.board, agency_id=agency.id)

    assert "Health visiting" in str(refusal(office.name, leads[1], absent=leads[0]))

    office.given.appointed(leads[1], "agency_lead", office.board, agency_id=agencies[0].id)
    office.name(leads[1], absent=leads[0])
    assert office.lent(leads[1]) == {}


def test_a_panel_s_deputy_stands_in_for_the_deaths_of_the_boards_it_serves(office, session):
    panel = office.given.a_board("Northfell panel", kind="panel")
    session.add(Panel(board=panel))
    session.flush()
    session.add(PanelBoard(panel_id=panel.id, board_id=office.board.id))
    death = office.death
    coordinator, doctor = office.given.a_person("coordinator@example.org"), office.given.a_person("doctor@example.org")
    office.given.appointed(coordinator, "cdop_coordinator", panel)
    office.given.appointed(doctor, "designated_doctor", panel)
    session.flush()
    office.name(doctor, absent=coordinator, board=panel)

    assert office.deputy_of(coordinator, case=death) == doctor.id
    assert office.lent(doctor, case=death) == {"cdop_coordinator": coordinator.id}
    assert office.waiting_for(doctor) == 1


people_ = st.integers(0, 3)
roles = st.sampled_from(["business_manager", "subgroup_chair", "board_member", "cdop_coordinator", "cdop_chair"])
scopes = st.sampled_from(["everything", "board", "other_board", "case", "death"])
spans = st.lists(st.tuples(people_, people_, scopes, st.integers(-2, 1), st.integers(-1, 2)), max_size=6)
held = st.lists(st.tuples(people_, roles, st.sampled_from(["board", "other_board", "case", "death"])), max_size=8)
interests = st.lists(st.tuples(people_, st.sampled_from(["case", "death"])), max_size=2, unique=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(held=held, spans=spans, interests=interests)
def test_deputising_shows_nothing_more_and_lends_no_more_than_the_absent_have(session, held, spans, interests):
    """Whatever is named, by whatever way it came to be stored: what lists ask and what one case asks are the same."""
    with session.begin_nested() as example:
        office = Office(session)
        everyone = [office.given.a_person(f"p{number}@example.org") for number in range(4)]
        for who, role, where in held:
            office.given.appointed(everyone[who], role, getattr(office, where))
        for who, where in interests:
            office.interested(everyone[who], getattr(office, where))
        seen_before = [_seen(session, person) for person in everyone]
        for absent, deputy, scope, first, last in spans:
            _store(office, everyone, absent, deputy, scope, first, last)

        assert [_seen(session, person) for person in everyone] == seen_before
        for person, seen in zip(everyone, seen_before, strict=True):
            _check(office, person, seen)
        example.rollback()


def _seen(session, person):
    by_query = set(session.scalars(select(Case.id).where(may_see(person.id, MON_3_MAR))))
    by_sight = set(session.scalars(select(Case.id).where(sight_of(session, person.id, MON_3_MAR).covers())))
    assert by_query == by_sight
    return by_query


def _store(office, everyone, absent, deputy, scope, first, last):
    if absent == deputy or last < first:
        return
    where = getattr(office, scope) if scope != "everything" else office.board
    office.session.add(
        Deputyship(
            absent_id=everyone[absent].id, deputy_id=everyone[deputy].id, named_by=everyone[absent].id, named_at=NOW,
            from_on=MON_3_MAR + timedelta(days=first), until_on=MON_3_MAR + timedelta(days=last),
            board_id=where.id if scope.endswith("board") else None,
            case_id=where.id if scope in ("case", "death") else None,
        )
    )  # fmt: skip
    office.session.flush()


def _check(office, person, seen):
    session = office.session
    turns = set()
    for case in (office.case, office.death):
        own, lent = roles_on(session, person.id, case, MON_3_MAR), office.lent(person, case=case)
        assert not lent or case.id in seen
        for role, absent_id in lent.items():
            assert role in roles_on(session, absent_id, case, MON_3_MAR)
            assert standing_in(session, absent_id, case.id, role, MON_3_MAR) == person.id
        if (set(own) | set(lent)) & set(case.next_roles):
            turns.add(case.id)
    assert office.waiting_for(person) == len(turns)
