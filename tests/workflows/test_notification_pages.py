"""Every question of DOMAIN 3.3 is on a page, the step is told all it needs, and nothing typed can break the reading."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.notification_pages import NOT_KNOWN, PAGES, missing, page_with, read, read_pages
from workflows.reviews.child_death_review import NOTIFICATION_QUESTIONS

THU_1_JUN_2017 = date(2017, 6, 1)
ASKED = {question.key for page in PAGES if not page.each for question in page.asks}
# The agencies have a page that asks more of each, and are proposed from there.
ON_A_PAGE_OF_THEIR_OWN = {"agencies"}

ANYTHING = st.one_of(st.none(), st.text(max_size=20), st.integers(), st.lists(st.text(max_size=5), max_size=3))
DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(date.isoformat)


def test_every_question_of_the_step_is_asked_on_a_page():
    assert {question.key for question in NOTIFICATION_QUESTIONS} - ASKED == ON_A_PAGE_OF_THEIR_OWN


def test_a_page_needs_what_the_step_does():
    needed = {key for page in PAGES if not page.each for key in page.needs}

    assert needed == {question.key for question in NOTIFICATION_QUESTIONS if question.required}


def test_no_question_is_asked_twice():
    keys = [question.key for page in PAGES if not page.each for question in page.asks]

    assert len(keys) == len(set(keys))
    assert NOT_KNOWN not in keys


@given(st.dictionaries(st.sampled_from(sorted(ASKED)), st.one_of(ANYTHING, DAYS)))
def test_whatever_is_told_is_kept_or_said_to_be_wrong(told):
    found = read_pages(told, THU_1_JUN_2017)

    given_something = {key for key, answer in told.items() if str(answer or "").strip() not in ("", "[]")}
    asked = {question.key for page in PAGES if page.applies(found.answers) for question in page.asks}
    blank = {key for key, answer in told.items() if isinstance(answer, list) and not "".join(answer).strip()}
    assert given_something & asked - blank <= found.answers.keys() | found.problems.keys() | {"died_at"}
    assert not found.answers.keys() & found.problems.keys()


@given(st.dictionaries(st.sampled_from(["born_on", "died_on", "notified_on"]), DAYS))
def test_what_was_kept_is_kept_as_it_is_when_read_again(told):
    first = read_pages(told, THU_1_JUN_2017)

    assert read_pages(first.answers, THU_1_JUN_2017).answers == first.answers


@pytest.mark.parametrize(
    ("born_on", "died_on", "asked"),
    [
        ("2017-05-01", "2017-05-28", True), ("2017-05-01", "2017-05-29", False), ("2017-05", "2017-05", True),
        ("2010-01", "2017-05", False), (None, "2017-05-29", True),
    ],
)  # fmt: skip
def test_the_birth_is_asked_about_where_the_child_may_have_lived_less_than_four_weeks(born_on, died_on, asked):
    page = page_with("birth")

    assert page is not None
    assert page.applies({"born_on": born_on, "died_on": died_on}) is asked


def test_a_missing_nhs_number_is_explained_by_why_there_is_none():
    child = page_with("child")
    assert child is not None

    assert "nhs_number" in {each.key for each in missing(child, {})}
    assert "nhs_number" not in {each.key for each in missing(child, {"no_nhs_number_because": "not_available"})}


@pytest.mark.parametrize("written", ["17:30", "00:00", "9.05"])
def test_a_time_is_written_as_a_clock_shows_it(written):
    assert not read_pages({"died_at": written}, THU_1_JUN_2017).problems


@pytest.mark.parametrize(
    "written", ["25:00", "17", "half past five", "17:60", "2147483648", "1_7:30", "17:3", "17:30:15"]
)
def test_what_no_clock_shows_is_no_time(written):
    assert "17:30" in read_pages({"died_at": written}, THU_1_JUN_2017).problems["died_at"]


def test_nothing_of_one_person_is_required_before_it_is_known():
    carers = page_with("carers")
    assert carers is not None

    assert read(carers.asks, {}, THU_1_JUN_2017).problems == {}
