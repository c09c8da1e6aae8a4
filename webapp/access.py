"""Who may reach what. Every view declares it with one of the decorators here; one that does not is refused."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any

from flask import Flask, abort, current_app, g, request
from flask_login import current_user
from sqlalchemy import ColumnElement, and_, or_, select, true

from models import audit
from models.case import Case
from models.casework import Actor
from models.deputies import lent_roles
from models.people import Person
from models.queries.access import SEE_WHO_THE_CHILD_IS, may_see, may_see_what_is_asked, roles_on
from models.queries.capacities import Capacities, capacities_of
from webapp import clock
from webapp.database import db
from webapp.settings import current_settings
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import ADMINISTRATOR, AUDITOR, BUSINESS_MANAGER, CDOP_COORDINATOR, in_words

READ_REMINDERS = (BUSINESS_MANAGER, CDOP_COORDINATOR, AUDITOR)
"""Who may read what somebody else was reminded of, in the cases they may see themselves."""

View = Callable[..., Any]
Arguments = Mapping[str, Any]
Admit = Callable[[Arguments], Arguments]


class SignInNeeded(Exception):
    """The page is only for people who are signed in, and nobody is."""


class DeclaredView:
    """A view, with words for who may reach it. `admit` refuses everyone else, and gives the view its arguments."""

    def __init__(self, view: View, reached_by: str, admit: Admit) -> None:
        update_wrapper(self, view)
        self.view = view
        self.reached_by = reached_by
        self.admit = admit

    def __call__(self, **arguments: Any) -> Any:
        return self.view(**self.admit(arguments))


def public(view: View) -> DeclaredView:
    """Let anyone reach the view, signed in or not."""
    return DeclaredView(view, "anyone", lambda arguments: arguments)


def signed_in(view: View) -> DeclaredView:
    """Let everyone reach the view who is signed in. It may only show what is theirs."""
    return DeclaredView(view, "signed in", _admit_signed_in)


def in_a_demonstration(view: View) -> DeclaredView:
    """Let everyone reach the view who is signed in to a demonstration. In service it is not there."""

    def admit(arguments: Arguments) -> Arguments:
        if not current_settings().demonstration:
            abort(404)
        return _admit_signed_in(arguments)

    return DeclaredView(view, "signed in to a demonstration", admit)


def needs_role(*roles: str) -> Callable[[View], DeclaredView]:
    """Let those reach the view who act in one of the roles today, on any board or case: in their own, or for another.

    What belongs to one board is then asked of `act_on_board`.
    """

    def admit(arguments: Arguments) -> Arguments:
        if current_capacities().anywhere.isdisjoint(roles):
            abort(403)
        return arguments

    return lambda view: DeclaredView(view, in_words(roles), admit)


def coordinates_deaths(view: View) -> DeclaredView:
    """Let those reach the view who act as coordinator of child deaths somewhere, and know there who the children are.

    Whoever stands in for a coordinator knows that only in a role of their own (DOMAIN 8.2, ADR 55).
    """

    def admit(arguments: Arguments) -> Arguments:
        if not current_capacities().boards_knowing_who([CDOP_COORDINATOR]):
            abort(403)
        return arguments

    return DeclaredView(view, f"{in_words((CDOP_COORDINATOR,))}, who sees who the children are", admit)


def administrator_only(view: View) -> DeclaredView:
    """Let those reach the view who administer accounts and settings."""
    return needs_role(ADMINISTRATOR)(view)


def may_see_case(view: View) -> DeclaredView:
    """Let those reach the view who may see the case of `reference` in the address, and give it the case instead.

    A case that is not there and one that may not be seen are answered alike. That it was read is recorded first.
    """
    return DeclaredView(view, "may see the case", lambda arguments: _admit_to_case(arguments, _whole_case()))


def may_see_who_the_child_is(view: View) -> DeclaredView:
    """Let those reach the view who look after the child death of `reference`, and give it the case instead.

    DOMAIN 8.2: the child death office and the designated doctor see who the child is; a panel sees anonymised papers.
    """

    def admit(arguments: Arguments) -> Arguments:
        admitted = _admit_to_case(arguments, and_(_whole_case(), Case.workflow_key == CHILD_DEATH_REVIEW))
        if current_actor(admitted["case"]).own.isdisjoint(SEE_WHO_THE_CHILD_IS):
            abort(403)
        return admitted

    return DeclaredView(view, f"may see the death, as {in_words(SEE_WHO_THE_CHILD_IS)}", admit)


def audits_case(view: View) -> DeclaredView:
    """Let those reach the view who may see the case as auditor, and give it the case instead."""

    def admit(arguments: Arguments) -> Arguments:
        admitted = _admit_to_case(arguments, _whole_case())
        if AUDITOR not in current_actor(admitted["case"]).own:
            abort(403)
        return admitted

    return DeclaredView(view, f"may see the case, as {in_words((AUDITOR,))}", admit)


def may_see_part_of_case(view: View) -> DeclaredView:
    """Let those also reach the view who lead an agency of which something is asked in the case.

    The view shows them what is asked of the agency and not the case: it must ask `sees_whole_case`.
    """

    def admit(arguments: Arguments) -> Arguments:
        asked = may_see_what_is_asked(current_person().id, clock.today())
        return _admit_to_case(arguments, or_(_whole_case(), asked))

    return DeclaredView(view, "may see the case, or leads an agency asked in it", admit)


def sees_whole_case(case: Case) -> bool:
    """Return whether the person asking may see the case, and not only what is asked of an agency in it."""
    return db.session.scalar(select(true()).where(Case.id == case.id, _whole_case())) or False


def current_person() -> Person:
    """Return who is signed in. Raises SignInNeeded."""
    if not current_user.is_authenticated:
        raise SignInNeeded
    person: Person = current_user.person
    return person


def current_capacities() -> Capacities:
    """Return in which roles who is signed in acts on boards today: their own, and those of whoever they stand in for.

    Asked once in a request, so a page begun before a deputyship ended is finished under it.
    """
    person_id, today = current_person().id, clock.today()
    known: Capacities | None = g.get("capacities")
    if known is None or known.person_id != person_id:
        known = g.capacities = capacities_of(db.session, person_id, today)
    return known


def act_on_board(board_id: int, *roles: str) -> Actor:
    """Return who is signed in, acting on a board in these roles; the audit says from then on for whom, if for another.

    What they act in is theirs to ask of the actor: nobody is refused here.
    """
    capacities = current_capacities()
    audit.say_for_whom(db.session, capacities.whose(board_id, roles))
    return capacities.actor(board_id)


def current_actor(case: Case) -> Actor:
    """Return who is signed in, with the capacities in which they act on the case today: their own, and those lent."""
    person, today = current_person(), clock.today()
    own = roles_on(db.session, person.id, case, today)
    lent = {role: whose for role, whose in lent_roles(db.session, person.id, case, today).items() if role not in own}
    return Actor(person.id, own | set(lent), lent=lent)


def refuse_what_is_undeclared() -> None:
    """Refuse a view that does not say who may reach it, before it runs."""
    if request.endpoint is not None and reached_by(current_app, request.endpoint) is None:
        abort(403)


def reached_by(app: Flask, endpoint: str) -> str | None:
    """Return in words who may reach the view of an endpoint, or nothing where it does not say."""
    view = app.view_functions[endpoint]
    return view.reached_by if isinstance(view, DeclaredView) else None


def _admit_signed_in(arguments: Arguments) -> Arguments:
    current_person()
    return arguments


def _whole_case() -> ColumnElement[bool]:
    return may_see(current_person().id, clock.today())


def _admit_to_case(arguments: Arguments, condition: ColumnElement[bool]) -> Arguments:
    person = current_person()
    named = select(Case).where(Case.reference == arguments["reference"])
    case = db.session.scalars(named.where(condition)).one_or_none()
    if case is None:
        abort(404)
    record_reading(person, case)
    return {**{name: value for name, value in arguments.items() if name != "reference"}, "case": case}


def record_reading(person: Person, case: Case) -> None:
    """Record that the case was opened, for good, whatever becomes of the request."""
    detail = {"page": request.endpoint, "method": request.method}
    audit.record(db.session, "case_read", at=clock.now(), person_id=person.id, case_id=case.id, detail=detail)
    db.session.commit()
