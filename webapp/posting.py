"""What the process that sends is put together from: the settings, the engine, the way letters leave, the clock."""

import os
import socket
from threading import Event

from sqlalchemy.orm import Session, sessionmaker

from models.bank_holidays import calendar_in_force
from models.database import SERVER_SETTINGS, make_engine, make_sessions
from notifications.facts import Site
from notifications.office import Office
from notifications.senders.letter import Sender
from notifications.senders.log import LogSender
from notifications.senders.notify import NotifySender
from notifications.senders.smtp import Server, SmtpSender
from notifications.ticks import Works
from webapp.clock import Clock
from webapp.moved_clock import clock_for
from webapp.running import application_address_in_use
from webapp.settings import PostSettings, Settings
from workflows.calendar import Calendar

# A process frozen in the middle of a transaction holds what it has locked, and whoever takes over waits for it.
# The scheduler leaves no transaction idle for as long as this; taking over may take a minute.
LET_GO = {"idle_in_transaction_session_timeout": "20s"}


def works_for(settings: Settings, post: PostSettings, stopping: Event) -> Works:
    """Return what the scheduler works with."""
    engine = make_engine(application_address_in_use(settings), settings={**SERVER_SETTINGS, **LET_GO})
    sessions = make_sessions(engine)
    clock = clock_for(settings, sessions)

    def calendar() -> Calendar:
        with sessions() as session:
            return calendar_in_force(session)

    office = Office(
        sessions=sessions,
        sender=sender_for(post, sessions, clock),
        clock=clock,
        site=Site(post.site_address),
        calendar=calendar,
        name=f"{socket.gethostname()}:{os.getpid()}",
    )
    secret = settings.secret_key.encode()
    return Works(engine, office, secret, stopping, heartbeat_url=post.heartbeat_url, kept_for=post.kept_for)


def sender_for(post: PostSettings, sessions: sessionmaker[Session], clock: Clock) -> Sender:
    """Return the way letters leave that the settings name."""
    if post.channel == "log":
        return LogSender(sessions, clock)
    if post.channel == "notify":
        return NotifySender(api_key=post.notify_api_key, template_id=post.notify_template_id, url=post.notify_url)
    server = Server(
        host=post.smtp_host,
        port=post.smtp_port,
        encryption=post.smtp_encryption,
        sender=post.mail_from,
        user=post.smtp_user,
        password=post.smtp_password,
        trust=post.smtp_trust,
    )
    return SmtpSender(server, clock)
