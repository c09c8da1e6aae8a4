"""How a date stands, in words that say how much there is left or how late it is."""

from __future__ import annotations

from datetime import date

import pytest

from tests.webapp.cases.histories import standing_after
from webapp.cases.due_dates import ahead, dates_that_matter, due_date
from workflows.calendar import england
from workflows.dates import how_long

MON_10_MAR = date(2014, 3, 10)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2014, 3, 10), "Today"),
        (date(2014, 3, 13), "In 3 working days"),
        (date(2014, 3, 17), "In 5 working days"),
        (date(2014, 4, 3), "In 24 days"),
        (date(2014, 8, 1), "In 4 months"),
    ],
)
def test_what_is_ahead_is_counted_as_people_count_it(due, words):
    assert ahead(MON_10_MAR, due, england()) == words


def test_a_day_with_no_working_day_before_it_is_counted_in_days():
    assert ahead(date(2014, 3, 14), date(2014, 3, 16), england()) == "In 2 days"


def test_a_long_time_is_told_in_whole_months_or_years():
    assert how_long(date(2014, 9, 3), date(2026, 11, 21)) == "12 years"
    assert how_long(date(2013, 1, 18), date(2013, 11, 5)) == "9 months"
    assert how_long(date(2013, 9, 10), date(2013, 11, 5)) == "56 days"
    assert how_long(date(2014, 3, 9), date(2014, 3, 10)) == "1 day"


def the_date(key: str, *happened, today: str, **more):
    standing = standing_after(*happened, today=today, **more)
    return due_date(standing.deadline(key)[0], standing)


def test_late_is_said_with_how_late():
    """T-1.2: one month from 3 March."""
    assert the_date("decision", today="2014-05-10").words == "37 days late"
    assert the_date("decision", today="2014-12-10").words == "8 months late"


def test_late_and_explained_says_so():
    delay = ("2014-04-10", "record_delay", {"reasons": ["INQUEST"]})

    assert the_date("decision", delay, today="2014-12-10").words == "8 months late, explained"


def test_a_limit_in_working_days_is_late_in_working_days():
    notified = {"aware_on": "2014-03-03", "notified_on": "2014-03-12"}
    told = ("2014-03-12", "record_incident_notification", notified)

    late = the_date("incident_notification", told, today="2014-03-20", regime="WT2015")

    assert late.words == "Met 2 working days late"


def test_met_in_time_is_simply_met():
    steps = (
        ("2014-03-05", "refer_to_subgroup"),
        ("2014-03-06", "recommend", {"recommendation": "review", "reasons": "They are met"}),
        ("2014-03-07", "decide_to_review", {"reasons": "They are met"}),
    )

    assert the_date("decision", *steps, today="2014-03-10").words == "Met"


def test_a_date_reckoned_from_a_month_is_told_as_a_range():
    due = the_date("decision", today="2014-03-10", received_on="2014-02")

    assert due.due == "between 1 March 2014 and 28 March 2014"


def test_what_is_owed_comes_in_the_order_it_wants_attention():
    scoping = ("2014-03-05", "request_scoping", {"agencies": ["Police"], "due_on": "2014-03-20"})

    dates = dates_that_matter(standing_after(scoping, today="2014-03-21"))

    assert [each.title for each in dates.owed] == ["What an agency knows", "Decide whether to hold a review"]
    assert dates.owed[0].about == "Police"
    assert "Complete the review" in [each.title for each in dates.waiting]
    assert dates.settled == ()
