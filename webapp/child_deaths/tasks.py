"""The list of pages of an unfinished notification, each with how far it is; and everything told, to be checked."""

from dataclasses import dataclass

from webapp.cases.told import Answer, answered
from webapp.child_deaths.asking import AsTold
from webapp.wording import counted
from workflows.definition import Step
from workflows.notification_pages import PAGES, Answers, Page

NOT_ANSWERED, NOTHING_ENTERED = "Not answered", "Nothing entered yet"
COMPLETE, NOT_BEGUN, TO_MEND = "Complete", "Not begun", "Something to mend"


@dataclass(frozen=True, slots=True)
class Task:
    """One page: how far it is in words, and whether anything still has to be done about it."""

    page: Page
    status: str
    done: bool
    hint: str = ""

    @property
    def asked(self) -> bool:
        return self.status != ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was told on one page, or of one of several, in words, to be checked or read."""

    page: Page
    heading: str
    answers: tuple[Answer, ...]


def tasks(told: AsTold) -> list[Task]:
    """Return every page in order, with how far it is."""
    asked = told.asked()
    return [_task(page, told) if page in asked else Task(page, "", True, page.not_asked_because) for page in PAGES]


def _task(page: Page, told: AsTold) -> Task:
    if told.wrong_on(page):
        return Task(page, TO_MEND, False)
    if page.each:
        number = len(told.several(page))
        if number:
            return Task(page, f"{number} added", True)
        empty = told.begun.was_left_empty(page.key)
        return Task(page, "Nothing to add" if empty else NOT_BEGUN, empty)
    if not told.begun.page(page.key):
        return Task(page, NOT_BEGUN, False)
    missing = told.missing_on(page)
    if not missing:
        return Task(page, COMPLETE, True)
    needed = [question for question in missing if question.key in page.needs]
    if told.why_not_known(page) and not needed:
        return Task(page, "Complete, something is not known", True)
    return Task(page, f"{counted(len(missing), 'answer')} still missing", False)


def checked(told: AsTold) -> list[Checked]:
    """Return everything told, page by page, with what is not known and why."""
    found = []
    for page in told.asked():
        if page.each:
            found += [Checked(page, one.name, _answers(page, one.answers)) for one in told.several(page)]
            if not told.several(page):
                found.append(Checked(page, page.title, (Answer(page.key, page.title, (page.none_words,)),)))
        else:
            answers = (*_answers(page, told.answers), *_not_known(page, told))
            empty = not told.begun.page(page.key)
            found.append(Checked(page, page.title, (_nothing_on(page),) if empty else answers))
    return found


def _answers(page: Page, answers: Answers) -> tuple[Answer, ...]:
    step = Step(page.key, page.title, page.title, asks=page.asks)
    return tuple(answered(step, {key: answers[key] for key in answers if page.question(key) and answers[key]}))


def _nothing_on(page: Page) -> Answer:
    return Answer(page.key, page.title, (NOTHING_ENTERED,))


def _not_known(page: Page, told: AsTold) -> list[Answer]:
    why = told.why_not_known(page)
    each = [
        Answer(question.key, question.label, (f"Not known. {why}" if why else NOT_ANSWERED,))
        for question in told.missing_on(page)
    ]
    return each or ([Answer("why", "What is not known, and why", (why,))] if why else [])
