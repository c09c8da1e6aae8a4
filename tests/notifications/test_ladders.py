"""Every clock of every declaration has a ladder that somebody decided on, with its source."""

from __future__ import annotations

import pytest

from models.panels.duties import OWNER
from models.queries.access import BOARD_READERS
from models.queries.duties import AT_THE_PANEL
from notifications.duty_ladders import DUTY_LADDERS, PANEL_DUTIES
from notifications.ladders import AGENCY_RETURNS, MINIMA, is_listed, ladder_for
from notifications.rungs import REMINDER_NOTICES
from tests.notifications.test_thresholds import CLOCKS
from workflows import registry
from workflows.roles import AGENCY_LEAD, PANEL_MEMBER, ROLES

DUTIES = [(PANEL_DUTIES, kind) for kind in DUTY_LADDERS]


@pytest.mark.parametrize("clock", CLOCKS, ids=" ".join)
def test_every_clock_declared_has_a_ladder(clock):
    ladder = ladder_for(*clock)

    assert is_listed(*clock)
    assert ladder.source
    assert len({rung.key for rung in ladder.rungs}) == len(ladder.rungs) > 0
    assert all(ladder.notice_key(rung) in REMINDER_NOTICES for rung in ladder.rungs)


@pytest.mark.parametrize("clock", CLOCKS, ids=" ".join)
def test_whoever_a_ladder_tells_can_be_shown_the_case(clock):
    """P33: an agency's lead is shown what is asked, and the others of a ladder read the board's cases."""
    ladder = ladder_for(*clock)
    told = {role for rung in ladder.rungs for role in (*rung.to, *rung.may_hear)} | set(ladder.chain) | {ladder.office}
    asked = {AGENCY_LEAD} if clock[1] in AGENCY_RETURNS else set()

    assert told <= {*BOARD_READERS[clock[0]], *asked} & ROLES.keys()


@pytest.mark.parametrize("clock", DUTIES, ids=" ".join)
def test_whoever_is_told_of_what_a_panel_owes_was_asked_by_name_or_runs_it(clock):
    ladder = ladder_for(*clock)
    told = {role for rung in ladder.rungs for role in (*rung.to, *rung.may_hear)} | set(ladder.chain) | {ladder.office}
    asked = {"action": {OWNER}, "reading": {PANEL_MEMBER}}.get(clock[1], set())

    assert told <= {*AT_THE_PANEL, *asked}
    assert all(asked <= set(rung.stays) for rung in ladder.rungs if not rung.escalates)


@pytest.mark.parametrize("clock", [*CLOCKS, *DUTIES], ids=" ".join)
def test_a_board_may_choose_what_is_ours_and_goes_up_along_the_chain(clock):
    ladder = ladder_for(*clock)

    for rung in ladder.rungs:
        assert set(rung.stays) <= set(rung.to) <= set(rung.may_hear)
        assert not rung.escalates or set(rung.may_hear) <= set(ladder.chain)


@pytest.mark.parametrize("clock", [*CLOCKS, *DUTIES], ids=" ".join)
def test_a_ladder_is_gone_up_in_order_within_the_bounds_a_board_may_choose(clock):
    rungs = ladder_for(*clock).rungs
    signed = [-rung.at.working_days if rung.at.side == "before" else rung.at.working_days for rung in rungs]

    assert signed == sorted(signed)
    assert all(rung.least <= rung.at.working_days <= rung.most for rung in rungs if rung.can_be_moved)


def test_a_limit_of_the_guidance_is_statutory_and_one_a_board_sets_itself_is_not():
    """Read from the rules: `T-` is a limit of the guidance, `X-` of the transition; what is asked for is neither."""
    for workflow in registry.workflows().values():
        for procedure in workflow.procedures.values():
            for clock in procedure.clocks:
                by_law = clock.source.rule[:2] in {"T-", "X-"} and "no statutory limit" not in clock.source.text
                by_law = by_law and clock.key not in MINIMA
                assert ladder_for(workflow.key, clock.key).statutory == by_law, (workflow.key, clock.key)
