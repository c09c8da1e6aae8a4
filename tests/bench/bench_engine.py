"""How fast a step is decided and a history is read, beside firing the compiled events of transitions themselves.

The aims: a step through our machine at no less than 0.7 of the rate of its event fired directly, and a history of 60
steps read whole, with its holds and deadlines, in no more than four times what firing its 60 events costs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from tests.scenarios.stories import Story, a_review
from workflows.calendar import ENGLAND
from workflows.clocks import Reading
from workflows.definition import Procedure
from workflows.machine import CompiledMachine
from workflows.standing import available, stand

ROUNDS = 15
STEPS_A_ROUND = 20_000
HISTORIES_A_ROUND = 100
STEPS = 60
STEP_AIM = 0.7
STAND_AIM = 4.0
MON_4_JAN_2016 = date(2016, 1, 4)
ASKED_ABOUT = date(2018, 6, 1)

AGENCIES = tuple(f"Agency {number}" for number in range(1, 11))
STORY: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("request_scoping", {"agencies": list(AGENCIES[:3])}),
    *(("record_scoping_return", {"agency": agency}) for agency in AGENCIES[:3]),
    ("refer_to_subgroup", {}),
    ("recommend", {}),
    ("decide_to_review", {}),
    ("tell_national_bodies", {}),
    ("appoint_reviewer", {}),
    ("agree_terms_of_reference", {}),
    ("commission_review", {}),
    *(("request_agency_report", {"agency": agency, "kind": "IMR"}) for agency in AGENCIES),
    ("authorise_hold", {"kind": "CRIMINAL_TRIAL", "scope": ["publication"]}),
    *(("record_agency_report", {"agency": agency}) for agency in AGENCIES),
    ("begin_analysis", {}),
    ("hold_learning_event", {}),
    *(("record_family_contact", {}) for _ in range(6)),
    ("begin_drafting", {}),
    ("receive_draft", {}),
    ("submit_report", {}),
    ("review_hold", {"hold": "CRIMINAL_TRIAL"}),
    ("record_delay", {"reasons": ["CRIMINAL_TRIAL"]}),
    ("approve_report", {}),
    ("release_hold", {"hold": "CRIMINAL_TRIAL"}),
    ("decide_publication", {}),
    ("send_pre_publication_copy", {}),
    ("publish_report", {"short_notice_reason": "As agreed"}),
    ("agree_action_plan", {}),
    *(("add_action", {"action": f"Action {number}"}) for number in range(1, 4)),
    ("begin_monitoring", {}),
    *(("update_action", {"action": f"Action {number}", "status": "superseded"}) for number in range(1, 4)),
    ("check_impact", {}),
)


class Plain:
    """What an event of transitions is fired on directly: a state, and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def a_story_of_sixty_steps() -> Story:
    story = a_review("referred", MON_4_JAN_2016)
    for number, (step, answers) in enumerate(STORY, 1):
        story.tell(step, MON_4_JAN_2016 + timedelta(days=10 * number), **answers)
    assert len(story.history) == STEPS
    return story


def seconds(each: Callable[[], object], times: int) -> float:
    """Return the least time one call takes over several rounds, because what slows a round is other work."""
    return min(_round(each, times) for _ in range(ROUNDS)) / times


def _round(each: Callable[[], object], times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        each()
    return perf_counter() - began


def fire_one_directly(procedure: Procedure) -> Callable[[], object]:
    trigger = CompiledMachine(procedure)._triggers["request_scoping"]
    return lambda: trigger(Plain("referred"))


def fire_one(procedure: Procedure) -> Callable[[], object]:
    machine = CompiledMachine(procedure)
    return lambda: machine.fire("referred", "request_scoping")


def fire_one_as_if_for_the_first_time(procedure: Procedure) -> Callable[[], object]:
    machine = CompiledMachine(procedure)

    def fire() -> None:
        machine._fired.clear()
        machine.fire("referred", "request_scoping")

    return fire


def fire_each_directly(procedure: Procedure, steps: Sequence[str]) -> Callable[[], object]:
    triggers = CompiledMachine(procedure)._triggers

    def fire() -> None:
        case = Plain(procedure.opening.after or "")
        for step in steps:
            triggers[step](case)

    return fire


def step_ratios(procedure: Procedure) -> dict[str, float]:
    """Return the rate of a step through our machine as a share of its event fired directly."""
    directly = seconds(fire_one_directly(procedure), STEPS_A_ROUND)
    return {
        "one step through our machine": directly / seconds(fire_one(procedure), STEPS_A_ROUND),
        "the same, nothing remembered": directly / seconds(fire_one_as_if_for_the_first_time(procedure), STEPS_A_ROUND),
    }


def stand_ratios(story: Story) -> dict[str, float]:
    """Return the cost of reading a history as a multiple of firing its events directly."""
    steps = [event.step for event in story.history.events[1:]]
    directly = seconds(fire_each_directly(story.procedure, steps), HISTORIES_A_ROUND)
    standing = story.on(ASKED_ABOUT)
    parts: dict[str, Callable[[], object]] = {
        "stand, 60 steps": lambda: stand(story.procedure, story.history, ENGLAND, ASKED_ABOUT),
        "of which: putting in the world's order": story.history.effective,
        "of which: reading the clocks": lambda: _read_clocks(story),
        "what is available then": lambda: available(standing),
    }
    return {name: seconds(part, HISTORIES_A_ROUND) / directly for name, part in parts.items()}


def _read_clocks(story: Story) -> None:
    reading = Reading(story.procedure)
    for event in story.history.events:
        reading.read(event, "")


def measured() -> tuple[dict[str, float], dict[str, float]]:
    story = a_story_of_sixty_steps()
    return step_ratios(story.procedure), stand_ratios(story)


def report(steps: Mapping[str, float], stands: Mapping[str, float]) -> None:
    print(f"{'engine':44}{'of firing the event directly':>30}{'aim':>12}")
    for name, share in steps.items():
        print(f"{name:44}{share:>30.2f}{f'>= {STEP_AIM}':>12}")
    for name, times in stands.items():
        aim = f"<= {STAND_AIM}" if name.startswith("stand") else ""
        print(f"{name:44}{times:>29.2f}x{aim:>12}")


def test_a_step_and_a_standing_cost_little_more_than_their_transitions() -> None:
    steps, stands = measured()
    report(steps, stands)

    assert min(steps.values()) >= STEP_AIM
    assert stands["stand, 60 steps"] <= STAND_AIM


def main() -> None:
    report(*measured())


if __name__ == "__main__":
    main()
