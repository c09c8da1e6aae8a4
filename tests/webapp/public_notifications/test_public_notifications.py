"""A professional notifies a death without an account, and nothing can be read through the page."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import session as browser
from sqlalchemy import func, select

from models.agency import add_board
from models.case import Case
from models.child_deaths.public_draft import BEGUN_FROM_ONE_PLACE_AN_HOUR, PublicDraft, forget_old_drafts
from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import FROM_ONE_PLACE_AN_HOUR, MOST_ATTEMPTS, MOST_CODES, code_of
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import MovableClock, a_browser
from webapp.public_notifications.forms import PAGES
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
ON = {page.key: page.boxes for page in PAGES}
IDENTIFYING = ("Catherwood", "Ada", "943", "Nowhere", "ZZ1", "stairs", "Jo ", "Lee", "Invented", "960 001")


@pytest.fixture
def clock():
    return MovableClock(THU_1_JUN_2017)


@pytest.fixture(autouse=True)
def board(session, given):
    board = add_board(session, "Anytown Safeguarding Children Board")
    given.appointed(given.a_person(), "cdop_coordinator", on=board)
    return board


def fill_in(client, **but):
    """Go through the pages, and return the one that follows the last, or the first that says something is wrong."""
    told = TOLD | but
    page = client.get("/notify-a-death/form", follow_redirects=True)
    while page.request.path.startswith("/notify-a-death/form/"):
        key = page.request.path.rpartition("/")[2]
        page = client.send(page, "Continue", **{name: told[name] for name in told if name.split("__")[0] in ON[key]})
        if page.status_code != 200:
            break
    return page


def write(client, **but):
    return client.send(fill_in(client, **but), BUTTON)


def kept(session):
    return session.scalars(select(PublicNotification)).all()


def code(session):
    (notification,) = kept(session)
    return code_of(notification.token, SECRET, notification.codes_asked)


class TestNotifying:
    def test_a_death_is_notified_and_confirmed_by_the_code(self, client, session):
        assert links_of(client.get("/notify-a-death"))["Start"] == "/notify-a-death/form"
        page = client.send(fill_in(client), BUTTON)
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
        paths = ("", "/form", "/check", "/code", "/new-code", *(f"/form/{key}" for key in ON))
        others = [client.get(f"/notify-a-death{path}", follow_redirects=True) for path in paths]

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

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"surname": ""}, "surname"),
            ({"sex": ""}, "Sex: an answer is needed"),
            ({"died_on__day": "", "died_on__month": "", "died_on__year": ""}, "Date of death: an answer is needed"),
            ({"nhs_number": "123"}, "not an NHS number"),
            ({"born_on__month": "13"}, "month from 1"),
            ({"area": ""}, "Choose the area"),
            ({"expected": ""}, "Was the death expected? An answer is needed"),
            ({"email": "nobody"}, "like name@example.org"),
        ],
    )
    def test_what_is_wrong_is_said_on_its_page_and_nothing_typed_is_lost(self, client, session, wrong, words):
        page = fill_in(client, **wrong)

        assert page.status_code == 422
        assert words in main_words(page)
        held = client.held(page, "Continue")
        for name, typed in TOLD.items():
            box = name.replace("__", "-")
            if box in held and name not in wrong:
                assert held[box] == [typed], name
        assert kept(session) == []

    def test_what_is_wrong_on_one_page_is_said_all_at_once(self, client):
        page = fill_in(client, surname="", sex="", nhs_number="123", forenames="<Ada>")

        for words in ("surname", "Sex: an answer is needed", "not an NHS number"):
            assert words in main_words(page)
        assert client.held(page, "Continue")["forenames"] == ["<Ada>"]

    def test_a_child_born_after_its_death_is_refused_in_words(self, client):
        page = fill_in(client, born_on__year="2018")
        assert page.status_code == 422
        assert "in the future" in main_words(page)

        page = fill_in(client, died_on__year="2011")
        assert page.request.path == "/notify-a-death/form/death"
        assert "cannot be before" in main_words(page)

    def test_a_form_sent_twice_is_one_notification(self, client, session):
        check = fill_in(client)
        client.send(check, BUTTON)

        page = client.send(check, BUTTON)

        assert page.request.path == "/notify-a-death/code"
        assert len(kept(session)) == 1

    def test_somebody_of_another_area_is_told_of_all_the_same(self, client, session):
        write(client, lived_in="Otherborough")

        (notification,) = kept(session)
        assert notification.answers["normally_resident_in"] == "Otherborough"

    def test_a_page_whose_sign_is_gone_is_shown_again_with_what_it_held(self, app, client, session):
        first = client.get("/notify-a-death/form/child")
        held = client.held(first, "Continue", surname="Catherwood", forenames="Ada")

        page = a_browser(app).post("/notify-a-death/form/child", data=held)

        assert page.status_code == 400
        assert "nothing that you entered is lost" in main_words(page)
        assert session.scalars(select(PublicDraft)).all() == []

    def test_when_nobody_would_see_it_the_page_says_whom_to_ring(self, client, clock):
        clock.moment = datetime(2001, 1, 1, tzinfo=UTC)

        assert "Telephone the child death office" in main_words(client.get("/notify-a-death"))
        assert client.get("/notify-a-death/form/child").location == "/notify-a-death"


class TestThePages:
    """Short pages, kept as one goes, in this browser alone; checked before anything is sent."""

    def test_everything_is_shown_to_be_checked_and_changed_before_it_is_sent(self, client, session):
        check = fill_in(client)
        words = main_words(check)

        for told in (
            "Catherwood",
            "15 January 2012",
            "Female",
            "Home of normal residence",
            "Lee, about 8",
            "Not entered",
        ):
            assert told in words
        assert kept(session) == []

        page = client.send(client.get(links_of(check)["Change The child"]), "Continue", surname="Katherwood")

        assert page.request.path == "/notify-a-death/check"
        assert "Katherwood" in main_words(page)
        assert "Lee, about 8" in main_words(page)

    def test_the_birth_is_asked_about_of_a_newborn_alone(self, client):
        assert "The birth" not in main_words(fill_in(client))

        page = fill_in(client, born_on__day="20", born_on__month="5", born_on__year="2017", live_birth="yes")
        assert "For a newborn: was the baby born alive? Yes" in main_words(page)

    def test_each_page_says_how_far_one_is(self, client):
        """Whether the birth is asked about is not known before the dates are."""
        page = client.get("/notify-a-death/form/child")
        assert "page 1 of 7" in main_words(page)

        fill_in(client)
        assert "page 6 of 6" in main_words(client.get("/notify-a-death/form/notifier"))

    def test_what_was_typed_is_there_after_an_interruption(self, client, clock):
        page = client.get("/notify-a-death/form/child")
        client.send(page, "Continue", **{name: TOLD[name] for name in TOLD if name.split("__")[0] in ON["child"]})
        clock.forward(minutes=59)

        assert links_of(client.get("/notify-a-death"))["Go on with it"] == "/notify-a-death/check"
        assert "Catherwood" in main_words(client.get("/notify-a-death/check"))
        assert client.held(client.get("/notify-a-death/form/child"), "Continue")["born_on-year"] == ["2012"]

    def test_what_is_missing_is_named_on_the_check_page_with_where_to_answer_it(self, client, session):
        page = client.get("/notify-a-death/form/child")
        client.send(page, "Continue", **{name: TOLD[name] for name in TOLD if name.split("__")[0] in ON["child"]})

        check = client.get("/notify-a-death/check")

        assert links_of(check)["Choose the area where the child normally lived"].startswith(
            "/notify-a-death/form/home#"
        )
        assert links_of(check)["Enter your e-mail address"] == "/notify-a-death/form/notifier#email"
        assert BUTTON not in main_words(check)
        assert kept(session) == []

    def test_it_cannot_be_sent_while_something_is_missing(self, client, session):
        check = fill_in(client)
        draft = session.scalars(select(PublicDraft)).one()
        draft.typed = {key: typed for key, typed in draft.typed.items() if key != "notifier"}
        session.commit()

        page = client.send(check, BUTTON)

        assert page.status_code == 422
        assert "Enter your name" in main_words(page)
        assert kept(session) == []

    def test_another_browser_sees_nothing_of_it(self, app, client):
        fill_in(client)

        other = a_browser(app)
        for path in ("", "/check", *(f"/form/{key}" for key in ON)):
            text = other.get(f"/notify-a-death{path}", follow_redirects=True).text
            assert not [told for told in IDENTIFYING if told in text]

    def test_after_an_hour_it_is_gone_here_and_from_the_database(self, client, session, clock):
        fill_in(client)
        clock.forward(hours=1)

        assert client.get("/notify-a-death/check").location == "/notify-a-death"
        assert "Catherwood" not in client.get("/notify-a-death/form/child").text
        assert forget_old_drafts(session, clock.moment) == 1
        assert session.scalars(select(PublicDraft)).all() == []

    def test_a_page_sent_after_that_is_not_lost(self, client, clock):
        page = client.get("/notify-a-death/form/circumstances")
        fill_in(client)
        clock.forward(hours=2)

        client.send(page, "Continue", circumstances="Found at the foot of the stairs")

        assert "foot of the stairs" in main_words(client.get("/notify-a-death/check"))

    def test_it_can_be_thrown_away(self, client, session):
        page = client.send(fill_in(client), "Throw away what I entered")

        assert "What you had entered is removed" in main_words(page)
        assert session.scalars(select(PublicDraft)).all() == []
        assert client.get("/notify-a-death/check").location == "/notify-a-death"

    def test_what_is_sent_is_no_longer_kept_as_begun(self, client, session):
        write(client)

        assert session.scalars(select(PublicDraft)).all() == []

    def test_from_one_place_only_so_many_are_begun_in_an_hour_and_the_page_keeps_what_was_typed(self, app, session):
        told = {name: TOLD[name] for name in TOLD if name.split("__")[0] in ON["child"]}
        for _ in range(BEGUN_FROM_ONE_PLACE_AN_HOUR):
            browser = a_browser(app)
            browser.send(browser.get("/notify-a-death/form/child"), "Continue", **told)

        last = a_browser(app)
        page = last.send(last.get("/notify-a-death/form/child"), "Continue", **told)

        assert page.status_code == 429
        assert "Telephone the child death office" in main_words(page)
        assert last.held(page, "Continue")["surname"] == ["Catherwood"]
        assert len(session.scalars(select(PublicDraft)).all()) == BEGUN_FROM_ONE_PLACE_AN_HOUR

    @pytest.mark.parametrize("key", ["nothing", "code", "once"])
    def test_there_are_no_other_pages(self, client, key):
        assert client.get(f"/notify-a-death/form/{key}").status_code == 404


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
        other.get("/notify-a-death/form/child")

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
        assert "Catherwood" in main_words(page)
        assert len(kept(session)) == FROM_ONE_PLACE_AN_HOUR

    def test_an_hour_later_they_are_taken_again(self, app, clock):
        for number in range(FROM_ONE_PLACE_AN_HOUR):
            write(a_browser(app), email=f"dr{number}@nowhere.example")
        clock.forward(hours=1)

        assert write(a_browser(app)).status_code == 200

    def test_more_text_than_a_notification_needs_is_refused_and_not_lost(self, client):
        page = fill_in(client, circumstances="a" * 5_001)

        assert "5,000 characters or fewer" in main_words(page)
        assert client.held(page, "Continue")["circumstances"] == ["a" * 5_001]

    def test_where_it_came_from_is_kept_only_as_what_stands_for_it(self, client, session):
        write(client)

        assert "127.0.0.1" not in kept(session)[0].sent_from


def test_pages_are_not_kept_by_the_browser_and_carry_the_headers(client):
    page = client.get("/notify-a-death/form/child")

    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_the_cookie_holds_no_answer(client, app):
    with client:
        fill_in(client)
        assert set(browser) <= {"csrf_token", "notification_begun"}
        client.send(client.get("/notify-a-death/check"), BUTTON)

        assert set(browser) <= {"csrf_token", "notification"}


def test_the_sign_in_page_leads_there(client):
    assert links_of(client.get("/sign-in"))["Notify a child’s death without an account"] == "/notify-a-death"


def test_a_code_is_good_in_its_time_only(client, session, clock):
    page = write(client)
    clock.moment += timedelta(minutes=29)

    assert client.send(page, "Confirm", code=code(session)).request.path == "/notify-a-death/sent"
