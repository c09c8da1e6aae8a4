"""Words for days, moments and keys, and templates in which a missing name is an error."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from flask import render_template_string
from jinja2 import UndefinedError

from models.role_words import role_words
from webapp.components import page_links
from webapp.templating import clock_time, day, duration, moment
from webapp.wording import DEADLINE_MARKS, counted, sentence_case
from workflows.clocks import Status
from workflows.dates import PartialDate


def test_days_read_as_people_write_them():
    assert day(date(2014, 2, 7)) == "7 February 2014"
    assert day(PartialDate.month(2014, 2)) == "February 2014"


def test_a_moment_is_not_taken_for_a_day():
    with pytest.raises(TypeError):
        day(datetime(2014, 2, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2014, 2, 7, 17, 30, tzinfo=UTC), "5:30pm on 7 February 2014"),
        (datetime(2014, 7, 7, 16, 0, tzinfo=UTC), "5pm on 7 July 2014"),
        (datetime(2014, 7, 7, 23, 0, tzinfo=UTC), "midnight on 8 July 2014"),
        (datetime(2014, 2, 7, 12, 0, tzinfo=UTC), "midday on 7 February 2014"),
        (datetime(2014, 2, 7, 0, 5, tzinfo=UTC), "12:05am on 7 February 2014"),
    ],
)
def test_moments_are_told_by_a_clock_in_london(at, words):
    assert moment(at) == words
    assert words.startswith(clock_time(at))


def test_lengths_of_time_are_told_in_the_unit_that_fits():
    assert duration(1) == "1 day"
    assert duration(1512) == "1,512 days"
    assert duration(timedelta(minutes=30)) == "30 minutes"
    assert duration(timedelta(hours=12)) == "12 hours"
    assert duration(timedelta(minutes=90)) == "90 minutes"
    assert duration(timedelta(days=2)) == "2 days"


def test_counts_and_roles_have_words():
    assert counted(2, "person", "people") == "2 people"
    assert counted(1, "case") == "1 case"
    assert sentence_case(role_words("business_manager")) == "Business manager"


def test_every_standing_of_a_deadline_has_its_own_words_and_only_lateness_is_red():
    assert set(DEADLINE_MARKS) == set(get_args(Status))
    assert len({mark.words for mark in DEADLINE_MARKS.values()}) == len(DEADLINE_MARKS)
    assert [key for key, mark in DEADLINE_MARKS.items() if mark.colour == "red"] == ["overdue"]


def test_a_name_missing_from_a_page_is_an_error(app):
    with app.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ case.reference }}")


def test_what_was_typed_is_never_taken_for_markup(app):
    with app.test_request_context():
        shown = render_template_string(
            '{% from "components/case.html" import identity_bar %}{{ identity_bar("BEX-1", name, [name]) }}',
            name="<script>alert(1)</script>",
        )

    assert "<script>" not in shown


def test_pages_near_the_one_shown_can_be_gone_to_and_gaps_are_marked():
    links = page_links(5, 12, lambda page: f"?page={page}")

    assert [link.get("number", "…") for link in links] == [1, "…", 4, 5, 6, "…", 12]
    assert [link["number"] for link in links if link.get("current")] == [5]
