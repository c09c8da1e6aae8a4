"""A notification from the public page: limited, confirmed by a code, and decided by one coordinator once."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from models.agency import Board, add_board
from models.audit import AuditEntry
from models.case import Case
from models.casework import Actor, take_step
from models.child_deaths.child import ChildDeath
from models.child_deaths.importing import ACTS_AS
from models.child_deaths.notification_queue import DecidedAlready, accept, empty_decided, merge, refuse, waiting
from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import (
    CODE_GOOD_FOR,
    FROM_ONE_PLACE_AN_HOUR,
    MOST_ATTEMPTS,
    MOST_CODES,
    TO_ONE_ADDRESS_AN_HOUR,
    CodeRefused,
    TooManyNotifications,
    areas_served,
    ask_new_code,
    check_answers,
    code_of,
    codes_to_send,
    confirm,
    digest_of_place,
    forget_unconfirmed,
    keep_notification,
)
from models.database import make_sessions
from models.panels.panel import Panel, PanelBoard
from models.people import Person
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused
from workflows.standing import Told

NOON = datetime(2017, 6, 1, 11, tzinfo=UTC)
SECRET = b"a secret of the application"
OFFICE = Actor(None, ACTS_AS)
ANSWERS = {
    "notified_on": "2017-06-01", "died_on": "2017-05-31", "born_on": "2017-04-01", "sex": "female",
    "normally_resident_in": "Anytown", "expected": "no",
}  # fmt: skip


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


def keep(session, board, now=NOON, sent_from="here", email=None, **more):
    email = email or f"dr.{uuid.uuid4().hex}@example.org"
    return keep_notification(
        session, board=board, answers=ANSWERS, details={"surname": "Invented"}, email=email, sent_from=sent_from,
        now=now, **more,
    )  # fmt: skip


def confirmed(session, board):
    kept = keep(session, board)
    confirm(session, kept.token, code_of(kept.token, SECRET), secret=SECRET, now=NOON)
    session.flush()
    return kept


@pytest.fixture
def person(session, board):
    person = Person(name="A. Coordinator", email="office@example.org")
    session.add(person)
    session.flush()
    return Actor(person.id, ACTS_AS)


class TestTheCode:
    def test_it_puts_the_notification_in_the_queue(self, session, board):
        kept = keep(session, board)
        assert waiting(session, [board.id]) == []
        code = code_of(kept.token, SECRET)

        confirm(session, kept.token, f"{code[:3]} {code[3:]}", secret=SECRET, now=NOON)

        assert waiting(session, [board.id]) == [kept]

    def test_another_code_does_not_and_only_so_many_are_tried(self, session, board):
        kept = keep(session, board)
        right = code_of(kept.token, SECRET)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(CodeRefused, match="not the code"):
                confirm(session, kept.token, wrong, secret=SECRET, now=NOON)

        with pytest.raises(CodeRefused, match="tried too often"):
            confirm(session, kept.token, right, secret=SECRET, now=NOON)

    def test_a_new_code_takes_the_place_of_the_one_before(self, session, board):
        kept = keep(session, board)
        first, later = code_of(kept.token, SECRET), NOON + timedelta(hours=2)

        ask_new_code(session, kept.token, email="other@example.org", now=later)

        second = code_of(kept.token, SECRET, 2)
        assert first != second
        assert (kept.email, kept.code_sent_at) == ("other@example.org", None)
        with pytest.raises(CodeRefused, match="not the code"):
            confirm(session, kept.token, first, secret=SECRET, now=later)
        confirm(session, kept.token, second, secret=SECRET, now=later)
        assert kept.confirmed_at == later

    def test_only_so_many_codes_are_sent(self, session, board):
        board.telephone = "01632 960 001"
        kept = keep(session, board)
        for _ in range(MOST_CODES - 1):
            ask_new_code(session, kept.token, email=kept.email, now=NOON)

        with pytest.raises(CodeRefused, match="Telephone the child death office of Anytown on 01632 960 001"):
            ask_new_code(session, kept.token, email=kept.email, now=NOON)

    def test_no_code_is_asked_for_what_is_gone(self, session, board):
        with pytest.raises(CodeRefused, match="gone"):
            ask_new_code(session, uuid.uuid4(), email="dr@example.org", now=NOON)

    def test_the_panel_is_notified_when_the_address_is_confirmed(self, session, board):
        """T-3.1, T-4.2: until then nobody at the panel could see it."""
        late = datetime(2017, 6, 1, 22, 50, tzinfo=UTC)
        kept = keep(session, board, now=late)

        confirm(session, kept.token, code_of(kept.token, SECRET), secret=SECRET, now=late + timedelta(minutes=20))

        assert kept.answers["notified_on"] == "2017-06-02"

    def test_it_is_good_for_half_an_hour(self, session, board):
        kept = keep(session, board)

        with pytest.raises(CodeRefused, match="no longer good"):
            confirm(session, kept.token, code_of(kept.token, SECRET), secret=SECRET, now=NOON + CODE_GOOD_FOR)

    def test_a_token_nobody_gave_out_is_told_the_same(self, session):
        with pytest.raises(CodeRefused, match="no longer good"):
            confirm(session, uuid.uuid4(), "000000", secret=SECRET, now=NOON)

    def test_a_code_given_twice_confirms_once(self, session, board):
        kept = confirmed(session, board)

        confirm(session, kept.token, "whatever", secret=SECRET, now=NOON)

        assert kept.confirmed_at == NOON

    def test_codes_are_told_apart_and_follow_from_the_secret(self):
        token = uuid.uuid4()

        assert code_of(token, SECRET) == code_of(token, SECRET)
        assert len({code_of(uuid.uuid4(), SECRET) for _ in range(50)}) > 45

    def test_those_still_to_be_sent_are_listed(self, session, board):
        kept = keep(session, board)
        assert list(codes_to_send(session, NOON)) == [kept]
        kept.code_sent_at = NOON

        assert list(codes_to_send(session, NOON)) == []


class TestWritingAgain:
    def test_a_form_sent_twice_is_kept_once_as_it_was_sent_last(self, session, board):
        token = uuid.uuid4()
        keep(session, board, token=token, email="dr@example.org")
        answers = ANSWERS | {"sex": "male"}

        again = keep_notification(
            session, board=board, answers=answers, details={}, email="dr@example.org", sent_from="here", now=NOON,
            token=token,
        )  # fmt: skip

        assert session.scalar(select(func.count()).select_from(PublicNotification)) == 1
        assert (again.answers["sex"], again.codes_asked) == ("male", 1)

    def test_another_address_is_sent_another_code(self, session, board):
        token = uuid.uuid4()
        keep(session, board, token=token, email="wrong@example.org")

        again = keep(session, board, token=token, email="right@example.org")

        assert (again.email, again.codes_asked) == ("right@example.org", 2)

    def test_what_is_confirmed_is_not_written_over(self, session, board):
        kept = confirmed(session, board)

        again = keep_notification(
            session, board=board, answers={}, details={}, email="dr@example.org", sent_from="here", now=NOON,
            token=kept.token,
        )  # fmt: skip

        assert again.answers["sex"] == "female"

    def test_what_no_case_could_be_opened_with_is_refused_at_once(self, board):
        with pytest.raises(AnswersRefused, match="before"):
            check_answers(board, ANSWERS | {"born_on": "2017-06-01"}, NOON)


class TestForgetting:
    def test_what_nobody_confirmed_is_gone_after_a_day_and_counted(self, session, board):
        keep(session, board)
        stays = confirmed(session, board)
        young = keep(session, board, now=NOON + timedelta(hours=12))

        assert forget_unconfirmed(session, NOON + timedelta(days=1)) == 1

        left = session.scalars(select(PublicNotification).order_by(PublicNotification.id)).all()
        assert left == [stays, young]
        session.flush()
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "unconfirmed_notifications_removed")
        ).one()
        assert entry.detail == {"number": 1}

    def test_the_database_keeps_what_was_confirmed(self, session, board):
        kept = confirmed(session, board)

        with pytest.raises(DatabaseError, match="is kept"):
            session.execute(delete(PublicNotification).where(PublicNotification.id == kept.id))


class TestForgettingWhatWasDecided:
    """DOMAIN 8.1: personal details are not kept for ever; what was decided, by whom and where it led to, is."""

    KEPT_FOR = timedelta(days=90)
    THEN = NOON + KEPT_FOR

    def empty(self, session, now=THEN):
        number = empty_decided(session, now, self.KEPT_FOR)
        session.expire_all()
        return number

    @pytest.mark.parametrize("decision", ["accepted", "merged", "refused"])
    def test_what_was_told_goes_and_the_decision_stays(self, session, board, person, decision):
        kept, told = confirmed(session, board), {"actor": person, "role": "cdop_coordinator", "now": NOON}
        case = None
        if decision == "accepted":
            case = accept(session, kept, **told)
        elif decision == "merged":
            case = accept(session, confirmed(session, board), **told)
            merge(session, kept, case, **told)
        else:
            refuse(session, kept, reason="No death", **told)

        assert self.empty(session, self.THEN - timedelta(seconds=1)) == 0
        assert kept.details == {"surname": "Invented"}
        self.empty(session)

        assert (kept.answers, kept.details, kept.email, kept.sent_from) == ({}, {}, "", "")
        assert (kept.decision, kept.decided_by, kept.decided_at) == (decision, person.person_id, NOON)
        assert kept.case_id == (case and case.id)
        assert kept.emptied_at == self.THEN

    def test_each_is_recorded_once_with_its_case(self, session, board, person):
        kept = confirmed(session, board)
        case = accept(session, kept, actor=person, role="cdop_coordinator", now=NOON)

        assert [self.empty(session), self.empty(session)] == [1, 0]
        session.flush()

        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "public_notification_emptied")).one()
        assert (entry.case_id, entry.detail) == (case.id, {"notification": kept.id, "decision": "accepted"})

    def test_whose_death_the_case_is_about_stays_with_the_case(self, session, board, person):
        kept = confirmed(session, board)
        case = accept(session, kept, actor=person, role="cdop_coordinator", now=NOON)
        self.empty(session)

        assert session.get_one(ChildDeath, case.id).surname == "Invented"

    def test_what_nobody_decided_on_stays_however_long_that_takes(self, session, board):
        kept = confirmed(session, board)

        assert self.empty(session, NOON + timedelta(days=3650)) == 0
        assert kept.details == {"surname": "Invented"}

    def test_what_belongs_to_a_case_on_hold_is_kept_until_the_release(self, session, board, person):
        kept = confirmed(session, board)
        case = accept(session, kept, actor=person, role="cdop_coordinator", now=NOON)
        on = PartialDate.on(NOON.date())
        held = {
            "kind": "INQUEST", "scope": ["panel_review"], "requested_by": "Coroner", "reasons": "Inquest",
            "review_on": "2017-09-01",
        }  # fmt: skip
        take_step(session, case, "confirm_in_scope", actor=OFFICE, told=Told(on, {}), now=NOON)
        take_step(session, case, "authorise_hold", actor=OFFICE, told=Told(on, held), now=NOON)

        assert self.empty(session) == 0

        released = Told(on, {"hold": "INQUEST", "evidence": "Concluded"})
        take_step(session, case, "release_hold", actor=OFFICE, told=released, now=NOON)
        assert self.empty(session) == 1

    def test_the_database_empties_nothing_that_is_not_decided(self, session, board):
        kept = confirmed(session, board)

        with pytest.raises(DatabaseError, match="emptied_once_decided"), session.begin_nested():
            session.execute(
                update(PublicNotification)
                .where(PublicNotification.id == kept.id)
                .values(answers={}, details={}, email="", emptied_at=NOON)
            )


class TestAreas:
    def test_an_area_is_offered_when_somebody_will_see_its_notifications(self, session, given):
        today = NOON.date()
        alone, unseen = given.a_board("Alone"), given.a_board("Unseen")
        panel, served = given.a_board("Two Towns Panel", kind="panel"), given.a_board("Hightown")
        session.add(Panel(board_id=panel.id, areas=["Hightown", "Lowtown"]))
        session.flush()
        session.add(PanelBoard(panel_id=panel.id, board_id=served.id))
        for board in (alone, panel):
            given.appointed(given.a_person(), "cdop_coordinator", on=board)
        given.appointed(given.a_person(), "cdop_chair", on=unseen)

        found = {area.name: area.board for area in areas_served(session, today)}

        assert found == {"Alone": alone, "Hightown": served, "Lowtown": panel}

    def test_an_area_that_two_panels_name_is_the_firsts_whichever_is_read_first(self, session, given):
        """Until one of them is corrected a death goes to one queue always, and not now to this and now to that."""
        panels = [given.a_board(f"Panel {number}", kind="panel") for number in range(6)]
        for board in reversed(panels):
            session.add(Panel(board_id=board.id, areas=["Border"]))
            session.flush()
            given.appointed(given.a_person(), "cdop_coordinator", on=board)

        assert [area.board for area in areas_served(session, NOON.date())] == panels[:1]


class TestLimits:
    def test_one_address_is_not_sent_more_than_a_few_codes_an_hour(self, session, board):
        for number in range(TO_ONE_ADDRESS_AN_HOUR):
            keep(session, board, sent_from=f"place {number}", email="Dr@example.org")

        with pytest.raises(TooManyNotifications):
            keep(session, board, sent_from="yet another", email="dr@Example.org")

    def test_nor_is_it_when_codes_are_led_to_it_from_other_addresses(self, session, board):
        """Whoever sends under addresses of their own does not fill the box of somebody who sent nothing."""
        victim, led = "victim@example.org", 0
        for number in range(FROM_ONE_PLACE_AN_HOUR):
            kept = keep(session, board, sent_from=f"place {number}", email=f"own{number}@example.org")
            with suppress(CodeRefused):
                ask_new_code(session, kept.token, email=victim, now=NOON)
                led += 1

        assert led == TO_ONE_ADDRESS_AN_HOUR
        with pytest.raises(CodeRefused, match="No code can be sent to this address for now"):
            keep(session, board, sent_from="another", email=victim.upper(), token=kept.token)

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
            ("::ffff:192.0.2.7", "192.0.2.7", True),
            ("192.0.2.7", "192.0.2.8", False),
            ("fe80::1%eth0", "fe80::2", True),
            ("", "unix", False),
        ],
    )
    def test_whoever_has_a_network_to_themselves_is_one_place(self, one, other, same):
        assert (digest_of_place(one, SECRET) == digest_of_place(other, SECRET)) is same

    def test_one_place_sends_ten_an_hour(self, session, board):
        for _ in range(FROM_ONE_PLACE_AN_HOUR):
            keep(session, board)

        with pytest.raises(TooManyNotifications, match="Telephone"):
            keep(session, board)
        keep(session, board, sent_from="elsewhere")
        keep(session, board, now=NOON + timedelta(hours=1))


class TestDeciding:
    def test_accepting_opens_the_case_with_whose_death_it_is(self, session, board, person):
        kept = confirmed(session, board)

        case = accept(session, kept, actor=person, role="cdop_coordinator", now=NOON)

        assert case.state == "notified"
        assert session.get_one(ChildDeath, case.id).surname == "Invented"
        session.refresh(kept)
        assert (kept.decision, kept.case_id) == ("accepted", case.id)
        assert waiting(session, [board.id]) == []

    def test_merging_leaves_the_case_as_it_is(self, session, board, person):
        case = accept(session, confirmed(session, board), actor=person, role="cdop_coordinator", now=NOON)
        second = confirmed(session, board)

        merge(session, second, case, actor=person, role="cdop_coordinator", now=NOON)

        assert session.scalar(select(func.count()).select_from(Case)) == 1

    def test_what_is_decided_stays_decided(self, session, board, person):
        kept = confirmed(session, board)
        refuse(session, kept, actor=person, role="cdop_coordinator", reason="A test of the page", now=NOON)

        with pytest.raises(DecidedAlready):
            accept(session, kept, actor=person, role="cdop_coordinator", now=NOON)
        assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_two_coordinators_accepting_one_notification_open_one_case(committed_database):
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        board = add_board(session, "Anytown Safeguarding Children Board")
        people = [Person(name="A. Coordinator", email=f"{name}@example.org") for name in ("one", "two")]
        session.add_all(people)
        kept = confirmed(session, board)
        kept_id, ids = kept.id, [person.id for person in people]
    together = Barrier(2)
    outcomes: list[tuple[str, int | None]] = []

    def run(person_id):
        with sessions() as session:
            notification = session.get_one(PublicNotification, kept_id)
            session.get_one(Board, notification.board_id)
            together.wait(timeout=120)
            try:
                case = accept(session, notification, actor=Actor(person_id, ACTS_AS), role="cdop_coordinator", now=NOON)
                session.commit()
                outcomes.append(("accepted", case.id))
            except DecidedAlready as decided:
                outcomes.append(("decided", decided.case_id))

    threads = [Thread(target=run, args=(person_id,)) for person_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert sorted(outcome for outcome, _ in outcomes) == ["accepted", "decided"]
    assert len({case_id for _, case_id in outcomes}) == 1
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_burst_through_several_connections_stays_within_the_limit(committed_database):
    """P40: a limit counted in each worker would let each worker's share through."""
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        board_id = add_board(session, "Anytown Safeguarding Children Board").id
    burst = FROM_ONE_PLACE_AN_HOUR + 4
    together = Barrier(burst)
    outcomes: list[str] = []

    def run():
        with sessions() as session:
            board = session.get_one(Board, board_id)
            together.wait(timeout=120)
            try:
                keep(session, board)
                session.commit()
                outcomes.append("kept")
            except TooManyNotifications:
                outcomes.append("refused")

    threads = [Thread(target=run) for _ in range(burst)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert sorted(outcomes) == ["kept"] * FROM_ONE_PLACE_AN_HOUR + ["refused"] * 4
