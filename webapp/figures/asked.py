"""What is asked of the figures in an address: of which board and year, as known when, guarded how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from flask import abort, request, url_for
from wtforms import Form, SelectField

from models.agency import Board
from models.figures.book import PARTS, Book, Children, Wanted, book
from models.figures.disclosure import AS_THEY_ARE, LOCAL, SCHEMES, Scheme
from models.figures.population import children_of
from models.figures.tables import CONCLUSIONS
from models.queries.child_death_figures import Year
from models.queries.figures_access import (
    Scope,
    boards_with_figures,
    family_of,
    has_withheld_conclusions,
    scope_of,
    years_with_figures,
)
from webapp import clock
from webapp.access import current_person
from webapp.database import db
from webapp.fields import DayField, offered
from webapp.figures.just_made import just_made
from workflows.dates import end_of_day

_BEGINS = attrgetter("begins")
TOGETHER = ("3", "4", "5")


class AskForm(Form):
    """The boxes above the figures. They are sent by GET, so that the address keeps them."""

    board = SelectField("Board or panel", validate_choice=False)
    year = SelectField("Year", description="From 1 April to 31 March", validate_choice=False)
    known_at = DayField("As known on", description="Leave this empty for everything recorded so far")
    scheme = SelectField("Small numbers", validate_choice=False)
    together = SelectField(
        "Years together", choices=offered([(each, each) for each in TOGETHER]), validate_choice=False
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Figures that somebody asks for and may see."""

    scope: Scope
    year: Year
    known_on: date | None
    scheme: Scheme
    years_together: int
    years: tuple[Year, ...] = ()
    """The years that can be asked for, latest first."""
    only: frozenset[str] = PARTS

    @property
    def is_running(self) -> bool:
        """Whether the year is not over."""
        return self.year.last_day >= clock.today()

    @property
    def year_before(self) -> Year | None:
        """The next earlier year that has figures."""
        return max((year for year in self.years if year.begins < self.year.begins), key=_BEGINS, default=None)

    @property
    def year_after(self) -> Year | None:
        """The next later year that has figures, or the running one."""
        return min((year for year in self.years if year.begins > self.year.begins), key=_BEGINS, default=None)

    @property
    def known_at(self) -> datetime | None:
        return end_of_day(self.known_on) if self.known_on else None

    @property
    def told(self) -> dict[str, str]:
        """What an address says to ask for the same again."""
        told = {"board": self.scope.board.reference_prefix, "year": self.year.name, "scheme": self.scheme.key}
        if self.known_on:
            told["known_at"] = self.known_on.isoformat()
        if self.years_together != len(TOGETHER) + 2:
            told["together"] = str(self.years_together)
        return told

    def address(self, endpoint: str, **more: Any) -> str:
        told: dict[str, Any] = {**self.told, **more}
        return url_for(endpoint, **told)

    def book(self) -> Book:
        """Return the figures, guarded as asked."""
        wanted = self.wanted()
        made = book(db.session, wanted, self.children())
        just_made().keep(wanted, made, clock.now())
        return made

    def book_just_made(self) -> Book:
        """Return the figures as the page had them a moment ago, for its charts; made anew where it had none."""
        return just_made().taken(self.wanted(), clock.now()) or self.book()

    def wanted(self) -> Wanted:
        scope = self.scope
        # Eight years before it are the earliest that any table of a year goes back to.
        told_apart = has_withheld_conclusions(db.session, scope, self.year.with_earlier(8))
        return Wanted(
            board_ids=scope.board_ids,
            year=self.year,
            scheme=self.scheme,
            known_at=self.known_at,
            leaving_out=scope.withheld,
            family=family_of(db.session, scope.board.id),
            years_together=self.years_together,
            without=CONCLUSIONS if told_apart else frozenset(),
            only=self.only,
        )

    def children(self) -> dict[str, Children]:
        return children_of(db.session, self.scope.board.id, self.known_at)


def asked_for(only: frozenset[str] = PARTS) -> tuple[Asked, AskForm]:
    """Return what is asked for, with the boxes that say so; 404 for a board whose figures the person may not see.

    `only` are the parts of the figures that are shown.
    What cannot be read in an address is as if it were not there, except a day, which the form says.
    """
    boards = boards_with_figures(db.session, current_person().id, clock.today())
    scope = _scope(boards)
    years = years_with_figures(db.session, scope, clock.today())
    year, scheme = _year(years), _scheme(scope)
    together = request.args.get("together", "")
    form = _form(boards, years, scope)
    form.validate()
    # Guarded figures of two days could be subtracted, and tell of a death recorded between them.
    known_on = (form.known_at.on or _day(request.args.get("known_at", ""))) if scope.sees_true_counts else None
    years_together = int(together) if together in TOGETHER else 5
    asked = Asked(scope, year, known_on, scheme, years_together, tuple(years), only)
    form.board.data, form.year.data = scope.board.reference_prefix, year.name
    form.scheme.data, form.together.data = scheme.key, str(asked.years_together)
    if known_on and not form.known_at.data:
        form.known_at.data = known_on
    return asked, form


def _scope(boards: Sequence[Board]) -> Scope:
    named = request.args.get("board", "")
    board = next((each for each in boards if each.reference_prefix == named), None if named else _first(boards))
    scope = scope_of(db.session, current_person().id, board, clock.today()) if board else None
    return scope or abort(404)


def _first(boards: Sequence[Board]) -> Board | None:
    """Return the board shown where none is named: a panel before the boards it serves."""
    return min(boards, key=lambda board: (board.kind != "panel", board.name), default=None)


def _year(years: Sequence[Year]) -> Year:
    """Return the year named, or else the latest that has ended and has figures."""
    try:
        return Year.named(request.args.get("year", ""))
    except ValueError:
        ended = [year for year in years if year.last_day < clock.today()]
        return (ended or years)[0]


def _year_words(year: Year) -> str:
    return f"{year.name} (not over)" if year.last_day >= clock.today() else year.name


def _scheme(scope: Scope) -> Scheme:
    """Return the scheme named. Whoever sees no true counts sees one scheme, since two together say more than one."""
    if not scope.sees_true_counts:
        return LOCAL
    return SCHEMES.get(request.args.get("scheme", ""), AS_THEY_ARE)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _form(boards: Sequence[Board], years: Sequence[Year], scope: Scope) -> AskForm:
    form = AskForm(request.args)
    form.board.choices = offered([(board.reference_prefix, board.short_name) for board in boards])
    form.year.choices = offered([(year.name, _year_words(year)) for year in years])
    schemes = SCHEMES.values() if scope.sees_true_counts else [LOCAL]
    form.scheme.choices = offered([(scheme.key, scheme.title) for scheme in schemes])
    return form
