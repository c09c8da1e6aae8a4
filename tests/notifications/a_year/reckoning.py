"""At the end of a year: what should have been said to whom, and whether the ledger and the mail server agree.

The dates of a case are asked of its history, as they were known at each moment. What follows from them is reckoned
here, and compared in both directions: nothing owed is missing, nothing said was not owed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.asking import standing_of
from models.bank_holidays import Restanding, calendar_in_force
from models.case import Case, CaseEvent
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.reminder import Reminder
from tests.notifications.a_year.answers import Fall, with_answers
from tests.notifications.a_year.ladders import ANSWER_WITHIN, Saying, above, counted, falls_to, sayings
from tests.notifications.a_year.mail import Received
from tests.notifications.a_year.register import AGENCIES, NOT_IN_A_LETTER, About
from tests.notifications.a_year.year import Year
from workflows.calendar import Calendar, england
from workflows.dates import london_day

AT_THE_SAME_TIME = timedelta(seconds=30)
"""What is recorded while something is being sent may be seen by it or not."""

ALWAYS = datetime.max.replace(tzinfo=UTC)

Key = tuple[int, str, str, date, str, str]
"""A case, a clock, what tells its deadlines apart, the day it is due, what is said and to which role."""


@dataclass(frozen=True)
class Owed:
    """A date of a case as it was known from one moment until another, open all that time."""

    about: About
    clock: str
    subject: str
    agency: str | None
    due_on: date
    starts_on: date | None
    since: datetime
    until: datetime
    calendar: Calendar
    ended: str = ""
    """How it went at the end: met, void, moved; empty while it is open at the end of the year."""
    ended_on: date | None = None
    """For what is void, the day in the world from which it was."""

    @property
    def deadline(self) -> tuple[int, str, str]:
        return self.about.case_id, self.clock, self.subject

    def key(self, saying: Saying) -> Key:
        return (*self.deadline, self.due_on, saying.key, saying.role)

    @property
    def day(self) -> tuple[int, str, str, date]:
        return (*self.deadline, self.due_on)

    def falls(self) -> Iterator[tuple[Saying, date]]:
        """Yield what is said about it and the day it falls; nothing ahead of a limit before it has started."""
        for saying in sayings(self.about.workflow, self.clock):
            day = counted(self.due_on, saying.days, self.calendar)
            if saying.days >= 0 or self.starts_on is None or self.starts_on >= self.due_on or day > self.starts_on:
                yield saying, day


class Books:
    """What the year should have come to, what the ledger says it came to, and what was received."""

    def __init__(self, year: Year) -> None:
        self.year = year
        with year.sessions() as session:
            self.reminders = list(session.scalars(select(Reminder).order_by(Reminder.id)))
            self.messages = {each.id: each for each in session.scalars(select(OutboxMessage))}
            self.deliveries = list(session.scalars(select(Delivery).order_by(Delivery.id)))
            self.owed = list(_owed(session, year))
            self.calendar = calendar_in_force(session)
            self.restood_at = session.scalar(select(func.max(Restanding.finished_at)))
            self.references = {each.id: each.reference for each in session.scalars(select(Case))}
        self.received = year.box.received()
        self.ledger = {key_of(each): each for each in self.reminders}
        self.message_of = {each.dedupe_key: each for each in self.messages.values() if each.dedupe_key}
        self.to_whom: dict[int, list[Delivery]] = defaultdict(list)
        for delivery in self.deliveries:
            self.to_whom[delivery.message_id].append(delivery)
        self.states: dict[tuple[int, str, str], list[Owed]] = defaultdict(list)
        for owed in self.owed:
            self.states[owed.deadline].append(owed)

    # --- The ledger against what was owed

    def nothing_owed_is_missing(self) -> list[str]:
        """Return what should be in the ledger and is not, or not by then, or not said although it was the latest."""
        return [wrong for owed in self.owed for wrong in (*self._unrecorded(owed), *self._unsaid(owed))]

    def _unrecorded(self, owed: Owed) -> Iterator[str]:
        """Yield what fell while the date was open and is nowhere in the ledger."""
        end = london_day(owed.until) if owed.until < ALWAYS else self._last_day()
        if owed.ended == "void" and owed.ended_on is not None:
            end = min(end, owed.ended_on)
        for each in self._falls(owed, owed.until):
            key = owed.key(each.saying)
            if london_day(owed.since) < each.first and each.day < end and key not in self.ledger:
                yield f"{key} fell on {each.day} and is not in the ledger; {owed.ended or 'still open'}"

    def _unsaid(self, owed: Owed) -> Iterator[str]:
        """Yield of each look at the date whom it left without the latest thing to be said about it."""
        for look in self.year.looks:
            if not owed.since + AT_THE_SAME_TIME < look.at or not look.done_by < owed.until - AT_THE_SAME_TIME:
                continue
            if self._is_being_restood(look.at):
                continue
            today = london_day(look.at)
            latest = {each.saying.role: each for each in self._falls(owed, look.at) if each.day <= today}
            for each in latest.values():
                key = owed.key(each.saying)
                said = self.ledger.get(key)
                if said is None or said.outcome != "told" or said.recorded_at > look.done_by:
                    yield f"{key} of {each.day} was not told by the look of {look.at}: {said and said.outcome}"

    def _falls(self, owed: Owed, at: datetime) -> Sequence[Fall]:
        """Return what is said about a date and when, by what had been answered by a moment."""

        def was_said(saying: Saying, before: datetime) -> bool:
            said = self.ledger.get(owed.key(saying))
            return said is not None and said.outcome != "no_longer_true" and said.recorded_at < before

        given = [each for each in self.year.answered.get(owed.day, ()) if each.at <= at]
        return with_answers(list(owed.falls()), given, owed.calendar, was_said)

    def nothing_is_said_that_was_not_owed(self) -> list[str]:
        """Return what is in the ledger and was not owed then, or says wrongly that it is late or was not told."""
        return [f"{key_of(each)}: {wrong}" for each in self.reminders if (wrong := self._why_wrong(each))]

    def _why_wrong(self, said: Reminder) -> str:
        states = [
            each for each in self.states[said.case_id, said.clock_key, said.subject] if each.due_on == said.due_on
        ]
        if not states:
            return "nothing was ever due then"
        if said.rung.endswith("_unseen"):
            return self._why_not_sent_up(said, states)
        days = {
            fall.day
            for each in self._by_either_calendar(states)
            for at in (said.recorded_at - AT_THE_SAME_TIME, _soon_after(said.recorded_at))
            for fall in self._falls(each, at)
            if _is(fall.saying, said)
        }
        if said.falls_on not in days:
            return f"it falls on {sorted(days)} and not on {said.falls_on}"
        if said.outcome == "told":
            return self._why_not_told_so(said, states)
        if not said.because:
            return "it does not say why it was not told"
        if said.outcome == "overtaken":
            later = [each for each in self.reminders if _same_role(each, said) and each.falls_on >= said.falls_on]
            return "" if any(each.outcome == "told" for each in later) else "nothing later was told"
        return "" if self._was_over(said, states) else "it was still so"

    def _was_over(self, said: Reminder, states: Iterable[Owed]) -> bool:
        """Return whether a day had ended when it was recorded that it is no longer true.

        docs/reminders.md: done, no longer asked for, or moved. "What had fallen of the old day and was not yet said is
        in the ledger as no longer true." A day that goes on being due with something else about it has not moved; nor
        is it over where it was due again, by then and already when the rung fell.
        """
        at, spans = said.recorded_at, [each for each in states if each.since < each.until]
        goes_on_from = {self._stored_until(each.since) for each in spans}
        over = [each for each in states if each.ended and each.until <= _soon_after(at)]
        is_due_again = any(
            each.since + AT_THE_SAME_TIME < at < each.until - AT_THE_SAME_TIME
            and london_day(each.since) <= said.falls_on
            for each in spans
        )
        return not is_due_again and any(self._stored_until(each.until) not in goes_on_from for each in over)

    def _why_not_told_so(self, said: Reminder, states: Iterable[Owed]) -> str:
        open_then = [each for each in states if self._held(each, said.recorded_at)]
        if not open_then:
            return f"it was not owed at {said.recorded_at}"
        today = london_day(said.recorded_at)
        known = {
            max(said.falls_on, london_day(each.since)) for each in states if each.since <= _soon_after(said.recorded_at)
        }
        if said.late and today <= said.falls_on:
            return "it says that it is late and is not"
        if not said.late and today not in known:
            return f"it is late and does not say so: {today}, {sorted(known)}"
        return ""

    def _why_not_sent_up(self, said: Reminder, states: Iterable[Owed]) -> str:
        """Return why an escalation may not have gone up once more: told, unseen for five working days, still open."""
        for each in (each for each in self.reminders if _is_the_first_of(each, said)):
            told_on, about = london_day(each.recorded_at), self.year.about[each.case_id]
            days = {counted(told_on, ANSWER_WITHIN + 1, each.calendar) for each in self._by_either_calendar(states)}
            if self._seen_between(each, each.recorded_at + AT_THE_SAME_TIME, said.recorded_at - AT_THE_SAME_TIME):
                return "it had been seen"
            if said.role == above(about.workflow, each.clock_key, each.role) and said.falls_on in days:
                return "" if any(self._held(state, said.recorded_at) for state in states) else "it was over"
        return "nothing had gone up unseen"

    def what_went_up_unseen_goes_up_once_more(self) -> list[str]:
        """Return each escalation that nobody saw, still owed at a look after its time, that did not go up further."""
        missing = []
        for each in self.reminders:
            role = above(self.year.about[each.case_id].workflow, each.clock_key, each.role)
            if each.outcome != "told" or each.notice_key != "reminder_escalated" or role is None:
                continue
            if each.rung.endswith("_unseen"):
                continue  # ADR 41: what is seen by nobody "goes up once more", and this is that once.
            for state in self.states[each.case_id, each.clock_key, each.subject]:
                by = counted(london_day(each.recorded_at), ANSWER_WITHIN + 1, state.calendar)
                looked = [
                    look for look in self.year.looks
                    if london_day(look.at) >= by and look.at > max(state.since, each.recorded_at) + AT_THE_SAME_TIME
                    and look.done_by < state.until - AT_THE_SAME_TIME
                    and not self._seen_between(each, each.recorded_at - AT_THE_SAME_TIME, look.done_by)
                ]  # fmt: skip
                heard = any(_has_gone_up_to(other, role, each) for other in self.reminders)
                if state.due_on == each.due_on and looked and not heard:
                    missing.append(f"{key_of(each)} was not sent up to {role}")
        return missing

    # --- To whom

    def every_reminder_told_has_one_message(self) -> list[str]:
        """Return what was told without a message, or not told with one."""
        told = {f"reminder:{each.id}" for each in self.reminders if each.outcome == "told"}
        of_reminders = {key for key in self.message_of if key.startswith("reminder:")}
        return sorted(told ^ of_reminders)

    def those_are_told_who_should_be(self) -> list[str]:
        """Return each message that was not addressed to exactly those who were to hear it at that moment."""
        wrong = []
        for said in self._told():
            message = self.message_of[f"reminder:{said.id}"]
            for at in sorted({each.created_at for each in self.to_whom[message.id]}):
                now = {each.person_id for each in self.to_whom[message.id] if each.created_at == at}
                before = {each.person_id for each in self.to_whom[message.id] if each.created_at < at}
                should = self._hearers(said, at)
                if should != now | (should & before) and not self.year.register.changed_within(at, AT_THE_SAME_TIME):
                    wrong.append(f"{key_of(said)} was addressed to {sorted(now)}, not {sorted(should)}, at {at}")
        return wrong

    def somebody_hears_or_it_says_why_not(self) -> list[str]:
        """Return each reminder told that reached nobody, though it was still so and somebody was there to hear it."""
        wrong = []
        for said in self._told():
            message = self.message_of[f"reminder:{said.id}"]
            theirs = self.to_whom[message.id]
            if any(each.outcome in {"sent", "failed", "unknown"} for each in theirs):
                continue
            is_seen = "Seen by" in (message.last_error or "")
            if message.outcome == "suppressed" and not is_seen and (message.last_error or self._is_untrue(theirs)):
                continue
            if message.outcome is None and (self._is_quiet(said, self.year.now()) or not self._hearers_now(said)):
                continue
            wrong.append(f"{key_of(said)}: {message.outcome}, {[(each.outcome, each.because) for each in theirs]}")
        return wrong

    def _is_untrue(self, deliveries: Iterable[Delivery]) -> bool:
        """Return whether what was to be said had come to be untrue, whoever it was for."""
        about_people = ("account was closed", "interest in the case", "may not be seen", "not held any more")
        return not all(any(words in (each.because or "") for words in about_people) for each in deliveries)

    def _hearers_now(self, said: Reminder) -> set[int]:
        return self._hearers(said, self.year.now())

    def _hearers(self, said: Reminder, at: datetime) -> set[int]:
        about = self.year.about[said.case_id]
        roles = falls_to(about.workflow, said.clock_key, said.role)
        agency = next((each.agency for each in self.states[said.case_id, said.clock_key, said.subject]), None)
        return self.year.register.hearers(about, roles, agency, at, london_day(at))

    # --- The mail server against the ledger

    def no_letter_came_twice(self) -> list[str]:
        """Return each letter taken twice, and each message that somebody had in two letters."""
        twice = [key for key, number in Counter(each.key for each in self.received).items() if number > 1]
        known = {each.letter_key for each in self.deliveries if each.outcome in {"sent", "unknown"}}
        return [*twice, *(f"nobody knows of {each.key}" for each in self.received if each.key not in known)]

    def what_is_said_to_be_sent_was_received(self) -> list[str]:
        """Return each delivery said to be sent in a letter that nobody took, or to another address."""
        taken, by_id = {each.key: each for each in self.received}, {v: k for k, v in self.year.register.emails.items()}
        wrong = []
        for each in self.deliveries:
            letter = taken.get(each.letter_key or "")
            if each.outcome == "sent" and each.channel == "mail" and letter is None:
                wrong.append(f"delivery {each.id} is said to be sent and nobody took it")
            if letter is not None and letter.to != by_id[each.person_id]:
                wrong.append(f"delivery {each.id} went to another address")
        return wrong

    def every_letter_tells_what_was_so_to_those_who_may_know(self) -> list[str]:
        """Return each letter with anything in it that its reader may not have, or that was not so when it was sent."""
        inside: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in self.deliveries:
            if delivery.letter_key:
                inside[delivery.letter_key].append(delivery)
        return [wrong for letter in self.received for wrong in self._wrong_in(letter, inside[letter.key])]

    def _wrong_in(self, letter: Received, inside: Iterable[Delivery]) -> Iterator[str]:
        yield from (f"{letter.key} has {word} in it" for word in NOT_IN_A_LETTER if word in letter.raw)
        cases = {self.references[self._case_id(each)] for each in inside}
        if not set(letter.references) <= cases:
            yield f"{letter.key} names a case that is not in the ledger for it"
        for each in inside:
            assert each.handed_over_at is not None
            yield from self._wrong_to_tell(each, each.handed_over_at)

    def _wrong_to_tell(self, delivery: Delivery, at: datetime) -> Iterator[str]:
        message = self.messages[delivery.message_id]
        about, register = self.year.about[self._case_id(delivery)], self.year.register
        agencies = {each.agency for states in self._of_case(about.case_id) for each in states}
        may = any(register.may_know(delivery.person_id, about, each, at, london_day(at)) for each in agencies)
        if not may and not register.changed_within(at, AT_THE_SAME_TIME):
            yield f"{delivery.id}: {delivery.person_id} may not know of {about} at {at}"
        if "reminder" in message.payload:
            said = next(each for each in self.reminders if each.id == message.payload["reminder"])
            states = [s for s in self.states[said.case_id, said.clock_key, said.subject] if s.due_on == said.due_on]
            if not any(self._held(state, at) for state in states):
                yield f"{delivery.id}: {key_of(said)} was no longer so at {at}"
            if self._is_quiet(said, at):
                yield f"{delivery.id}: {key_of(said)} was seen or put off by then, at {at}"

    def everything_is_settled_with_its_reason(self) -> list[str]:
        """Return what is neither sent nor says why, and what waits although its time has come."""
        now = self.year.now()
        silent = [each for each in self.deliveries if each.outcome not in {"sent", None} and not each.because]
        waiting = [each for each in self.deliveries if each.outcome is None and each.send_after <= now]
        return [f"delivery {each.id}: {each.outcome} {each.because}" for each in (*silent, *waiting)]

    def fates_that_may_be_lost(self) -> int:
        """Return how often a letter may have been under way when something was ended, frozen or cut off."""
        year = self.year
        cut = year.befell["connections cut"] + year.befell["restarts of the database"]
        lost = year.box.moods["lost before it was kept"] + year.box.moods["lost after it was kept"]
        return year.schedulers.kills + year.schedulers.frozen + cut + lost

    def unknown(self) -> set[str | None]:
        return {each.letter_key for each in self.deliveries if each.outcome == "unknown"}

    # --- Small questions

    def _seen_between(self, said: Reminder, first: datetime, last: datetime) -> bool:
        given = self.year.answered.get(_day_of(said), ())
        return any(each.kind == "seen" and first <= each.at <= last for each in given)

    def _is_quiet(self, said: Reminder, at: datetime) -> bool:
        """Return whether at a moment nothing was to be heard of it: seen where it goes up, else put off by its role.

        The newest answer counts.
        """
        kind = "seen" if said.notice_key == "reminder_escalated" else "put off"
        given = [
            each for each in self.year.answered.get(_day_of(said), ())
            if each.kind == kind and each.at < at - AT_THE_SAME_TIME and (kind == "seen" or each.role == said.role)
        ]  # fmt: skip
        return bool(given) and all(
            london_day(at) <= given[-1].lasts_until(calendar) for calendar in (england(), self.calendar)
        )

    def _held(self, owed: Owed, at: datetime) -> bool:
        return _holds(owed, at, self.year.accepted_at, self.restood_at)

    def _by_either_calendar(self, states: Iterable[Owed]) -> list[Owed]:
        return [replace(each, calendar=calendar) for each in states for calendar in (england(), self.calendar)]

    def _stored_until(self, moment: datetime) -> datetime:
        """Return a moment, or when the cases were stood again for the moment at which a new bank holiday counted."""
        return self.restood_at if self.restood_at is not None and moment == self.year.accepted_at else moment

    def _is_being_restood(self, at: datetime) -> bool:
        """Return whether a new bank holiday counts already, and the stored dates do not follow it yet."""
        accepted_at = self.year.accepted_at
        return None not in {accepted_at, self.restood_at} and accepted_at <= at <= _soon_after(self.restood_at)  # type: ignore[operator,arg-type]

    def _told(self) -> Iterator[Reminder]:
        return (each for each in self.reminders if each.outcome == "told")

    def _case_id(self, delivery: Delivery) -> int:
        case_id = self.messages[delivery.message_id].case_id
        assert case_id is not None
        return case_id

    def _of_case(self, case_id: int) -> Iterator[list[Owed]]:
        return (states for (of, _, _), states in self.states.items() if of == case_id)

    def _last_day(self) -> date:
        return london_day(self.year.looks[-1].at)


def key_of(said: Reminder) -> Key:
    return said.case_id, said.clock_key, said.subject, said.due_on, said.rung, said.role


def _day_of(said: Reminder) -> tuple[int, str, str, date]:
    return said.case_id, said.clock_key, said.subject, said.due_on


def _is(saying: Saying, said: Reminder) -> bool:
    return (saying.key, saying.role) == (said.rung, said.role)


def _same_role(one: Reminder, other: Reminder) -> bool:
    return (key_of(one)[:4], one.role) == (key_of(other)[:4], other.role)


def _is_the_first_of(each: Reminder, sent_up: Reminder) -> bool:
    """Return whether something that went up went up once more as another; what did so does not do it again (ADR 41)."""
    if each.rung.endswith("_unseen"):
        return False
    same = key_of(each)[:4] == key_of(sent_up)[:4]
    return same and f"{each.rung}_unseen" == sent_up.rung and each.outcome == "told"


def _has_gone_up_to(other: Reminder, role: str, each: Reminder) -> bool:
    told = (other.role, other.outcome, other.notice_key) == (role, "told", each.notice_key)
    return told and key_of(other)[:4] == key_of(each)[:4]


def _soon_after(moment: datetime) -> datetime:
    return moment + AT_THE_SAME_TIME


def _holds(owed: Owed, at: datetime, accepted_at: datetime | None, restood_at: datetime | None) -> bool:
    """Return whether a date was owed at a moment, or may have been by what was stored then.

    Until the schedulers have stood every case again after a new bank holiday, what is stored is as it was before.
    """
    until = restood_at if restood_at is not None and owed.until == accepted_at else owed.until
    return owed.since <= _soon_after(at) and (until == ALWAYS or at <= _soon_after(until))


# --- What was owed, from the histories ----------------------------------------


def _owed(session: Session, year: Year) -> Iterator[Owed]:
    """Yield every date of every case, in spans in which it was open and the same."""
    restood_at = session.scalar(select(func.max(Restanding.finished_at)))
    after = calendar_in_force(session)
    for case in session.scalars(select(Case).where(Case.id.in_(year.about)).order_by(Case.id)):
        recorded = select(CaseEvent.recorded_at).where(CaseEvent.case_id == case.id)
        moments = sorted(set(session.scalars(recorded)))
        if restood_at is not None and year.accepted_at is not None and moments[0] < year.accepted_at:
            moments = sorted({*moments, restood_at})
        yield from _spans(session, case, year, moments, after, restood_at)


@dataclass(frozen=True)
class _State:
    """A date as it is known at a moment."""

    agency: str | None
    due_on: date
    starts_on: date
    calendar: Calendar


def _spans(
    session: Session, case: Case, year: Year, moments: list[datetime], after: Calendar, restood_at: datetime | None
) -> Iterator[Owed]:
    about, running = year.about[case.id], dict[tuple[str, str], tuple[_State, datetime]]()

    def owed(key: tuple[str, str], state: _State, since: datetime, until: datetime, how: str, on: date | None) -> Owed:
        return Owed(
            about, *key, state.agency, state.due_on, state.starts_on, since, until, state.calendar, how, on
        )  # fmt: skip

    for moment in moments:
        until = year.accepted_at if moment == restood_at and year.accepted_at else moment
        calendar = after if year.accepted_at is not None and moment >= year.accepted_at else england()
        found, ended = _known_at(session, case, moment, calendar)
        for key, (state, since) in list(running.items()):
            if found.get(key) != state:
                _, how, on = ended.get(key, (state, "moved", None))
                yield owed(key, state, since, until, how, on)
                del running[key]
        # What was over before anything of it was known was owed at that moment alone.
        yield from (owed(key, state, moment, moment, how, on) for key, (state, how, on) in ended.items())
        for key, state in found.items():
            running.setdefault(key, (state, moment))
    for key, (state, since) in running.items():
        yield owed(key, state, since, ALWAYS, "", None)


Open = dict[tuple[str, str], _State]
Over = dict[tuple[str, str], tuple[_State, str, date | None]]


def _known_at(session: Session, case: Case, moment: datetime, calendar: Calendar) -> tuple[Open, Over]:
    """Return the dates that were open by what was known at a moment, and those that were over, with how."""
    found, ended = Open(), Over()
    standing = standing_of(session, case, today=london_day(moment), known_at=moment, calendar=calendar)
    for each in standing.deadlines:
        key = each.key, each.about
        if each.due_last is None or each.start is None:
            continue
        agency = next((name for name in each.subject if name in AGENCIES), None)
        state = _State(agency, each.due_last, each.start.first, calendar)
        if each.met_on is not None:
            ended[key] = state, "met", None
        elif each.voided_on is not None:
            ended[key] = state, "void", each.voided_on.first
        else:
            found[key] = state
    return found, ended


# --- The whole of it ----------------------------------------------------------


def assert_told_once_or_explained(books: Books) -> None:
    """Fail with the first few of whatever is wrong, by what is wrong with it, and the seed to have it again."""
    wrong = {
        "missing": books.nothing_owed_is_missing(),
        "not owed": books.nothing_is_said_that_was_not_owed(),
        "not gone up": books.what_went_up_unseen_goes_up_once_more(),
        "without one message": books.every_reminder_told_has_one_message(),
        "to others": books.those_are_told_who_should_be(),
        "to nobody": books.somebody_hears_or_it_says_why_not(),
        "twice": books.no_letter_came_twice(),
        "not received": books.what_is_said_to_be_sent_was_received(),
        "not for them": books.every_letter_tells_what_was_so_to_those_who_may_know(),
        "unexplained": books.everything_is_settled_with_its_reason(),
    }
    said = [f"{what} ({len(each)}):\n  " + "\n  ".join(each[:5]) for what, each in wrong.items() if each]
    assert not said, "\n".join([figures(books.year, books), *said])
    assert len(books.unknown()) <= books.fates_that_may_be_lost(), "more fates are unknown than were lost"


def figures(year: Year, books: Books) -> str:
    """Return what a year came to, to be printed."""
    told = Counter(each.outcome for each in books.reminders)
    late = sum(each.late for each in books.reminders)
    kinds = Counter(each.workflow for each in year.about.values())
    lines = (
        f"seed {year.seed}: {year.plan.first} to {year.today} in {year.spent:.0f} s",
        f"{year.recorded} entries in {len(year.about)} cases, {dict(kinds)}; refused: {year.refused.total()}",
        f"{year.schedulers.kills} kills: {dict(year.schedulers.struck)}",
        f"{dict(year.befell)}",
        f"reminders: {dict(told)}, {late} told late",
        f"deliveries: {dict(Counter(each.outcome for each in books.deliveries))}",
        f"{len(books.received)} letters received; the mail server: {dict(year.box.moods)}",
    )
    return "\n  ".join(lines)
