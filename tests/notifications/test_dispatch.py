"""A message reaches each person it is for once, or it is shown why not."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from models.case import Case
from models.delivery import Delivery, MessageChoice, MessageRule
from models.deputyship import Deputyship
from models.outbox import OutboxMessage
from models.panels.panel import DeclaredInterest
from models.people import Appointment, Person
from notifications.dispatch import WAITS, claim
from notifications.lost import record_lost
from notifications.senders.letter import DeliveryFailed, FateUnknown
from tests.models.situations import Given
from workflows.roles import BUSINESS_MANAGER, SUBGROUP_CHAIR

TUE_4_MAR_2014_AT_SEVEN = datetime(2014, 3, 4, 7, tzinfo=UTC)


@pytest.fixture
def chair(post):
    return post.appoint(SUBGROUP_CHAIR)


def at_once(post, person_id, **other):
    """Let a person be told at once, at any hour of any day."""
    told = {"channel": "mail", "timing": "at_once", "quiet_from": 0, "quiet_until": 0, "on_days_off": True}
    with post.sessions.begin() as session:
        session.add(MessageChoice(person_id=person_id, changed_at=post.clock(), **(told | other)))


def test_a_message_waits_for_the_next_morning_and_is_then_sent_once(post, chair):
    message = post.message()

    post.clock.moment = datetime(2014, 3, 3, 14, tzinfo=UTC)
    post.address()
    assert post.send() == 0

    post.clock.moment = TUE_4_MAR_2014_AT_SEVEN
    assert post.send() == 1
    assert post.send() == 0
    assert [letter.to for letter in post.hands.letters] == ["subgroup_chair@example.org"]
    assert post.outcome_of(message) == "sent"


def test_what_could_not_be_sent_by_day_does_not_come_at_night(post, chair):
    """The scheduler stood still from the morning to the evening: nothing comes between seven and seven all the same."""
    message = post.message()
    post.clock.moment = datetime(2014, 3, 3, 14, tzinfo=UTC)
    post.address()

    post.clock.moment = datetime(2014, 3, 4, 21, 35, tzinfo=UTC)
    post.send()
    assert post.hands.letters == []

    post.clock.moment = datetime(2014, 3, 5, 7, tzinfo=UTC)
    post.send()
    assert len(post.hands.letters) == 1
    assert post.outcome_of(message) == "sent"


def test_what_could_not_be_sent_does_not_come_on_a_day_off_that_the_board_keeps(post, chair):
    """Whoever chose to be told on any day is told within the rule of their board, also of what was held up."""
    at_once(post, chair)
    post.message()
    post.clock.moment = datetime(2014, 3, 7, 14, tzinfo=UTC)
    post.address()
    with post.sessions.begin() as session:
        board_id = session.scalars(select(Case.board_id)).one()
        session.add(MessageRule(board_id=board_id, may_be_told_on_days_off=False, changed_at=post.clock()))

    post.clock.moment = datetime(2014, 3, 8, 10, tzinfo=UTC)
    post.send()
    assert post.hands.letters == []

    post.clock.moment = datetime(2014, 3, 10, 10, tzinfo=UTC)
    post.send()
    assert len(post.hands.letters) == 1


def test_what_happened_is_led_to_where_the_case_tells_of_it(post, chair):
    post.message()
    post.address()

    post.clock.moment = TUE_4_MAR_2014_AT_SEVEN
    post.send()

    assert f"/cases/{post.reference}#event-1\n" in post.hands.letters[0].text


def test_everyone_who_holds_the_role_is_told_and_nobody_else(post, chair):
    other = post.appoint(SUBGROUP_CHAIR, email="another.chair@example.org")
    post.appoint(BUSINESS_MANAGER)
    post.message()

    post.address()
    post.address()

    assert [each.person_id for each in post.deliveries()] == [chair, other]


def test_several_messages_go_in_one_morning_mail_and_each_keeps_its_outcome(post, chair):
    messages = [post.message(), post.message(event_sequence=None), post.message()]
    post.clock.moment = datetime(2014, 3, 3, 14, tzinfo=UTC)
    post.address()

    post.clock.moment = TUE_4_MAR_2014_AT_SEVEN
    post.send()

    assert len(post.hands.letters) == 1
    assert post.outcomes() == ["sent"] * 3
    assert [post.outcome_of(each) for each in messages] == ["sent"] * 3


def test_nobody_gets_two_morning_mails(post, chair):
    """What comes up after the morning mail waits for the next."""
    post.message()
    post.address()
    post.send()
    post.message()
    post.address()

    assert post.send() == 0
    assert post.deliveries()[1].send_after == TUE_4_MAR_2014_AT_SEVEN


def test_a_role_nobody_holds_is_said_to_be_so_and_filled_later(post):
    message = post.message()
    post.address()

    with post.sessions() as session:
        assert session.get_one(OutboxMessage, message).last_error == "Nobody holds this role"

    post.appoint(SUBGROUP_CHAIR)
    post.clock.moment += timedelta(hours=1)
    post.address()
    assert len(post.deliveries()) == 1


@pytest.mark.parametrize(
    ("happens", "because"),
    [
        (update(Appointment).values(until_on=date(2014, 3, 2)), "may not be seen"),
        (update(Person).values(active=False), "account"),
    ],
)
def test_whoever_may_no_longer_be_told_is_not(post, chair, happens, because):
    """Between the addressing and the sending the appointment ended, or the account was closed (P20)."""
    message = post.message()
    post.address()
    with post.sessions.begin() as session:
        session.execute(happens)

    post.send()

    assert post.hands.letters == []
    assert post.outcomes() == ["suppressed"]
    assert because in post.deliveries()[0].because
    assert post.outcome_of(message) == "suppressed"


def test_a_declared_interest_keeps_what_was_addressed_from_being_sent(post, chair):
    """P33: the case is withheld from them from the moment they declare it."""
    post.message()
    post.address()
    with post.sessions.begin() as session:
        session.add(DeclaredInterest(person_id=chair, case_id=post.case_id, declared_at=post.clock()))

    post.send()

    assert post.hands.letters == []
    assert post.outcomes() == ["suppressed"]


def test_whoever_came_after_the_one_it_was_for_is_told_instead(post, chair):
    """The chair’s last day was the one on which it was addressed; nobody else would hear of it."""
    message = post.message()
    post.address()
    with post.sessions.begin() as session:
        session.execute(update(Appointment).values(until_on=date(2014, 3, 3)))
    post.appoint(SUBGROUP_CHAIR, email="new.chair@example.org")

    post.clock.moment += timedelta(days=1)
    post.send()
    post.address()
    post.send()

    assert [letter.to for letter in post.hands.letters] == ["new.chair@example.org"]
    assert post.outcomes() == ["suppressed", "sent"]
    assert post.outcome_of(message) == "sent"


def test_what_has_come_to_be_untrue_before_it_is_addressed_again_says_what_became_of_it(post, chair):
    """One of two was told, the other left; then the step was struck out."""
    other = post.appoint(SUBGROUP_CHAIR, email="other@example.org")
    message = post.message()
    post.address()
    with post.sessions.begin() as session:
        session.execute(update(Person).where(Person.id == other).values(active=False))
    post.clock.moment += timedelta(days=1)
    post.send()
    with post.sessions.begin() as session:
        case = session.get_one(Case, post.case_id)
        Given(session).an_event(case, sequence=2, kind="strike_out", supersedes=1, reason="It was another case")
    post.address()

    assert sorted(post.outcomes()) == ["sent", "suppressed"]
    assert post.outcome_of(message) == "sent"


def test_somebody_who_may_be_told_again_is_told_after_all(post, chair):
    """A deputy was to hear it, who is not asked any more by the time it is sent."""
    deputy = post.appoint("board_chair")
    with post.sessions.begin() as session:
        day = post.clock().date()
        session.add(
            Deputyship(
                absent_id=chair, deputy_id=deputy, from_on=day, until_on=day, named_by=chair, named_at=post.clock()
            )
        )
    post.message()
    post.address()

    post.clock.moment += timedelta(days=1)
    post.send()
    post.address()
    post.send()

    assert [letter.to for letter in post.hands.letters] == ["subgroup_chair@example.org"]


def test_a_delivery_that_cannot_be_written_delays_no_other(post, chair):
    """P17, also within one morning mail."""
    poison = post.message(payload={"reference": post.reference, "step": "no_such_step"})
    good = post.message()
    post.address()

    post.send()

    assert len(post.hands.letters) == 1
    assert (post.outcome_of(poison), post.outcome_of(good)) == ("failed", "sent")


@pytest.mark.parametrize("number", range(1, 9))
def test_a_connection_to_the_database_that_is_lost_gives_nothing_up(post, chair, number):
    """Whenever it is lost, from the claim to the writing down, the message is sent once, or its fate is not known."""
    asked = itertools.count(1)

    def clock():
        if next(asked) == number:
            with post.engine.connect() as connection:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
        return post.clock()

    post.message()
    post.address()
    post.clock.moment += timedelta(days=1)
    with suppress(OperationalError):
        post.send(clock=clock)
    post.clock.moment += timedelta(minutes=10)
    post.send()

    assert post.outcomes() == ["sent"]
    assert len(post.hands.letters) == 1


def test_a_refusal_for_now_is_tried_again_later_and_given_up_in_the_end(post, chair):
    refused = []

    def refuse(letter):
        refused.append(letter)
        raise DeliveryFailed("The mail server answered 451", permanent=False)

    post.hands.do = refuse
    message = post.message()
    post.address()
    while post.outcome_of(message) is None:
        post.send()
        post.clock.moment = max(post.deliveries()[0].send_after, post.clock.moment + timedelta(minutes=1))

    assert len(refused) == len(WAITS) + 1
    assert post.outcomes() == ["failed"]
    assert post.deliveries()[0].because == "The mail server answered 451"


def test_a_refusal_for_good_is_given_up_at_once(post, chair):
    def refuse(_letter):
        raise DeliveryFailed("The mail server answered 550", permanent=True)

    post.hands.do = refuse
    post.message()
    post.address()

    assert post.send() == 1
    assert post.outcomes() == ["failed"]


def test_while_no_server_takes_anything_no_attempt_is_counted(post, chair):
    """An outage of a day must not leave every message given up."""
    second = post.appoint(SUBGROUP_CHAIR, email="another.chair@example.org")

    def unreachable(_letter):
        raise DeliveryFailed("The mail server cannot be reached", permanent=False, everyone=True)

    post.hands.do = unreachable
    at_once(post, chair)
    at_once(post, second)
    post.message()
    post.address()
    for _ in range(24 * 12):
        assert post.send() <= 1, "the first refusal says enough about the rest"
        post.clock.moment += timedelta(minutes=5)
    post.hands.do = lambda _letter: None
    post.clock.moment += timedelta(minutes=10)
    post.send()

    assert post.outcomes() == ["sent", "sent"]


def test_a_server_lost_after_it_was_handed_the_letter_leaves_a_fate_nobody_knows(post, chair):
    """It is shown as unknown, and is not sent again however long one waits (P16)."""

    def lost(_letter):
        raise FateUnknown("The mail server was lost after the letter had been handed over")

    post.hands.do = lost
    message = post.message()
    post.address()
    post.send()
    post.hands.do = lambda _letter: None
    post.clock.moment += timedelta(days=30)

    assert post.send() == 0
    assert post.outcome_of(message) == "unknown"


class Killed(BaseException):
    """What ends a process in the middle, as `kill -9` does: nothing is recorded after it."""


def test_a_process_that_dies_while_handing_over_leaves_a_fate_nobody_knows(post, chair):
    def die(_letter):
        raise Killed

    post.hands.do = die
    message = post.message()
    post.address()
    with pytest.raises(Killed):
        post.send()
    assert post.send("another") == 0

    post.clock.moment += timedelta(minutes=6)
    assert record_lost(post.office("another")) == 1
    assert post.outcome_of(message) == "unknown"


def test_a_process_that_dies_before_handing_over_leaves_the_message_to_be_sent(post, chair):
    post.message()
    post.address()
    claim(post.office("dead"))

    assert post.send("another") == 0
    post.clock.moment += timedelta(minutes=6)
    assert post.send("another") == 1
    assert post.outcomes() == ["sent"]


def test_a_process_thought_lost_that_comes_back_says_what_became_of_its_letter(post, chair):
    """It was slow, not dead: it alone knows, and what it knows is recorded."""

    def slowly(_letter):
        post.clock.moment += timedelta(minutes=6)
        assert record_lost(post.office("another")) == 1

    post.hands.do = slowly
    post.message()
    post.address()
    post.send()

    assert post.outcomes() == ["sent"]


def test_two_processes_send_each_letter_once(post):
    """Both are let go at the same moment, on connections of their own."""
    people = [post.appoint(SUBGROUP_CHAIR, email=f"chair.{number}@example.org") for number in range(20)]
    for person_id in people[::2]:
        at_once(post, person_id)
    for _ in range(3):
        post.message()
    post.address()
    together = Barrier(2)

    def work(name):
        together.wait()
        post.send(name)

    threads = [Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(post.outcomes()) == {"sent"}
    # Ten people have each of three at once, and ten have one morning mail.
    assert len(post.hands.letters) == 40
    assert len({letter.key for letter in post.hands.letters}) == 40


def test_what_is_told_on_the_site_alone_is_sent_to_nobody(post, chair):
    at_once(post, chair, channel="application")
    message = post.message()
    post.address()
    post.send()

    assert post.hands.letters == []
    assert post.outcome_of(message) == "sent"


def test_what_the_law_sets_a_date_for_comes_by_mail_whatever_was_chosen(post, chair):
    at_once(post, chair, channel="application")
    post.message(payload={"reference": post.reference, "step": "approve_report", "by_law": True})
    post.address()
    post.send()

    assert len(post.hands.letters) == 1


def test_after_an_outage_a_message_is_sent_once_and_says_that_it_is_late(post, chair):
    """Nothing ran from Monday to Thursday."""
    post.message()
    post.clock.moment = datetime(2014, 3, 6, 9, tzinfo=UTC)
    post.address()
    post.send()

    assert len(post.hands.letters) == 1
    assert "This message is late: it should have come on 3 March 2014." in post.hands.letters[0].text


def test_no_transaction_is_open_while_a_server_is_spoken_to(post, chair):
    seen = []

    def look(_letter):
        with post.engine.connect() as connection:
            others = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%%'"
            )
            seen.append(connection.exec_driver_sql(others).scalar())

    post.hands.do = look
    post.message()
    post.address()
    post.send()

    assert seen == [0]


def test_a_delivery_says_which_letter_it_went_in(post, chair):
    post.message()
    post.address()
    post.send()

    with post.sessions() as session:
        assert session.scalars(select(Delivery.letter_key)).all() == [post.hands.letters[0].key]
