"""Who may correct what was recorded, and what a correction amounts to. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.actor import Actor
from models.histories import CaseAsRead
from workflows import registry
from workflows.calendar import Calendar
from workflows.definition import Procedure
from workflows.errors import NotAvailable, NotYourRole
from workflows.history import Event, History
from workflows.roles import BUSINESS_MANAGER, CDOP_COORDINATOR, DESIGNATED_DOCTOR, SUBGROUP_CHAIR, in_words
from workflows.standing import Told, correct

MAY_CORRECT: Mapping[str, tuple[str, ...]] = {
    "serious_case_review": (BUSINESS_MANAGER, SUBGROUP_CHAIR),
    "practice_review": (BUSINESS_MANAGER, SUBGROUP_CHAIR),
    "child_death_review": (CDOP_COORDINATOR,),
}
"""By workflow, the roles that keep its record in order and may correct any event of it.

Beside them, whoever may take a step may correct one of its kind. In a workflow not named here nobody else may.
"""


IDENTIFIES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("child_death_review", "notify_death"): (CDOP_COORDINATOR, DESIGNATED_DOCTOR),
}
"""By workflow and step, the only roles that may correct what tells who somebody is: they read it to correct it."""


def may_correct(workflow_key: str, procedure: Procedure, step_key: str) -> tuple[str, ...]:
    """Return the roles that may correct a step of this kind, or strike it out."""
    if (workflow_key, step_key) in IDENTIFIES:
        return IDENTIFIES[workflow_key, step_key]
    step = procedure.steps_by_key.get(step_key)
    return tuple(dict.fromkeys((*(step.by if step else ()), *MAY_CORRECT.get(workflow_key, ()))))


def correction(
    case: CaseAsRead,
    sequence: int,
    *,
    actor: Actor,
    told: Told | None,
    reason: str,
    now: datetime,
    calendar: Calendar,
) -> tuple[Procedure, Event]:
    """Return the procedure a case is under with an event corrected, and the event that corrects it.

    It is another procedure where the opening is moved to a day of another edition (R-0). Raises StepRefused.
    """
    role = _correcting_role(case, sequence, actor)
    procedure, history = case.procedure, case.history
    if told is not None and history.effective()[0].sequence == sequence:
        procedure = registry.procedure_on(case.workflow_key, told.on, case.new_arrangements_start)
        _refuse_steps_the_edition_lacks(procedure, history)
    event = correct(procedure, history, calendar, sequence=sequence, told=told, reason=reason, role=role, now=now)
    return procedure, event


def procedure_as_known(case: CaseAsRead, known: History) -> Procedure:
    """Return the procedure of a case by its opening as known then: another, if that was corrected since."""
    now, then = case.history.effective(), known.effective()
    if not then or now[0].happened_on == then[0].happened_on:
        return case.procedure
    return registry.procedure_on(case.workflow_key, then[0].happened_on, case.new_arrangements_start)


def _correcting_role(case: CaseAsRead, sequence: int, actor: Actor) -> str:
    """Return the role the event is corrected in: the first of those that may which is held. Raises NotYourRole."""
    event = case.history.standing_version(sequence)
    may = may_correct(case.workflow_key, case.procedure, event.step if event else "")
    roles = actor.roles_for(may)
    for role in may:
        if role in roles:
            return role
    who = f"This can be corrected by the {in_words(may)}" if may else "Nobody can correct this"
    raise NotYourRole(f"{who}, and you do not act as that here")


def _refuse_steps_the_edition_lacks(procedure: Procedure, history: History) -> None:
    """Raise NotAvailable when something was recorded that the edition the case would move to has no step for."""
    if {event.step for event in history.effective()} - set(procedure.steps_by_key):
        raise NotAvailable(
            f"On that day the case falls under {procedure.edition}, which has no place for what was recorded since. "
            "Correct that first"
        )
