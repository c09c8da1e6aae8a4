"""A professional notifies a death without an account, and nothing can be read through the page."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import session as browser
from sqlalchemy import func, select

from models.agency import add_board
from models.case import Case
from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import FROM_ONE_PLACE_AN_HOUR, MOST_ATTEMPTS, MOST_CODES, code_of
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import MovableClock, a_browser
from webapp.settings import Settings

THU_1_JUN_2017 = datetime(2017, 6, 1, 11, tzinfo=UTC)
SECRET = Settings(secret_key="x" * 48).secret_key.encode()
BUTTON = "Send and get a code"
TOLD = {
    "surname": "Catherwood", "forenames": "Ada", "born_on__day": "15", "born_on__month": "1", "born_on__year": "2012",
    "sex": "female", "nhs_number": "943 476 5919", "area": "Anytown", "address": "1 Nowhere Street",
    "postcode": "ZZ1 1ZZ", "died_on__day": "31", "died_on__month": "5", "died_on__year": "2017", "died_at": "17:30",
    "place_of_death": "home", "expected": "no", "circumstances": "Found at the foot of the stairs",
    "carers": "Jo Catherwood, mother", "siblings": "Lee, about 8",
    "agencies": "General practice\nNowhere Primary School",
    "notifier": "Dr I. Invented", "notifier_role": "Consultant", "notifier_agency": "Nowhere Hospital",
    "notifier_telephone": "01632 960 001", "email": "dr@nowhere.example",
}  # fmt: skip
IDENTIFYING = ("Catherwood", "Ada", "943", "Nowhere", "ZZ1", "stairs", "Jo ", "Lee", "Invented", "960 001")


@pytest.fixture
def clock():
    return MovableClock(THU_1_JUN_2017)


@pytest.fixture(autouse=True)
def board(session, given):
    board = add_board(session, "Anytown Safeguarding Children Board")
    given.appointed(given.a_person(), "cdop_coordinator", on=board)
    return board


def write(client, **but):
    return client.send(client.get("/notify-a-death/form"), BUTTON, **(TOLD | but))


def kept(session):
    return session.scalars(select(PublicNotification)).all()


def code(session):
    (notification,) = kept(session)
    return code_of(notification.token, SECRET, notification.codes_asked)


class TestNotifying:
    def test_a_death_is_notified_and_confirmed_by_the_code(self, client, session):
        page = client.get(links_of(client.get("/notify-a-death"))["Start"])
        page = client.send(page, BUTTON, **TOLD)
        assert page.request.path == "/notify-a-death/code"

        page = client.send(page, "Confirm", code=code(session))

        assert page.request.path == "/notify-a-death/sent"
        assert "has it now" in main_words(page)
        (notification,) = kept(session)
        assert notification.confirmed_at == THU_1_JUN_2017
        assert notification.answers == {
            "notified_on": "2017-06-01", "died_on": "2017-05-31", "born_on": "2012-01-15", "sex": "female",
            "nhs_number": "943 476 5919", "normally_resident_in": "Anytown", "place_of_death": "home",
            "expected": "no", "circumstances": "Found at the foot of the stairs", "notifier": "Dr I. Invented",
            "agencies": ["General practice", "Nowhere Primary School"],
        }  # fmt: skip
        assert notification.details["siblings"] == [{"name": "Lee, about 8"}]
        assert session.scalar(select(func.count()).select_from(Case)) == 0

    def test_nothing_that_was_told_is_shown_again(self, client):
        page = write(client)
        others = [client.get(f"/notify-a-death{path}") for path in ("", "/form", "/code", "/new-code")]

        for each in (page, *others):
            assert not [told for told in IDENTIFYING if told in each.text]

    def test_the_address_the_code_goes_to_is_shown_in_this_browser_alone_and_until_it_is_confirmed(
        self, app, client, session
    ):
        write(client)
        assert "dr@nowhere.example" in client.get("/notify-a-death/new-code").text

        other = a_browser(app).get("/notify-a-death/new-code", follow_redirects=True)
        client.send(client.get("/notify-a-death/code"), "Confirm", code=code(session))
        later = client.get("/notify-a-death/new-code", follow_redirects=True)

        assert "dr@nowhere.example" not in other.text + later.text

    def test_a_child_who_is_known_and_one_who_is_not_are_answered_alike(self, app, client, session):
        first = write(client)
        client.send(client.get("/notify-a-death/code"), "Confirm", code=code(session))

        second = write(a_browser(app))

        assert main_words(first) == main_words(second)

    def test_what_is_wrong_is_all_said_at_once_and_nothing_typed_is_lost(self, client, session):
        page = write(
            client, surname="", sex="", nhs_number="123", email="nobody", died_on__month="13", expected="",
            circumstances="Found at <home>",
        )  # fmt: skip

        assert page.status_code == 422
        words = main_words(page)
        for wrong in (
            "surname",
            "Sex: an answer is needed",
            "not an NHS number",
            "like name@example.org",
            "month from 1",
        ):
            assert wrong in words
        held = client.held(page, BUTTON)
        assert held["circumstances"] == ["Found at <home>"]
        assert (held["died_on-month"], held["forenames"], held["area"]) == (["13"], ["Ada"], ["Anytown"])
        assert kept(session) == []

    def test_a_child_born_after_its_death_is_refused_in_words(self, client):
        page = write(client, born_on__year="2018")

        assert page.status_code == 422
        assert "in the future" in main_words(page)
        assert "cannot be before" in main_words(write(client, died_on__year="2011"))

    def test_a_form_sent_twice_is_one_notification(self, client, session):
        form = client.get("/notify-a-death/form")
        client.send(form, BUTTON, **TOLD)

        client.send(form, BUTTON, **TOLD)

        assert len(kept(session)) == 1

    def test_somebody_of_another_area_is_told_of_all_the_same(self, client, session):
        write(client, lived_in="Otherborough")

        (notification,) = kept(session)
        assert notification.answers["normally_resident_in"] == "Otherborough"

    def test_a_form_whose_sign_is_gone_is_shown_again_with_what_it_held(self, app, client, session):
        held = client.held(client.get("/notify-a-death/form"), BUTTON, **TOLD)

        page = a_browser(app).post("/notify-a-death/form", data=held)

        assert page.status_code == 400
        assert "nothing that you entered is lost" in main_words(page)
        assert kept(session) == []

    def test_when_nobody_would_see_it_the_page_says_whom_to_ring(self, client, clock):
        clock.moment = datetime(2001, 1, 1, tzinfo=UTC)

        assert "Telephone the child death office" in main_words(client.get("/notify-a-death"))
        assert client.get("/notify-a-death/form").location == "/notify-a-death"


class TestTheCode:
    def test_a_wrong_code_counts_and_after_so_many_none_is_taken(self, client, session):
        page = write(client)
        right = code(session)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"

        for _ in range(MOST_ATTEMPTS):
            page = client.send(page, "Confirm", code=wrong)
            assert "not the code that was sent" in main_words(page)
        page = client.send(page, "Confirm", code=right)

        assert "tried too often" in main_words(page)
        assert kept(session)[0].confirmed_at is None

    def test_what_is_no_code_does_not_count(self, client, session):
        page = client.send(write(client), "Confirm", code="12a")

        assert "six digits" in main_words(page)
        assert kept(session)[0].attempts == 0

    def test_after_half_an_hour_a_new_code_is_asked_for_and_taken(self, client, session, clock):
        page = write(client)
        clock.forward(minutes=31)
        page = client.send(page, "Confirm", code=code(session))
        assert "no longer good" in main_words(page)

        page = client.get(links_of(page)["send a new code"])
        page = client.send(page, "Send a new code", email="right@nowhere.example")

        assert "A new code is on its way" in main_words(page)
        assert kept(session)[0].email == "right@nowhere.example"
        assert client.send(page, "Confirm", code=code(session)).request.path == "/notify-a-death/sent"

    def test_only_so_many_codes_are_sent_and_then_the_page_says_whom_to_ring(self, client, session, board):
        board.telephone = "01632 960 999"
        session.commit()
        write(client)
        for _ in range(MOST_CODES - 1):
            client.send(client.get("/notify-a-death/new-code"), "Send a new code")

        page = client.send(client.get("/notify-a-death/new-code"), "Send a new code")

        assert page.status_code == 422
        assert "Telephone the child death office of Anytown on 01632 960 999" in main_words(page)

    def test_without_a_notification_there_is_no_code_to_enter(self, client):
        for path in ("code", "new-code", "sent"):
            assert client.get(f"/notify-a-death/{path}").location == "/notify-a-death"

    def test_another_browser_cannot_confirm_it(self, app, client, session):
        write(client)

        other = a_browser(app)
        other.get("/notify-a-death/form")

        assert other.get("/notify-a-death/code").location == "/notify-a-death"


class TestLimits:
    def test_from_one_place_only_so_many_an_hour_and_what_was_typed_stays(self, app, session):
        for number in range(FROM_ONE_PLACE_AN_HOUR):
            write(a_browser(app), email=f"dr{number}@nowhere.example")

        client = a_browser(app)
        page = write(client)

        assert page.status_code == 429
        assert "Too many notifications" in main_words(page)
        assert "Telephone the child death office of Anytown" in main_words(page)
        assert client.held(page, BUTTON)["surname"] == ["Catherwood"]
        assert len(kept(session)) == FROM_ONE_PLACE_AN_HOUR

    def test_an_hour_later_they_are_taken_again(self, app, clock):
        for number in range(FROM_ONE_PLACE_AN_HOUR):
            write(a_browser(app), email=f"dr{number}@nowhere.example")
        clock.forward(hours=1)

        assert write(a_browser(app)).status_code == 200

    def test_more_text_than_a_notification_needs_is_refused_and_not_lost(self, client):
        page = write(client, circumstances="a" * 5_001)

        assert "5,000 characters or fewer" in main_words(page)
        assert client.held(page, BUTTON)["circumstances"] == ["a" * 5_001]

    def test_where_it_came_from_is_kept_only_as_what_stands_for_it(self, client, session):
        write(client)

        assert "127.0.0.1" not in kept(session)[0].sent_from


def test_pages_are_not_kept_by_the_browser_and_carry_the_headers(client):
    page = client.get("/notify-a-death/form")

    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_the_cookie_holds_no_answer(client, app):
    with client:
        write(client)

        assert set(browser) <= {"csrf_token", "notification"}


def test_the_sign_in_page_leads_there(client):
    assert links_of(client.get("/sign-in"))["Notify a child’s death without an account"] == "/notify-a-death"


def test_a_code_is_good_in_its_time_only(client, session, clock):
    page = write(client)
    clock.moment += timedelta(minutes=29)

    assert client.send(page, "Confirm", code=code(session)).request.path == "/notify-a-death/sent"
