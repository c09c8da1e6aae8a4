"""What an agency answers: a question that is not asked is neither needed nor kept, whatever was answered before."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.definition import Kind, Question
from workflows.errors import AnswersRefused
from workflows.reporting_answers import read_form
from workflows.reporting_forms import FORMS, NOT_KNOWN, Form, form_named

WED_1_JUN_2022 = date(2022, 6, 1)


def answers_to(question: Question) -> st.SearchStrategy[Any]:
    """An answer to a question that can be read, or none."""
    if question.kind is Kind.ONE_OF:
        return st.sampled_from([None, *(option.key for option in question.options if option.key != NOT_KNOWN)])
    if question.kind is Kind.SOME_OF:
        return st.lists(st.sampled_from([option.key for option in question.options]), unique=True)
    if question.kind is Kind.DATE:
        return st.sampled_from([None, "2014-02-07", "2014-02"])
    if question.kind is Kind.LINES:
        return st.sampled_from([[], ["Asthma"]])
    return st.sampled_from([None, "", "As recorded"])


@st.composite
def filled(draw: st.DrawFn) -> tuple[Form, dict[str, Any], dict[str, str]]:
    """A form with answers to any of its questions, asked or not, and reasons why others are unknown."""
    form = draw(st.sampled_from(FORMS))
    questions = [each.question for section in form.sections for each in section.asks]
    given_answers = {each.key: draw(answers_to(each)) for each in questions}
    unanswered = [key for key, answer in given_answers.items() if answer in (None, "", [])]
    unknown = {key: "Not recorded" for key in unanswered if draw(st.booleans())}
    return form, {key: answer for key, answer in given_answers.items() if answer not in (None, "", [])}, unknown


@given(filled())
def test_only_what_is_asked_is_needed_and_only_that_is_kept(told):
    form, answers, unknown = told
    asked = {question.key for question in form.questions(answers)}
    missing = asked - set(answers) - set(unknown)

    try:
        kept = read_form(form, answers, unknown, on=WED_1_JUN_2022, today=WED_1_JUN_2022)
    except AnswersRefused as refused:
        said = {problem.question for problem in refused.problems}
        assert missing <= said <= asked
    else:
        assert not missing
        assert set(kept) == asked - set(unknown)


@given(filled())
def test_what_follows_from_an_answer_goes_with_it(told):
    form, answers, _ = told

    kept = form.only_asked(answers)

    assert form.only_asked(kept) == kept
    for section in form.sections:
        for each in section.asks:
            if each.question.key in kept and each.after:
                assert each.after in kept


@given(filled())
def test_every_question_that_is_asked_is_on_one_page_and_no_other_is(told):
    form, answers, _ = told
    asked = [question.key for question in form.questions(answers)]

    shown = [
        question.key
        for section in form.sections
        for page in section.pages(answers, asked)
        for question in page
    ]  # fmt: skip

    assert sorted(shown) == sorted(asked)


def test_an_agency_that_did_not_know_the_family_is_asked_nothing_more():
    form = form_named("Reporting form", WED_1_JUN_2022)
    assert form is not None

    assert read_form(form, {"known": "no"}, {}, on=WED_1_JUN_2022, today=WED_1_JUN_2022) == {"known": "no"}


def test_not_known_is_an_answer_only_with_why():
    form = form_named("Drowning", WED_1_JUN_2022)
    assert form is not None
    answers = {"water": "Pool", "supervised": NOT_KNOWN}

    with pytest.raises(AnswersRefused, match="say why it is not known"):
        read_form(form, answers, {}, on=WED_1_JUN_2022, today=WED_1_JUN_2022)
    kept = read_form(form, answers, {"supervised": "Nobody saw"}, on=WED_1_JUN_2022, today=WED_1_JUN_2022)
    assert kept == {"water": "Pool"}


def test_an_answer_and_a_reason_why_there_is_none_do_not_go_together():
    form = form_named("Drowning", WED_1_JUN_2022)
    assert form is not None

    with pytest.raises(AnswersRefused, match="Keep one of them"):
        read_form(
            form, {"water": "Pool", "supervised": "yes"}, {"supervised": "Nobody saw"}, on=WED_1_JUN_2022,
            today=WED_1_JUN_2022,
        )  # fmt: skip


def test_a_question_that_follows_an_answer_is_on_a_page_of_its_own():
    form = form_named("Sudden unexpected death", WED_1_JUN_2022)
    assert form is not None
    (section,) = form.sections
    answers = {"slept": "shared_bed"}
    asked = {question.key for question in form.questions(answers)}

    pages = [[question.key for question in page] for page in section.pages(answers, asked)]

    assert pages == [["slept", "feeding", "found_position", "scene_visited"], ["shared_with"]]
