"""Tables that leave the site: nothing in them runs, and no text keeps a file from being made."""

import io

import pytest
from openpyxl import load_workbook

from webapp.exports import BEGINS_A_FORMULA, Sheet, csv_of, workbook_response


@pytest.mark.parametrize("beginning", BEGINS_A_FORMULA)
def test_what_a_spreadsheet_would_run_is_a_text(beginning):
    told = f"{beginning}cmd|'/c calc'!A0"
    workbook = load_workbook(io.BytesIO(workbook_response("a", [Sheet("One", "", [""], [(told,)])]).data))

    assert f"'{told}" in csv_of([""], [[told]]).replace("\"'", "'")
    assert workbook["One"]["A3"].data_type == "s"


def test_a_character_that_no_workbook_holds_keeps_none_from_being_made():
    """As in the name of a board that was pasted from elsewhere."""
    response = workbook_response("a", [Sheet("One", "Any\x07town", ["Any\x0btown"], [("Any\x1ftown",)])])
    sheet = load_workbook(io.BytesIO(response.data))["One"]

    assert [cell.value for (cell,) in sheet.iter_rows()] == ["Anytown"] * 3
