"""The ways to the parts of the site, on every page: few in the bar, those that belong together under one of them.

A person sees only what they may reach. What everybody has for themselves (their account, signing out) stands in the
header, what is looked up now and then in the footer, so that the bar fits in one line for every role.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_login import current_user

from models.queries.access import OF_CHILD_DEATHS
from models.queries.figures_access import READERS
from models.queries.panels import sits_anywhere
from webapp import clock
from webapp.access import current_capacities
from webapp.components import Tab
from webapp.database import db
from workflows.roles import ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the site: where it begins, and the blueprints whose pages belong to it beside the one it begins in."""

    words: str
    endpoint: str
    others: tuple[str, ...] = ()

    def holds(self, blueprint: str | None) -> bool:
        return blueprint in (self.endpoint.partition(".")[0], *self.others)


WORKLIST = Part("Worklist", "worklist.show", ("opening",))
CHILD_DEATHS = Part(
    "Child deaths", "child_deaths.show",
    ("notifying", "queue", "pairs", "national_return", "entering_return", "importing"),
)  # fmt: skip
PANEL = Part(
    "Panel", "panels.show_all",
    ("panel_settings", "meetings", "interests", "packs", "day", "minutes", "panel_actions", "panel_ledger"),
)  # fmt: skip
FIGURES = Part("Figures", "figures.show", ("publishing",))
MESSAGES = Part("Messages", "messages.show")
ADMINISTRATION = Part("Administration", "people.show_all", ("boards", "bank_holidays", "engine"))

PLACES_OF_ADMINISTRATION = (
    ("People", "people.show_all"), ("Boards", "boards.show_all"), ("Bank holidays", "bank_holidays.show"),
    ("Engine", "engine.show"),
)  # fmt: skip

PARTS = (ADMINISTRATION, WORKLIST, CHILD_DEATHS, PANEL, FIGURES, MESSAGES)

OF_AN_ACCOUNT = ("accounts", "deputies", "choices", "calendar_feed", "my_actions", "asked_of_me")


def navigation() -> dict[str, Any]:
    """Return what the frame of a page needs: the bar, the places beside this one, and whose account it is.

    Nothing for somebody who is not signed in.
    """
    if not current_user.is_authenticated:
        return {"bar": [], "places": [], "account": None}
    person = current_user.person
    roles = current_capacities().anywhere
    return {
        "bar": [_in_the_bar(part) for part in _parts(roles, person.id)],
        "places": _places_beside(),
        "account": {"name": person.name, "here": request.blueprint in OF_AN_ACCOUNT},
    }


def _parts(roles: Set[str], person_id: int) -> list[Part]:
    of_child_deaths = not roles.isdisjoint(OF_CHILD_DEATHS)
    administers = ADMINISTRATOR in roles
    reached = (
        (ADMINISTRATION, administers),
        (WORKLIST, bool(roles - {ADMINISTRATOR})),
        (CHILD_DEATHS, of_child_deaths),
        (PANEL, administers or of_child_deaths or sits_anywhere(db.session, person_id, clock.today())),
        (FIGURES, not roles.isdisjoint(READERS)),
        (MESSAGES, True),
    )
    return [part for part, may_reach in reached if may_reach]


def _in_the_bar(part: Part) -> dict[str, Any]:
    return {"text": part.words, "href": url_for(part.endpoint), "active": part.holds(request.blueprint)}


def _places_beside() -> list[Tab]:
    """Return the places of administration when this is one of them; a page below one has a way back instead."""
    if request.endpoint not in {endpoint for _, endpoint in PLACES_OF_ADMINISTRATION}:
        return []
    return [Tab(words, url_for(endpoint), request.endpoint == endpoint) for words, endpoint in PLACES_OF_ADMINISTRATION]
