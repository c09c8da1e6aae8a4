"""The browser of the tests finds what it is there to find."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update

from models.people import Person
from tests.webapp.client import problems_of
from webapp.access import public
from webapp.database import db

A_PAGE = "<!DOCTYPE html><html lang=en><title>{title}</title><h1>Heading</h1><main>{main}</main></html>"


@pytest.mark.parametrize(
    ("main", "problem"),
    [
        ("<p>unclosed</div>", "does not parse"),
        ("<h1>Another</h1>", "has 2 h1"),
        ("<p id=a>1</p><p id=a>2</p>", "has the id “a” 2 times"),
        ("<a href='#nowhere'>Mend it</a>", "points to “nowhere”"),
        ("<input name=reasons id=reasons>", "has a box without a label: reasons"),
        ("<button></button>", "has a button without words"),
        ("<form action='/nothing' method=post></form>", "a form goes to /nothing"),
        ("<p style='color: red'>Late</p>", "has a style of its own"),
        ("<p onclick='go()'>Go</p>", "has onclick"),
        ("<p>{{ case }}</p>", "shows the inside of a template"),
        ("<p>Due None</p>", "shows the inside of a template"),
    ],
)
def test_what_no_page_may_have_is_found(app, main, problem):
    found = list(problems_of(A_PAGE.format(title="Heading", main=main), app))

    assert any(problem in one for one in found), found


def test_a_title_that_does_not_begin_with_the_heading_is_found(app):
    found = list(problems_of(A_PAGE.format(title="Safeguarding reviews", main=""), app))

    assert found == ["has the title “Safeguarding reviews” over the heading “Heading”"]


def test_a_page_without_fault_passes(app):
    assert list(problems_of(A_PAGE.format(title="Heading – Site", main="<p>Words</p>"), app)) == []


def _adds():
    db.session.add(Person(name="N. Newcomer", email="new@example.org"))


def _adds_and_flushes():
    _adds()
    db.session.flush()


def _updates():
    db.session.execute(update(Person).values(active=False))


@pytest.mark.parametrize("write", [_adds, _adds_and_flushes, _updates])
def test_a_request_that_leaves_changes_unsaved_is_found(app, client, write):
    def careless():
        write()
        return A_PAGE.format(title="Heading", main="done")

    app.add_url_rule("/test/careless", "careless", public(careless))

    with pytest.raises(AssertionError, match="left changes unsaved"):
        client.get("/test/careless")


def test_a_request_that_saves_or_takes_back_what_it_wrote_passes(app, client):
    def careful(how):
        db.session.add(Person(name="N. Newcomer", email=f"{how}@example.org"))
        db.session.flush()
        if how == "saves":
            db.session.commit()
        else:
            db.session.rollback()
        db.session.execute(text("SELECT 1"))
        return A_PAGE.format(title="Heading", main="done")

    app.add_url_rule("/test/careful/<how>", "careful", public(careful))

    assert client.get("/test/careful/saves").status_code == 200
    assert client.get("/test/careful/takes-back").status_code == 200
