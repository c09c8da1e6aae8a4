"""What cases still lack for the national return: every gap named, with the step it belongs to and what to do.

A gap does not stop a case from being entered (ADR 70): what nobody knows is not known for longer by waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.casework import history_of
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import NOTIFY
from models.child_deaths.reporting_forms import NOT_COMING
from models.figures.counts import CountedReview
from models.histories import read_cases
from models.queries.child_death_figures import Year
from workflows.child_deaths import analysis_scheme
from workflows.history import Event

FINALISE_RETURN = "finalise_return"
GAPS_LEFT_BECAUSE = "gaps_left_because"
"""What that step is told of gaps that stay."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the return needs and the case lacks: the question, the step it belongs to, and what to do."""

    question: str
    step: str
    name: str
    """What is missing in few words, to stand in a list."""
    words: str
    """What is missing as a sentence, and what to do about it."""


NEEDED: Sequence[Gap] = (
    Gap(
        "ethnic_group",
        NOTIFY,
        "ethnic group",
        "The ethnic group is missing. Correct the notification, or give it as not stated",
    ),
    Gap("place_of_death", NOTIFY, "place of death", "Where the child died is missing. Correct the notification"),
    Gap("cause_of_death", "categorise", "cause of death", "The cause of death as now understood is missing"),
    Gap(
        "event",
        "categorise",
        "what led to the death",
        "What led to the death is missing. If nothing on the list did, say so",
    ),
    Gap("factors", "categorise", "factors", "No factors are recorded"),
    Gap(
        "child_protection_plan",
        "categorise",
        "child protection plan",
        "Whether there was a child protection plan is missing",
    ),
    Gap("statutory_order", "categorise", "statutory order", "Whether there was a statutory order is missing"),
    Gap("asylum_seeker", "categorise", "asylum seeker", "Whether the child was an asylum seeker is missing"),
)


def gaps(session: Session, case: Case) -> list[Gap]:
    """Return everything that the return needs and the case lacks, each named with what to do."""
    return _gaps(history_of(session, case).effective(), session.get(ChildDeath, case.id))


def _gaps(events: Sequence[Event], death: ChildDeath | None) -> list[Gap]:
    return [*_unanswered(events), *_ungraded(events), *_outstanding(events), *_identity(death)]


@dataclass(frozen=True, slots=True)
class OfTheYear:
    """A death reviewed in a year: where its case stands, and what the return still lacks of it."""

    reference: str
    state: str
    reviewed_on: date
    gaps: tuple[Gap, ...]

    @property
    def is_entered(self) -> bool:
        return self.state in ENTERED

    @property
    def may_be_entered(self) -> bool:
        """Whether the case stands where it is entered from, with gaps or without."""
        return self.state == CATEGORISED

    @property
    def is_ready(self) -> bool:
        return self.may_be_entered and not self.gaps


CATEGORISED, ENTERED = "categorised", ("returned", "closed")


def by_gap(deaths: Collection[OfTheYear]) -> list[tuple[Gap, list[OfTheYear]]]:
    """Return every gap once with the deaths that have it, what most deaths lack first."""
    found: dict[Gap, list[OfTheYear]] = {}
    for death in deaths:
        for gap in death.gaps:
            found.setdefault(gap, []).append(death)
    return sorted(found.items(), key=lambda each: -len(each[1]))


def deaths_of_year(
    session: Session, board_ids: Collection[int], year: Year, leaving_out: Collection[int] = ()
) -> list[OfTheYear]:
    """Return the deaths reviewed in a year with the gaps of each, in the order of their reviews.

    `leaving_out` are withheld from the reader.
    """
    held = select(CountedReview.case_id, CountedReview.reviewed_on).where(
        CountedReview.board_id.in_(board_ids),
        CountedReview.year == year.begins,
        CountedReview.counts,
        CountedReview.case_id.not_in(sorted(leaving_out)),
    )
    reviewed_on = {row.case_id: row.reviewed_on for row in session.execute(held)}
    ids = list(reviewed_on)
    states = {row.id: row.state for row in session.execute(select(Case.id, Case.state).where(Case.id.in_(ids)))}
    deaths = {each.case_id: each for each in session.scalars(select(ChildDeath).where(ChildDeath.case_id.in_(ids)))}
    found = [
        OfTheYear(
            read.reference,
            states[read.id],
            reviewed_on[read.id],
            tuple(_gaps(read.history.effective(), deaths.get(read.id))),
        )
        for read in read_cases(session.connection(), ids)
    ]
    return sorted(found, key=lambda each: (each.reviewed_on, each.reference))


def _unanswered(events: Sequence[Event]) -> Iterator[Gap]:
    latest = {event.step: event.answers for event in events}
    if "categorise" not in latest:
        yield Gap("category", "categorise", "the panel’s conclusions", "The panel’s conclusions are missing")
        return
    for needed in NEEDED:
        if not latest.get(needed.step, {}).get(needed.question):
            yield needed


def _ungraded(events: Sequence[Event]) -> Iterator[Gap]:
    """From 2019 every factor has a score, and whether it could be modified (DOMAIN 3.5, 3.7)."""
    concluded = next((event for event in reversed(events) if event.step == "categorise"), None)
    if concluded is None or not analysis_scheme(concluded.happened_on.last).each_factor_is_scored:
        return
    factors = [factor for factor in concluded.answers.get("factors", ()) if isinstance(factor, Mapping)]
    if any(not factor.get("score") for factor in factors):
        yield Gap("factors", "categorise", "score of a factor", "A factor has no score. Each needs one")
    if any(factor.get("modifiable") not in ("yes", "no") for factor in factors):
        yield Gap(
            "factors",
            "categorise",
            "whether a factor could be modified",
            "It is not said of every factor whether it could be modified",
        )


def _outstanding(events: Sequence[Event]) -> Iterator[Gap]:
    """A report asked for that neither came nor, since it was asked for, will not come."""
    returned = [event for event in events if event.step == "record_report"]
    for number, event in enumerate(events):
        if event.step != "request_report":
            continue
        asked = event.answers
        without = (later for later in events[number:] if later.step == NOT_COMING)
        if not any(_answers(each.answers, asked) for each in (*returned, *without)):
            words = f"The report of {asked['agency']} is outstanding. Record it, or that it will not come"
            yield Gap("agency", "record_report", f"report of {asked['agency']}", words)


def _answers(returned: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    same_agency = returned["agency"].casefold() == asked["agency"].casefold()
    return same_agency and returned.get("form") in (None, asked["form"])


def _identity(death: ChildDeath | None) -> Iterator[Gap]:
    if death is None or not (death.nhs_number or death.no_nhs_number_because):
        yield Gap("nhs_number", NOTIFY, "NHS number", "The NHS number is missing. Give it, or say why there is none")
    if death is None or not death.postcode:
        yield Gap("postcode", NOTIFY, "postcode", "The postcode is missing. Add it to the child’s details")
