"""How the engine is, said to people, to a load balancer and to Prometheus, without hurting what it asks (P52)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from threading import Event

import pytest

from models.pulse import TickPulse, record_end, record_failure, record_start
from notifications.ticks import TICKS
from webapp.messages.engine import Probe
from workflows.calendar import PUBLISHED_TO
from workflows.roles import ADMINISTRATOR, BUSINESS_MANAGER, SUBGROUP_CHAIR

SILENT = "Reminders have not been checked since"


@pytest.fixture
def swept(session, clock):
    def at(moment):
        session.merge(TickPulse(name="sweep", process="one", started_at=moment, finished_at=moment, done=3))
        session.commit()

    return at


def test_every_page_says_when_reminders_were_last_checked(swept, somebody, as_, clock):
    swept(clock())
    page = as_(somebody("chair@example.org", SUBGROUP_CHAIR)).get("/account").text

    assert "Reminders last checked at 5:30pm on 7 February 2014." in page
    assert SILENT not in page


@pytest.mark.parametrize(("role", "warned"), [(BUSINESS_MANAGER, True), (SUBGROUP_CHAIR, False)])
def test_those_who_would_wait_for_reminders_are_warned_when_the_engine_is_silent(
    swept, somebody, as_, clock, role, warned
):
    swept(clock() - timedelta(minutes=16))

    assert (SILENT in as_(somebody("somebody@example.org", role)).get("/account").text) is warned


def test_an_administrator_sees_each_task(swept, somebody, as_, clock, session):
    swept(clock())
    record_start(session, "send", "one", clock())
    record_failure(session, "send", clock(), "OperationalError")
    session.commit()

    page = as_(somebody("admin@example.org", ADMINISTRATOR)).get("/engine").text

    assert all(tick.words in page for tick in TICKS)
    assert "OperationalError" in page
    assert "Reminders are being checked." in page


@pytest.mark.parametrize(("days", "renewed"), [(366, False), (364, True)])
def test_an_administrator_is_told_a_year_before_the_bank_holidays_known_end(somebody, as_, clock, days, renewed):
    """P23: the list is published a few years ahead, and a date beyond it may move."""
    clock.moment = datetime.combine(PUBLISHED_TO - timedelta(days=days), time_of_day(12), UTC)
    page = as_(somebody("admin@example.org", ADMINISTRATOR)).get("/engine").text

    assert "Bank holidays are known up to" in page
    assert ("The published bank holidays end on" in page) is renewed


def test_a_task_that_ends_well_after_a_failure_says_so(session, clock):
    record_start(session, "send", "one", clock())
    record_failure(session, "send", clock(), "OperationalError")
    record_end(session, "send", clock(), 7)

    pulse = session.get_one(TickPulse, "send", populate_existing=True)
    assert (pulse.error, pulse.done) == (None, 7)


def test_health_is_told_to_anyone_and_says_nothing_else(client):
    live, ready = client.get("/health/live"), client.get("/health/ready")

    assert (live.status_code, live.text) == (200, "alive\n")
    assert (ready.status_code, ready.text) == (200, "ready\n")


def test_readiness_is_asked_once_at_a_time_and_never_waited_for_long():
    """A question that hangs is asked once, however many ask it meanwhile."""
    asked, answer = [], Event()
    probe = Probe(within_seconds=0.2)

    def hang():
        asked.append(True)
        return answer.wait(10)

    began = time.monotonic()
    with ThreadPoolExecutor(5) as together:
        answers = list(together.map(lambda _: probe.finds_well(hang), range(5)))
    took = time.monotonic() - began
    answer.set()

    assert answers == [False] * 5
    assert len(asked) == 1
    assert took < 5
    assert Probe().finds_well(lambda: True)


def test_metrics_are_given_to_whoever_has_the_token_alone(app, client, swept, clock):
    swept(clock())
    assert client.get("/metrics").status_code == 404

    app.extensions["settings"] = replace(app.extensions["settings"], metrics_token="a token of its own")
    assert client.get("/metrics").status_code == 404
    given = client.get("/metrics", headers={"Authorization": "Bearer a token of its own"})

    assert given.status_code == 200
    assert "reviews_deliveries_waiting 0.0" in given.text
    assert f"reviews_bank_holidays_known_days {(PUBLISHED_TO - date(2014, 2, 7)).days}.0" in given.text
    assert 'reviews_tick_finished_timestamp_seconds{tick="sweep"} 1.3917942e+09' in given.text
