"""An uploaded file is looked through and recorded in the background, whoever stops where, and is then gone."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.agency import add_board
from models.case import Case
from models.child_deaths.child import ChildDeath
from models.child_deaths.import_run import ImportUploadPart, refused_page
from models.child_deaths.importing import ImportedElsewhere
from models.child_deaths.upload_batches import GivenUp, go_on, look_through, record_next
from models.child_deaths.uploaded_imports import TooLarge, confirm, give_up, keep_upload, rows_of, upload_for, upload_of
from models.database import make_sessions
from tests.models.child_death_files import a_file, a_row
from tests.models.situations import Given

FRI_5_JAN_2024 = datetime(2024, 1, 5, 12, tzinfo=UTC)
ROWS = 620


@pytest.fixture
def sessions(committed_database):
    return make_sessions(committed_database.engine)


@pytest.fixture
def board_id(sessions):
    with sessions.begin() as session:
        return add_board(session, "Anytown Safeguarding Children Board").id


@pytest.fixture
def person_id(sessions):
    with sessions.begin() as session:
        return Given(session).a_person("coordinator@example.org").id


@pytest.fixture
def uploaded(sessions, board_id, person_id):
    """Upload rows, and return the number of the run."""

    def upload(*rows):
        with sessions.begin() as session:
            told = {"board_id": board_id, "person_id": person_id, "now": FRI_5_JAN_2024}
            return keep_upload(session, a_file(*rows), **told).run.id

    return upload


@pytest.fixture
def confirmed(sessions, person_id):
    def run(run_id):
        with sessions.begin() as session:
            return confirm(session, upload_of(session, run_id), person_id=person_id, now=FRI_5_JAN_2024)

    return run


def many(number=ROWS):
    """Rows of which the last is refused, and the one before it there already."""
    rows = [a_row(cdop_ref=f"A-{each}") for each in range(number - 2)]
    return [*rows, a_row(cdop_ref="A-0"), a_row(cdop_ref="A-X", sex="boy")]


def a_clock(ticks):
    """A clock that moves on by a second whenever it is asked, and the moment at which so many seconds are over."""
    moments = (FRI_5_JAN_2024 + timedelta(seconds=second) for second in range(1_000_000))
    return lambda: next(moments), FRI_5_JAN_2024 + timedelta(seconds=ticks)


def go_on_for(sessions, ticks):
    clock, until = a_clock(ticks)
    return go_on(sessions, clock=clock, until=until)


def count(sessions, thing):
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(thing))


def state(sessions, run_id):
    with sessions() as session:
        upload = upload_of(session, run_id)
        file, run = upload.file, upload.run
        return upload.stage, (file.would_record, file.already_there, file.would_refuse), (
            run.recorded, run.already_there, run.refused,
        )  # fmt: skip


def test_it_is_looked_through_then_recorded_once_confirmed_and_the_file_removed(sessions, uploaded, confirmed):
    run_id = uploaded(*many())
    assert go_on_for(sessions, 100) is False
    assert state(sessions, run_id) == ("to_confirm", (618, 1, 1), (0, 0, 0))
    assert count(sessions, Case) == 0

    assert confirmed(run_id)
    assert go_on_for(sessions, 100) is False

    assert state(sessions, run_id)[0::2] == ("finished", (618, 1, 1))
    assert (count(sessions, Case), count(sessions, ImportUploadPart)) == (618, 0)


def test_it_may_stop_after_any_batch_and_goes_on_without_doubles(sessions, uploaded, confirmed):
    run_id, chance = uploaded(*many()), random.Random(3)
    while go_on_for(sessions, chance.randint(3, 6)):
        pass
    assert state(sessions, run_id)[:2] == ("to_confirm", (618, 1, 1))
    confirmed(run_id)
    while go_on_for(sessions, chance.randint(3, 6)):
        pass

    assert state(sessions, run_id)[0::2] == ("finished", (618, 1, 1))
    with sessions() as session:
        references = session.scalars(select(ChildDeath.cdop_ref)).all()
        refused = refused_page(session, run_id, first=0, count=10)
    assert len(references) == len(set(references)) == 618
    assert [(each.row_number, each.column) for each in refused.lines] == [(621, "sex")]


def test_two_processes_do_not_do_one_batch_twice(sessions, uploaded, confirmed):
    run_id = uploaded(*many(4))
    go_on_for(sessions, 100)
    confirmed(run_id)
    with sessions() as reading:
        rows = list(rows_of(reading, run_id))
    with sessions.begin() as session:
        record_next(session, run_id, rows, at=0, now=FRI_5_JAN_2024)

    with pytest.raises(ImportedElsewhere), sessions.begin() as session:
        record_next(session, run_id, rows, at=0, now=FRI_5_JAN_2024)
    with pytest.raises(ImportedElsewhere), sessions.begin() as session:
        look_through(session, run_id, rows, {}, at=0, now=FRI_5_JAN_2024)


def test_one_given_up_in_the_middle_keeps_what_was_recorded_and_nothing_else(sessions, uploaded, confirmed, person_id):
    run_id = uploaded(*many())
    go_on_for(sessions, 100)
    confirmed(run_id)
    assert go_on_for(sessions, 5)
    with sessions.begin() as session:
        assert give_up(session, upload_of(session, run_id), person_id=person_id, now=FRI_5_JAN_2024)

    assert go_on_for(sessions, 100) is False
    with pytest.raises(GivenUp), sessions.begin() as session:
        record_next(session, run_id, [], at=0, now=FRI_5_JAN_2024)
    assert state(sessions, run_id)[0] == "given_up"
    assert 0 < count(sessions, Case) < 618
    assert count(sessions, ImportUploadPart) == 0


def test_it_is_confirmed_once_and_not_before_it_was_looked_through(sessions, uploaded, confirmed):
    run_id = uploaded(a_row())

    assert confirmed(run_id) is False
    go_on_for(sessions, 100)
    assert (confirmed(run_id), confirmed(run_id)) == (True, False)


def test_a_file_nobody_confirms_is_removed_after_seven_days(sessions, uploaded):
    run_id = uploaded(a_row())
    week_later = FRI_5_JAN_2024 + timedelta(days=7)
    go_on(sessions, clock=lambda: week_later - timedelta(days=1), until=week_later - timedelta(hours=23))
    assert state(sessions, run_id)[0] == "to_confirm"

    go_on(sessions, clock=lambda: week_later, until=week_later + timedelta(seconds=1))

    assert state(sessions, run_id)[0] == "given_up"
    assert count(sessions, ImportUploadPart) == 0


def test_one_too_large_is_refused(sessions, board_id, person_id):
    told = {"board_id": board_id, "person_id": person_id, "now": FRI_5_JAN_2024, "largest": 1_000}
    with sessions() as session, pytest.raises(TooLarge, match="Divide it"):
        keep_upload(session, a_file(*many(20)), **told)

    assert count(sessions, ImportUploadPart) == 0


def test_it_is_found_for_its_board_alone(sessions, board_id, uploaded):
    run_id = uploaded(a_row())

    with sessions() as session:
        assert upload_for(session, run_id, [board_id]) is not None
        assert upload_for(session, run_id, [board_id + 1]) is None
