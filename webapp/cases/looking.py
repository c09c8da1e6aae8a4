"""Which day a case is looked at, and by what had been recorded when: from the address, and back into addresses."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import request, url_for

from models.case import Case
from models.queries.case_page import CaseAsSeen, case_as_seen
from webapp import clock
from webapp.components import Tab
from webapp.database import db
from workflows.dates import day_in_words, end_of_day

WRITE_A_DAY = "must be a day that has been, such as 2014-02-07"


class NotADay(ValueError):
    """A day in the address cannot be read or lies ahead. `box` names it; the words say what to write."""

    def __init__(self, box: str, words: str) -> None:
        super().__init__(words)
        self.box = box


@dataclass(frozen=True, slots=True)
class Looking:
    """The day asked about, and the last day of which what was recorded is taken into account: None for all of it."""

    as_at: date
    known_on: date | None
    today: date

    @property
    def at_the_past(self) -> bool:
        return self.known_on is not None or self.as_at != self.today

    @property
    def known_at(self) -> datetime | None:
        """The last moment of `known_on` in London."""
        return end_of_day(self.known_on) if self.known_on else None

    def words(self) -> str:
        """Return what is being looked at, as a sentence."""
        stood = f"This is how the case stood on {day_in_words(self.as_at)}"
        if self.known_on is None:
            return f"{stood}, by everything recorded since."
        return f"{stood}, by what had been recorded up to {day_in_words(self.known_on)}."

    def address(self, endpoint: str, case: Case) -> str:
        """Return the address of a page about the case that looks at the same day."""
        as_at = self.as_at.isoformat() if self.as_at != self.today else None
        known_at = self.known_on.isoformat() if self.known_on else None
        return url_for(endpoint, reference=case.reference, as_at=as_at, known_at=known_at)

    def tabs(self, case: Case, parts: dict[str, str]) -> list[Tab]:
        """Return the ways to the parts of the case, by endpoint, with the one being looked at."""
        return [Tab(words, self.address(to, case), here=request.endpoint == to) for to, words in parts.items()]


def looking() -> Looking:
    """Return what the address of this request asks to look at. Raises NotADay."""
    today = clock.today()
    as_at, known_on = _past_day("as_at", "The day", today), _past_day("known_at", "The day of recording", today)
    return Looking(as_at or today, known_on, today)


def today_only() -> Looking:
    """Return that the case is looked at as it stands now."""
    return Looking(clock.today(), None, clock.today())


def seen(case: Case, look: Looking) -> CaseAsSeen:
    """Return the case as it is looked at. Raises NotADay when nothing had been recorded of it by then."""
    try:
        return case_as_seen(db.session, case, as_at=look.as_at, known_at=look.known_at)
    except ValueError:
        words = f"Nothing had happened in this case by {day_in_words(look.as_at)}, or nothing of it was known"
        raise NotADay("as_at", f"{words}. Choose a later day") from None


def _past_day(name: str, what: str, today: date) -> date | None:
    written = request.args.get(name, "").strip()
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise NotADay(name, f"{what} {WRITE_A_DAY}") from None
    if day > today:
        raise NotADay(name, f"{what} {WRITE_A_DAY}")
    return day
