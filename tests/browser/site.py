"""The site itself, running beside the tests on a database of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import Page
from sqlalchemy import Engine, QueuePool, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import MapAdapter
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from models.case import Case, CaseEvent
from models.child_deaths.reporting_form import ReportingForm
from models.database import make_engine, make_sessions
from models.people import Person
from models.sessions import begin_session
from webapp import create_app
from webapp.clock import Clock, real_clock
from webapp.demonstration.child_deaths import add_child_deaths
from webapp.demonstration.children import add_children
from webapp.demonstration.mornings import live_through
from webapp.demonstration.panels import add_the_panel
from webapp.demonstration.people import add_people, appoint_people
from webapp.demonstration.reviews import PARTNERSHIP, scripts
from webapp.loading import load_script
from webapp.settings import Settings
from workflows.dates import london_day

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SHOWN = ("Child CB", "Child BR", "Child AF", "Child BD", "Child CG", "Child AB", "the second death")

A_RUN = timedelta(hours=3)
"""Longer than all tests of a browser take."""


@dataclass(frozen=True)
class Site:
    """A running site: its address, its cases by pseudonym, its database, which view answers where, and its clock."""

    address: str
    cases: dict[str, str]
    database: str
    addresses: MapAdapter
    sessions: sessionmaker[Session]
    clock: Clock

    def at(self, path: str) -> str:
        return self.address + path.format(**{name.replace(" ", "_"): ref for name, ref in self.cases.items()})

    def view_of(self, path: str) -> str:
        """Return the endpoint of the view that answers GET at this path. Raises NotFound for a path of no view."""
        endpoint, _arguments = self.addresses.match(path, method="GET")
        return str(endpoint)

    def let_in(self, page: Page, role: str) -> Page:
        """Sign the invented person of this role in, without the page for it, which takes its time on purpose."""
        with self.sessions.begin() as session:
            person = session.scalars(select(Person).where(Person.email == self.email_of(role))).one()
            token = begin_session(session, person, self.clock())
        page.context.add_cookies([{"name": "reviews-token", "value": token, "url": self.address, "httpOnly": True}])
        page.goto(self.at("/"))
        return page

    def email_of(self, role: str) -> str:
        return f"{role}@demonstration.example"


@contextmanager
def running(address: str) -> Iterator[Site]:
    """Give the site on this database, filled with invented people and a few invented reviews."""
    engine, clock = make_engine(address), clock_of_one_day()
    with Session(engine) as session:
        cases = _fill(session, clock())
        session.commit()
    live_through(engine, "http://127.0.0.1:8000", clock())
    sessions = make_sessions(engine)
    app = create_app(Settings(secret_key="x" * 48, demonstration=True), clock=clock, sessions=sessions)
    # A browser asks for the stylesheet once, and not again with every page.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(hours=1)
    web = make_server("127.0.0.1", 0, _made_whole(app), threaded=True)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    try:
        addresses = app.url_map.bind("127.0.0.1")
        yield Site(f"http://127.0.0.1:{web.server_port}", cases, address, addresses, sessions, clock)
    finally:
        web.shutdown()
        thread.join()
        web.server_close()
        _let_finish(engine)
        engine.dispose()


def _made_whole(app: WSGIApplication) -> WSGIApplication:
    """Return the application with every answer made and closed before any of it is sent.

    The server of the tests leaves an answer open, and the file it is read from, when the browser has gone meanwhile.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        parts, status, headers = run_wsgi_app(app, environ, buffered=True)
        start_response(status, headers.to_wsgi_list())
        return parts

    return answer


def _let_finish(engine: Engine) -> None:
    """Wait for what is still being answered though the browser has gone: a chart takes its time."""
    assert isinstance(engine.pool, QueuePool)
    while engine.pool.checkedout():
        time.sleep(0.05)


def clock_of_one_day() -> Clock:
    """Return the real clock; late in the evening one some hours behind, so that no test is left over for another day.

    What the site is filled with is told for a day: a meeting that is to come has been held on the next.
    """
    now = real_clock()
    ends_tomorrow = london_day(now + A_RUN) != london_day(now)
    return (lambda: real_clock() - A_RUN) if ends_tomorrow else real_clock


def _fill(session: Session, now: datetime) -> dict[str, str]:
    ids = add_people(session, now)
    for script in scripts(london_day(now)):
        if script.title.endswith(SHOWN):
            load_script(session, script, ids)
    add_the_panel(session, ids, now)
    appoint_people(session, ids)
    add_children(session, PARTNERSHIP, ids, now)
    add_child_deaths(session, ids, now)
    cases = {case.pseudonym: case.reference for case in session.scalars(select(Case))}
    return cases | _half_filled_form(session)


def _half_filled_form(session: Session) -> dict[str, str]:
    """Return in which death a form is begun, and by which event it was asked for."""
    begun = session.scalars(select(ReportingForm).where(ReportingForm.answers != {})).one()
    asked = select(CaseEvent.sequence).where(
        CaseEvent.case_id == begun.case_id,
        CaseEvent.step == "request_report",
        CaseEvent.answers["agency"].astext == begun.agency,
    )
    reference = session.get_one(Case, begun.case_id).reference
    return {"A death": reference, "A form": str(session.scalars(asked.order_by(CaseEvent.sequence).limit(1)).one())}
