"""Who is asking: found for each request by the token in their browser, in the sessions kept in the database."""

from flask import Flask, Request, request
from flask_login import LoginManager, UserMixin, current_user

from models.people import Person
from models.sessions import WebSession, session_for
from webapp import clock
from webapp.database import db
from webapp.security import token_of
from webapp.settings import current_settings


class Visitor(UserMixin):
    """A person who is signed in, and the browser session in which they are."""

    def __init__(self, session: WebSession) -> None:
        self.session_id = session.id
        self.person: Person = session.person

    def get_id(self) -> str:
        return str(self.person.public_id)


def know_visitors(app: Flask) -> None:
    """Let requests to `app` find out who is asking."""
    logins = LoginManager(app)
    logins.session_protection = None
    logins.request_loader(visitor_of)
    app.before_request(_meet_visitor)


def visitor_of(asked: Request) -> Visitor | None:
    """Return who is asking, or nothing when their browser is not signed in, or no longer."""
    token = token_of(asked)
    found = session_for(db.session, token, clock.now(), idle=current_settings().idle_limit) if token else None
    if found is None:
        return None
    visitor = Visitor(found)
    if db.session.dirty:
        # That they were seen just now, which keeps them signed in.
        db.session.commit()
    return visitor


def _meet_visitor() -> None:
    """Find out who is asking before anything else is done, so that the commit above saves nothing of anybody's."""
    if request.endpoint != "static":
        bool(current_user.is_authenticated)
