"""The parts of a case that have a page of their own: agencies, report and publication, learning, who may see it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from models.people import Appointment
from models.queries.access import SEE_WHO_THE_CHILD_IS
from models.role_words import role_words
from webapp.cases.due_dates import DueDate, due_date
from webapp.cases.told import Answer, answered, in_short
from webapp.wording import sentence_case
from workflows.clocks import Deadline
from workflows.codes import ACTION_STATES, words_of
from workflows.dates import day_in_words
from workflows.history import Event
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import AUDITOR
from workflows.standing import Standing

PARTS = {
    "cases.show": "What happened",
    "cases.agencies": "Agencies",
    "cases.report": "Report and publication",
    "cases.learning": "Learning",
    "reminders.show": "Reminders",
    "cases.people": "People and access",
    "readings.show": "Who looked at it",
    "cases.about": "About this review",
}
PARTS_OF_A_CHILD_DEATH = {
    "cases.show": "What happened",
    "the_child.show": "The child",
    "requests.show": "Agencies",
    "cases.report": "Review by the panel",
    "reminders.show": "Reminders",
    "cases.people": "People and access",
    "readings.show": "Who looked at it",
    "cases.about": "About this review",
}

HOW_IT_BEGAN = ("Referral", "Notification", "Joint response", "Rapid review", "Decision")
"""The groups of what led to a review and to the decision to hold it."""
# A child death may be referred for a review of its own, which is what the panel does about it.
HOW_A_CHILD_DEATH_BEGAN = ("Notification", "Joint response")

# Steps of these groups have a part of their own, or are only part of what happened.
ELSEWHERE = ("Agencies", "Learning", "Holds", "Proceedings and delay", "Ending", "Family", "Information")

# What these tell is shown as a table.
OF_ACTIONS = ("add_action", "update_action")


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken, as a part of the case tells it."""

    title: str
    on: str
    answers: tuple[Answer, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agency was asked for, and by when; or an action that it owns."""

    agency: str
    what: str
    date: DueDate
    answered_on: str
    sequence: int = 0
    """The event that asked for it."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the plan: who owns it, when it is due, how it stands and what shows it."""

    action: str
    agency: str
    owner: str
    status: str
    evidence: str
    date: DueDate | None


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody who may see the case, in which role, and through what."""

    name: str
    role: str
    through: str
    since: str
    until: str
    public_id: UUID
    """What stands for the person in the address of their ledger of reminders."""


def asked_of(standing: Standing, agencies: Iterable[str] | None = None) -> list[Asked]:
    """Return what was asked of agencies, of all or of these, by agency and then in the order asked."""
    found = [_asked(each, standing) for each in standing.deadlines if each.clock.per == "each" and each.started]
    wanted = None if agencies is None else {name.casefold() for name in agencies}
    kept = [each for each in found if wanted is None or each.agency.casefold() in wanted]
    return sorted(kept, key=lambda each: each.agency.casefold())


def _asked(deadline: Deadline, standing: Standing) -> Asked:
    date, agency = due_date(deadline, standing), agency_of(deadline)
    passed_over = ("", agency, date.title)
    what = ", ".join(each for each in deadline.subject if each not in passed_over)
    answered_on = deadline.met_on.words() if deadline.met_on else ""
    sequence = deadline.started.sequence if deadline.started else 0
    return Asked(agency, f"{date.title}: {what}" if what else date.title, date, answered_on, sequence)


def agency_of(deadline: Deadline) -> str:
    """Return the agency that something is asked of, or that owns an action."""
    if deadline.started is None:
        return ""
    on = next(on for on in deadline.clock.starts if on.step == deadline.started.step)
    told = dict(zip(on.each, deadline.subject, strict=False))
    return told.get("agency") or told.get("agencies") or str(deadline.started.answers.get("agency", ""))


ONLY_FOR = {"the_child.show": SEE_WHO_THE_CHILD_IS, "readings.show": frozenset({AUDITOR})}
"""Parts that only those who act in one of these roles may open."""


def parts_of(workflow_key: str, roles: Collection[str]) -> dict[str, str]:
    """Return the parts of a case of this kind these roles may open, by endpoint, with the words of the way there."""
    parts = PARTS_OF_A_CHILD_DEATH if workflow_key == CHILD_DEATH_REVIEW else PARTS
    return {
        endpoint: words
        for endpoint, words in parts.items()
        if endpoint not in ONLY_FOR or not set(ONLY_FOR[endpoint]).isdisjoint(roles)
    }


def done_in(standing: Standing, groups: Iterable[str], without: Collection[str] = ()) -> list[tuple[str, list[Done]]]:
    """Return the steps of these groups that were taken, group by group in the order declared, the latest first."""
    wanted, steps = set(groups), standing.procedure.steps_by_key
    found: dict[str, list[Done]] = {step.group: [] for step in steps.values() if step.group in wanted}
    for event in reversed(standing.events):
        step = steps.get(event.step)
        if step is not None and step.group in wanted and step.key not in without:
            found[step.group].append(done(event, standing))
    return [(group, done) for group, done in found.items() if done]


def done(event: Event, standing: Standing) -> Done:
    """Return a step that was taken, with what tells it from others of its kind and what was answered."""
    step = standing.procedure.steps_by_key[event.step]
    short = in_short(step, event.answers)
    title = f"{step.done}: {short}" if short else step.done
    return Done(title, event.happened_on.words(), tuple(answered(step, event.answers)), event.sequence)


def groups_of_the_beginning(standing: Standing) -> tuple[str, ...]:
    """Return the groups of steps that led to the review, which are told where the review itself is."""
    return HOW_A_CHILD_DEATH_BEGAN if standing.procedure.workflow == CHILD_DEATH_REVIEW else HOW_IT_BEGAN


def groups_of_the_report(standing: Standing) -> list[str]:
    """Return the groups of steps that make up the review itself and its report."""
    elsewhere = (*ELSEWHERE, *groups_of_the_beginning(standing))
    return list(dict.fromkeys(step.group for step in standing.procedure.steps if step.group not in elsewhere))


def actions(standing: Standing) -> list[Action]:
    """Return the actions of the plan in the order they were added, each as it was last told to stand."""
    added = {event.answers["action"]: event for event in standing.events if event.step == "add_action"}
    updates: dict[str, Mapping[str, str]] = {
        event.answers["action"]: event.answers for event in standing.events if event.step == "update_action"
    }
    due = {deadline.about: due_date(deadline, standing) for deadline in standing.deadline("action")}
    return [_action(name, event.answers, updates.get(name, {}), due.get(name)) for name, event in added.items()]


def _action(name: str, added: Mapping[str, str], told: Mapping[str, str], date: DueDate | None) -> Action:
    status = words_of(ACTION_STATES, told["status"]) if "status" in told else "Not begun"
    return Action(name, added["agency"], added.get("owner", ""), status, told.get("evidence", ""), date)


def who_may_see(appointments: Sequence[Appointment]) -> list[tuple[str, list[Seer]]]:
    """Return who may see the case, role by role."""
    by_role = groupby(appointments, key=lambda each: each.role)
    return [(sentence_case(role_words(role)), [_seer(each) for each in group]) for role, group in by_role]


def _seer(appointment: Appointment) -> Seer:
    agency = appointment.agency.name if appointment.agency else ""
    board = "the panel" if appointment.board and appointment.board.kind == "panel" else "the board"
    through = "this case" if appointment.case_id else f"{board}, for {agency}" if agency else board
    until = appointment.until_on
    return Seer(
        appointment.person.name,
        role_words(appointment.role),
        through,
        day_in_words(appointment.from_on),
        day_in_words(until) if until else "",
        appointment.person.public_id,
    )
