"""A notification from the public page: limited, confirmed by a code, and decided by one coordinator once."""

import uuid
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from models.agency import Board, add_board
from models.case import Case
from models.casework import Actor
from models.child_death import ChildDeath
from models.child_death_import import ACTS_AS
from models.database import make_sessions
from models.people import Person
from models.public_notification import PublicNotification
from models.public_notifications import (
    MOST_ATTEMPTS,
    CodeRefused,
    DecidedAlready,
    TooManyNotifications,
    accept,
    code_of,
    codes_to_send,
    confirm,
    keep_notification,
    merge,
    refuse,
    waiting,
)

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


def keep(session, board, now=NOON, sent_from="here"):
    return keep_notification(
        session, board=board, answers=ANSWERS, details={"surname": "Invented"}, email="dr@example.org",
        sent_from=sent_from, now=now,
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

        with pytest.raises(CodeRefused, match="no longer good"):
            confirm(session, kept.token, right, secret=SECRET, now=NOON)

    def test_it_is_good_for_half_an_hour(self, session, board):
        kept = keep(session, board)

        with pytest.raises(CodeRefused, match="no longer good"):
            confirm(session, kept.token, code_of(kept.token, SECRET), secret=SECRET, now=NOON + timedelta(minutes=30))

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


class TestLimits:
    def test_one_place_sends_ten_an_hour(self, session, board):
        for _ in range(10):
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
        refuse(session, kept, actor=person, role="cdop_coordinator", now=NOON)

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
            together.wait(timeout=30)
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
        thread.join(timeout=60)

    assert sorted(outcome for outcome, _ in outcomes) == ["accepted", "decided"]
    assert len({case_id for _, case_id in outcomes}) == 1
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
