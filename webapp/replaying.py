"""Replays a case script through the functions the pages use, and compares the case with what the script expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from models.agency import Board, add_board, board_named
from models.case import Case
from models.casework import Actor, open_case, standing_of, take_step
from webapp.scripts import Expectation, Script, ScriptStep
from workflows.clocks import Deadline
from workflows.dates import LONDON, PartialDate, end_of_day
from workflows.errors import StepRefused
from workflows.explanation import explain
from workflows.standing import Availability, Standing, Told, available

REFUSALS = ("role", "state", "hold", "guard", "answer")


@dataclass(frozen=True, slots=True)
class Failure:
    """Something the script expects that is not so, with the line that expects it."""

    line: int
    words: str


@dataclass(slots=True)
class Replayed:
    """What became of a script: the case, what failed, and the standing at each expectation."""

    script: Script
    case: Case | None = None
    failures: list[Failure] = field(default_factory=list)
    standings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.failures


def board_of(session: Session, script: Script) -> Board:
    """Return the board a script names, adding it when it is not there yet."""
    board = board_named(session, script.board)
    if board is None:
        return add_board(session, script.board, new_arrangements_start=script.new_arrangements_start)
    if script.new_arrangements_start and board.new_arrangements_start is None:
        board.new_arrangements_start = script.new_arrangements_start
        session.flush()
    return board


def replay(session: Session, script: Script, actor_ids: Mapping[str, int] | None = None) -> Replayed:
    """Return what became of the script, taking its steps in the order written and moving the clock with them."""
    outcome = Replayed(script)
    board = board_of(session, script)
    for step in script.steps:
        _take(session, board, outcome, step, (actor_ids or {}).get(step.role))
    for expectation in script.expectations:
        _compare(session, outcome, expectation)
    return outcome


def moment_of(day: date) -> datetime:
    """Return noon in London of a day, which is when a replayed step is recorded."""
    return datetime.combine(day, time(12), LONDON).astimezone(UTC)


def _take(session: Session, board: Board, outcome: Replayed, step: ScriptStep, actor_id: int | None) -> None:
    try:
        with session.begin_nested():
            _record(session, board, outcome, step, actor_id)
    except StepRefused as refusal:
        if step.refused is None:
            outcome.failures.append(Failure(step.line, f"{step.step} was refused ({refusal.kind}): {refusal}"))
        elif not _is_as_expected(step.refused, refusal):
            words = f"{step.step} should be refused ({step.refused}) and was refused ({refusal.kind}): {refusal}"
            outcome.failures.append(Failure(step.line, words))
    else:
        if step.refused is not None:
            outcome.failures.append(Failure(step.line, f"{step.step} should be refused ({step.refused}) and was not"))


def _record(session: Session, board: Board, outcome: Replayed, step: ScriptStep, actor_id: int | None) -> None:
    actor, told = Actor(actor_id, frozenset({step.role})), Told(step.on, step.answers)
    now = moment_of(step.recorded_on)
    if outcome.case is None:
        outcome.case = open_case(
            session, workflow_key=outcome.script.workflow, board=board, step=step.step, actor=actor, told=told, now=now
        )
    else:
        take_step(session, outcome.case, step.step, actor=actor, told=told, now=now)


def _is_as_expected(expected: str, refusal: StepRefused) -> bool:
    return expected == refusal.kind if expected in REFUSALS else expected.casefold() in str(refusal).casefold()


def _compare(session: Session, outcome: Replayed, expectation: Expectation) -> None:
    if outcome.case is None:
        outcome.failures.append(Failure(expectation.line, "the case was never opened"))
        return
    try:
        known_at = end_of_day(expectation.known_on) if expectation.known_on else None
        standing = standing_of(session, outcome.case, today=expectation.as_at, known_at=known_at)
    except ValueError as nothing:
        outcome.failures.append(Failure(expectation.line, f"as at {expectation.as_at}: {nothing}"))
        return
    outcome.standings.append(as_data(standing))
    differences = _differences(standing, expectation.wanted)
    outcome.failures.extend(Failure(expectation.line, f"as at {expectation.as_at}: {words}") for words in differences)


def _differences(standing: Standing, wanted: Mapping[str, Any]) -> Iterator[str]:
    for key, is_ in (("state", standing.state), ("stage", standing.stage), ("regime", standing.regime)):
        if wanted.get(key) is not None and wanted[key] != is_:
            yield f"{key} should be {wanted[key]} and is {is_}"
    kinds = [hold.kind for hold in standing.holds]
    if wanted.get("holds") is not None and sorted(map(str, wanted["holds"])) != sorted(kinds):
        yield f"holds should be {wanted['holds']} and are {kinds}"
    for key, deadlines in (wanted.get("deadlines") or {}).items():
        yield from _deadline_differences(key, standing.deadline(key), deadlines)
    by_key = {each.step.key: each for each in available(standing)}
    yield from (_refused(by_key, key) for key in wanted.get("available") or () if _refusal(by_key, key))
    for key in wanted.get("refused") or ():
        if not _refusal(by_key, key):
            yield f"{key} should be refused and can be taken"
    yield from _time_differences(standing, wanted.get("time") or {})


def _refusal(by_key: Mapping[str, Availability], key: str) -> str:
    """Return why a step cannot be taken, or nothing. A step that this edition does not have cannot."""
    if key not in by_key:
        return "this edition has no such step"
    refusal = by_key[key].refusal
    return f"{refusal.kind}: {refusal}" if refusal else ""


def _refused(by_key: Mapping[str, Availability], key: str) -> str:
    return f"{key} should be available and is refused ({_refusal(by_key, key)})"


def _time_differences(standing: Standing, wanted: Mapping[str, int]) -> Iterator[str]:
    taken = standing.time_taken
    is_ = {"elapsed": taken.elapsed, "under_hold": taken.under_hold, "net": taken.net}
    for key, days in wanted.items():
        if is_.get(key) != days:
            yield f"time {key} should be {days} and is {is_.get(key)}"


def _deadline_differences(key: str, found: Sequence[Deadline], wanted: Any) -> Iterator[str]:
    if not isinstance(wanted, list):
        if not found and wanted.get("status") == "waiting":
            return
        wanted = [wanted]
    elif not wanted:
        # None started: a clock that nothing has started yet may still be listed as waiting.
        found = [deadline for deadline in found if deadline.status != "waiting"]
    if len(found) != len(wanted):
        yield f"{key} should be {len(wanted)} deadlines and there are {len(found)}"
        return
    for deadline, expected in zip(found, wanted, strict=True):
        for what, difference in _of_one(deadline, expected):
            yield f"{key} {what} should be {_shown(expected[what])} and is {difference}"


def _of_one(deadline: Deadline, wanted: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if wanted.get("due") is not None and _days(wanted["due"]) != [deadline.due_first, deadline.due_last]:
        yield "due", f"{deadline.due_first} to {deadline.due_last}"
    if wanted.get("status") is not None and wanted["status"] != deadline.status:
        yield "status", deadline.status
    if wanted.get("met_on") is not None and not _is_met_on(deadline.met_on, wanted["met_on"]):
        yield "met_on", deadline.met_on.iso() if deadline.met_on else "not met"
    if wanted.get("uncertain") is not None and wanted["uncertain"] != deadline.uncertain:
        yield "uncertain", str(deadline.uncertain).lower()
    if wanted.get("about") is not None and wanted["about"] != deadline.about:
        yield "about", deadline.about


def _days(wanted: Any) -> list[date]:
    """Return the first and last day of what is expected: a day, a month, or a pair of days."""
    told = wanted if isinstance(wanted, list) else [wanted]
    parsed = [PartialDate.parse(each) for each in told]
    return [parsed[0].first, parsed[-1].last]


def _is_met_on(met_on: PartialDate | None, wanted: Any) -> bool:
    """Return whether a deadline was met on this day; a month is met on any of its days."""
    if met_on is None:
        return False
    first, last = _days(wanted)
    return first == met_on.first and last == met_on.last if met_on.exact or first != last else met_on.last == first


def _shown(wanted: Any) -> str:
    return " to ".join(str(each) for each in wanted) if isinstance(wanted, list) else str(wanted)


def as_data(standing: Standing) -> dict[str, Any]:
    """Return a whole standing as JSON values, each deadline with its explanation."""
    taken, steps = standing.time_taken, available(standing)
    return {
        "as_at": standing.today.isoformat(),
        "workflow": standing.procedure.workflow,
        "regime": standing.regime,
        "state": standing.state,
        "stage": standing.stage,
        "holds": [hold.kind for hold in standing.holds],
        "deadlines": _grouped(standing),
        "available": [each.step.key for each in steps if each.refusal is None],
        "refused": {each.step.key: f"{each.refusal.kind}: {each.refusal}" for each in steps if each.refusal},
        "time": {"elapsed": taken.elapsed, "under_hold": taken.under_hold, "net": taken.net},
    }


def _grouped(standing: Standing) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for deadline in standing.deadlines:
        grouped.setdefault(deadline.key, []).append(_deadline_data(deadline, standing))
    return grouped


def _deadline_data(deadline: Deadline, standing: Standing) -> dict[str, Any]:
    due = [day.isoformat() for day in (deadline.due_first, deadline.due_last) if day]
    return {
        "about": deadline.about,
        "due": due[0] if len(set(due)) == 1 else due or None,
        "status": deadline.status,
        "met_on": deadline.met_on.iso() if deadline.met_on else None,
        "uncertain": deadline.uncertain,
        "explanation": list(explain(deadline, standing).sentences()),
    }
