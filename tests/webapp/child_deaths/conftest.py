"""An invented board whose child deaths are looked at on Thursday 1 June 2017."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.agency import Board, add_board
from models.case import Case
from models.casework import Actor, take_step
from models.child_deaths.importing import ACTS_AS
from models.child_deaths.notifying import Details, notify_death
from models.people import Person
from tests.webapp.client import CheckedClient
from tests.webapp.conftest import MovableClock
from workflows.dates import PartialDate
from workflows.standing import Told

SeenBy = Callable[..., CheckedClient]
Notify = Callable[..., Case]

NOON = datetime(2017, 6, 1, 11, tzinfo=UTC)
TUE_2_MAY, THU_1_JUN = date(2017, 5, 2), date(2017, 6, 1)
OFFICE = Actor(None, ACTS_AS)
ADA = Details(surname="Catherwood", forenames="Ada", address="1 Nowhere Street", postcode="ZZ1 1ZZ")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture
def board(session: Session) -> Board:
    return add_board(session, "Anytown Safeguarding Children Board")


@pytest.fixture
def seen_by(somebody: Callable[..., Person], as_: Callable[[Person], CheckedClient], board: Board) -> SeenBy:
    """Return the browser of somebody who is signed in, appointed to the board, or another, in these roles."""

    def browser(*roles: str, on: Board | None = None, email: str = "") -> CheckedClient:
        return as_(somebody(email or f"{roles[0].replace('_', '.')}@example.org", *roles, on=on or board))

    return browser


@pytest.fixture
def coordinator(seen_by: SeenBy) -> CheckedClient:
    return seen_by("cdop_coordinator")


@pytest.fixture
def doctor(seen_by: SeenBy) -> CheckedClient:
    return seen_by("designated_doctor")


@pytest.fixture
def notify(session: Session, board: Board) -> Notify:
    """Record a death of the board, or of another, that was notified on Tuesday 2 May 2017."""

    def run(details: Details = ADA, on: Board | None = None, **more: Any) -> Case:
        answers = {
            "notified_on": "2017-05-02", "died_on": "2017-05-01", "born_on": "2012-01-15", "sex": "female",
            "normally_resident_in": "Anytown", "expected": "no", "nhs_number": "9434765919",
        } | more  # fmt: skip
        told = Told(PartialDate.on(TUE_2_MAY), {key: answer for key, answer in answers.items() if answer})
        return notify_death(session, board=on or board, actor=OFFICE, told=told, details=details, now=NOON)

    return run


@pytest.fixture
def take(session: Session) -> Callable[..., None]:
    """Record a step of a case, by whoever may."""

    def run(case: Case, step: str, on: date = TUE_2_MAY, **answers: Any) -> None:
        take_step(session, case, step, actor=OFFICE, told=Told(PartialDate.on(on), answers), now=NOON)

    return run
