"""The coordinator reads what was notified without an account, and decides on it once."""

import pytest
from sqlalchemy import func, select

from models.agency import add_board
from models.audit import AuditEntry
from models.case import Case
from models.casework import Actor
from models.child_deaths.child import AgencyContact, ChildDeath
from models.child_deaths.notification_queue import accept, waiting
from models.child_deaths.possible_duplicate import PossibleDuplicate
from models.child_deaths.public_notifications import code_of, confirm, keep_notification
from models.panels.panel import DeclaredInterest, Panel, PanelBoard
from tests.webapp.child_deaths.conftest import NOON, OFFICE
from tests.webapp.client import links_of, main_words

SECRET = b"secret"
ANSWERS = {
    "died_on": "2017-05-31", "born_on": "2012-01-15", "sex": "female", "normally_resident_in": "Anytown",
    "expected": "no", "nhs_number": "9434765919", "agencies": ["General practice", "Nowhere Primary School"],
    "circumstances": "Found at the foot of the stairs", "notifier": "Dr I. Invented",
}  # fmt: skip
DETAILS = {
    "surname": "Catherwood", "forenames": "Ada", "postcode": "ZZ1 1ZZ", "carers": [{"name": "Jo, mother"}],
    "siblings": [{"name": "Lee, about 8"}], "other": {"notifier_agency": "Nowhere Hospital"},
}  # fmt: skip


@pytest.fixture
def told(session, board):
    """Notify a death of the board, or another, through the public page."""

    def run(on=None, now=NOON, **but):
        notification = keep_notification(
            session, board=on or board, answers=ANSWERS | but, details=DETAILS, email="dr@example.org",
            sent_from="here", now=now,
        )  # fmt: skip
        confirm(session, notification.token, code_of(notification.token, SECRET), secret=SECRET, now=now)
        session.commit()
        return notification

    return run


def audited(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def address(notification, part=""):
    return f"/child-deaths/queue/{notification.id}{part}"


class TestReading:
    def test_what_waits_is_listed_oldest_first_without_naming_anybody(self, coordinator, told):
        second, first = told(), told(now=NOON.replace(hour=8))

        page = coordinator.get("/child-deaths/queue")

        links = [link for link in links_of(page).values() if link.startswith("/child-deaths/queue/")]
        assert links == [address(first), address(second)]
        assert "Nowhere Hospital" in main_words(page)
        assert "Catherwood" not in page.text

    def test_opening_one_is_recorded_and_shows_everything_told(self, coordinator, told, session):
        notification = told()

        words = main_words(coordinator.get(address(notification)))

        for said in ("Ada Catherwood", "15 January 2012", "9434765919", "Jo, mother", "Lee, about 8", "stairs"):
            assert said in words
        (entry,) = audited(session, "public_notification_read")
        assert entry.detail == {"notification": notification.id}
        assert entry.person_id is not None

    def test_it_says_whether_the_death_is_reviewed(self, coordinator, told):
        reviewed = main_words(coordinator.get(address(told())))
        grown = main_words(coordinator.get(address(told(born_on="1998-03-01"))))
        stillborn = main_words(coordinator.get(address(told(born_on="2017-05-31", live_birth="no"))))

        assert "so under 18" in reviewed
        assert "Aged 19 at death" in grown
        assert "rules it out of scope, so that it is counted" in grown
        assert "rules it out of scope, so that it is counted" not in reviewed
        assert "stillbirth is not reviewed" in stillborn

    def test_a_child_from_elsewhere_is_pointed_out(self, coordinator, told, board, session):
        session.add(Panel(board_id=board.id, areas=["Anytown"]))
        session.commit()

        assert "transfer the case" in main_words(coordinator.get(address(told(normally_resident_in="Otherborough"))))

    def test_a_case_of_the_same_child_is_shown_with_reasons_before_anything_is_accepted(
        self, coordinator, told, notify, session
    ):
        case = notify()

        page = coordinator.get(address(told()))

        words = main_words(page)
        assert "may be a death you know of already" in words
        assert "The NHS numbers are the same" in words
        assert case.reference in links_of(page)
        assert session.scalar(select(func.count()).select_from(PossibleDuplicate)) == 0

    def test_a_case_withheld_from_the_coordinator_is_not_shown_as_alike(
        self, seen_by, told, notify, session, somebody, as_, board
    ):
        case, person = notify(), somebody("interested@example.org", "cdop_coordinator", on=board)
        session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=NOON))
        session.commit()

        page = as_(person).get(address(told()))

        assert case.reference not in page.text
        assert "looks like the same child" in main_words(page)


class TestWhoMay:
    @pytest.mark.parametrize("part", ["", "/refuse", "/join", "/compare"])
    def test_others_are_refused_alike(self, seen_by, told, session, part, client):
        notification = told()
        elsewhere = add_board(session, "Otherborough Safeguarding Children Board")
        of_another = seen_by("cdop_coordinator", on=elsewhere, email="other@example.org")
        chair = seen_by("cdop_chair")

        theirs = of_another.get(address(notification, part))
        nothing = of_another.get(f"/child-deaths/queue/{notification.id + 1}{part}")

        assert theirs.status_code == nothing.status_code == chair.get(address(notification, part)).status_code == 404
        assert main_words(theirs) == main_words(nothing)
        assert client.get(address(notification, part)).location.startswith("/sign-in")
        assert audited(session, "public_notification_read") == []

    @pytest.mark.parametrize("part", ["/accept", "/refuse", "/join", "/compare"])
    def test_and_can_decide_nothing(self, seen_by, told, session, part):
        notification = told()
        elsewhere = add_board(session, "Otherborough Safeguarding Children Board")
        other = seen_by("cdop_coordinator", on=elsewhere, email="other@example.org")
        page = other.get("/child-deaths/queue")
        sign = other.held(page, "Sign out")["csrf_token"][0]
        answer = other.post(address(notification, part), data={"csrf_token": sign, "reason": "No", "case": "X"})

        assert answer.status_code == 404
        session.refresh(notification)
        assert notification.decision is None

    def test_only_coordinators_see_the_queue(self, doctor):
        assert doctor.get("/child-deaths/queue").status_code == 403

    def test_one_that_is_not_confirmed_is_not_there(self, coordinator, session, board):
        unconfirmed = keep_notification(
            session, board=board, answers=ANSWERS, details={}, email="dr@example.org", sent_from="here", now=NOON
        )
        session.commit()

        assert coordinator.get(address(unconfirmed)).status_code == 404

    def test_a_panel_s_coordinator_decides_for_the_boards_it_serves(self, seen_by, told, session, board):
        panel = add_board(session, "Two Towns Panel")
        session.add(Panel(board_id=panel.id))
        session.flush()
        session.add(PanelBoard(panel_id=panel.id, board_id=board.id))
        session.commit()
        notification = told()
        client = seen_by("cdop_coordinator", on=panel)

        page = client.send(client.get(address(notification)), "Accept")

        assert "The case is opened as" in main_words(page)


class TestDeciding:
    def test_accepting_opens_a_case_with_everything_told(self, coordinator, told, session):
        notification = told()

        page = coordinator.send(coordinator.get(address(notification)), "Accept")

        case = session.scalars(select(Case)).one()
        assert page.request.path == f"/cases/{case.reference}"
        assert case.state == "notified"
        death = session.get_one(ChildDeath, case.id)
        assert (death.surname, death.nhs_number) == ("Catherwood", "9434765919")
        assert [sibling.name for sibling in death.siblings] == ["Lee, about 8"]
        assert waiting(session, [notification.board_id]) == []

    def test_after_accepting_a_likeness_that_was_passed_over_is_kept_to_be_decided(
        self, coordinator, told, notify, session
    ):
        notify()

        coordinator.send(coordinator.get(address(told())), "Accept")

        assert session.scalar(select(func.count()).select_from(PossibleDuplicate)) == 1

    def test_refusing_needs_a_reason_and_records_nothing_else(self, coordinator, told, session):
        notification = told()
        form = coordinator.get(address(notification, "/refuse"))
        page = coordinator.send(form, "Refuse", reason=" ")
        assert "Say why it is refused" in main_words(page)

        coordinator.send(page, "Refuse", reason="A test of the page")

        session.refresh(notification)
        assert (notification.decision, notification.reason) == ("refused", "A test of the page")
        assert session.scalar(select(func.count()).select_from(Case)) == 0

    def test_joining_shows_what_is_new_and_fills_in_nothing_by_itself(self, coordinator, told, notify, session):
        case, notification = notify(), told(died_on="2017-05-02")
        page = coordinator.get(links_of(coordinator.get(address(notification)))[case.reference])
        words = main_words(page)
        assert "Date of death 2 May 2017 1 May 2017" in words
        assert "Surname" not in words

        coordinator.send(page, "Join it", agencies=["Nowhere Primary School"])

        session.refresh(notification)
        assert (notification.decision, notification.case_id) == ("merged", case.id)
        assert session.scalars(select(AgencyContact.agency)).all() == ["Nowhere Primary School"]
        death = session.get_one(ChildDeath, case.id)
        assert str(death.died_on) == "2017-05-01"
        assert session.scalar(select(func.count()).select_from(Case)) == 1

    def test_the_case_to_join_it_to_is_found_by_its_reference(self, coordinator, told, notify):
        case, notification = notify(nhs_number="", born_on="2001-01-01"), told()
        form = coordinator.get(address(notification, "/join"))

        wrong = coordinator.send(form, "Compare", reference="ANY-1900-001")
        right = coordinator.send(form, "Compare", reference=case.reference.lower())

        assert "no such case" in main_words(wrong)
        assert f"Join the notification to {case.reference}" in main_words(right)

    def test_a_case_of_another_board_cannot_be_joined_to(self, coordinator, told, notify, session):
        theirs = notify(on=add_board(session, "Otherborough Safeguarding Children Board"))
        session.commit()

        page = coordinator.get(address(told(), f"/compare?case={theirs.reference}"))

        assert page.status_code == 404

    @pytest.mark.parametrize(("part", "button"), [("", "Accept"), ("/refuse", "Refuse")])
    def test_the_second_coordinator_is_told_and_led_to_the_case(self, coordinator, told, session, given, part, button):
        notification = told()
        form = coordinator.get(address(notification, part))
        first = Actor(given.a_person().id, OFFICE.roles)
        case = accept(session, notification, actor=first, role="cdop_coordinator", now=NOON)
        session.commit()

        page = coordinator.send(form, button, **({"reason": "No"} if part else {}))

        assert page.status_code == 409
        assert "This notification has been accepted already" in main_words(page)
        assert links_of(page)[f"Go to the case, {case.reference}"] == f"/cases/{case.reference}"
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert "accepted" in main_words(coordinator.get(address(notification)))


def test_the_list_of_deaths_says_how_many_wait_to_those_who_decide(coordinator, doctor, told):
    told()

    assert links_of(coordinator.get("/child-deaths/"))["1 notification to decide on"] == "/child-deaths/queue"
    assert "to decide on" not in main_words(doctor.get("/child-deaths/"))
