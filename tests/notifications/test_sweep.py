"""The sweep records each reminder once, whatever happens around it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.next_rung import TO_RECKON
from models.reminder import ReminderAnswer
from notifications.recording import NotAllReckoned
from notifications.reminders import sweep
from notifications.telling import reminder_told
from tests.models.reviews import SCOPING
from tests.notifications.watching import Watch, morning
from workflows.roles import AGENCY_LEAD, BUSINESS_MANAGER, SUBGROUP_CHAIR

MON_3_MAR = date(2014, 3, 3)


@pytest.fixture
def watch(committed_database):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        yield Watch(committed_database.engine, session)


@pytest.fixture
def referred(watch):
    """A case referred on 3 March 2014, to be decided by 3 April, with scoping asked of two agencies by 1 April."""
    watch.review.opened()
    watch.review.take("request_scoping", answers=SCOPING)
    watch.session.commit()
    return watch


def test_a_limit_is_told_of_before_on_and_after_its_day_and_goes_up(referred):
    """T-1.2: one month to decide. Lead of five working days (WORKFLOWS 5), then the ladder of DOMAIN 7."""
    referred.swept_daily(MON_3_MAR, date(2014, 5, 30))

    assert referred.told("decision") == [
        (date(2014, 3, 27), "ahead", BUSINESS_MANAGER),
        (date(2014, 3, 27), "ahead", SUBGROUP_CHAIR),
        (date(2014, 4, 3), "due", BUSINESS_MANAGER),
        (date(2014, 4, 3), "due", SUBGROUP_CHAIR),
        (date(2014, 4, 4), "overdue", BUSINESS_MANAGER),
        (date(2014, 4, 4), "overdue", SUBGROUP_CHAIR),
        (date(2014, 4, 10), "goes_up_1", SUBGROUP_CHAIR),
        (date(2014, 4, 17), "goes_up_2", "board_chair"),
    ]


def test_what_went_up_and_was_not_seen_goes_up_once_more(referred):
    """DOMAIN 11: on due+11 WD the agency's board member is told; nobody answers, so the subgroup chair is."""
    referred.swept_daily(MON_3_MAR, date(2014, 5, 30))

    scoping = [each for each in referred.told("scoping_return") if each[1].startswith("goes_up")]
    assert scoping == [
        (date(2014, 4, 16), "goes_up", "board_member"),
        (date(2014, 4, 16), "goes_up", "board_member"),
        (date(2014, 4, 28), "goes_up_unseen", "subgroup_chair"),
        (date(2014, 4, 28), "goes_up_unseen", "subgroup_chair"),
    ]


def test_a_sweep_that_is_repeated_records_nothing_more(referred):
    first = referred.swept(date(2014, 4, 4))

    assert first.told > 0
    assert referred.swept(date(2014, 4, 4)).recorded == 0


def test_a_due_day_that_cannot_be_reckoned_keeps_no_other_waiting(referred):
    """P17: an answer of a day beyond every calendar. The others are told, and the sweep says that one was left."""
    seen_on = {"kind": "seen", "answered_at": morning(MON_3_MAR), "from_on": date(2914, 4, 4)}
    by = {"person_id": referred.appoint(BUSINESS_MANAGER).id, "role": BUSINESS_MANAGER}
    about = {"case_id": referred.review.case.id, "clock_key": "decision", "subject": "", "due_on": date(2014, 4, 3)}
    referred.session.add(ReminderAnswer(**about, **by, **seen_on))

    with pytest.raises(NotAllReckoned, match="1 due days could not be reckoned") as left:
        referred.swept(date(2014, 4, 4))
    assert {each.clock_key for each in referred.reminders()} == {"scoping_return"}
    assert left.value.done == len(referred.reminders())


def test_two_sweeps_at_once_record_each_reminder_once(referred):
    day = date(2014, 4, 4)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: sweep(referred.engine, morning(day), referred.calendar), range(8)))

    keys = Counter((each.clock_key, each.subject, each.rung, each.role) for each in referred.reminders())
    assert set(keys.values()) == {1}
    assert sum(each.recorded for each in found) == len(keys)
    assert len(referred.messages()) == len(referred.reminders(outcome="told"))


def test_a_sweep_that_dies_before_its_end_leaves_nothing_behind_and_the_next_finds_it_all(referred):
    class Lost(Exception):
        pass

    class DyingEngine:
        def begin(self):
            return dying(referred.engine)

    @contextmanager
    def dying(engine):
        with engine.begin() as connection:
            yield connection
            if connection.exec_driver_sql("SELECT count(*) FROM reminder").scalar():
                raise Lost

    with pytest.raises(Lost):
        sweep(DyingEngine(), morning(date(2014, 4, 4)), referred.calendar)

    assert not referred.reminders()
    assert referred.swept(date(2014, 4, 4)).told > 0


def test_a_message_says_the_reference_the_clock_and_the_days_and_nothing_of_an_agency(referred):
    referred.swept(date(2014, 3, 25))

    messages = referred.messages()
    assert [each.recipient_role for each in messages] == [AGENCY_LEAD, AGENCY_LEAD]
    told = reminder_told(messages[0].payload)
    assert (told.clock, told.due_on, told.rung, told.late) == ("scoping_return", date(2014, 4, 1), "ahead", False)
    assert "Police" not in str(messages[0].payload)
    assert {each.subject for each in referred.reminders()} == {"Police", "Health visiting"}


def test_after_an_outage_each_recipient_hears_once_that_it_is_late(referred):
    referred.swept(MON_3_MAR)
    referred.swept(date(2014, 4, 8))

    decision = referred.reminders("decision")
    assert {(each.rung, each.role, each.outcome, each.late) for each in decision} == {
        (rung, role, outcome, outcome == "told")
        for role in (BUSINESS_MANAGER, SUBGROUP_CHAIR)
        for rung, outcome in (("ahead", "overtaken"), ("due", "overtaken"), ("overdue", "told"))
    }
    assert all(reminder_told(each.payload).late for each in referred.messages() if each.payload["clock"] == "decision")


def test_what_was_done_during_an_outage_is_recorded_as_no_longer_true_and_not_sent(referred):
    referred.swept(MON_3_MAR)
    referred.review.today = date(2014, 4, 7)
    for step, answers in (("recommend", {"recommendation": "review", "reasons": "The criteria are met"}),):
        referred.review.take("refer_to_subgroup")
        referred.review.take(step, answers=answers)
    referred.review.take("decide_to_review", answers={"reasons": "The criteria are met"})
    referred.swept(date(2014, 4, 10))

    assert {(each.rung, each.outcome) for each in referred.reminders("decision")} == {
        ("ahead", "no_longer_true"),
        ("due", "no_longer_true"),
        ("overdue", "no_longer_true"),
    }
    assert not [each for each in referred.messages() if each.payload["clock"] == "decision"]


def test_a_day_that_moves_starts_its_own_ladder(referred):
    referred.swept_daily(MON_3_MAR, date(2014, 3, 27))
    sequence = referred.review.case.history_length
    referred.review.today = date(2014, 3, 28)
    referred.review.correct(sequence, MON_3_MAR, answers=SCOPING | {"due_on": "2014-04-30"})
    referred.swept_daily(date(2014, 3, 28), date(2014, 4, 30))

    scoping = [(each.due_on, each.rung) for each in referred.reminders("scoping_return", "told")]
    assert Counter(scoping) == {(date(2014, 4, 1), "ahead"): 2, (date(2014, 4, 30), "ahead"): 2}


def test_a_deadline_that_is_written_again_is_reckoned_again_and_known_since_it_had_its_day(referred):
    referred.swept(date(2014, 3, 27))
    assert referred.next_rung("decision").falls_on == date(2014, 4, 3)

    referred.review.today = date(2014, 3, 28)
    sequence = referred.review.case.history_length
    referred.review.correct(sequence, MON_3_MAR, answers=SCOPING | {"due_on": "2014-04-30"})
    moved = referred.next_rung("scoping_return")
    assert (moved.falls_on, moved.known_on, moved.over_on) == (TO_RECKON, date(2014, 3, 28), None)
    assert referred.next_rung("decision").falls_on == date(2014, 4, 3)

    referred.review.today = date(2014, 3, 31)
    referred.review.take("record_scoping_return", answers={"agency": "Police", "involved": "no"})
    done = referred.next_rung("scoping_return", "Police")
    assert (done.falls_on, done.known_on, done.over_on) == (TO_RECKON, date(2014, 3, 28), date(2014, 3, 31))


def test_a_bank_holiday_announced_later_moves_what_has_not_been_said(referred):
    referred.swept(MON_3_MAR)
    referred.calendar = referred.calendar.with_holiday(date(2014, 3, 31), "Invented holiday")
    referred.swept_daily(date(2014, 3, 4), date(2014, 3, 27))

    assert referred.told("decision")[0][0] == date(2014, 3, 26)


def test_sweeps_at_irregular_days_record_each_reminder_once(referred):
    day = MON_3_MAR
    for gap in (1, 9, 2, 11, 3, 5, 1, 4, 13):
        referred.swept(day)
        day += timedelta(gap)

    keys = Counter((each.clock_key, each.subject, each.due_on, each.rung, each.role) for each in referred.reminders())
    assert set(keys.values()) == {1}


def test_a_step_that_is_being_recorded_holds_up_no_sweep_and_is_found_by_the_next(referred):
    """Two real connections: what the step has not committed is passed over, and nothing waits."""
    referred.swept(MON_3_MAR)
    referred.review.today = date(2014, 3, 24)
    sequence = referred.review.case.history_length
    referred.review.correct(sequence, MON_3_MAR, answers=SCOPING | {"due_on": "2014-04-08"})

    during = sweep(referred.engine, morning(date(2014, 4, 1)), referred.calendar)
    referred.session.commit()
    after = sweep(referred.engine, morning(date(2014, 4, 1)), referred.calendar)

    assert during.told == 2
    assert {each.clock_key for each in referred.reminders()} == {"decision", "scoping_return"}
    assert [(each.due_on, each.rung) for each in referred.reminders("scoping_return")] == [
        (date(2014, 4, 8), "ahead"),
        (date(2014, 4, 8), "ahead"),
    ]
    assert after.told == 2
