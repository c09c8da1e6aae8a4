"""What the page of a child death says before its dates: whether it is reviewed and by whom, and if it is one of two."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from models.child_deaths.notifying import bearing_on_scope
from models.panels.panel import panel_of
from models.queries.access import OF_CHILD_DEATHS
from models.queries.child_death_pairs import PairOfCases, pairs_with
from webapp import clock
from webapp.access import current_person
from webapp.cases.view import View
from webapp.database import db
from workflows.standing import Standing
from workflows.whether_reviewed import Finding, findings

FIRST_DAYS = timedelta(days=7)
"""For how long after the notification the first response is to be called now, rather than recorded. A local default."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """From or to which panel the case was passed, when, and what the other panel found."""

    words: str
    on: str
    reasons: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class DeathOnTheCase:
    """`pressing` findings want something done; `settled` ones say why the death is reviewed here."""

    pressing: tuple[Finding, ...]
    settled: tuple[Finding, ...]
    pairs: tuple[PairOfCases, ...]
    transfers: tuple[Transfer, ...]


def death_on_the_case(view: View) -> DeathOnTheCase:
    """Return what the case page of a child death says at its top, for the person asking."""
    case, standing = view.case, view.standing
    panel = panel_of(db.session, case.board_id)
    answers = {**_notified(standing), **bearing_on_scope(db.session, case.id)}
    found = findings(answers, panel.areas if panel else ())
    unmet = [each for each in found if each.kind != "reviewed" and not _is_met(each, standing)]
    pressing = tuple(_by_now(each, standing) for each in unmet)
    settled = tuple(each for each in found if each not in unmet)
    pairs = pairs_with(db.session, case, current_person().id, clock.today()) if _looks(view) else ()
    return DeathOnTheCase(pressing, settled, tuple(pairs), tuple(_transfers(standing)))


def _notified(standing: Standing) -> Mapping[str, Any]:
    return next(event.answers for event in standing.events if event.step == "notify_death")


def _is_met(finding: Finding, standing: Standing) -> bool:
    """Return whether what a finding asks for was done, or can no longer be."""
    if finding.kind == "act":
        return standing.has_ended or "convene_joint_response" in standing.facts
    return standing.has_ended or (finding.source.rule == "R-3.5" and "confirm_in_scope" in standing.facts)


def _by_now(finding: Finding, standing: Standing) -> Finding:
    """Return what is to be done about a finding by now: the first days after a death do not come back."""
    told_on = standing.events[0].happened_on.last
    if finding.kind != "act" or standing.today - told_on <= FIRST_DAYS:
        return finding
    do = "If the first meeting was held, record it on this case. If it was not, record the delay and why."
    return replace(finding, do=do)


def _looks(view: View) -> bool:
    return not view.look.at_the_past and not view.roles.isdisjoint(OF_CHILD_DEATHS)


def _transfers(standing: Standing) -> list[Transfer]:
    told = _notified(standing).get("transferred_from")
    outcome = "; ".join(
        str(event.answers["outcome"]) for event in standing.events if event.step == "record_transferred_outcome"
    )
    came = [Transfer(f"Passed on by {told}", standing.events[0].happened_on.words())] if told else []
    went = [
        Transfer(
            f"Transferred to {event.answers['to_panel']}", event.happened_on.words(),
            str(event.answers.get("reasons", "")), outcome or "Not known yet. Ask the other panel for its outcome",
        )
        for event in standing.events
        if event.step == "transfer_case"
    ]  # fmt: skip
    return [*came, *went]
