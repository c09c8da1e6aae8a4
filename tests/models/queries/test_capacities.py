"""What belongs to a board is done by a deputy as by whoever is away, by nobody else, and on no other days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.case import Case
from models.deputies import lent_roles, standing_in
from models.deputyship import Deputyship
from models.naming_deputies import Naming, end_deputyship, name_deputy
from models.panels.panel import DeclaredInterest, Panel, PanelBoard
from models.queries.access import may_see, roles_on
from models.queries.capacities import capacities_of
from models.queries.figures_access import scope_of
from models.queries.panels import seat_at
from tests.models.situations import Given

SUN_2_MAR, MON_3_MAR, FRI_14_MAR, SAT_15_MAR = (date(2014, 3, day) for day in (2, 3, 14, 15))
NOW = datetime(2014, 3, 3, 9, 30, tzinfo=UTC)


class Area:
    """A panel that serves one board of two, its coordinator who goes away, its designated doctor and its chair."""

    def __init__(self, session):
        self.session, self.given = session, Given(session)
        self.board, self.other_board = self.given.a_board("Bexley"), self.given.a_board("Bromley")
        self.panel = self.given.a_board("Northfell panel", kind="panel", reference_prefix="PAN")
        session.add(Panel(board=self.panel))
        session.flush()
        session.add(PanelBoard(panel_id=self.panel.id, board_id=self.board.id))
        self.case = self.given.a_case(self.board)
        self.death = self.given.a_case(self.board, "child_death_review")
        self.coordinator = self.given.a_person("coordinator@example.org", name="Dana Away")
        self.doctor = self.given.a_person("doctor@example.org", name="Ike Here")
        self.chair = self.given.a_person("chair@example.org", name="Vera Chair")
        for person, role in ((self.coordinator, "cdop_coordinator"), (self.doctor, "designated_doctor"),
                             (self.chair, "cdop_chair")):  # fmt: skip
            self.given.appointed(person, role, self.panel)

    def name(self, absent, deputy, **scope):
        naming = Naming(absent, deputy, MON_3_MAR, FRI_14_MAR, scope.get("board"), scope.get("case"))
        return name_deputy(self.session, naming, named_by=absent, now=NOW, today=MON_3_MAR)

    def lent(self, person, on=MON_3_MAR):
        return {board: dict(roles) for board, roles in capacities_of(self.session, person.id, on).lent.items()}

    def seat(self, person):
        seat = seat_at(self.session, person.id, "PAN", MON_3_MAR)
        assert seat is not None
        return seat

    def may_decide(self, person):
        scope = scope_of(self.session, person.id, self.board, MON_3_MAR)
        return scope is not None and scope.may_decide

    def interested(self, person, case=None):
        self.session.add(DeclaredInterest(person_id=person.id, case_id=(case or self.death).id, declared_at=NOW))
        self.session.flush()


@pytest.fixture
def area(session):
    return Area(session)


def test_a_coordinator_s_deputy_coordinates_the_panel_and_every_board_it_serves_on_those_days_alone(area):
    area.name(area.coordinator, area.doctor)

    both = {area.panel.id: {"cdop_coordinator": area.coordinator.id},
            area.board.id: {"cdop_coordinator": area.coordinator.id}}  # fmt: skip
    on = [area.lent(area.doctor, day) for day in (SUN_2_MAR, MON_3_MAR, FRI_14_MAR, SAT_15_MAR)]
    assert on == [{}, both, both, {}]
    assert area.lent(area.chair) == {}


def test_a_deputyship_ended_is_over_at_once(area, session):
    span = area.name(area.coordinator, area.doctor)

    end_deputyship(session, span, ended_by=area.coordinator, now=NOW)
    session.flush()

    assert area.lent(area.doctor) == {}


def test_a_deputy_for_one_board_of_a_panel_stands_in_for_that_board_and_not_for_the_panel(area):
    area.name(area.coordinator, area.doctor, board=area.board)

    assert area.lent(area.doctor) == {area.board.id: {"cdop_coordinator": area.coordinator.id}}


def test_a_deputy_for_one_case_is_lent_nothing_of_its_board(area):
    area.name(area.coordinator, area.doctor, case=area.death)

    assert area.lent(area.doctor) == {}


def test_the_deputy_for_the_board_comes_before_the_one_for_everything(area):
    area.name(area.coordinator, area.chair)
    area.name(area.coordinator, area.doctor, board=area.board)

    assert set(area.lent(area.doctor)) == {area.board.id}
    assert set(area.lent(area.chair)) == {area.panel.id}


def test_a_deputy_of_a_deputy_is_lent_nothing_of_the_first(area):
    area.name(area.coordinator, area.doctor)
    area.name(area.doctor, area.chair)

    assert area.lent(area.chair) == {
        area.panel.id: {"designated_doctor": area.doctor.id}, area.board.id: {"designated_doctor": area.doctor.id},
    }  # fmt: skip
    assert area.lent(area.doctor) == {}


def test_who_a_child_is_is_shown_by_a_role_of_one_s_own(area, session):
    """DOMAIN 8.2: a chair who stands in for the coordinator runs the meetings, and decides on no notification."""
    area.name(area.coordinator, area.chair)

    acts = capacities_of(session, area.chair.id, MON_3_MAR)
    assert acts.boards(["cdop_coordinator"]) == {area.panel.id, area.board.id}
    assert acts.boards_knowing_who(["cdop_coordinator"]) == frozenset()
    seat = area.seat(area.chair)
    assert seat.coordinates
    assert not seat.reads_packs_over


def test_a_designated_doctor_who_stands_in_reads_the_packs_over_and_decides_on_notifications(area, session):
    area.name(area.coordinator, area.doctor)

    acts = capacities_of(session, area.doctor.id, MON_3_MAR)
    assert acts.boards_knowing_who(["cdop_coordinator"]) == {area.panel.id, area.board.id}
    seat = area.seat(area.doctor)
    assert (seat.coordinates, seat.chairs, seat.reads_packs_over) == (True, False, True)
    assert seat.whose(["cdop_coordinator"]) == area.coordinator.id
    assert seat.whose(["designated_doctor", "cdop_coordinator"]) is None


def test_figures_are_decided_on_for_another_only_as_far_as_both_see_them(area):
    area.name(area.chair, area.doctor)
    assert area.may_decide(area.doctor)

    area.interested(area.chair)
    assert not area.may_decide(area.doctor)


def test_nobody_administers_or_audits_for_somebody_else(area):
    auditor = area.given.a_person("auditor@example.org")
    for role in ("auditor", "administrator"):
        area.given.appointed(auditor, role, area.panel if role == "auditor" else None)
    area.given.appointed(area.doctor, "board_member", area.panel)
    area.name(auditor, area.doctor)

    assert area.lent(area.doctor) == {}


people_ = st.integers(0, 3)
roles = st.sampled_from(
    ["business_manager", "subgroup_chair", "cdop_coordinator", "cdop_chair", "designated_doctor", "auditor",
     "agency_lead", "panel_member"]
)  # fmt: skip
places = st.sampled_from(["board", "other_board", "panel"])
spans = st.lists(
    st.tuples(people_, people_, st.sampled_from(["everything", "board", "other_board", "panel", "death"]),
              st.integers(-2, 1), st.integers(-1, 2)),
    max_size=6,
)  # fmt: skip
held = st.lists(st.tuples(people_, roles, places), max_size=10)
interests = st.lists(people_, max_size=2, unique=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(held=held, spans=spans, interests=interests, ended=st.sets(st.integers(0, 5), max_size=2))
def test_a_deputy_acts_on_boards_exactly_as_the_absent_do_where_their_own_appointments_show_the_cases(
    session, held, spans, interests, ended
):
    """The same asked in another way: of each board, what would be lent on a case of it that nobody named apart."""
    with session.begin_nested() as example:
        area = Area(session)
        everyone = [area.given.a_person(f"p{number}@example.org") for number in range(4)]
        for who, role, where in held:
            area.given.appointed(everyone[who], role, getattr(area, where))
        for who in interests:
            area.interested(everyone[who])
        for number, (absent, deputy, scope, first, last) in enumerate(spans):
            _store(area, everyone[absent], everyone[deputy], scope, first, last, ended=number in ended)
        fresh = {
            (board.id, kind): area.given.a_case(board, kind)
            for board in (area.board, area.other_board, area.panel)
            for kind in ("serious_case_review", "child_death_review")
        }

        for person in everyone:
            lent = area.lent(person)
            for board in (area.board, area.other_board, area.panel):
                assert lent.get(board.id, {}) == _lent_on_cases(area, person, board, fresh)
        example.rollback()


def _lent_on_cases(area, person, board, fresh):
    """Return the roles lent on any case of the board in which nobody has an interest, each with whose it is."""
    lent: dict[str, int] = {}
    for kind in ("serious_case_review", "child_death_review"):
        case = fresh[board.id, kind]
        for role, absent_id in lent_roles(area.session, person.id, case, MON_3_MAR).items():
            assert _seen(area.session, person, case)
            assert role in roles_on(area.session, absent_id, case, MON_3_MAR)
            assert standing_in(area.session, absent_id, case.id, role, MON_3_MAR) == person.id
            lent.setdefault(role, absent_id)
    own = capacities_of(area.session, person.id, MON_3_MAR).own.get(board.id, frozenset())
    return {role: absent_id for role, absent_id in lent.items() if role not in own}


def _seen(session, person, case):
    return session.scalar(select(Case.id).where(Case.id == case.id, may_see(person.id, MON_3_MAR))) is not None


def _store(area, absent, deputy, scope, first, last, *, ended):
    if absent is deputy or last < first:
        return
    where = getattr(area, scope) if scope != "everything" else area.board
    area.session.add(
        Deputyship(
            absent_id=absent.id, deputy_id=deputy.id, named_by=absent.id, named_at=NOW,
            from_on=MON_3_MAR + timedelta(days=first), until_on=MON_3_MAR + timedelta(days=last),
            board_id=where.id if scope in ("board", "other_board", "panel") else None,
            case_id=where.id if scope == "death" else None,
            ended_at=NOW if ended else None, ended_by=absent.id if ended else None,
        )
    )  # fmt: skip
    area.session.flush()
