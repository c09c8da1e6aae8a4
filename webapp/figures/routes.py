"""The page of a year's figures, its charts, and the same figures as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from models import audit
from models.figures.book import PARTS, PROMPTNESS, TOGETHER
from models.figures.decision import releases_of
from models.figures.disclosure import AS_THEY_ARE, SCHEMES
from models.figures.tables import Table
from models.queries.child_death_figures import recorded_since
from models.queries.figures_access import READERS
from webapp import clock
from webapp.access import current_person, needs_role
from webapp.components import Tab
from webapp.database import db
from webapp.figures.asked import Asked, asked_for
from webapp.figures.charts import NARROW, WIDE, drawn
from webapp.figures.files import MIMETYPES, About, as_file, download
from webapp.figures.pictures import chart_of, is_empty
from webapp.figures.summary import headlines

figures = Blueprint("figures", __name__, url_prefix="/figures")

# An image styles itself: it is a document of its own, which runs nothing and asks for nothing.
CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


# Each part is a page of its own, with what it needs beyond the year and those beside it.
SUMMARY, WHOLE = "summary", "whole"
NEEDS: Mapping[str, frozenset[str]] = {
    SUMMARY: frozenset(), "year": frozenset(), "beside": frozenset(), "together": frozenset({TOGETHER}),
    "promptness": frozenset({PROMPTNESS}), "keep": frozenset(), WHOLE: PARTS,
}  # fmt: skip
TITLES: Mapping[str, str] = {
    SUMMARY: "In short",
    "year": "The year",
    "beside": "Other years and England",
    "together": "Years together",
    "promptness": "How promptly",
    "keep": "Keep or publish",
}


@figures.route("/child-deaths", defaults={"part": SUMMARY})
@figures.route("/child-deaths/<part>")
@needs_role(*READERS)
def show(part: str) -> ResponseReturnValue:
    """Return a part of a year's child deaths: the first, in short, where none is named."""
    asked, form = asked_for(_needed(part))
    book, errors = asked.book(), form.known_at.errors if asked.scope.sees_true_counts else ()
    page = render_template(
        f"figures/{part if part in (SUMMARY, 'keep', WHOLE) else 'part'}.html",
        part=part,
        tabs=_tabs(asked, part),
        headlines=headlines(book.years),
        asked=asked,
        ask=form,
        form=form if errors else None,
        book=book,
        true_counts=asked.scheme is AS_THEY_ARE,
        has_chart=_has_chart,
        is_empty=is_empty,
        since=_recorded_since(asked),
        releases=releases_of(db.session, asked.scope.board.id, asked.year.begins),
        schemes=SCHEMES,
        now=clock.now(),
        today=clock.today(),
    )
    return page, 422 if errors else 200


def _needed(part: str) -> frozenset[str]:
    return NEEDS[part] if part in NEEDS else abort(404)


def _tabs(asked: Asked, part: str) -> list[Tab]:
    return [
        Tab(words, asked.address("figures.show", part=key), here=key == part) for key, words in TITLES.items()
    ]  # fmt: skip


@figures.route("/child-deaths/<part>/charts/<key>.svg")
@needs_role(*READERS)
def chart(part: str, key: str) -> ResponseReturnValue:
    """Return the chart of a table, drawn for a narrow screen where the address says so."""
    asked, _ = asked_for(_needed(part))
    table = next((each for each in asked.book_just_made().tables if each.key == key), None)
    found = chart_of(table) if table else None
    if found is None:
        abort(404)
    sheet = NARROW if "narrow" in request.args else WIDE
    return Response(drawn(found, sheet), mimetype="image/svg+xml", headers={"Content-Security-Policy": CHART_POLICY})


@figures.route("/child-deaths/figures.<form>")
@needs_role(*READERS)
def as_(form: str) -> ResponseReturnValue:
    """Return the figures as a file, guarded as the page is. That it was taken is recorded."""
    if form not in MIMETYPES:
        abort(404)
    asked, _ = asked_for()
    if asked.scope.withheld:
        # With deaths left out they are other figures, and beside the board's own they would tell what was left out.
        abort(403)
    book = asked.book()
    _record_taking(asked, form, clock.now())
    db.session.commit()
    return download(as_file(form, book, about(asked, clock.now())), form, asked.scope.board, asked.year)


def about(asked: Asked, now: datetime) -> About:
    """Return what every file says about itself."""
    return About(asked.scope.board.name, asked.year, asked.scheme, asked.known_on, now)


def _record_taking(asked: Asked, form: str, now: datetime) -> None:
    detail: dict[str, str | int | bool | None] = {
        "board_id": asked.scope.board.id, "year": asked.year.name, "scheme": asked.scheme.key, "form": form,
        "known_on": asked.known_on.isoformat() if asked.known_on else None,
    }  # fmt: skip
    audit.record(db.session, "figures_taken", at=now, person_id=current_person().id, detail=detail)


def _has_chart(table: Table) -> bool:
    return chart_of(table) is not None


def _recorded_since(asked: Asked) -> tuple[int, int] | None:
    """Return how many deaths were first recorded, and how many changed, since the day asked about."""
    if asked.known_at is None:
        return None
    found = recorded_since(db.session.connection(), sorted(asked.scope.board_ids), asked.known_at)
    seen = [known_of for case_id, known_of in found.items() if case_id not in asked.scope.withheld]
    return len(seen) - sum(seen), sum(seen)
