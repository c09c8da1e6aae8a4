"""An import records every row it can, names what it cannot, and leaves nothing half done (data/README)."""

import io
from datetime import UTC, date, datetime
from threading import Thread

import pytest
from sqlalchemy import func, select

from models import audit
from models.agency import Board, add_board
from models.case import Case, CaseEvent
from models.casework import history_of
from models.child_deaths.child import ChildDeath
from models.child_deaths.import_file import COLUMNS, NotTheFile, read_rows
from models.child_deaths.import_run import ImportRun, refusals
from models.child_deaths.importing import ImportedElsewhere, examine, import_child_deaths
from models.database import make_sessions
from models.figures.counts import CountedDeath, CountedReview
from models.outbox import OutboxMessage
from models.queries.integrity import check_cases
from tests.models.child_death_files import BUCKINGHAMSHIRE, OPEN, a_file, a_row
from workflows.calendar import ENGLAND

NOT_REVIEWED = dict.fromkeys(
    ("information_complete_on", "reviewed_on", "category", "preventability", "modifiable_factors"), ""
)
FRI_5_JAN_2024 = datetime(2024, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def sessions(committed_database):
    return make_sessions(committed_database.engine)


@pytest.fixture
def board_id(sessions):
    with sessions.begin() as session:
        return add_board(session, "Anytown Safeguarding Children Board").id


@pytest.fixture
def imported(sessions, board_id):
    """Import rows or a file, and return the progress of every batch."""

    def run(*rows, at_a_time=250, board=board_id):
        file = rows[0] if rows and not isinstance(rows[0], dict | str) else a_file(*rows)
        told = {"board_id": board, "person_id": None, "clock": lambda: FRI_5_JAN_2024, "at_a_time": at_a_time}
        return list(import_child_deaths(sessions, file, **told))

    return run


def refused(progress):
    return {
        (each.row.number, column): " ".join(reasons)
        for batch in progress
        for each in batch.refusals
        for column, reasons in each.reasons_by_column().items()
    }


def steps(session, case):
    return [(event.step, event.happened_on.iso()) for event in history_of(session, case).effective()]


class TestTheHistory:
    """A row becomes the steps that its dates and codes imply."""

    def history(self, imported, sessions, row):
        last = imported(row)[-1]
        assert (last.recorded, last.refused) == (1, 0), refused([last])
        with sessions() as session:
            return steps(session, session.scalars(select(Case)).one())

    def test_of_a_death_that_was_reviewed(self, imported, sessions):
        row = a_row(inquest_opened_on="2016-09-09", inquest_concluded_on="2016-10-20")

        assert self.history(imported, sessions, row) == [
            ("notify_death", "2016-09-01"), ("confirm_in_scope", "2016-09-01"), ("record_proceedings", "2016-09-09"),
            ("record_proceedings", "2016-10-20"), ("complete_information", "2016-11-01"),
            ("list_for_panel", "2016-11-01"), ("review_at_panel", "2017-01-11"), ("categorise", "2017-01-11"),
        ]  # fmt: skip

    def test_of_one_still_open(self, imported, sessions):
        assert self.history(imported, sessions, a_row(OPEN)) == [
            ("notify_death", "2016-09-01"), ("confirm_in_scope", "2016-09-01"),
        ]  # fmt: skip

    def test_of_one_transferred(self, imported, sessions):
        row = a_row(OPEN, outcome="transferred", transferred_to="Otherborough")

        assert self.history(imported, sessions, row)[-1] == ("transfer_case", "2016-09-01")

    def test_of_one_not_in_scope(self, imported, sessions):
        row = a_row(OPEN, outcome="not_in_scope", ground="over_18", born_on="1990-01-01")

        assert self.history(imported, sessions, row)[-1] == ("rule_out_of_scope", "2016-09-01")

    def test_under_the_guidance_of_2018_there_is_a_meeting_before_the_panel(self, imported, sessions):
        row = a_row(
            notified_on="2020-09-01", died_on="2020-08-30", information_complete_on="2020-11-01",
            reviewed_on="2021-01-13",
        )  # fmt: skip

        assert ("hold_review_meeting", "2020-11-01") in self.history(imported, sessions, row)

    def test_in_the_wording_of_2009(self, imported, sessions):
        row = a_row(
            notified_on="2009-03-02", died_on="2009-03-01", born_on="2003-05-05", information_complete_on="",
            reviewed_on="2009-12-01", preventability="Potentially preventable",
        )  # fmt: skip

        assert self.history(imported, sessions, row)[-1] == ("categorise", "2009-12-01")

    def test_an_inquest_opened_before_the_panel_was_told_keeps_its_day(self, imported, sessions):
        imported(a_row(OPEN, died_on="2016-08-20", inquest_opened_on="2016-08-25"))

        with sessions() as session:
            event = session.scalars(select(CaseEvent).where(CaseEvent.step == "record_proceedings")).one()
        assert (event.happened_first, event.answers["event_on"]) == (date(2016, 9, 1), "2016-08-25")

    def test_it_is_sealed_audited_and_stood_as_if_taken_step_by_step(self, imported, sessions):
        imported(a_row(), a_row(OPEN, cdop_ref="A-2"))

        with sessions() as session:
            ids = list(session.scalars(select(Case.id)))
            assert list(check_cases(session.connection(), ids, calendar=ENGLAND)) == []
            assert audit.broken_links(session) == []
            events = session.scalar(select(func.count()).select_from(CaseEvent))
            entries = select(func.count()).where(audit.AuditEntry.event_sequence.is_not(None))
            assert session.scalar(entries) == events

    def test_who_was_at_the_panel_is_said_to_be_assumed(self, imported, sessions):
        imported(a_row())

        with sessions() as session:
            answers = session.scalars(select(CaseEvent.answers).where(CaseEvent.step == "review_at_panel")).one()
        assert answers["roles_present"] == ["Health", "Local authority"]
        assert "not who was there" in answers["presence_assumed_because"]

    def test_nobody_is_told_of_what_happened_years_ago(self, imported, sessions):
        imported(a_row())

        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


class TestTwice:
    def test_a_file_read_twice_changes_nothing(self, imported, sessions):
        with BUCKINGHAMSHIRE.open("rb") as file:
            first = imported(file)[-1]
        with BUCKINGHAMSHIRE.open("rb") as file:
            second = imported(file)[-1]

        assert (first.recorded, first.already_there) == (41, 0)
        assert (second.recorded, second.already_there, second.differing) == (0, 41, ())
        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(Case)) == 41

    def test_a_row_twice_in_a_file_is_there_already(self, imported):
        last = imported(a_row(), a_row())[-1]

        assert (last.recorded, last.already_there, last.refused) == (1, 1, 0)

    def test_another_row_under_a_reference_is_said_to_differ_and_changes_nothing(self, imported, sessions):
        progress = imported(a_row(), a_row(sex="female"))

        assert [each.row.number for each in progress[0].differing] == [3]
        with sessions() as session:
            assert session.scalars(select(CountedReview.sex)).all() == ["male"]

    def test_a_reference_written_otherwise_is_refused_and_says_what_to_do(self, imported):
        progress = imported(a_row(cdop_ref="BKS-17 001"), a_row(cdop_ref="bks-17 001"), a_row(cdop_ref="BKS-17001"))

        assert progress[-1].recorded == 1
        assert {row for row, _ in refused(progress)} == {3, 4}
        assert "leave this row out" in refused(progress)[3, "cdop_ref"]
        again = imported(a_row(cdop_ref="bks-17 001"), a_row(cdop_ref="BKS-17 001"))
        assert (again[-1].already_there, list(refused(again))) == (1, [(2, "cdop_ref")])

    def test_two_boards_may_use_one_reference(self, imported, sessions):
        with sessions.begin() as session:
            other = add_board(session, "Otherborough Safeguarding Children Board").id

        assert (imported(a_row())[-1].recorded, imported(a_row(), board=other)[-1].recorded) == (1, 1)


class TestStoppedInTheMiddle:
    rows = tuple(a_row(cdop_ref=f"A-{number}") for number in range(1, 11))

    def test_it_goes_on_where_it_stopped(self, sessions, board_id):
        told = {"board_id": board_id, "person_id": None, "clock": lambda: FRI_5_JAN_2024, "at_a_time": 3}
        stopped = import_child_deaths(sessions, a_file(*self.rows), **told)
        assert [next(stopped).recorded, next(stopped).recorded] == [3, 6]
        stopped.close()

        rest = list(import_child_deaths(sessions, a_file(*self.rows), **told))

        assert [each.recorded for each in rest] == [9, 10, 10]
        assert [each.already_there for each in rest] == [0, 0, 0]
        with sessions() as session:
            run = session.scalars(select(ImportRun)).one()
            assert (run.rows_read, run.recorded, run.finished_at) == (10, 10, FRI_5_JAN_2024)
            assert session.scalar(select(func.count()).select_from(Case)) == 10

    def test_a_batch_that_fails_leaves_nothing_of_itself(self, sessions, board_id):
        def clock():
            moments.append(FRI_5_JAN_2024)
            if len(moments) == 3:
                raise ConnectionError("the machine was switched off")
            return moments[-1]

        moments: list[datetime] = []
        told = {"board_id": board_id, "person_id": None, "clock": clock, "at_a_time": 5}
        with pytest.raises(ConnectionError):
            list(import_child_deaths(sessions, a_file(*self.rows), **told))

        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(Case)) == 5
            assert session.scalars(select(ImportRun.rows_read)).one() == 5

    def test_two_who_import_the_same_file_make_no_doubles(self, sessions, board_id):
        told = {"board_id": board_id, "person_id": None, "clock": lambda: FRI_5_JAN_2024, "at_a_time": 2}
        elsewhere = []

        def run():
            try:
                list(import_child_deaths(sessions, a_file(*self.rows), **told))
            except ImportedElsewhere as wrong:
                elsewhere.append(str(wrong))

        threads = [Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)

        with sessions() as session:
            references = session.scalars(select(ChildDeath.cdop_ref)).all()
        assert sorted(references) == sorted(f"A-{number}" for number in range(1, 11))


class TestWhatIsRefused:
    """Each with its row, column and reason; none because of another; nothing of it kept."""

    @pytest.mark.parametrize(
        ("cells", "column", "says"),
        [
            ({"born_on": "2016-02-30"}, "born_on", "Write the day as"),
            ({"born_on": "2016-02"}, "born_on", "Write the day as"),
            ({"born_on": "2016-08-31"}, "died_on", "cannot be before born_on"),
            ({"reviewed_on": "2016-08-01", "information_complete_on": ""}, "reviewed_on", "before notified_on"),
            ({"information_complete_on": "2017-02-01"}, "reviewed_on", "before information_complete_on"),
            ({"inquest_opened_on": "2016-08-01"}, "inquest_opened_on", "cannot be before died_on"),
            ({"reviewed_on": "2034-01-11"}, "reviewed_on", "in the future"),
            ({"born_on": "1997-08-30"}, "born_on", "Aged 19 at death"),
            ({"notified_on": "2007-09-01", "died_on": "2007-08-30", "born_on": "2003-01-01"}, "notified_on", "2008"),
            ({"sex": "boy"}, "sex", "Choose one of: male, female, not_known"),
            ({"ethnic_group": "Q"}, "ethnic_group", "not in the list"),
            ({"place_of_death": "the moon"}, "place_of_death", "not in the list"),
            ({"category": "11"}, "category", "not in the list"),
            ({"preventability": "preventable"}, "preventability", "1 April 2010"),
            ({"outcome": "lost"}, "outcome", "not in the list"),
            ({"category": ""}, "category", "needed where there is a preventability"),
            ({"reviewed_on": ""}, "reviewed_on", "needed where the outcome is reviewed"),
            ({"ground": "stillbirth"}, "ground", "Leave this empty"),
            ({"outcome": "transferred"}, "transferred_to", "needed where the outcome is transferred"),
            ({"cdop_ref": ""}, "cdop_ref", "needed"),
            ({"cdop_ref": "A" * 101}, "cdop_ref", "longer than 100"),
            ({"born_on": "01/02/2012"}, "born_on", "Write the day as 2017-05-31"),
            ({"born_on": "٢٠١٢-٠٢-٢٠"}, "born_on", "Write the day as"),
            ({"transferred_to": "x" * 20_001, "outcome": "transferred", **NOT_REVIEWED}, "transferred_to", "longer"),
            ({"modifiable_factors": "x" * 20_001}, "modifiable_factors", "longer"),
        ],
    )  # fmt: skip
    def test_a_row_that_cannot_be(self, imported, sessions, cells, column, says):
        progress = imported(a_row(**cells), a_row(cdop_ref="A-2"))

        found = refused(progress)
        assert says in found[2, column]
        assert (progress[-1].recorded, progress[-1].refused) == (1, 1)
        with sessions() as session:
            assert session.scalars(select(ChildDeath.cdop_ref)).all() == ["A-2"]
            assert session.scalar(select(func.count()).select_from(CountedDeath)) == 1
            kept = [(each.row_number, each.column) for each in refusals(session, progress[-1].run_id)]
            assert (2, column) in kept

    def test_everything_wrong_with_a_row_is_said_at_once(self, imported):
        assert set(refused(imported(a_row(sex="boy", category="0", born_on="once")))) == {
            (2, "sex"), (2, "category"), (2, "born_on"),
        }  # fmt: skip

    def test_no_reason_repeats_what_a_cell_holds(self, imported):
        cells = dict.fromkeys(("sex", "ethnic_group", "place_of_death", "category", "born_on"), "Ada Invented")

        assert not any("Invented" in reason for reason in refused(imported(a_row(**cells))).values())

    def test_a_stray_quotation_mark_costs_one_row(self, imported):
        line = ",".join(['"A-1', *["x"] * (len(COLUMNS) - 1)])
        progress = imported(line, a_row(cdop_ref="A-2"), a_row(cdop_ref="A-3"))

        assert list(refused(progress)) == [(2, "")]
        assert progress[-1].recorded == 2

    def test_a_row_with_too_few_columns_or_not_in_utf_8_is_refused_alone(self, imported):
        file = a_file("A-1,2016-09-01", a_row(cdop_ref="A-2"))
        lines = file.getvalue().splitlines(keepends=True)
        file = io.BytesIO(b"".join([*lines, lines[-1].replace(b"A-2", b"A-3").replace(b"Anytown", b"S\xe3o")]))

        found = refused(imported(file))

        assert "columns" in found[2, ""]
        assert "UTF-8" in found[4, ""]

    def test_a_character_that_cannot_be_kept_costs_one_row(self, imported):
        progress = imported(a_row(cdop_ref="A\x001"), a_row(cdop_ref="A-2"))

        assert "cannot be kept" in refused(progress)[2, ""]
        assert progress[-1].recorded == 1

    def test_a_cell_that_goes_on_in_the_next_line_costs_its_own_lines(self, imported):
        progress = imported(a_row(modifiable_factors="Smoking\nDrinking"), a_row(cdop_ref="A-2"))

        assert {row for row, _ in refused(progress)} == {2, 3}
        assert "Keep each row on one line" in refused(progress)[2, ""]
        assert progress[-1].recorded == 1

    def test_a_line_without_an_end_is_refused_and_not_kept_in_memory(self, imported):
        progress = imported("x" * 2_000_000, a_row())

        assert "longer than" in refused(progress)[2, ""]
        assert progress[-1].recorded == 1


class TestNoSuchFile:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "The file is empty"),
            (b"PK\x03\x04\x14\x00" + bytes(300), "a workbook .* save it as CSV UTF-8"),
            (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
            (b"\x89PNG\r\n\x1a\n", "a picture"),
            (";".join(COLUMNS).encode() + b"\n", "separated by semicolons"),
            (b"\x7fELF\x02\x01\x01\x00" * 100, "not a CSV file"),
            (b"\xff\xfe" + "cdop_ref".encode("utf-16-le"), "UTF-16"),
            (",".join(COLUMNS).replace("sex", "gender").encode() + b"\n", "missing: sex; it has columns there are"),
            (b"name,address\nAda,Here\n", "names none of the columns"),
            (b"cdop_ref,sex\n1,Male\n", "columns are missing"),
            (",".join(COLUMNS[:-1]).encode() + b"\n", "modifiable_factors"),
            (",".join((*COLUMNS, "extra")).encode() + b"\n", "columns there are none of"),
            (",".join((*COLUMNS, "sex")).encode() + b"\n", "occurs twice"),
        ],
    )
    def test_nothing_is_written(self, imported, sessions, content, says):
        with pytest.raises(NotTheFile, match=says):
            imported(io.BytesIO(content))

        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(ImportRun)) == 0

    def test_two_hundred_megabytes_of_noise_are_not_read(self):
        class Noise(io.RawIOBase):
            taken = 0

            def readable(self):
                return True

            def readinto(self, buffer):
                self.taken += len(buffer)
                assert self.taken < 1_000_000
                buffer[:] = b"\x9c" * len(buffer)
                return len(buffer)

        with pytest.raises(NotTheFile):
            next(read_rows(io.BufferedReader(Noise())))

    def test_noise_under_the_heading_is_refused_before_anything_is_written(self, imported, sessions):
        with pytest.raises(NotTheFile, match="None of the first 1,000 rows could be read"):
            imported(*["\x9c noise"] * 5_000)

        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(ImportRun)) == 0

    def test_rows_that_can_be_read_are_recorded_however_many_before_them_cannot(self, imported):
        last = imported(*["too,short"] * 999, a_row())[-1]

        assert (last.recorded, last.refused) == (1, 999)

    def test_the_columns_may_come_in_any_order_and_under_a_mark_of_utf_8(self, imported):
        names = tuple(reversed(COLUMNS))
        row = ",".join(a_row(modifiable_factors="")[name] for name in names)
        file = io.BytesIO(b"\xef\xbb\xbf" + ",".join(names).upper().encode() + b"\r\n" + row.encode() + b"\r\n\r\n")

        assert imported(file)[-1].recorded == 1

    def test_empty_columns_and_lines_that_a_spreadsheet_leaves_behind_are_nothing(self, imported):
        row = ",".join(a_row(modifiable_factors="")[name] for name in COLUMNS)
        lines = (f"{','.join(COLUMNS)},,", f"{row},, ", '"","",,', f"{row.replace('A-1', 'A-2')},,,,,", ",,,,,,")
        last = imported(io.BytesIO("\r\n".join(lines).encode()))[-1]

        assert (last.rows_read, last.recorded, last.refused) == (2, 2, 0)

    def test_a_cell_beyond_the_last_column_is_refused_and_not_lost(self, imported):
        heading, row = f"{','.join(COLUMNS)},,", ",".join(a_row(modifiable_factors="")[name] for name in COLUMNS)
        (first, *_) = imported(io.BytesIO(f"{heading}\n{row},Told later\n".encode()))

        assert "20 columns and the heading has 19" in first.refusals[0].wrong[0].reason


def test_a_preview_says_what_each_row_would_do_and_writes_nothing(sessions, board_id):
    rows = read_rows(a_file(a_row(), a_row(), a_row(cdop_ref="A-2", sex="boy")))
    with sessions() as session:
        examined = examine(session, session.get_one(Board, board_id), rows, now=FRI_5_JAN_2024)

        assert [bool(each.whole) for each in examined] == [True, False, False]
        assert [each.is_there for each in examined] == [False, True, False]
        assert examined[0].steps[0].step.step == "notify_death"
        assert session.scalar(select(func.count()).select_from(Case)) == 0
