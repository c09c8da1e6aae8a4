"""Every edition of the guidance, oldest first, with the days it was in force for each kind of review (DOMAIN 0.1).

A case carries the edition in force in its area on the day of its opening step, and keeps it (R-0).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.dates import PartialDate, day_in_words
from workflows.errors import NoRegime

SERIOUS_CASE_REVIEW = "serious_case_review"
PRACTICE_REVIEW = "practice_review"
CHILD_DEATH_REVIEW = "child_death_review"

# the last day on which an area's new arrangements could begin.
LATEST_NEW_ARRANGEMENTS = date(2019, 9, 29)


@dataclass(frozen=True, slots=True)
class Regime:
    """An edition: its key, its title as a letter prints it, and the day from which it applies to each kind of review.

    `from_area_start` lists the kinds of review for which it applies from the day the area's new arrangements began.
    """

    key: str
    title: str
    applies_from: Mapping[str, date]
    from_area_start: tuple[str, ...] = ()
    confirmed: bool = True
    note: str = ""


REGIMES = (
    Regime(
        "WT2006", "Working Together 2006",
        {SERIOUS_CASE_REVIEW: date(2006, 4, 6), CHILD_DEATH_REVIEW: date(2008, 4, 1)},
        note="In force from 6 April 2006. The duty to review child deaths began on 1 April 2008 (R-3.1).",
    ),
    Regime(
        "WT2010", "Working Together 2010",
        {SERIOUS_CASE_REVIEW: date(2009, 12, 1), CHILD_DEATH_REVIEW: date(2010, 3, 17)},
        note="In force from 17 March 2010. Its chapter 8, on serious case reviews, was first issued by itself in "
        "December 2009; the day in December is not confirmed.",
    ),
    Regime(
        "WT2013", "Working Together 2013",
        {SERIOUS_CASE_REVIEW: date(2013, 4, 15), CHILD_DEATH_REVIEW: date(2013, 4, 15)},
    ),
    Regime(
        "WT2015", "Working Together 2015",
        {SERIOUS_CASE_REVIEW: date(2015, 3, 26), CHILD_DEATH_REVIEW: date(2015, 3, 26)},
        note="In force until the area’s new arrangements began, at the latest on 29 September 2019 (X-1, X-2).",
    ),
    Regime("WT2018", "Working Together 2018", {PRACTICE_REVIEW: date(2018, 6, 29)}),
    Regime(
        "CDR2018", "Child Death Review guidance 2018", {}, from_area_start=(CHILD_DEATH_REVIEW,),
        note="From the day the area’s new arrangements began, at the latest on 29 September 2019.",
    ),
    Regime("WT2023", "Working Together 2023", {PRACTICE_REVIEW: date(2023, 12, 15)}),
    Regime(
        "WT2026", "Working Together 2026", {PRACTICE_REVIEW: date(2026, 3, 19)}, confirmed=False,
        note="Its chapters on reviews have not been read: the figures of 2023 are used and marked as not confirmed.",
    ),
)  # fmt: skip


def regime_for(workflow: str, opened_on: PartialDate, new_arrangements_start: date | None) -> Regime:
    """Return the edition in force for a review of this kind opened on that day in an area (R-0).

    A month counts from its last day. Raises NoRegime, in words that say which review to use, when there was none.
    """
    day = opened_on.last
    area_start = min(new_arrangements_start or LATEST_NEW_ARRANGEMENTS, LATEST_NEW_ARRANGEMENTS)
    if workflow == SERIOUS_CASE_REVIEW and day >= area_start:
        raise NoRegime(
            f"The area’s new arrangements began on {day_in_words(area_start)}: "
            "from then on a practice review is opened instead of a serious case review"
        )
    in_force = [regime for regime in REGIMES if _applies_from(regime, workflow, area_start) <= day]
    if not in_force:
        raise NoRegime(f"No edition of the guidance covers this kind of review on {day_in_words(day)}. Check the day")
    return max(in_force, key=lambda regime: _applies_from(regime, workflow, area_start))


def _applies_from(regime: Regime, workflow: str, area_start: date) -> date:
    return area_start if workflow in regime.from_area_start else regime.applies_from.get(workflow, date.max)
