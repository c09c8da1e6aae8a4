"""A coordinator imports a file in the browser: sees what each row would do, confirms, and sees it through."""

import io
import re

import pytest
from sqlalchemy import func, select

from models import audit
from models.agency import add_board
from models.case import Case
from models.child_deaths.child import ChildDeath
from models.child_deaths.import_file import COLUMNS
from models.child_deaths.import_run import ImportRun, ImportUpload, ImportUploadPart
from tests.models.child_death_files import OPEN, a_file, a_row
from tests.webapp.client import links_of, main_words

PAGE = "/child-deaths/import/"


@pytest.fixture
def upload(board):
    """Send a file from the page of somebody, and return the page it leads to."""

    def send(client, *rows, content=None, name="deaths.csv"):
        held = client.held(client.get(PAGE), "Show what it would do", board=str(board.id))
        held["file"] = (io.BytesIO(content if content is not None else a_file(*rows).getvalue()), name)
        return client.post(PAGE, data=held, content_type="multipart/form-data", follow_redirects=True)

    return send


def cases(session):
    return session.scalar(select(func.count()).select_from(Case))


def parts(session):
    return session.scalar(select(func.count()).select_from(ImportUploadPart))


class TestThePreview:
    def test_it_says_of_each_row_what_it_would_do_and_records_nothing(self, coordinator, session, upload):
        is_open = a_row(OPEN, cdop_ref="A-2", died_on="2016-08-29")
        page = upload(coordinator, a_row(), is_open, a_row(), a_row(cdop_ref="A-3", sex="boy"))

        words = main_words(page)
        assert "Check what the file would do" in words
        assert "New 2 There already 1 Refused 1" in words
        assert "Notified 1 September 2016; Reviewed 11 January 2017; Category 3, trauma and other" in words
        assert "sex: This is not in the list" in words
        assert cases(session) == 0

    def test_what_is_refused_can_be_kept_as_a_table(self, coordinator, upload):
        page = upload(coordinator, a_row(sex="boy"), a_row(cdop_ref="A-2"))
        refused = coordinator.get(links_of(page)["Refused"])

        assert "sex" in main_words(refused)
        table = coordinator.get(links_of(refused)["Keep this list as a table (CSV)"])
        assert table.text.splitlines()[1].startswith('2,sex,"This is not in the list.')

    def test_a_death_of_the_same_days_under_another_reference_is_to_be_looked_at(self, coordinator, upload, notify):
        notify()
        row = a_row(OPEN, cdop_ref="OTHER", died_on="2017-05-01", born_on="2012-01-15", notified_on="2017-05-02")
        page = upload(coordinator, row)

        look = main_words(coordinator.get(links_of(page)["To look at"]))
        assert "has the same dates of birth and death" in look

    def test_it_shows_neither_birth_nor_anything_else_of_the_child(self, coordinator, upload):
        words = main_words(upload(coordinator, a_row()))

        assert "2012" not in words
        assert "Anytown Safeguarding" in words
        assert "British" not in words

    def test_many_rows_are_paged(self, coordinator, upload):
        page = upload(coordinator, *(a_row(cdop_ref=f"A-{number}") for number in range(120)))
        third = main_words(coordinator.get(links_of(page)["3"]))

        assert "A-119" in third
        assert "A-99 " not in third


class TestConfirming:
    def test_it_records_the_rows_and_removes_the_file(self, coordinator, session, upload):
        page = upload(coordinator, a_row(), a_row(OPEN, cdop_ref="A-2"))
        assert parts(session) == 1
        done = coordinator.send(page, "Record 2 deaths")

        assert "The import is finished" in main_words(done)
        assert "Recorded 2 There already 0 Refused 0" in main_words(done)
        assert sorted(session.scalars(select(ChildDeath.cdop_ref))) == ["A-1", "A-2"]
        assert parts(session) == 0

    def test_it_is_recorded_who_uploaded_and_who_confirmed(self, coordinator, seen_by, session, upload):
        page = upload(coordinator, a_row())
        other = seen_by("cdop_coordinator", email="other@example.org")
        other.send(other.get(page.request.path), "Record 1 death")

        uploaded, confirmed = (
            session.scalars(select(audit.AuditEntry.person_id).where(audit.AuditEntry.action == action)).one()
            for action in ("child_deaths_uploaded", "child_deaths_import_confirmed")
        )
        assert uploaded != confirmed
        assert session.scalars(select(ImportRun.started_by)).one() == confirmed

    def test_two_who_confirm_record_it_once(self, coordinator, seen_by, session, upload):
        page = upload(coordinator, a_row())
        other = seen_by("cdop_coordinator", email="other@example.org")
        seen_by_other = other.get(page.request.path)
        coordinator.send(page, "Record 1 death")
        second = other.send(seen_by_other, "Record 1 death")

        assert "This was decided already" in main_words(second)
        assert cases(session) == 1

    def test_giving_it_up_removes_the_file_and_records_nothing(self, coordinator, session, upload):
        given_up = coordinator.send(upload(coordinator, a_row()), "Give it up")

        assert "The file has been removed. Nothing of it was recorded." in main_words(given_up)
        assert (cases(session), parts(session)) == (0, 0)
        assert "Record 1 death" not in main_words(given_up)

    def test_a_long_file_waits_for_the_scheduler_process(self, coordinator, session, upload):
        page = upload(coordinator, *(a_row(cdop_ref=f"A-{number}") for number in range(300)))

        assert "The file is being looked through" in main_words(page)
        assert "This goes on whether or not you stay on this page" in main_words(page)
        assert session.scalars(select(ImportUpload.examined_at)).one() is None


class TestWhatIsNoSuchFile:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "The file is empty"),
            (b"PK\x03\x04" + bytes(500), "a workbook (xlsx)"),
            (b"%PDF-1.4\n", "This is a PDF"),
            (";".join(COLUMNS).encode(), "separated by semicolons"),
            (b"\x9c" * 300_000, "not a CSV file"),
        ],
    )
    def test_it_is_refused_on_the_form_and_nothing_is_kept(self, coordinator, session, upload, content, says):
        page = upload(coordinator, content=content)

        assert page.status_code == 422
        assert "Nothing was imported" in main_words(page)
        assert says in main_words(page)
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 0

    def test_none_at_all_is_asked_for(self, coordinator, board):
        page = coordinator.send(coordinator.get(PAGE), "Show what it would do", board=str(board.id))

        assert "Choose the file to import" in main_words(page)

    def test_a_heading_alone_has_nothing_to_record(self, coordinator, upload):
        words = main_words(upload(coordinator))

        assert "There is nothing new in this file to record" in words
        assert "There are no rows under the heading" in words

    def test_one_larger_than_any_that_is_taken_is_told_so(self, coordinator, board, session):
        held = coordinator.held(coordinator.get(PAGE), "Show what it would do", board=str(board.id))
        said_to_be = {"CONTENT_LENGTH": str(40 * 1024 * 1024)}
        page = coordinator.post(PAGE, data=held, content_type="multipart/form-data", environ_overrides=said_to_be)

        assert page.status_code == 413
        assert "divide the file" in main_words(page)
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 0

    def test_other_pages_take_no_more_than_before(self, coordinator):
        said_to_be = {"CONTENT_LENGTH": str(5 * 1024 * 1024)}

        assert coordinator.post("/account/password", data={"x": "y"}, environ_overrides=said_to_be).status_code == 413


class TestWhoMay:
    @pytest.mark.parametrize("role", ["cdop_chair", "designated_doctor", "business_manager", "auditor"])
    def test_nobody_but_a_coordinator(self, seen_by, role):
        assert seen_by(role).get(PAGE).status_code == 403

    def test_a_coordinator_of_another_board_finds_nothing(self, coordinator, seen_by, session, upload):
        page = upload(coordinator, a_row())
        other = seen_by("cdop_coordinator", on=add_board(session, "Otherborough Board"), email="other@example.org")

        path = page.request.path
        assert other.get(path).status_code == 404
        assert other.get(f"{path}/refused.csv").status_code == 404
        token = other.held(other.get("/account"), "Sign out")
        assert other.post(f"{path}/confirm", data=token).status_code == 404
        assert "Otherborough" in main_words(other.get(PAGE))
        assert re.search("Anytown", main_words(other.get(PAGE))) is None
        assert cases(session) == 0

    def test_a_board_that_is_not_theirs_cannot_be_chosen(self, coordinator, session):
        other = add_board(session, "Otherborough Board")
        held = coordinator.held(coordinator.get(PAGE), "Show what it would do", board=str(other.id))
        held["file"] = (io.BytesIO(a_file(a_row()).getvalue()), "deaths.csv")
        page = coordinator.post(PAGE, data=held, content_type="multipart/form-data")

        assert page.status_code == 422
        assert cases(session) == 0
