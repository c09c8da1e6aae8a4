"""How the engine is that finds what is to be said and sends it: for people, for a load balancer, for Prometheus."""

import hmac
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.calendar_changes import renewal_is_due
from models.queries.pulse import backlog, is_silent, last_swept, pulses
from notifications.ticks import TICKS
from webapp import clock
from webapp.access import administrator_only, current_capacities, public
from webapp.database import OpenSession, db
from webapp.settings import current_settings
from workflows.roles import BUSINESS_MANAGER, CDOP_COORDINATOR

engine = Blueprint("engine", __name__)

WHO_IS_WARNED = frozenset({BUSINESS_MANAGER, CDOP_COORDINATOR})
PLAIN = "text/plain; charset=utf-8"
READY_WITHIN_SECONDS = 2.0


class Probe:
    """Asks one question at a time, in a thread of its own: whoever asks meanwhile shares its answer."""

    def __init__(self, within_seconds: float = READY_WITHIN_SECONDS) -> None:
        self._within_seconds = within_seconds
        self._turn = Lock()
        self._asker: ThreadPoolExecutor | None = None
        self._asked: Future[bool] | None = None

    def finds_well(self, ask: Callable[[], bool]) -> bool:
        """Return the answer, or no where none comes in time."""
        with self._turn:
            # The thread is made at first use: a web server makes its workers after this was imported.
            self._asker = self._asker or ThreadPoolExecutor(1, thread_name_prefix="probe")
            if self._asked is None or self._asked.done():
                self._asked = self._asker.submit(ask)
            asked = self._asked
        try:
            return asked.result(timeout=self._within_seconds)
        except TimeoutError:
            return False


probe = Probe()


@engine.route("/engine")
@administrator_only
def show() -> ResponseReturnValue:
    now = clock.now()
    beats = pulses(db.session)
    return render_template(
        "messages/engine.html",
        ticks=[(tick, beats.get(tick.name)) for tick in TICKS],
        backlog=backlog(db.session, now),
        process=max(beats.values(), key=lambda each: each.started_at).process if beats else None,
        silent=is_silent(last_swept(db.session), now),
        now=now,
        holidays_end_on=db.calendar.coverage_ends,
        renew=renewal_is_due(db.calendar, clock.today()),
    )


@engine.route("/health/live")
@public
def live() -> ResponseReturnValue:
    """Answer as long as the process does; nothing is asked of anything else."""
    return Response("alive\n", content_type=PLAIN)


@engine.route("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """Answer whether the database answers, asked once at a time and never waited for long (P52)."""
    opens: OpenSession = current_app.extensions["database_sessions"]
    if probe.finds_well(lambda: _answers(opens)):
        return Response("ready\n", content_type=PLAIN)
    return Response("the database does not answer\n", 503, content_type=PLAIN)


def _answers(opens: OpenSession) -> bool:
    try:
        with opens() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


@engine.route("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Answer whoever has the token with what can be measured; everybody else, that there is no such page."""
    token = current_settings().metrics_token
    told = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(told.encode(), token.encode()):
        abort(404)
    return Response(generate_latest(_measured()), content_type=CONTENT_TYPE_LATEST)


def _measured() -> CollectorRegistry:
    """Return the figures at this moment, in a registry of their own: every worker gives the same."""
    registry, now = CollectorRegistry(), clock.now()
    waits = backlog(db.session, now)
    gauge = _gauges(registry)
    gauge("messages_unaddressed", "Messages not yet addressed, up to 1,000").set(waits.unaddressed)
    gauge("messages_without_recipient", "Messages for a role nobody holds, up to 1,000").set(waits.without_recipient)
    gauge("deliveries_waiting", "Deliveries due and not yet sent, up to 1,000").set(waits.waiting)
    gauge("deliveries_failed", "Deliveries given up and not decided on, up to 1,000").set(waits.failed)
    gauge("deliveries_unknown", "Deliveries whose fate nobody knows, up to 1,000").set(waits.unknown)
    oldest = (now - waits.oldest_waiting).total_seconds() if waits.oldest_waiting else 0
    gauge("oldest_waiting_seconds", "How long the oldest delivery has been due").set(oldest)
    holidays = (db.calendar.coverage_ends - clock.today()).days
    gauge("bank_holidays_known_days", "Days until the published bank holidays end").set(holidays)
    finished = gauge("tick_finished_timestamp_seconds", "When a task last ended well", ["tick"])
    failed = gauge("tick_failed_timestamp_seconds", "When a task last failed", ["tick"])
    for name, pulse in pulses(db.session).items():
        finished.labels(name).set(pulse.finished_at.timestamp() if pulse.finished_at else 0)
        failed.labels(name).set(pulse.failed_at.timestamp() if pulse.failed_at else 0)
    return registry


def _gauges(registry: CollectorRegistry) -> Callable[..., Gauge]:
    return lambda name, words, labels=(): Gauge(f"reviews_{name}", words, labels, registry=registry)


def pulse_for_pages() -> dict[str, Any]:
    """Return what every page says of the engine to whoever is signed in: when it last looked, and if it is silent."""
    if not current_user.is_authenticated:
        return {"swept_at": None, "engine_is_silent": False}
    swept_at, now = last_swept(db.session), clock.now()
    silent = is_silent(swept_at, now)
    warned = silent and not current_capacities().anywhere.isdisjoint(WHO_IS_WARNED)
    return {"swept_at": swept_at, "engine_is_silent": warned}
