"""Who may notify a death, and go on with a notification that is not recorded yet."""

from collections.abc import Collection, Sequence
from uuid import UUID

from flask import abort, redirect, url_for
from sqlalchemy import select

from models import audit
from models.agency import Board
from models.case import Case, CaseEvent
from models.child_deaths.unfinished_notification import UnfinishedNotification, notification_of
from models.queries.access import SEE_WHO_THE_CHILD_IS, may_see
from webapp import clock
from webapp.access import (
    Arguments,
    DeclaredView,
    View,
    act_on_board,
    current_actor,
    current_capacities,
    current_person,
)
from webapp.database import db
from workflows.reviews.child_death_review import COORDINATION, MAY_NOTIFY
from workflows.roles import in_words

GOES_ON = "began the notification, or coordinates child deaths for its board"


def boards_to_notify() -> Sequence[Board]:
    """Return the boards for which the person asking may notify a death today, by name."""
    return _boards(current_capacities().boards(MAY_NOTIFY))


def boards_coordinated() -> Sequence[Board]:
    """Return the boards whose child deaths the person asking looks after today, by name."""
    return _boards(current_capacities().boards_knowing_who(COORDINATION))


def may_notify(view: View) -> DeclaredView:
    """Let those reach the view who may notify a death for some board, and give it those boards."""

    def admit(arguments: Arguments) -> Arguments:
        boards = boards_to_notify()
        if not boards:
            abort(403)
        return {**arguments, "boards": boards}

    return DeclaredView(view, in_words(MAY_NOTIFY), admit)


def goes_on_with(view: View) -> DeclaredView:
    """Let those reach the view who may go on with the unfinished notification in the address, and give it that.

    One that is not there and one that is somebody else’s are answered alike; one that was recorded leads to its case.
    """

    def admit(arguments: Arguments) -> Arguments:
        begun = notification_of(db.session, arguments["public_id"])
        if begun is None:
            _lead_to_case(arguments["public_id"])
            abort(404)
        _check(begun)
        return {**{name: value for name, value in arguments.items() if name != "public_id"}, "begun": begun}

    return DeclaredView(view, GOES_ON, admit)


def _check(begun: UnfinishedNotification) -> None:
    """Refuse who may not go on with it; that somebody else than its author reads it is recorded, for good."""
    person = current_person()
    if begun.case_id is not None:
        # A change to a case is its author's alone: the case is there for others to change.
        if begun.person_id != person.id or not _looks_after(begun.case_id):
            abort(404)
        return
    roles = act_on_board(begun.board_id, *MAY_NOTIFY).roles
    if begun.person_id == person.id and not roles.isdisjoint(MAY_NOTIFY):
        return
    if begun.board_id not in current_capacities().boards_knowing_who(COORDINATION):
        abort(404)
    act_on_board(begun.board_id, *COORDINATION)
    detail = {"notification": str(begun.public_id)}
    audit.record(db.session, "unfinished_notification_read", at=clock.now(), person_id=person.id, detail=detail)
    db.session.commit()


def _looks_after(case_id: int) -> bool:
    return not current_actor(db.session.get_one(Case, case_id)).own.isdisjoint(SEE_WHO_THE_CHILD_IS)


def _lead_to_case(public_id: UUID) -> None:
    theirs = may_see(current_person().id, clock.today())
    opened = select(CaseEvent.case_id).where(CaseEvent.idempotency_key == public_id, CaseEvent.sequence == 1)
    case = db.session.scalars(select(Case).where(Case.id.in_(opened), theirs)).one_or_none()
    if case is not None:
        abort(redirect(url_for("cases.show", reference=case.reference), 303))


def _boards(ids: Collection[int]) -> Sequence[Board]:
    return db.session.scalars(select(Board).where(Board.id.in_(ids)).order_by(Board.name, Board.id)).all()
