"""Questions and pages; starts every process.

`create_app` is where the web process is put together: everything it needs is made here and handed down.
"""

from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect

from webapp import database
from webapp.access import public, refuse_what_is_undeclared
from webapp.accounts.routes import accounts
from webapp.accounts.visitor import know_visitors
from webapp.admin.boards import boards
from webapp.admin.people import people
from webapp.bank_holidays.routes import bank_holidays
from webapp.calendar_feed.routes import calendar_feed
from webapp.cases.corrections import corrections
from webapp.cases.opening import opening
from webapp.cases.readings import readings
from webapp.cases.routes import cases
from webapp.cases.step_pages import steps
from webapp.cases.what_if import what_if
from webapp.child_deaths.changing import the_child
from webapp.child_deaths.entering_return import entering_return
from webapp.child_deaths.importing import importing
from webapp.child_deaths.national_return import national_return
from webapp.child_deaths.notifying import notifying
from webapp.child_deaths.pairs import pairs
from webapp.child_deaths.queue import queue
from webapp.child_deaths.reporting import reporting_pages
from webapp.child_deaths.requests import requests
from webapp.child_deaths.routes import child_deaths
from webapp.clock import Clock, real_clock
from webapp.database import OpenSession
from webapp.demonstration.clock_page import demonstration
from webapp.deputies.routes import deputies
from webapp.errors import explain_errors
from webapp.figures.publishing import publishing
from webapp.figures.routes import figures
from webapp.home import home
from webapp.keeping import forget_what_was_offered
from webapp.messages.choices import choices
from webapp.messages.engine import engine, pulse_for_pages
from webapp.messages.routes import messages
from webapp.moved_clock import stands_at
from webapp.navigation import navigation
from webapp.panels.actions import actions
from webapp.panels.asked_of_me import asked_of_me
from webapp.panels.day import day
from webapp.panels.interests import interests
from webapp.panels.ledger import panel_ledger
from webapp.panels.meetings import meetings
from webapp.panels.minutes import minutes
from webapp.panels.my_actions import my_actions
from webapp.panels.packs import packs
from webapp.panels.routes import panels
from webapp.panels.settings import settings as panel_settings
from webapp.public_notifications.confirming import confirming
from webapp.public_notifications.routes import public_notifications
from webapp.received import clear_what_is_received
from webapp.reference.routes import reference
from webapp.reminders.ladders import ladders
from webapp.reminders.routes import reminders
from webapp.security import protect
from webapp.settings import Settings, current_settings
from webapp.templating import furnish_templates
from webapp.wording import SERVICE_NAME
from webapp.worklist.routes import worklist
from workflows.check import check_all

FIGURES = (figures, publishing)
PANELS = (
    panels,
    panel_settings,
    meetings,
    interests,
    packs,
    day,
    minutes,
    actions,
    my_actions,
    asked_of_me,
    panel_ledger,
)
BLUEPRINTS = (
    calendar_feed,
    what_if,
    home, worklist, child_deaths, notifying, the_child, pairs, queue, public_notifications, confirming, opening,
    cases, steps, readings,
    corrections, reference, accounts, people, boards, *FIGURES, demonstration, deputies, bank_holidays,
    *PANELS,
    importing, national_return, entering_return,
    requests, reporting_pages,
    reminders, ladders,
    messages, choices, engine,
)  # fmt: skip


def create_app(settings: Settings, *, clock: Clock = real_clock, sessions: OpenSession | None = None) -> Flask:
    """Return the application, on the database that `settings` name unless it is given `sessions` on another.

    Raises DeclarationsWrong, with everything that is wrong, when a review is declared in a way it cannot be run.
    """
    check_all()
    app = Flask(__name__)
    app.extensions.update(settings=settings, clock=clock)
    database.connect(app, sessions or database.open_sessions(settings))
    furnish_templates(app)
    clear_what_is_received(app)
    protect(app, settings)
    know_visitors(app)
    CSRFProtect(app)
    app.before_request(refuse_what_is_undeclared)
    app.after_request(forget_what_was_offered)
    explain_errors(app)
    app.view_functions["static"] = public(app.view_functions["static"])
    app.context_processor(_known_to_every_page)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _known_to_every_page() -> dict[str, Any]:
    return {
        "service_name": SERVICE_NAME,
        "demonstration": current_settings().demonstration,
        "clock_stands_at": stands_at(),
        "navigation": navigation(),
        **pulse_for_pages(),
    }
