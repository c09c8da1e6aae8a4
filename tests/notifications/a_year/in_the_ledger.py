"""The ledger against what was owed, both ways: nothing owed is missing, and nothing is in it that was not owed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.notifications.a_year.books import Books
from tests.notifications.a_year.ladders import ANSWER_WITHIN, Saying, above, counted
from tests.notifications.a_year.owed import ALWAYS, AT_THE_SAME_TIME, Owed, soon_after
from tests.notifications.a_year.said import Said
from workflows.dates import london_day


def nothing_owed_is_missing(books: Books) -> list[str]:
    """Return what should be in the ledger and is not, or not by then, or not said although it was the latest."""
    return [wrong for owed in books.owed for wrong in (*_unrecorded(books, owed), *_unsaid(books, owed))]


def _unrecorded(books: Books, owed: Owed) -> Iterator[str]:
    """Yield what fell while the date was open and is nowhere in the ledger."""
    end = london_day(owed.until) if owed.until < ALWAYS else books.last_day()
    if owed.ended == "void" and owed.ended_on is not None:
        end = min(end, owed.ended_on)
    for each in books.falls(owed, owed.until):
        key = owed.key(each.saying)
        if london_day(owed.since) < each.first and each.day < end and key not in books.ledger:
            yield f"{key} fell on {each.day} and is not in the ledger; {owed.ended or 'still open'}"


def _unsaid(books: Books, owed: Owed) -> Iterator[str]:
    """Yield of each look at the date whom it left without the latest thing to be said about it."""
    for look in books.year.looks:
        if not owed.since + AT_THE_SAME_TIME < look.at or not look.done_by < owed.until - AT_THE_SAME_TIME:
            continue
        if books.is_being_restood(look.at):
            continue
        today = london_day(look.at)
        latest = {each.saying.role: each for each in books.falls(owed, look.at) if each.day <= today}
        for each in latest.values():
            key = owed.key(each.saying)
            said = books.ledger.get(key)
            if said is None or said.outcome != "told" or said.recorded_at > look.done_by:
                yield f"{key} of {each.day} was not told by the look of {look.at}: {said and said.outcome}"


def nothing_is_said_that_was_not_owed(books: Books) -> list[str]:
    """Return what is in the ledger and was not owed then, or says wrongly that it is late or was not told."""
    return [f"{each.key}: {wrong}" for each in books.reminders if (wrong := _why_wrong(books, each))]


def _why_wrong(books: Books, said: Said) -> str:
    states = [each for each in books.states[said.deadline] if each.due_on == said.due_on]
    if not states:
        return "nothing was ever due then"
    if said.rung.endswith("_unseen"):
        return _why_not_sent_up(books, said, states)
    days = {
        fall.day
        for each in books.by_either_calendar(states)
        for at in (said.recorded_at - AT_THE_SAME_TIME, soon_after(said.recorded_at))
        for fall in books.falls(each, at)
        if _is(fall.saying, said)
    }
    if said.falls_on not in days:
        return f"it falls on {sorted(days)} and not on {said.falls_on}"
    if said.outcome == "told":
        return _why_not_told_so(books, said, states)
    if not said.because:
        return "it does not say why it was not told"
    if said.outcome == "overtaken":
        later = [each for each in books.reminders if _same_role(each, said) and each.falls_on >= said.falls_on]
        return "" if any(each.outcome == "told" for each in later) else "nothing later was told"
    return "" if _was_over(books, said, states) else "it was still so"


def _was_over(books: Books, said: Said, states: Iterable[Owed]) -> bool:
    """Return whether a day had ended when it was recorded that it is no longer true.

    docs/reminders.md: done, no longer asked for, or moved. "What had fallen of the old day and was not yet said is
    in the ledger as no longer true." A day that goes on being due with something else about it has not moved; nor
    is it over where it was due again, by then and already when the rung fell.
    """
    at, spans = said.recorded_at, [each for each in states if each.since < each.until]
    read_by = books.read_by(at)
    goes_on_from = {books.stored_until(each.since) for each in spans}
    over = [each for each in states if each.ended and each.until <= read_by]
    is_due_again = any(
        each.since + AT_THE_SAME_TIME < at
        and read_by < each.until - AT_THE_SAME_TIME
        and london_day(each.since) <= said.falls_on
        for each in spans
    )
    return not is_due_again and any(books.stored_until(each.until) not in goes_on_from for each in over)


def _why_not_told_so(books: Books, said: Said, states: Iterable[Owed]) -> str:
    open_then = [each for each in states if books.held(each, said.recorded_at)]
    if not open_then:
        return f"it was not owed at {said.recorded_at}"
    today = london_day(said.recorded_at)
    known = {
        max(said.falls_on, london_day(each.since)) for each in states if each.since <= books.read_by(said.recorded_at)
    }
    if said.late and today <= said.falls_on:
        return "it says that it is late and is not"
    if not said.late and today not in known:
        return f"it is late and does not say so: {today}, {sorted(known)}"
    return ""


def _why_not_sent_up(books: Books, said: Said, states: Iterable[Owed]) -> str:
    """Return why an escalation may not have gone up once more: told, unseen for five working days, still open."""
    for each in (each for each in books.reminders if _is_the_first_of(each, said)):
        told_on, about = london_day(each.recorded_at), each.about
        days = {counted(told_on, ANSWER_WITHIN + 1, each.calendar) for each in books.by_either_calendar(states)}
        if books.seen_between(each, each.recorded_at + AT_THE_SAME_TIME, said.recorded_at - AT_THE_SAME_TIME):
            return "it had been seen"
        if said.role == above(about.workflow, each.clock_key, each.role) and said.falls_on in days:
            return "" if any(books.held(state, said.recorded_at) for state in states) else "it was over"
    return "nothing had gone up unseen"


def what_went_up_unseen_goes_up_once_more(books: Books) -> list[str]:
    """Return each escalation that nobody saw, still owed at a look after its time, that did not go up further."""
    missing = []
    for each in books.reminders:
        role = above(each.about.workflow, each.clock_key, each.role)
        if each.outcome != "told" or not each.goes_up or role is None:
            continue
        if each.rung.endswith("_unseen"):
            continue  # ADR 41: what is seen by nobody "goes up once more", and this is that once.
        for state in books.states[each.deadline]:
            by = counted(london_day(each.recorded_at), ANSWER_WITHIN + 1, state.calendar)
            looked = [
                look for look in books.year.looks
                if london_day(look.at) >= by and look.at > max(state.since, each.recorded_at) + AT_THE_SAME_TIME
                and look.done_by < state.until - AT_THE_SAME_TIME
                and not books.seen_between(each, each.recorded_at - AT_THE_SAME_TIME, look.done_by)
            ]  # fmt: skip
            heard = any(_has_gone_up_to(other, role, each) for other in books.reminders)
            if state.due_on == each.due_on and looked and not heard:
                missing.append(f"{each.key} was not sent up to {role}")
    return missing


# --- Which reminder is which --------------------------------------------------


def _is(saying: Saying, said: Said) -> bool:
    return (saying.key, saying.role) == (said.rung, said.role)


def _same_role(one: Said, other: Said) -> bool:
    return (one.day, one.role) == (other.day, other.role)


def _is_the_first_of(each: Said, sent_up: Said) -> bool:
    """Return whether something that went up went up once more as another; what did so does not do it again (ADR 41)."""
    if each.rung.endswith("_unseen"):
        return False
    same = each.day == sent_up.day
    return same and f"{each.rung}_unseen" == sent_up.rung and each.outcome == "told"


def _has_gone_up_to(other: Said, role: str, each: Said) -> bool:
    told = (other.role, other.outcome, other.goes_up) == (role, "told", each.goes_up)
    return told and other.day == each.day
