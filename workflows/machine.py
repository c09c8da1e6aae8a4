"""The compiled state machine of a procedure. The only importer of transitions.

One machine is compiled for each procedure and no case is ever registered with it: a step is fired on a small object
that carries a state and nothing else, so no attribute can shadow a trigger and nothing is kept. There are no
automatic transitions, hence no way round a step, and nothing is queued, hence no silent refusal.
"""

from enum import Enum
from functools import cache

from transitions import Machine, MachineError, State

from workflows.definition import Procedure


class NotFromHere(Exception):
    """The step cannot be taken from this state."""


class _Standing:
    """What a step is fired on: a state, and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class CompiledMachine:
    """The states and steps of one procedure, ready to be fired.

    Hold states are not among them: a hold lies over the state in which the case otherwise stands
    (`workflows.standing`), so release returns it there by itself.
    """

    def __init__(self, procedure: Procedure) -> None:
        machine = Machine(
            model=None,
            states=[state.key for state in procedure.states if state.key not in procedure.hold_states],
            initial=procedure.opening.after,
            auto_transitions=False,
        )
        for step in procedure.steps:
            sources: list[str | Enum | State] = [state for state in step.before if state not in procedure.hold_states]
            if sources:
                machine.add_transition(step.key, sources, step.after)
        self._triggers = {name: event.trigger for name, event in machine.events.items()}
        self._fired: dict[tuple[str, str], str] = {}

    def fire(self, state: str, step: str) -> str:
        """Return the state after the step. Raises NotFromHere when `state` has no such way out.

        No step has a condition here, so what it led to once it always leads to, and is remembered.
        """
        reached = self._fired.get((state, step))
        if reached is not None:
            return reached
        standing = _Standing(state)
        try:
            self._triggers[step](standing)
        except (MachineError, KeyError, ValueError) as refused:
            raise NotFromHere(f"{step} cannot be taken from {state}") from refused
        self._fired[state, step] = standing.state
        return standing.state


@cache
def machine_for(procedure: Procedure) -> CompiledMachine:
    """Return the compiled machine of a procedure, compiled once."""
    return CompiledMachine(procedure)
