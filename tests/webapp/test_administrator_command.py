"""`reviews administrator`, as somebody types it who has installed the system and sees its first page."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from models.audit import AuditEntry
from models.passwords import password_opens
from models.people import Appointment, Person
from tests.webapp.client import CheckedClient
from tests.webapp.conftest import a_browser, sign_in
from webapp import create_app
from webapp.cli import main
from webapp.running import sessions_in_use
from webapp.settings import Settings

EMAIL = "sam@example.org"


@pytest.fixture
def administrator(committed_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", committed_database.url)
    monkeypatch.setenv("DATABASE_OWNER_URL", committed_database.owner_url)

    def run(name="Sam Invented", email=EMAIL):
        return CliRunner().invoke(main, ["administrator", name, email])

    return run


@pytest.fixture
def sessions(administrator):
    with sessions_in_use() as sessions:
        yield sessions


def printed_password(result) -> str:
    found = re.search(r"password (\S+)$", result.output, re.MULTILINE)
    assert found is not None
    return found[1]


def test_somebody_signs_in_to_a_new_database_and_opens_accounts(administrator, sessions):
    result = administrator()
    app = create_app(Settings(secret_key="x" * 48), sessions=sessions)
    app.test_client_class = CheckedClient

    page = sign_in(a_browser(app), EMAIL, printed_password(result))

    assert result.exit_code == 0
    assert "Choose one that only you know" in page.text
    with sessions() as session:
        person = session.scalars(select(Person)).one()
        assert (person.name, person.email) == ("Sam Invented", EMAIL)
        assert [each.role for each in person.appointments] == ["administrator"]
        told = {tuple(row) for row in session.execute(select(AuditEntry.action, AuditEntry.person_id))}
        assert {("account_opened", None), ("appointed", None), ("password_given", None)} <= told


def test_while_somebody_administers_accounts_it_lets_in_nobody_else(administrator, sessions):
    administrator()
    result = administrator("Another Invented", "another@example.org")

    assert result.exit_code == 1
    assert "Ask them" in result.output
    with sessions() as session:
        assert session.scalars(select(Person.email)).all() == [EMAIL]


def test_an_administrator_who_cannot_sign_in_any_more_is_let_in_again(administrator, sessions):
    """The password is forgotten, or the only account was closed by a mistake."""
    first = printed_password(administrator())
    with sessions.begin() as session:
        session.scalars(select(Person)).one().active = False

    second = printed_password(administrator("A name mistyped"))

    with sessions() as session:
        person = session.scalars(select(Person)).one()
        assert (person.name, person.active) == ("Sam Invented", True)
        assert (password_opens(person, first), password_opens(person, second)) == (False, True)
        assert len(session.scalars(select(Appointment)).all()) == 1


def test_somebody_with_an_account_is_appointed_where_nobody_administers_accounts(administrator, sessions):
    with sessions.begin() as session:
        session.add(Person(name="Sam Invented", email=EMAIL))

    assert administrator(email=EMAIL.upper()).exit_code == 0
    with sessions() as session:
        assert session.scalars(select(Person)).one().appointments[0].role == "administrator"


@pytest.mark.parametrize(("name", "email"), [("", EMAIL), ("Sam", "sam"), ("Sam", "sam@example.org\nBcc: x@y.zz")])
def test_what_is_no_name_or_no_address_opens_nothing(administrator, sessions, name, email):
    assert administrator(name, email).exit_code == 2
    with sessions() as session:
        assert session.scalars(select(Person)).all() == []
