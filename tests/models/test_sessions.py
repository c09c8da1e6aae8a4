"""Being signed in, and how often a password may be tried."""

from datetime import timedelta
from threading import Thread

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from models import passwords
from models.database import make_sessions
from models.passwords import choose_password
from models.people import Person
from models.sessions import (
    IDLE,
    LASTS,
    SignInAttempt,
    SignInLimits,
    TooManyAttempts,
    WebSession,
    WrongCredentials,
    begin_session,
    end_all_sessions,
    end_one_session,
    end_session,
    forget_sessions,
    session_for,
    sign_in,
)

MINUTE = timedelta(minutes=1)
FEW = SignInLimits(failures_for_account=3, failures_from_address=5, window=15 * MINUTE, secret=b"a secret")
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def person(given):
    person = given.a_person("jo.bloggs@example.org")
    choose_password(person, "correct horse")
    return person


def fails(session, now, email="jo.bloggs@example.org", address=HERE):
    return sign_in(session, email, "wrong", address, now, limits=FEW)


def test_the_right_password_signs_in(session, person: Person, some_time):
    assert sign_in(session, "Jo.Bloggs@example.org", "correct horse", HERE, some_time) is person
    assert person.last_signed_in_at == some_time


def test_what_is_wrong_is_not_told(session, given, person, some_time):
    closed, without_password = given.a_person("closed@example.org", active=False), given.a_person("new@example.org")
    choose_password(closed, "correct horse")

    for email in (person.email, closed.email, without_password.email, "nobody@example.org"):
        password = "wrong" if email == person.email else "correct horse"
        assert sign_in(session, email, password, HERE, some_time) == WrongCredentials()


def test_nobody_signs_in_with_the_password_that_stands_for_nobody(session, given, some_time):
    given.a_person("new@example.org")

    for email in ("new@example.org", "nobody@example.org"):
        assert sign_in(session, email, "", HERE, some_time) == WrongCredentials()


def test_a_hash_made_with_weaker_parameters_is_renewed(session, person: Person, some_time):
    person.password_hash = weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")

    assert sign_in(session, person.email, "wrong", HERE, some_time) == WrongCredentials()
    assert person.password_hash == weak
    assert sign_in(session, person.email, "correct horse", HERE, some_time) is person
    assert not passwords.HASHER.check_needs_rehash(person.password_hash)


def test_an_account_is_barred_after_too_many_failures_until_the_first_is_old(session, person, some_time):
    for minute in range(3):
        assert fails(session, some_time + minute * MINUTE, address=f"192.0.2.{minute}") == WrongCredentials()

    right_but_late = sign_in(session, person.email, "correct horse", HERE, some_time + 3 * MINUTE, limits=FEW)
    assert right_but_late == TooManyAttempts(until=some_time + 15 * MINUTE)
    assert sign_in(session, person.email, "correct horse", HERE, some_time + 15 * MINUTE, limits=FEW) is person


def test_an_account_that_does_not_exist_is_barred_alike(session, some_time):
    for _ in range(3):
        assert fails(session, some_time, email="nobody@example.org") == WrongCredentials()

    assert isinstance(fails(session, some_time, email="NOBODY@example.org "), TooManyAttempts)


def test_an_address_is_barred_whatever_accounts_it_tries(session, person, some_time):
    for guess in range(5):
        fails(session, some_time, email=f"guess.{guess}@example.org")

    assert isinstance(sign_in(session, person.email, "correct horse", HERE, some_time, limits=FEW), TooManyAttempts)
    assert sign_in(session, person.email, "correct horse", ELSEWHERE, some_time, limits=FEW) is person


def test_a_network_that_is_one_subscribers_is_one_address(session, person, some_time):
    """RFC 6177: whoever has one under IPv6 has more addresses in it than could ever be counted one by one."""
    for guess in range(5):
        fails(session, some_time, email=f"guess.{guess}@example.org", address=f"2001:db8:1:2::{guess}")

    said = fails(session, some_time, email="one.more@example.org", address="2001:db8:1:2:ffff::1")
    assert isinstance(said, TooManyAttempts)
    assert not isinstance(fails(session, some_time, address="2001:db8:1:3::1"), TooManyAttempts)


def test_attempts_refused_untried_do_not_prolong_the_bar(session, person, some_time):
    for _ in range(3):
        fails(session, some_time)
    for minute in range(1, 15):
        assert fails(session, some_time + minute * MINUTE) == TooManyAttempts(until=some_time + 15 * MINUTE)


def test_neither_address_nor_account_is_kept_in_clear_nor_for_long(session, person, some_time):
    fails(session, some_time)
    kept = session.scalars(select(SignInAttempt)).one()
    assert person.email.encode() not in kept.identifier_hash
    assert HERE.encode() not in kept.address_hash

    fails(session, some_time + 16 * MINUTE)
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1


def test_a_burst_on_one_account_does_not_pass_the_limit(committed_database, some_time):
    sessions = make_sessions(committed_database.engine)
    answers = []

    def try_once(number):
        with sessions.begin() as session:
            answers.append(fails(session, some_time, address=f"192.0.2.{number}"))

    threads = [Thread(target=try_once, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert sum(answer == WrongCredentials() for answer in answers) == 3
    assert len(answers) == 5


def test_a_token_opens_its_session_and_is_not_kept(session, person, some_time):
    token = begin_session(session, person, some_time)

    found = session_for(session, token, some_time)
    assert found is not None
    assert found.person is person
    assert token.encode() not in found.token_hash
    assert session_for(session, token + "x", some_time) is None


@pytest.mark.parametrize("over", [IDLE, LASTS])
def test_a_session_ends_when_idle_or_when_its_time_is_up(session, person, some_time, over):
    token = begin_session(session, person, some_time)
    now = some_time
    while now + 10 * MINUTE < some_time + over and over == LASTS:
        now += 10 * MINUTE
        assert session_for(session, token, now) is not None

    assert session_for(session, token, some_time + over) is None


def test_being_seen_is_written_at_most_once_a_minute(session, person, some_time):
    token = begin_session(session, person, some_time)

    def last_seen_after(wait):
        assert session_for(session, token, some_time + wait)
        return session.scalars(select(WebSession.last_seen_at)).one()

    assert last_seen_after(MINUTE / 2) == some_time
    assert last_seen_after(MINUTE) == some_time + MINUTE


def test_signing_out_ends_one_session_and_a_new_password_all(session, person, some_time):
    office, phone, ward = (begin_session(session, person, some_time) for _ in range(3))

    end_session(session, office, some_time)
    assert [session_for(session, token, some_time) is not None for token in (office, phone, ward)] == [0, 1, 1]

    end_all_sessions(session, person, some_time)
    assert [session_for(session, token, some_time) is not None for token in (office, phone, ward)] == [0, 0, 0]


def test_somebody_elses_session_is_not_ended_by_its_number(session, given, person, some_time):
    token = begin_session(session, person, some_time)
    number = session.scalars(select(WebSession.id)).one()

    end_one_session(session, given.a_person(), number, some_time)
    assert session_for(session, token, some_time) is not None

    end_one_session(session, person, number, some_time)
    assert session_for(session, token, some_time) is None


def test_a_closed_account_is_signed_in_nowhere(session, person, some_time):
    token = begin_session(session, person, some_time)
    person.active = False

    assert session_for(session, token, some_time) is None


def test_sessions_whose_time_is_up_are_forgotten(session, person, some_time):
    begin_session(session, person, some_time)
    begin_session(session, person, some_time + LASTS)

    assert forget_sessions(session, some_time + LASTS) == 1

    assert session.scalars(select(WebSession.created_at)).all() == [some_time + LASTS]
