"""The database session of the request being answered. A route commits, once and in sight; anything else is undone."""

from collections.abc import Callable

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from models.bank_holidays import calendar_in_force
from models.database import make_engine, make_sessions
from webapp.running import application_address_in_use
from webapp.settings import Settings
from workflows.calendar import Calendar

OpenSession = Callable[[], Session]


class RequestDatabase:
    """Gives each request one session, opened when it is first used."""

    @property
    def session(self) -> Session:
        """The session of this request. What is not committed when the request ends is rolled back."""
        if "database_session" not in g:
            sessions: OpenSession = current_app.extensions["database_sessions"]
            g.database_session = sessions()
        session: Session = g.database_session
        return session

    @property
    def calendar(self) -> Calendar:
        """The working days in force when this request first asked for them."""
        if "working_days" not in g:
            g.working_days = calendar_in_force(self.session)
        calendar: Calendar = g.working_days
        return calendar


db = RequestDatabase()


def connect(app: Flask, sessions: OpenSession) -> None:
    """Let requests to `app` open sessions, and close the one of each request when the request ends."""
    app.extensions["database_sessions"] = sessions
    app.teardown_appcontext(_close_session)


def open_sessions(settings: Settings) -> OpenSession:
    """Return what opens a session on the database the settings name."""
    return make_sessions(make_engine(application_address_in_use(settings)))


def _close_session(_error: BaseException | None) -> None:
    session: Session | None = g.pop("database_session", None)
    if session is not None:
        session.close()
