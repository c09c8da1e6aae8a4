"""Reading what an agency answered on a reporting form: only what is asked counts, and what is unknown says why."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workflows.answers import Asked, read_answers
from workflows.dates import PartialDate
from workflows.definition import Question, Step
from workflows.errors import AnswersRefused, Problem
from workflows.reporting_forms import NOT_KNOWN, Form


def read_form(
    form: Form, given: Mapping[str, Any], unknown: Mapping[str, str], *, on: date, today: date
) -> dict[str, Any]:
    """Return the answers of a form as they are kept. Raises AnswersRefused with everything that is wrong or missing.

    Only what is asked by the answers is needed, and only that is kept.
    """
    questions = form.questions(given)
    # What is unknown is not required: why it is unknown stands for it.
    known = tuple(question for question in questions if question.key not in unknown)
    step = Step(form.key, form.name, form.name, asks=known)
    asked = Asked(PartialDate.on(on), today)
    problems = list(_said_both(questions, given, unknown))
    try:
        answers = read_answers(step, {question.key: given.get(question.key) for question in known}, asked)
    except AnswersRefused as refused:
        wrong = {problem.question for problem in refused.problems}
        problems += refused.problems
        answers = {key: given[key] for key in given if key not in wrong}
    said = {problem.question for problem in problems}
    problems += [problem for problem in _silent(known, answers) if problem.question not in said]
    if problems:
        raise AnswersRefused(problems)
    return answers


def _silent(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each question that is neither answered nor said to be unknown for a reason."""
    problems = []
    for each in questions:
        if each.key not in answers:
            problems.append(Problem(each.key, f"{each.label}: answer it, or say why it is not known"))
        elif answers[each.key] == NOT_KNOWN:
            problems.append(Problem(each.key, f"{each.label}: say why it is not known"))
    return problems


def _said_both(questions: Sequence[Question], given: Mapping[str, Any], unknown: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(each.key, f"{each.label}: you answered it and said why it is not known. Keep one of them")
        for each in questions
        if each.key in unknown and given.get(each.key) not in (None, "", [], NOT_KNOWN)
    ]
