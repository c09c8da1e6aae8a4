"""The parts of the site in the bar at the top of every page: those that the person asking may reach."""

from typing import Any

from flask import request, url_for
from flask_login import current_user

from models.queries.accounts import roles_held
from webapp import clock
from webapp.database import db
from workflows.roles import ADMINISTRATOR


def navigation() -> list[dict[str, Any]]:
    """Return the parts of the site, the one being looked at marked; nothing for somebody who is not signed in."""
    if not current_user.is_authenticated:
        return []
    roles = roles_held(db.session, current_user.person.id, clock.today())
    parts = [("Worklist", "worklist.show")] if roles - {ADMINISTRATOR} else []
    parts += [("People", "people.show_all"), ("Boards", "boards.show_all")] if ADMINISTRATOR in roles else []
    return [_part(words, endpoint) for words, endpoint in [*parts, ("Account", "accounts.show")]]


def _part(words: str, endpoint: str) -> dict[str, Any]:
    return {"text": words, "href": url_for(endpoint), "active": request.blueprint == endpoint.partition(".")[0]}
