"""Accounts and appointments."""

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from models.people import Person, person_with_email


def test_an_address_finds_its_person_however_it_is_typed(session, given):
    person = given.a_person("Jo.Bloggs@Example.org")

    assert person_with_email(session, " jo.bloggs@EXAMPLE.org ") is person


def test_two_people_cannot_share_an_address(session, given):
    given.a_person("jo.bloggs@example.org")

    with pytest.raises(IntegrityError):
        given.a_person("JO.BLOGGS@example.org")


def test_an_address_written_past_the_model_must_be_in_lower_case(session):
    with pytest.raises(IntegrityError):
        session.execute(insert(Person).values(name="A", email="A@example.org"))


def test_a_person_is_appointed_to_a_board_or_a_case_and_not_to_both(given):
    board = given.a_board()
    case = given.a_case(board)

    with pytest.raises(IntegrityError):
        given.appointed(given.a_person(), "lead_reviewer", case, board=board)


def test_only_an_administrator_is_appointed_to_neither(given):
    given.appointed(given.a_person(), "administrator")

    with pytest.raises(IntegrityError):
        given.appointed(given.a_person(), "auditor")


def test_an_appointment_names_an_agency_of_its_own_board(given):
    agency_elsewhere = given.an_agency(given.a_board())

    with pytest.raises(IntegrityError):
        given.appointed(given.a_person(), "agency_lead", given.a_board(), agency_id=agency_elsewhere.id)


def test_an_appointment_does_not_end_before_it_starts(given):
    with pytest.raises(IntegrityError):
        given.appointed(
            given.a_person(), "auditor", given.a_board(), from_on=date(2014, 3, 3), until_on=date(2014, 3, 2)
        )
