"""Who comes, leaves, goes away and declares an interest in the year, drawn by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

from tests.notifications.a_year.ladders import ONE_DAY
from tests.notifications.a_year.register import AGENCIES, POLICE, About, Away, Held, Register


@dataclass
class People:
    """Changes the register as a year goes by."""

    about: Mapping[int, About]
    chance: Random
    befell: Counter[str]
    register: Register = field(default_factory=Register)

    def found(self, session: Session) -> None:
        self.register.found_board(session, "ANY", kind="lscb", new_arrangements_start=date(2019, 9, 29))
        self.register.found_board(session, "NEW", kind="partnership", new_arrangements_start=date(2018, 9, 3))
        long_ago = date(2010, 1, 1)
        for board in self.register.boards:
            top = "board_chair" if board == "ANY" else "safeguarding_partner"
            for role in ("business_manager", "business_manager", "subgroup_chair", top, "cdop_coordinator"):
                self._hire_for(session, role, board, long_ago)
            for role in ("cdop_coordinator", "cdop_chair", "designated_doctor", "board_member"):
                self._hire_for(session, role, board, long_ago)
            for agency in AGENCIES:
                self._hire_for(session, "agency_lead", board, long_ago, agency)
            self._hire_for(session, "board_member", board, long_ago, POLICE)

    def _hire_for(self, session: Session, role: str, board: str, on: date, agency: str | None = None) -> None:
        drawn = self.chance.random()
        if drawn < 0.6:
            person = self.register.hire(session)
        else:
            person = self.register.hire(session, channel="mail" if drawn < 0.9 else "application", timing="at_once")
        self.register.appoint(session, person, role, board, on, agency)

    def change(self, session: Session, day: date, now: datetime) -> None:
        """Let somebody leave, with or without a successor, go away, declare an interest or have an account closed."""
        if self.chance.random() < 0.03:
            self._replace_somebody(session, day)
        if self.chance.random() < 0.05:
            self._send_somebody_away(session, day, now)
        if self.about and self.chance.random() < 0.05:
            person, about = self._somebody(day).person, self.chance.choice(list(self.about.values()))
            if (person, about.case_id) not in self.register.interests:
                self.register.declare(session, person, about.case_id, now)
                self.befell["interests declared"] += 1
        if self.chance.random() < 0.01:
            self._close_an_account(session, day, now)

    def _somebody(self, day: date) -> Held:
        return self.chance.choice([each for each in self.register.held if each.from_on <= day <= each.until_on])

    def _replace_somebody(self, session: Session, day: date) -> None:
        held = self._somebody(day)
        if held.until_on == date.max:
            last = day + ONE_DAY * self.chance.randrange(10)
            vacant = self.chance.choice((0, 0, 0, 20))
            self.register.dismiss(session, held, last)
            self._hire_for(session, held.role, held.board, last + ONE_DAY * (1 + vacant), held.agency)
            self.befell["roles changed hands"] += 1

    def _send_somebody_away(self, session: Session, day: date, now: datetime) -> None:
        held, deputy = self._somebody(day), self._somebody(day)
        first = day + ONE_DAY * self.chance.randrange(1, 5)
        away = Away(held.person, deputy.person, first, first + ONE_DAY * self.chance.randrange(3, 20))
        others = [each for each in self.register.away if each.person == held.person and each.until_on >= first]
        if held.person != deputy.person and held.board == deputy.board and not others:
            self.register.send_away(session, away, now)
            self.befell["absences with a deputy"] += 1

    def _close_an_account(self, session: Session, day: date, now: datetime) -> None:
        held = self._somebody(day)
        deputies = {each.deputy for each in self.register.away}
        if held.person in deputies or held.person in self.register.closed:
            return
        self.register.close(session, held.person, now)
        self._hire_for(session, held.role, held.board, day + ONE_DAY, held.agency)
        self.befell["accounts closed"] += 1
