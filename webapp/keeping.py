"""Nothing typed is lost: what was sent after signing out is kept for its sender, and offered again after signing in.

Who was last signed in in a browser, and the sign that a form is ours, outlive being signed in. A form that arrives too
late is therefore known to come from a page of ours shown to that person, and is kept as a draft of theirs.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, request
from flask import session as browser
from flask_login import current_user
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from models.drafts import Draft, discard_draft, keep_draft
from models.people import Person
from models.queries.accounts import person_of
from webapp import clock
from webapp.database import db

KEY = "unsent "
"""What the key of such a draft begins with; the address of the form follows."""
OFFERED = "offered_again"
"""The name of the hidden box on a form that is offered again."""
LAST_PERSON = "last_person"

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that arrived after its sender was signed out: the address it was sent to, and what it held."""

    path: str
    typed: Typed


def remember(person: Person) -> None:
    """Note whose browser this is. For another person than before, forms opened until now are no longer taken."""
    if browser.get(LAST_PERSON) != str(person.public_id):
        browser.clear()
    browser[LAST_PERSON] = str(person.public_id)


def keep_typed() -> bool:
    """Keep the form that was sent, for whoever was last signed in here; return whether there was anybody."""
    person = _last_person()
    if person is None or not (typed := typed_in(request.form)):
        return False
    keep_draft(
        db.session,
        person_id=person.id,
        case_id=None,
        form_key=KEY + request.path,
        answers=typed,
        opened_at_length=0,
        now=clock.now(),
    )
    db.session.commit()
    return True


def typed_in(form: MultiDict[str, str]) -> Typed:
    """Return what was typed, box by box, without passwords and without the signs that go along unseen."""
    return {name: values for name, values in form.lists() if name != OFFERED and not _is_secret(name)}


def as_sent(typed: Typed) -> "MultiDict[str, str]":
    """Return what was typed before as a form takes it: as if it were sent just now."""
    return MultiDict([(name, value) for name, values in typed.items() for value in values])


def unsent_of(person: Person) -> list[Unsent]:
    """Return what the person sent too late and has not sent again, the oldest first."""
    theirs = select(Draft).where(Draft.person_id == person.id, Draft.form_key.startswith(KEY, autoescape=True))
    kept = db.session.scalars(theirs.order_by(Draft.updated_at, Draft.id))
    return [Unsent(draft.form_key.removeprefix(KEY), draft.answers) for draft in kept]


def forget_unsent(person: Person, paths: Iterable[str]) -> None:
    """Forget what was sent too late to these addresses."""
    for path in paths:
        discard_draft(db.session, person_id=person.id, case_id=None, form_key=KEY + path)


def offered_again() -> bool:
    """Return whether this form comes from the offer to go on with it: it is then shown, and nothing is done yet."""
    return OFFERED in request.form


def forget_what_was_offered(response: Response) -> Response:
    """Forget a kept form once it is on a page again, in the hands of whoever typed it."""
    if response.status_code < HTTPStatus.BAD_REQUEST and offered_again() and current_user.is_authenticated:
        forget_unsent(current_user.person, [request.path])
        db.session.commit()
    return response


def _last_person() -> Person | None:
    known = browser.get(LAST_PERSON)
    return person_of(db.session, uuid.UUID(known)) if known else None


def _is_secret(name: str) -> bool:
    return name == "csrf_token" or name.endswith("password")
