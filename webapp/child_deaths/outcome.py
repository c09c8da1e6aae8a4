"""What stops a notification from being recorded, and what follows from it: the same before and after it is."""

from flask import url_for

from models.panels.panel import panel_of
from webapp.child_deaths.asking import AsTold
from webapp.database import db
from webapp.mistakes import Mistake
from workflows.answers import unanswered
from workflows.notification_pages import Page
from workflows.whether_reviewed import Finding, findings


def follows(told: AsTold) -> tuple[Finding, ...]:
    """Return what follows from what was told so far: whether the death is reviewed, by whom, and what to do now."""
    panel = panel_of(db.session, told.begun.board_id)
    return findings(told.answers, panel.areas if panel else ())


def stopping(told: AsTold) -> list[tuple[Page, Mistake]]:
    """Return what stops the notification from being recorded, each with the page where it is mended."""
    found = []
    for page in told.asked():
        if page.each:
            found += [
                (page, Mistake(words, _address(told, page, one.key)))
                for one in told.several(page)
                for words in one.problems.values()
            ]
            continue
        own = {key: words for key, words in told.problems.items() if page.question(key)}
        missing = {
            question.key: unanswered(question) for question in told.missing_on(page) if question.key in page.needs
        }
        found += [(page, Mistake(words, _address(told, page))) for words in {**missing, **own}.values()]
    return found


def _address(told: AsTold, page: Page, one: str = "") -> str:
    begun = told.begun.public_id
    if one:
        return url_for("notifying.each", public_id=begun, key=page.key, one=one)
    return url_for("notifying.page", public_id=begun, key=page.key)
