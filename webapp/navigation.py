"""The parts of the site in the bar at the top of every page: those that the person asking may reach."""

from functools import cache
from typing import Any

from flask import request, url_for
from flask_login import current_user

from models.queries.access import OF_CHILD_DEATHS
from models.queries.accounts import roles_held
from models.queries.figures_access import READERS
from models.queries.panels import sits_anywhere
from webapp import clock
from webapp.database import db
from workflows.registry import workflows
from workflows.roles import ADMINISTRATOR

OF_AN_ADMINISTRATOR = (
    ("People", "people.show_all"), ("Boards", "boards.show_all"), ("Bank holidays", "bank_holidays.show"),
    ("Engine", "engine.show"),
)  # fmt: skip

# What belongs to a part and has an address of its own.
OF_PANELS = ("panels", "panel_settings", "meetings", "interests", "packs", "day", "minutes", "panel_actions")

FOR_EVERYONE = (
    ("Messages", "messages.show"), ("Reference", "reference.show_all"), ("Account", "accounts.show"),
)  # fmt: skip


def navigation() -> list[dict[str, Any]]:
    """Return the parts of the site, the one being looked at marked; nothing for somebody who is not signed in."""
    if not current_user.is_authenticated:
        return []
    person_id, today = current_user.person.id, clock.today()
    roles = roles_held(db.session, person_id, today)
    parts = [("Worklist", "worklist.show")] if roles - {ADMINISTRATOR} else []
    parts += [("Child deaths", "child_deaths.show")] if not roles.isdisjoint(OF_CHILD_DEATHS) else []
    if ADMINISTRATOR in roles or roles & set(OF_CHILD_DEATHS) or sits_anywhere(db.session, person_id, today):
        parts += [("Panel", "panels.show_all")]
    parts += [("Figures", "figures.show")] if not roles.isdisjoint(READERS) else []
    parts += [("Open a case", "opening.choose")] if roles & _who_may_open() else []
    parts += OF_AN_ADMINISTRATOR if ADMINISTRATOR in roles else ()
    return [_part(words, endpoint) for words, endpoint in [*parts, *FOR_EVERYONE]]


@cache
def _who_may_open() -> frozenset[str]:
    """Return the roles in which a case of some kind can be opened today."""
    newest = (list(workflow.procedures.values())[-1] for workflow in workflows().values())
    return frozenset(role for procedure in newest for role in procedure.opening.by)


def _part(words: str, endpoint: str) -> dict[str, Any]:
    part = endpoint.partition(".")[0]
    active = request.blueprint in (OF_PANELS if part == "panels" else (part,))
    return {"text": words, "href": url_for(endpoint), "active": active}
