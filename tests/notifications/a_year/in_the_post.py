"""To whom it was said, and the letters the mail server took against what the ledger says of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from models.delivery import Delivery
from tests.notifications.a_year.books import Books
from tests.notifications.a_year.ladders import counted
from tests.notifications.a_year.mail import Received
from tests.notifications.a_year.owed import AT_THE_SAME_TIME
from tests.notifications.a_year.register import NOT_IN_A_LETTER
from tests.notifications.a_year.said import Said
from workflows.dates import london_day


def every_reminder_told_has_one_message(books: Books) -> list[str]:
    """Return what was told without a message, or not told with one."""
    told = {each.message_key for each in books.told()}
    of_reminders = {key for key in books.message_of if key.startswith(("reminder:", "duty:"))}
    return sorted(told ^ of_reminders)


def those_are_told_who_should_be(books: Books) -> list[str]:
    """Return each message that was not addressed to exactly those who were to hear it at that moment."""
    wrong = []
    for said in books.told():
        message = books.message_of[said.message_key]
        for at in sorted({each.created_at for each in books.to_whom[message.id]}):
            now = {each.person_id for each in books.to_whom[message.id] if each.created_at == at}
            before = {each.person_id for each in books.to_whom[message.id] if each.created_at < at}
            should = books.hearers(said, at)
            if should != now | (should & before) and not books.year.register.changed_within(at, AT_THE_SAME_TIME):
                wrong.append(f"{said.key} was addressed to {sorted(now)}, not {sorted(should)}, at {at}")
    return wrong


def somebody_hears_or_it_says_why_not(books: Books) -> list[str]:
    """Return each reminder told that reached nobody, though it was still so and somebody was there to hear it."""
    wrong = []
    for said in books.told():
        message = books.message_of[said.message_key]
        theirs = books.to_whom[message.id]
        if any(each.outcome in {"sent", "failed", "unknown"} for each in theirs):
            continue
        is_seen = "Seen by" in (message.last_error or "")
        if message.outcome == "suppressed" and not is_seen and (message.last_error or _is_untrue(books, theirs)):
            continue
        if message.outcome is None and _waits_for_the_next_morning(books, theirs):
            continue
        if message.outcome is None and (books.is_quiet(said, books.year.now()) or not books.hearers_now(said)):
            continue
        wrong.append(f"{said.key}: {message.outcome}, {[(each.outcome, each.because) for each in theirs]}")
    return wrong


def _waits_for_the_next_morning(books: Books, deliveries: Iterable[Delivery]) -> bool:
    """Return whether what is left of the deliveries is to be sent on the next working day at the latest."""
    now = books.year.now()
    waiting = [each.send_after for each in deliveries if each.outcome is None]
    by = counted(london_day(now), 1, books.calendar)
    return bool(waiting) and all(now < each and london_day(each) <= by for each in waiting)


def _is_untrue(books: Books, deliveries: Iterable[Delivery]) -> bool:
    """Return whether what was to be said had come to be untrue, whoever it was for."""
    about_people = (
        "account was closed", "interest in the case", "may not be seen", "not held any more", "not for this person",
    )  # fmt: skip
    return not all(any(words in (each.because or "") for words in about_people) for each in deliveries)


# --- The mail server against the ledger ---------------------------------------


def no_letter_came_twice(books: Books) -> list[str]:
    """Return each letter taken twice, and each message that somebody had in two letters."""
    twice = [key for key, number in Counter(each.key for each in books.received).items() if number > 1]
    known = {each.letter_key for each in books.deliveries if each.outcome in {"sent", "unknown"}}
    return [*twice, *(f"nobody knows of {each.key}" for each in books.received if each.key not in known)]


def what_is_said_to_be_sent_was_received(books: Books) -> list[str]:
    """Return each delivery said to be sent in a letter that nobody took, or to another address."""
    taken, by_id = {each.key: each for each in books.received}, {v: k for k, v in books.year.register.emails.items()}
    wrong = []
    for each in books.deliveries:
        letter = taken.get(each.letter_key or "")
        if each.outcome == "sent" and each.channel == "mail" and letter is None:
            wrong.append(f"delivery {each.id} is said to be sent and nobody took it")
        if letter is not None and letter.to != by_id[each.person_id]:
            wrong.append(f"delivery {each.id} went to another address")
    return wrong


def every_letter_tells_what_was_so_to_those_who_may_know(books: Books) -> list[str]:
    """Return each letter with anything in it that its reader may not have, or that was not so when it was sent."""
    inside: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in books.deliveries:
        if delivery.letter_key:
            inside[delivery.letter_key].append(delivery)
    return [wrong for letter in books.received for wrong in _wrong_in(books, letter, inside[letter.key])]


def _wrong_in(books: Books, letter: Received, inside: Iterable[Delivery]) -> Iterator[str]:
    yield from (f"{letter.key} has {word} in it" for word in NOT_IN_A_LETTER if word in letter.raw)
    messages = (books.messages[each.message_id] for each in inside)
    cases = {books.references[each.case_id] for each in messages if each.case_id is not None}
    if not set(letter.references) <= cases:
        yield f"{letter.key} names a case that is not in the ledger for it"
    for each in inside:
        assert each.handed_over_at is not None
        yield from _wrong_to_tell(books, each, each.handed_over_at)


def _wrong_to_tell(books: Books, delivery: Delivery, at: datetime) -> Iterator[str]:
    said = books.said_by(delivery)
    if not _may_know(books, delivery, said, at) and not books.year.register.changed_within(at, AT_THE_SAME_TIME):
        yield f"{delivery.id}: {delivery.person_id} may not know of {said or delivery.message_id} at {at}"
    if said is not None:
        states = [each for each in books.states[said.deadline] if each.due_on == said.due_on]
        if not any(books.held(state, at) for state in states):
            yield f"{delivery.id}: {said.key} was no longer so at {at}"
        if books.is_quiet(said, at):
            yield f"{delivery.id}: {said.key} was seen or put off by then, at {at}"


def _may_know(books: Books, delivery: Delivery, said: Said | None, at: datetime) -> bool:
    """Return whether a person may be told of a case at a moment; of what a panel owes, whether they are to be."""
    register, case_id = books.year.register, books.messages[delivery.message_id].case_id
    if case_id is None:
        return said is not None and delivery.person_id in books.hearers(said, at)
    about = books.year.cases.about[case_id]
    agencies = {each.agency for states in books.of_case(case_id) for each in states}
    return any(register.may_know(delivery.person_id, about, each, at, london_day(at)) for each in agencies)


def everything_is_settled_with_its_reason(books: Books) -> list[str]:
    """Return what is neither sent nor says why, and what waits although its time has come."""
    now = books.year.now()
    silent = [each for each in books.deliveries if each.outcome not in {"sent", None} and not each.because]
    waiting = [each for each in books.deliveries if each.outcome is None and each.send_after <= now]
    return [f"delivery {each.id}: {each.outcome} {each.because}" for each in (*silent, *waiting)]


def fates_that_may_be_lost(books: Books) -> int:
    """Return how often a letter may have been under way when something was ended, frozen or cut off."""
    year = books.year
    cut = year.befell["connections cut"] + year.befell["restarts of the database"]
    lost = year.box.moods["lost before it was kept"] + year.box.moods["lost after it was kept"]
    return year.schedulers.kills + year.schedulers.frozen + cut + lost


def unknown(books: Books) -> set[str | None]:
    return {each.letter_key for each in books.deliveries if each.outcome == "unknown"}
