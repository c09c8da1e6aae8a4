"""Whether a death is reviewed, by whom, and what is called for at once: in sentences, each with its rule."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.child_deaths import ADULT_AT, completed_years
from workflows.notification_pages import JOINT_RESPONSE
from workflows.whether_reviewed import findings

CHILD = {"born_on": "2012-01-15", "died_on": "2019-05-01", "expected": "yes"}


def kinds(answers, areas=()):
    return {(each.kind, each.source.rule) for each in findings(answers, areas)}


def words(answers, areas=()):
    return " ".join(f"{each.words} {each.do}" for each in findings(answers, areas))


def test_a_child_under_eighteen_is_reviewed_with_the_rule():
    assert kinds(CHILD) == {("reviewed", "R-3.2")}
    assert "Aged 7 years at death, so under 18" in words(CHILD)


@pytest.mark.parametrize(
    ("told", "rule", "said"),
    [
        ({"live_birth": "no", "over_24_weeks": "yes"}, "R-3.4", "a stillbirth is not reviewed"),
        ({"live_birth": "no", "over_24_weeks": "no"}, "R-3.4", "a late foetal loss is not reviewed"),
        ({"live_birth": "yes", "lawful_termination": "yes"}, "R-3.3", "termination of pregnancy within the law"),
        ({"born_on": "2001-05-01"}, "R-3.2", "Aged 18 at death"),
    ],
)
def test_what_is_not_reviewed_says_why_and_what_to_do_instead(told, rule, said):
    answers = CHILD | told

    assert ("not_reviewed", rule) in kinds(answers)
    assert said in words(answers)
    assert "ruled out" in words(answers) or "rules it out of scope" in words(answers)


def test_the_day_before_the_18th_birthday_is_childhood():
    assert ("not_reviewed", "R-3.2") not in kinds(CHILD | {"born_on": "2001-05-02"})


def test_a_birth_alive_at_twenty_weeks_counts():
    assert kinds(CHILD | {"live_birth": "yes", "over_24_weeks": "no"}) == {("reviewed", "R-3.2")}


@pytest.mark.parametrize("told", [{}, {"live_birth": "not_known"}])
@pytest.mark.parametrize("days", [("2019-05-01", "2019-05-01"), ("2019-05", "2019-05-20")])
def test_of_a_newborn_nobody_is_told_that_it_was_born_alive_before_somebody_said_so(told, days):
    answers = CHILD | dict(zip(("born_on", "died_on"), days, strict=True)) | told

    assert ("look", "R-3.2") in kinds(answers)
    assert "Born alive" not in words(answers)
    assert "Ask whoever attended the birth" in words(answers)


def test_of_a_newborn_who_lived_some_days_the_dates_say_so():
    answers = CHILD | {"born_on": "2019-05-01", "died_on": "2019-05-04"}

    assert kinds(answers) == {("reviewed", "R-3.2")}
    assert "By the dates the child lived after birth" in words(answers)


def test_of_an_older_child_nothing_is_said_of_the_birth():
    assert "birth" not in words(CHILD).replace("18th birthday", "")


def test_a_month_in_which_the_birthday_may_fall_is_to_be_looked_at():
    assert ("look", "R-3.2") in kinds(CHILD | {"born_on": "2001-05"})


@pytest.mark.parametrize(
    ("lived_in", "more", "rule", "said"),
    [
        ("anytown ", {}, "R-3.5", "an area this panel serves"),
        ("Otherborough", {}, "R-3.5", "transfer the case"),
        ("Abroad", {}, "R-3.8", "only by agreement"),
        ("France", {"no_nhs_number_because": "not_resident"}, "R-3.8", "only by agreement"),
        ("Anytown", {"looked_after_by": "Otherborough"}, "R-3.7", "agree which panel reviews"),
    ],
)
def test_where_the_child_lived_decides_who_reviews(lived_in, more, rule, said):
    answers = {"normally_resident_in": lived_in, **more}

    assert rule in {each.source.rule for each in findings(answers, ["Anytown"])}
    assert said in words(answers, ["Anytown"])


def test_a_panel_that_names_no_areas_says_nothing_of_residence():
    assert findings({"normally_resident_in": "Otherborough"}) == ()


@pytest.mark.parametrize("ticked", [option.key for option in JOINT_RESPONSE])
def test_each_criterion_calls_for_a_joint_response_even_where_the_death_was_expected(ticked):
    assert ("act", "T-4.4") in kinds(CHILD | {"joint_response": [ticked]})


def test_a_death_in_custody_calls_for_one_without_being_ticked():
    assert ("act", "T-4.4") in kinds(CHILD | {"place_of_death": "custody"})


def test_before_the_guidance_of_2018_it_is_a_rapid_response():
    answers = CHILD | {"died_on": "2017-05-01", "expected": "no"}

    assert ("act", "T-3.8") in kinds(answers)
    assert "rapid response" in words(answers)


@given(
    st.dates(date(1995, 1, 1), date(2020, 1, 1)), st.dates(date(1995, 1, 1), date(2020, 1, 1)),
    st.sampled_from(["yes", "not_known"]),
)  # fmt: skip
def test_a_child_born_alive_is_reviewed_exactly_while_under_eighteen(one, other, live_birth):
    born_on, died_on = min(one, other), max(one, other)
    answers = {"born_on": born_on.isoformat(), "died_on": died_on.isoformat(), "live_birth": live_birth}

    out = any(each.kind == "not_reviewed" for each in findings(answers))

    assert out == (completed_years(born_on, died_on) >= ADULT_AT)


def test_no_sentence_repeats_a_day():
    told = CHILD | {"normally_resident_in": "Otherborough", "expected": "no"}

    assert not any(year in words(told, ["Anytown"]) for year in ("2012", "2019"))
