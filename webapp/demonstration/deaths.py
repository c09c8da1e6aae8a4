"""Invented deaths of some years, so that figures have a shape: rows of the import file, imported like one.

What was reviewed by the end of the last financial year is entered in the national return and closed, as an office
that keeps up has done.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.actor import Actor
from models.agency import Board
from models.case import Case
from models.casework import take_step
from models.child_deaths.import_file import COLUMNS
from models.child_deaths.importing import import_child_deaths
from models.figures.counts import CountedReview
from models.figures.population import children_of, enter_children
from models.queries.child_death_figures import Year
from webapp.clock import Clock
from webapp.demonstration.reviews import BOARD, PARTNERSHIP
from workflows.dates import PartialDate, london_day
from workflows.roles import CDOP_COORDINATOR
from workflows.standing import Told

DEATHS_A_YEAR = 30
LAST_YEAR_OF_THE_BOARD = Year(2017)
YEARS_EACH = 5
LONGEST_REVIEW = timedelta(days=460)
CHILDREN = 118_400

# Age at death in days, with the category such a death is mostly in; the first are the most frequent, as in England.
KINDS = ((1, 8), (3, 8), (6, 7), (12, 8), (20, 8), (45, 10), (80, 7), (150, 9), (260, 7), (700, 5), (1400, 4),
         (2600, 3), (3900, 6), (5100, 4), (6000, 2))  # fmt: skip
ETHNIC_GROUPS = "AAAAAAABCHHJJKLMNNPRSZ"
MODIFIABLE = ("Smoking in the household", "Unsafe sleep", "Delay in recognising illness", "Speed of traffic")


def import_deaths(sessions: sessionmaker[Session], person_id: int, clock: Clock) -> None:
    """Import the invented deaths of each board, and the number of children it has; what is there already stays."""
    today = london_day(clock())
    for name, last in ((BOARD, LAST_YEAR_OF_THE_BOARD), (PARTNERSHIP, Year(Year.of(today).begins - 1))):
        with sessions() as session:
            board_id = session.scalars(select(Board.id).where(Board.name == name)).one()
            _enter_children(session, board_id, last, person_id, clock)
            session.commit()
        file = _file(last, min(today, last.last_day + LONGEST_REVIEW))
        for _ in import_child_deaths(sessions, file, board_id=board_id, person_id=person_id, clock=clock):
            pass
        with sessions() as session:
            _close_earlier_years(session, board_id, Actor(person_id, frozenset({CDOP_COORDINATOR})), clock())
            session.commit()


def _close_earlier_years(session: Session, board_id: int, actor: Actor, now: datetime) -> None:
    """Enter what was reviewed before this financial year in the return of its year, and close it."""
    this_year = Year.of(london_day(now))
    reviewed = (
        select(Case, CountedReview.year)
        .join(CountedReview, CountedReview.case_id == Case.id)
        .where(
            Case.board_id == board_id,
            Case.state == "categorised",
            CountedReview.counts,
            CountedReview.year < this_year.begins,
        )
    )
    for case, year in session.execute(reviewed.order_by(Case.id)).all():
        told = Told(PartialDate.on(Year(year).last_day))
        for step in ("finalise_return", "close_case"):
            take_step(session, case, step, actor=actor, told=told, now=now)


def _enter_children(session: Session, board_id: int, last: Year, person_id: int, clock: Clock) -> None:
    known = children_of(session, board_id)
    for number, year in enumerate(last.with_earlier(YEARS_EACH - 1)):
        if year.name not in known:
            source = f"Invented mid-year estimate of {year.begins}"
            enter_children(
                session, board_id, year, CHILDREN + 350 * number, source, person_id=person_id, now=clock()
            )  # fmt: skip


def _file(last: Year, known_until: date) -> io.BytesIO:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for year in last.with_earlier(YEARS_EACH - 1):
        writer.writerows(_rows(year, known_until))
    return io.BytesIO(written.getvalue().encode())


def _rows(year: Year, known_until: date) -> Iterator[Mapping[str, object]]:
    # Nothing here is a secret: the same deaths are invented every time.
    chance = random.Random(year.begins)  # noqa: S311
    for number in range(DEATHS_A_YEAR + chance.randrange(-4, 5)):
        died_on = year.first_day + timedelta(days=chance.randrange(355))
        days, category = chance.choice(KINDS)
        notified_on = died_on + timedelta(days=chance.choice((0, 0, 1, 1, 2, 4)))
        row: dict[str, object] = {
            "cdop_ref": f"INV-{year.name}-{number + 1:03d}", "notified_on": notified_on, "died_on": died_on,
            "born_on": died_on - timedelta(days=days), "sex": chance.choice(("male", "male", "female")),
            "ethnic_group": chance.choice(ETHNIC_GROUPS), "normally_resident_in": "Northmoor",
            "place_of_death": "acute_hospital_neonatal_unit" if days < 28 else "home",
            "expected": chance.choice(("yes", "yes", "no")), "outcome": "open",
        }  # fmt: skip
        yield row | _outcome(chance, notified_on, category, known_until)


def _outcome(chance: random.Random, notified_on: date, category: int, known_until: date) -> dict[str, object]:
    left = chance.random()
    if left < 0.04:
        return {"outcome": "transferred", "transferred_to": "Southfell"}
    if left < 0.06:
        return {"outcome": "not_in_scope", "ground": "stillbirth"}
    reviewed_on = notified_on + timedelta(
        days=chance.choice((90, 130, 160, 200, 240, 290, 340, 380, LONGEST_REVIEW.days))
    )
    if reviewed_on > known_until:
        return {}
    modifiable = category in (2, 3, 10) or chance.random() < 0.15
    return {
        "outcome": "reviewed", "information_complete_on": reviewed_on - timedelta(days=20), "reviewed_on": reviewed_on,
        "category": category, "preventability": "modifiable" if modifiable else "no_modifiable",
        "modifiable_factors": chance.choice(MODIFIABLE) if modifiable else "",
    }  # fmt: skip
