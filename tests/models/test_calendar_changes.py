"""A bank holiday announced late moves what it must and nothing else, which is said before, and can be taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from models.audit import AuditEntry
from models.bank_holidays import announcements, calendar_in_force
from models.calendar_changes import (
    HolidayRefused,
    MovedDate,
    accept,
    dates_moved,
    renewal_is_due,
    restand_next,
    take_back,
    unfinished,
    with_day,
    without,
)
from models.case import Deadline
from models.casework import Actor, standing_of, take_step
from models.queries.integrity import check_cases
from tests.models.reviews import Review, a_board, an_incident
from tests.models.situations import Given
from tests.models.test_projection import told_to_casework
from tests.workflows.histories import stories
from workflows.calendar import Calendar, NamedDay, england
from workflows.dates import PartialDate, working_days
from workflows.roles import ROLES
from workflows.standing import Told

NOW = datetime(2022, 9, 16, 9, 30, tzinfo=UTC)
FRI_16_SEP, MON_19_SEP, FRI_23_SEP, MON_26_SEP = (date(2022, 9, day) for day in (16, 19, 23, 26))
FUNERAL = "State Funeral of Queen Elizabeth II"
MON_10_MAR, TUE_11_MAR, SAT_8_MAR = date(2014, 3, 10), date(2014, 3, 11), date(2014, 3, 8)


def before_the_funeral() -> Calendar:
    """The calendar as it was published before 10 September 2022."""
    return replace(england(), holidays=tuple(each for each in england().holidays if each.day != MON_19_SEP))


def stood_again(session, now=NOW):
    while restand_next(session, now):
        pass


def accepted(session, day=MON_10_MAR, name="A day of mourning"):
    return accept(session, day=day, name=name, source="Proclamation", person=somebody(session), now=NOW)


def somebody(session):
    return Given(session).a_person(f"{uuid4()}@example.org")


def dates_stored(session):
    session.expire_all()
    rows = session.scalars(select(Deadline).order_by(Deadline.case_id, Deadline.clock_key, Deadline.subject))
    return [(each.case_id, each.clock_key, each.subject, each.due_first, each.due_last, each.met_late) for each in rows]


@pytest.fixture
def review(session):
    """Referred on 3 March 2014, so that a decision was due in a month and agencies were asked by 1 April."""
    return Review(session, a_board(session)).opened()


@pytest.fixture
def incident(session):
    """An incident that the authority became aware of on Friday 16 September 2022, recorded by the calendar of then."""
    return an_incident(session, FRI_16_SEP, calendar=before_the_funeral())


def test_the_state_funeral_moves_friday_to_monday(session, incident):
    """DOMAIN 9: five working days from Friday 16 September 2022 end on Monday 26, because of Monday 19."""
    with_it = before_the_funeral().with_holiday(MON_19_SEP, FUNERAL)

    moved = dates_moved(session, MON_19_SEP, with_it, before_the_funeral())

    assert {(each.clock, each.before, each.after) for each in moved} == {
        ("Notify the Panel of the incident", FRI_23_SEP, MON_26_SEP),
        ("Tell the safeguarding partners", FRI_23_SEP, MON_26_SEP),
    }
    assert {each.reference for each in moved} == {incident.reference}
    assert with_it.version == england().version


def test_what_is_asked_changes_nothing(session, incident):
    before = dates_stored(session)

    dates_moved(session, MON_19_SEP, before_the_funeral().with_holiday(MON_19_SEP, FUNERAL), before_the_funeral())

    assert dates_stored(session) == before


def test_a_day_accepted_counts_everywhere_from_then_on(session, incident):
    accepted(session, date(2022, 9, 20))

    assert not calendar_in_force(session).is_working_day(date(2022, 9, 20))
    due = {each.key: each.due_last for each in standing_of(session, incident, today=FRI_16_SEP).deadlines}
    assert due["incident_notification"] == date(2022, 9, 27)
    stood_again(session)
    assert {each.due_last for each in incident.deadlines} == {date(2022, 9, 27)}
    assert list(check_cases(session.connection(), [incident.id])) == []


def test_accepting_is_one_step_in_the_audit_and_says_when_all_is_done(session, review):
    announced = accepted(session)
    assert unfinished(session) is not None

    stood_again(session)
    session.flush()

    assert unfinished(session) is None
    actions = {entry.action: entry for entry in session.scalars(select(AuditEntry))}
    assert actions["bank_holiday_accepted"].detail == {
        "change": announced.id, "day": "2014-03-10", "taken_back": None,
    }  # fmt: skip
    assert actions["cases_stood_again"].detail["cases"] == 1


def test_one_taken_back_counts_no_more_and_is_still_told(session, incident):
    """By another row that supersedes it: nothing is removed."""
    before = dates_stored(session)
    announced = accepted(session, date(2022, 9, 20))
    stood_again(session)

    take_back(session, announced, reason="The notice was misread", person=somebody(session), now=NOW)
    stood_again(session)

    # The incident was stored by the calendar before the funeral, so everything is as that of today says.
    assert {each[4] for each in dates_stored(session)} == {MON_26_SEP}
    assert {each[4] for each in before} == {FRI_23_SEP}
    ((told, back),) = announcements(session)
    assert back is not None
    assert (told.id, back.reason) == (announced.id, "The notice was misread")
    with pytest.raises(HolidayRefused, match="taken back already"):
        without(session, announced)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (SAT_8_MAR, "no working day already: Saturday"),
        (date(2014, 4, 18), "no working day already: Good Friday"),
        (date(2061, 1, 4), "between 1 January 2000 and 31 December 2060"),
    ],
)
def test_a_day_that_would_change_nothing_is_refused(session, day, words):
    with pytest.raises(HolidayRefused, match=words):
        accepted(session, day)


def test_the_same_day_is_accepted_once(session):
    accepted(session)

    with pytest.raises(HolidayRefused, match="A day of mourning"):
        accepted(session)


def test_a_mistake_in_the_name_is_mended_by_taking_it_back_and_announcing_it_again(session):
    first = accepted(session, name="Wrong name")
    take_back(session, first, reason="Misspelt", person=first.person, now=NOW)
    accepted(session, name="Right name")

    assert calendar_in_force(session).name_of(MON_10_MAR) == "Right name"


def test_an_announcement_cannot_be_changed_or_removed(session):
    privileges = session.scalar(
        text("SELECT has_table_privilege('reviews_app', 'announced_holiday', 'UPDATE, DELETE')")
    )

    assert privileges is False


@pytest.mark.parametrize(("today", "due"), [(date(2027, 12, 31), False), (date(2028, 1, 2), True)])
def test_it_is_said_a_year_before_the_published_holidays_end(today, due):
    """P23: the published list ends on 31 December 2028."""
    assert renewal_is_due(england(), today) is due


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=stories(), away=st.integers(-20, 120))
def test_what_was_said_to_move_moves_and_taking_it_back_restores_every_date(session, told, away):
    with session.begin_nested() as savepoint:
        cases = [told_to_casework(session, told)]
        before, open_before = dates_stored(session), open_dates(session)
        day = min(case.opened_on for case in cases) + timedelta(days=away)
        if not england().is_working_day(day):
            day = england().add_working_days(day, 1)
        said = dates_moved(session, day, with_day(session, day, "A day of mourning"))

        announced = accepted(session, day)
        stood_again(session)
        assert sorted(said, key=repr) == sorted(moved_between(open_before, open_dates(session)), key=repr)
        assert list(check_cases(session.connection(), [case.id for case in cases])) == []

        take_back(session, announced, reason="A mistake", person=announced.person, now=NOW)
        stood_again(session)
        assert dates_stored(session) == before
        savepoint.rollback()


def open_dates(session):
    session.expire_all()
    rows = session.scalars(select(Deadline).where(Deadline.met_first.is_(None), Deadline.voided_on.is_(None)))
    return {
        (each.case.reference, each.clock_key, each.subject): (each.title, each.due_first, each.due_last)
        for each in rows
        if each.case.ended_on is None
    }


def moved_between(before, after):
    return [
        MovedDate(key[0], title, last, after[key][2])
        for key, (title, first, last) in before.items()
        if key in after and (first, last) != after[key][1:]
    ]


def test_two_calendars_with_the_same_days_are_one_object(session):
    """P25: made once in a process for each version, and asked for again in each transaction."""
    accepted(session)

    assert calendar_in_force(session) is calendar_in_force(session)
    assert NamedDay(MON_10_MAR, "A day of mourning") in calendar_in_force(session).holidays
    assert calendar_in_force(session).due(MON_10_MAR - timedelta(days=3), working_days(1)) == TUE_11_MAR


def test_what_was_written_meanwhile_by_the_older_calendar_is_put_right(session, incident):
    """Somebody had read the calendar before it was changed, and committed after the case had been stood again."""
    accepted(session, date(2022, 9, 20))
    restand_next(session, NOW)
    told = Told(PartialDate.on(FRI_16_SEP), {"notified_on": "2022-09-16"})
    take_step(
        session, incident, "notify_panel", actor=Actor(None, frozenset(ROLES)), told=told, now=NOW, calendar=england()
    )  # fmt: skip
    assert list(check_cases(session.connection(), [incident.id])) != []

    stood_again(session)

    assert list(check_cases(session.connection(), [incident.id])) == []
