"""What is to be said of a deadline by a day: thresholds, the latest for each role, what was overtaken, what is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.ladders import ladder_for
from notifications.rungs import Ladder, Offset
from notifications.thresholds import Answer, Reckoning, Watched, thresholds, to_say
from workflows import registry
from workflows.calendar import england
from workflows.roles import AGENCY_LEAD, BOARD_CHAIR, BOARD_MEMBER, BUSINESS_MANAGER, SUBGROUP_CHAIR

RECKONING = Reckoning(england())
CLOCKS = sorted(
    {
        (workflow.key, clock.key)
        for workflow in registry.workflows().values()
        for procedure in workflow.procedures.values()
        for clock in procedure.clocks
    }
)
LADDERS = [ladder_for(*clock) for clock in CLOCKS]
DAYS = st.dates(date(2007, 1, 1), date(2035, 12, 31))
THU_1_MAY = date(2014, 5, 1)


def a_deadline(due_on=THU_1_MAY, known_on=date(2014, 4, 1), **other):
    return Watched(due_first=due_on, due_last=due_on, known_on=known_on, **other)


def told(said):
    return {(each.threshold.rung.key, each.threshold.role) for each in said.reminders if each.outcome == "told"}


def outcomes(said):
    return {(each.threshold.rung.key, each.threshold.role): each.outcome for each in said.reminders}


def falls(ladder: Ladder, watched: Watched):
    return {(each.rung.key, each.role): each.falls_on for each in thresholds(ladder, watched, RECKONING)}


def test_an_agency_is_chased_by_the_ladder_of_domain_11():
    """DOMAIN 11: due-5 WD, due+1 WD, due+6 WD to the manager, due+11 WD to the board member and the panel."""
    found = falls(ladder_for("serious_case_review", "agency_report"), a_deadline())

    # Monday 5 May 2014 is the early May bank holiday, and Easter Monday was 21 April.
    assert found == {
        ("ahead", AGENCY_LEAD): date(2014, 4, 24),
        ("chaser_1", AGENCY_LEAD): date(2014, 5, 2),
        ("chaser_2", AGENCY_LEAD): date(2014, 5, 12),
        ("chaser_2", BUSINESS_MANAGER): date(2014, 5, 12),
        ("goes_up", BOARD_MEMBER): date(2014, 5, 19),
        ("panel_told", SUBGROUP_CHAIR): date(2014, 5, 19),
    }


@pytest.mark.parametrize("wrong", [("before", 0), ("after", 0), ("at", 1), ("after", -1)])
def test_the_side_of_a_rung_is_never_read_from_a_sign(wrong):
    with pytest.raises(ValueError, match="before, at or after"):
        Offset(*wrong)


@given(st.sampled_from(LADDERS), DAYS)
def test_before_at_and_after_are_never_confused(ladder, due_on):
    for each in thresholds(ladder, a_deadline(due_on), RECKONING):
        side = each.rung.at.side
        if side == "before":
            assert each.falls_on < due_on
        elif side == "at":
            assert each.falls_on == due_on
        else:
            assert each.falls_on > due_on


@given(st.sampled_from(LADDERS), DAYS, st.integers(0, 60))
def test_a_later_day_is_never_reminded_of_earlier(ladder, due_on, later):
    before, after = falls(ladder, a_deadline(due_on)), falls(ladder, a_deadline(due_on + timedelta(later)))

    assert all(after[each] >= before[each] for each in before)


@given(st.sampled_from(LADDERS), DAYS, st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_whatever_the_days_of_the_sweeps_each_rung_is_recorded_once_and_every_role_hears_the_latest(
    ladder, due_on, gaps
):
    deadline = a_deadline(due_on, known_on=due_on - timedelta(60))
    recorded: dict[tuple[str, str], str] = {}
    day = due_on - timedelta(60)
    for gap in gaps:
        day += timedelta(gap)
        for key, outcome in outcomes(to_say(ladder, deadline, RECKONING, day)).items():
            recorded.setdefault(key, outcome)

    passed = [each for each in thresholds(ladder, deadline, RECKONING) if each.falls_on <= day]
    assert recorded.keys() == {(each.rung.key, each.role) for each in passed}
    latest = {each.role: (each.rung.key, each.role) for each in passed}
    assert all(recorded[each] == "told" for each in latest.values())


@given(st.sampled_from(LADDERS), DAYS, st.integers(-60, 60))
def test_the_next_day_is_the_first_on_which_something_more_is_said(ladder, due_on, when):
    deadline, day = a_deadline(due_on, known_on=due_on - timedelta(60)), due_on + timedelta(when)
    said = to_say(ladder, deadline, RECKONING, day)

    if said.next_on is None:
        assert to_say(ladder, deadline, RECKONING, day + timedelta(400)).next_on is None
    else:
        assert (
            outcomes(to_say(ladder, deadline, RECKONING, said.next_on - timedelta(1))).keys() == outcomes(said).keys()
        )
        assert outcomes(to_say(ladder, deadline, RECKONING, said.next_on)).keys() > outcomes(said).keys()


def test_after_an_outage_the_latest_is_told_late_and_the_others_are_overtaken():
    said = to_say(ladder_for("serious_case_review", "agency_report"), a_deadline(), RECKONING, date(2014, 5, 13))

    assert outcomes(said) == {
        ("ahead", AGENCY_LEAD): "overtaken",
        ("chaser_1", AGENCY_LEAD): "overtaken",
        ("chaser_2", AGENCY_LEAD): "told",
        ("chaser_2", BUSINESS_MANAGER): "told",
    }
    assert all(each.late for each in said.reminders if each.outcome == "told")


def test_what_was_met_during_an_outage_is_recorded_as_no_longer_true():
    deadline = a_deadline(over_on=date(2014, 5, 6), over_because="It had been done by 6 May 2014")
    said = to_say(ladder_for("serious_case_review", "agency_report"), deadline, RECKONING, date(2014, 6, 1))

    assert outcomes(said) == {("ahead", AGENCY_LEAD): "no_longer_true", ("chaser_1", AGENCY_LEAD): "no_longer_true"}
    assert said.next_on is None


def test_of_a_date_told_late_nothing_is_said_that_could_not_have_been():
    """Known only on 8 May, seven days after it was due: one reminder, which is not late, and no list of others."""
    deadline = a_deadline(known_on=date(2014, 5, 8))
    said = to_say(ladder_for("serious_case_review", "agency_report"), deadline, RECKONING, date(2014, 5, 8))

    assert outcomes(said) == {("chaser_1", AGENCY_LEAD): "told"}
    assert not said.reminders[0].late


def test_nothing_is_said_ahead_of_a_limit_before_its_clock_has_started():
    """T-1.4: five working days to tell the national bodies, of which a lead of five would be the first day."""
    wed_23_apr = date(2014, 4, 23)
    found = falls(ladder_for("serious_case_review", "tell_national_bodies"), a_deadline(starts_on=wed_23_apr))

    assert ("ahead", BUSINESS_MANAGER) in found
    short = a_deadline(starts_on=date(2014, 4, 28))
    assert ("ahead", BUSINESS_MANAGER) not in falls(ladder_for("serious_case_review", "tell_national_bodies"), short)


def test_a_range_is_due_from_its_earliest_reading_and_overdue_after_its_latest():
    """WORKFLOWS 5: the start is known only to the month."""
    deadline = Watched(due_first=date(2014, 5, 1), due_last=date(2014, 5, 30), known_on=date(2014, 4, 1))
    found = falls(ladder_for("serious_case_review", "complete_review"), deadline)

    assert found["due", BUSINESS_MANAGER] == date(2014, 5, 1)
    assert found["overdue", BUSINESS_MANAGER] == date(2014, 6, 2)


def test_what_was_seen_goes_up_ten_working_days_later_if_it_is_still_owed():
    ladder = ladder_for("serious_case_review", "complete_review")
    seen = a_deadline(answers=(Answer("seen", BUSINESS_MANAGER, date(2014, 5, 6)),))
    found = falls(ladder, seen)

    # Ten working days after Tuesday 6 May is Tuesday 20 May.
    assert found["goes_up_1", SUBGROUP_CHAIR] == found["goes_up_2", BOARD_CHAIR] == date(2014, 5, 21)
    assert found["overdue", BUSINESS_MANAGER] == date(2014, 5, 2)


def test_what_was_seen_before_it_was_late_goes_up_all_the_same():
    ladder = ladder_for("serious_case_review", "complete_review")
    seen = a_deadline(answers=(Answer("seen", BUSINESS_MANAGER, date(2014, 4, 28)),))

    assert falls(ladder, seen) == falls(ladder, a_deadline())


def test_a_reminder_put_off_twice_until_one_day_comes_once():
    until = date(2014, 5, 20)
    twice = tuple(Answer("snoozed", BUSINESS_MANAGER, day, until) for day in (date(2014, 4, 28), date(2014, 4, 30)))
    said = to_say(ladder_for("serious_case_review", "complete_review"), a_deadline(answers=twice), RECKONING, until)
    later = to_say(
        ladder_for("serious_case_review", "complete_review"), a_deadline(answers=twice), RECKONING, date(2014, 5, 21)
    )

    recorded = [(each.threshold.rung.key, each.threshold.role) for each in (*said.reminders, *later.reminders)]
    assert recorded.count(("again_20140521", BUSINESS_MANAGER)) == 1


def test_a_reminder_put_off_comes_the_day_after_and_what_goes_up_is_not_put_off():
    ladder = ladder_for("serious_case_review", "complete_review")
    until = date(2014, 5, 20)
    deadline = a_deadline(answers=(Answer("snoozed", BUSINESS_MANAGER, date(2014, 4, 28), until),))
    found = falls(ladder, deadline)

    assert found["overdue", BUSINESS_MANAGER] == until + timedelta(1)
    assert found["goes_up_1", SUBGROUP_CHAIR] == date(2014, 5, 9)
    assert found["ahead", SUBGROUP_CHAIR] == date(2014, 4, 24)
    assert ("again_20140521", BUSINESS_MANAGER) in told(to_say(ladder, deadline, RECKONING, until + timedelta(1)))


def falls_by(*answers, recorded=(), known_on=date(2014, 4, 1)):
    deadline = a_deadline(answers=answers, recorded=frozenset(recorded), known_on=known_on)
    return falls(ladder_for("serious_case_review", "complete_review"), deadline)


def put_off(from_on, until_on, role=BUSINESS_MANAGER):
    return Answer("snoozed", role, from_on, until_on)


def test_what_was_put_off_anew_is_said_again_when_the_newest_time_ends_and_not_before():
    first, longer = date(2014, 5, 8), date(2014, 5, 14)
    for ends in ((first, longer), (longer, first)):
        found = falls_by(put_off(date(2014, 5, 6), ends[0]), put_off(date(2014, 5, 7), ends[1]))
        assert [key for key, _ in found if key.startswith("again")] == [f"again_{ends[1] + timedelta(1):%Y%m%d}"]


def test_a_rung_within_a_time_that_was_made_shorter_falls_on_its_own_day():
    found = falls_by(put_off(date(2014, 4, 28), date(2014, 5, 14)), put_off(date(2014, 4, 29), date(2014, 4, 30)))

    assert found["due", BUSINESS_MANAGER] == date(2014, 5, 1)


def test_what_had_fallen_unsaid_when_it_was_put_off_or_seen_waits_as_well():
    """Nothing was swept from 1 May; on the 12th, before the next sweep, it is put off and seen."""
    mon_12_may = date(2014, 5, 12)
    found = falls_by(put_off(mon_12_may, date(2014, 5, 16)), Answer("seen", BUSINESS_MANAGER, mon_12_may))

    assert found["due", BUSINESS_MANAGER] == found["overdue", BUSINESS_MANAGER] == date(2014, 5, 17)
    assert found["goes_up_1", SUBGROUP_CHAIR] == date(2014, 5, 28)
    assert found["overdue", SUBGROUP_CHAIR] == date(2014, 5, 2)


def test_what_had_been_said_when_it_was_put_off_or_seen_is_not_said_once_more():
    mon_12_may, said = date(2014, 5, 12), (("overdue", BUSINESS_MANAGER), ("goes_up_1", SUBGROUP_CHAIR))
    answers = put_off(mon_12_may, date(2014, 5, 16)), Answer("seen", BUSINESS_MANAGER, mon_12_may)
    found = falls_by(*answers, recorded=said)

    assert found["overdue", BUSINESS_MANAGER] == date(2014, 5, 2)
    assert found["goes_up_1", SUBGROUP_CHAIR] == date(2014, 5, 9)


def test_of_what_had_fallen_before_it_was_known_nothing_is_left_but_what_is_said_again():
    known_on = date(2014, 5, 8)
    found = falls_by(put_off(known_on, date(2014, 5, 9)), known_on=known_on)

    assert [key for key, role in found if role == BUSINESS_MANAGER] == ["again_20140510"]


def test_what_goes_up_is_heard_rather_than_what_is_said_again_on_the_same_day():
    tue_6_may, until = date(2014, 5, 6), date(2014, 5, 20)
    answers = Answer("seen", BUSINESS_MANAGER, tue_6_may), put_off(tue_6_may, until, SUBGROUP_CHAIR)
    day = until + timedelta(1)
    said = to_say(ladder_for("serious_case_review", "complete_review"), a_deadline(answers=answers), RECKONING, day)

    assert outcomes(said)["goes_up_1", SUBGROUP_CHAIR] == "told"
    assert outcomes(said)["again_20140521", SUBGROUP_CHAIR] == "overtaken"
