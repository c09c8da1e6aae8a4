"""A private feed that calendar programs read: whole days, stable identities, moved and cancelled as things change.

Read with another parser than the one it is written with.
"""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
import vobject
from sqlalchemy import select

from models.audit import AuditEntry
from models.calendar_feed import CalendarFeed
from models.casework import Actor, take_step
from models.panels.panel import DeclaredInterest, Meeting, Panel, PanelMember
from tests.models.reviews import SCOPING, Review, a_board, an_incident
from tests.webapp.client import main_words, tree_of
from tests.webapp.conftest import MovableClock, a_browser
from workflows.dates import PartialDate
from workflows.standing import Told

FRI_16_SEP, MON_26_SEP = date(2022, 9, 16), date(2022, 9, 26)


@pytest.fixture
def clock():
    return MovableClock(datetime(2022, 9, 16, 12, tzinfo=UTC))


@pytest.fixture
def incident(session):
    """The Panel is to be notified and the partners told by Monday 26 September 2022."""
    return an_incident(session, FRI_16_SEP)


@pytest.fixture
def partner(somebody, incident):
    return somebody("partner@example.org", "safeguarding_partner", on=incident.board)


def opened(client):
    """Open a feed on the account page, and return its path."""
    page = client.send(client.get("/account/calendar"), "Get a")
    address = next(each.get("value", "") for each in tree_of(page).iter("input") if each.get("id") == "address")
    return address.removeprefix("https://localhost")


@pytest.fixture
def path(as_, partner):
    return opened(as_(partner))


@pytest.fixture
def read(app, clock, path):
    """Read the feed as a program does, that is not signed in and waits between two readings."""

    def entries(at=None):
        clock.forward(minutes=1)
        answer = a_browser(app).get(at or path)
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        calendar = vobject.readOne(answer.text)
        return {event.uid.value: event for event in getattr(calendar, "vevent_list", [])}

    return entries


def titles(entries):
    return sorted(event.summary.value for event in entries.values() if event.status.value == "CONFIRMED")


def test_the_dates_that_are_theirs_to_meet_are_whole_days(read, incident):
    """Only what one of their roles can record: a partner notifies the Panel, and the manager tells the partners."""
    ((event,)) = [each for each in read().values() if "Notify the Panel" in each.summary.value]

    assert event.summary.value == f"{incident.reference}: Notify the Panel of the incident"
    assert (event.dtstart.value, event.dtend.value) == (MON_26_SEP, date(2022, 9, 27))
    assert "VALUE=DATE" in event.dtstart.serialize()
    assert (event.sequence.value, event.status.value) == ("0", "CONFIRMED")
    assert event.url.value == f"https://localhost/cases/{incident.reference}"


def test_it_says_who_wrote_it_and_that_it_is_published(app, path, clock):
    calendar = vobject.readOne(a_browser(app).get(path).text)

    assert (calendar.version.value, calendar.method.value) == ("2.0", "PUBLISH")
    assert "Safeguarding reviews" in calendar.prodid.value


def test_nothing_in_it_is_about_a_child_or_a_place(app, path, incident, clock):
    text = a_browser(app).get(path).text

    assert incident.pseudonym not in text
    assert incident.board.name not in text
    assert "SUMMARY" in text


def test_reading_it_again_changes_nothing(read):
    first = {uid: event.serialize() for uid, event in read().items()}

    assert {uid: event.serialize() for uid, event in read().items()} == first


def test_a_date_that_moves_keeps_its_identity_and_counts_its_changes(session, as_, somebody, app, clock):
    board = a_board(session, "Bromley")
    review = Review(session, board, date(2014, 3, 20)).opened()
    review.take("request_scoping", answers=SCOPING)
    clock.moment = datetime(2014, 3, 20, 12, tzinfo=UTC)
    manager = as_(somebody("manager@example.org", "business_manager", on=board))
    path = opened(manager)
    before = vobject_entries(app, path)
    review.correct(2, date(2014, 3, 20), answers={**SCOPING, "due_on": "2014-04-08"})
    clock.forward(minutes=1)
    after = vobject_entries(app, path)

    moved = {uid for uid in before if before[uid].dtstart.value != after[uid].dtstart.value}
    assert {after[uid].dtstart.value for uid in moved} == {date(2014, 4, 8)}
    assert {after[uid].sequence.value for uid in moved} == {"1"}


def vobject_entries(app, path):
    return {event.uid.value: event for event in vobject.readOne(a_browser(app).get(path).text).vevent_list}


def test_a_date_that_is_met_is_cancelled(session, read, incident):
    ((uid, _),) = [each for each in read().items() if "Notify the Panel" in each[1].summary.value]
    told = Told(PartialDate.on(FRI_16_SEP), {"notified_on": FRI_16_SEP.isoformat()})
    now = datetime(2022, 9, 16, 13, tzinfo=UTC)
    actor = Actor(None, frozenset({"safeguarding_partner"}))
    take_step(session, incident, "notify_panel", actor=actor, told=told, now=now)

    after = read()
    assert (after[uid].status.value, after[uid].sequence.value) == ("CANCELLED", "1")
    assert [title for title in titles(after) if "Notify the Panel" in title] == []


def test_what_a_person_may_see_no_longer_is_cancelled_and_after_a_while_gone(session, read, clock, partner):
    assert titles(read()) != []
    partner.appointments[0].until_on = FRI_16_SEP - timedelta(days=1)
    session.flush()

    assert titles(read()) == []
    assert {event.status.value for event in read().values()} == {"CANCELLED"}
    clock.forward(days=91)
    assert read() == {}


def test_a_declared_interest_takes_the_case_out(session, read, incident, partner):
    session.add(DeclaredInterest(person_id=partner.id, case_id=incident.id, declared_at=incident.created_at))
    session.flush()

    assert titles(read()) == []


def test_a_panel_s_meetings_are_in_it_and_a_meeting_called_off_is_cancelled(session, read, partner, given):
    board = given.a_board("Northfell panel", kind="panel")
    session.add(Panel(board=board))
    session.flush()
    seat = PanelMember(panel_id=board.id, person_id=partner.id, role="police", agency="Police", from_on=FRI_16_SEP)
    meeting = Meeting(panel_id=board.id, held_on=date(2022, 10, 6), created_at=datetime(2022, 9, 1, tzinfo=UTC))
    session.add_all([seat, meeting])
    session.flush()

    assert "Panel meeting" in titles(read())

    meeting.held_on = date(2022, 10, 13)
    session.flush()
    (moved,) = [event for event in read().values() if event.summary.value == "Panel meeting"]
    assert (moved.dtstart.value, moved.sequence.value) == (date(2022, 10, 13), "1")

    seat.from_on = seat.until_on = FRI_16_SEP - timedelta(days=1)
    session.flush()
    assert "Panel meeting" not in titles(read())


def test_a_new_address_ends_the_old_one_and_revoking_ends_both(app, as_, partner, path, clock):
    client = as_(partner)
    second = opened(client)
    assert second != path
    assert a_browser(app).get(path).status_code == 404
    assert a_browser(app).get(second).status_code == 200

    done = client.send(client.get("/account/calendar"), "Stop giving my dates")
    assert "Nothing is given at the old address any more" in main_words(done)
    assert a_browser(app).get(second).status_code == 404


def test_an_address_ended_is_answered_like_one_that_never_was(app, as_, partner, path):
    client = as_(partner)
    client.send(client.get("/account/calendar"), "Stop giving my dates")

    ended, never = a_browser(app).get(path), a_browser(app).get("/calendar/" + "x" * 43 + ".ics")
    assert (ended.status_code, ended.text) == (never.status_code, never.text)


def test_a_closed_account_gives_nothing(app, session, partner, path):
    partner.active = False
    session.flush()

    assert a_browser(app).get(path).status_code == 404


def test_a_program_that_asks_too_often_is_told_to_wait(app, path):
    assert a_browser(app).get(path).status_code == 200

    again = a_browser(app).get(path)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "10")


def test_the_address_is_shown_once_and_kept_as_a_hash(session, as_, partner, path):
    token = path.removeprefix("/calendar/").removesuffix(".ics")

    assert token not in as_(partner).get("/account/calendar").text
    feed = session.scalars(select(CalendarFeed)).one()
    assert token.encode() not in feed.token_hash
    assert token not in repr(session.scalars(select(AuditEntry.detail)).all())


def test_no_log_has_the_address_in_it(app, path, caplog):
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    app.extensions["clock"] = lambda: 1 / 0

    with caplog.at_level(logging.INFO):
        assert a_browser(app).get(path).status_code == 500
        logging.getLogger("gunicorn.access").warning('"%s"', f"GET {path} HTTP/1.1")

    assert "/calendar/….ics" in caplog.text
    assert token not in caplog.text
