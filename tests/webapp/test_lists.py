"""Long lists, whatever their address says: a page that there is no more leads to the last, not to an empty one."""

import pytest

from tests.webapp.client import main_words
from workflows.roles import ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR


@pytest.mark.parametrize(
    ("address", "role", "last"),
    [
        ("/worklist/?page=7", BUSINESS_MANAGER, "/worklist/"),
        ("/worklist/?words=BEX&page=7", BUSINESS_MANAGER, "/worklist/?words=BEX"),
        ("/child-deaths/?page=7", CDOP_COORDINATOR, "/child-deaths/"),
        ("/people/?page=7", ADMINISTRATOR, "/people/?page=1"),
        ("/messages/?page=99999999999999999999", BUSINESS_MANAGER, "/messages/?page=1"),
    ],
)
def test_a_page_beyond_the_last_leads_to_the_last(somebody, as_, address, role, last):
    """A list that was left open, or kept as an address, has grown shorter when somebody comes back to it."""
    answer = as_(somebody("somebody@example.org", role)).get(address)

    assert (answer.status_code, answer.headers["Location"]) == (303, last)


def test_the_first_page_of_a_list_with_nothing_in_it_says_so(somebody, as_):
    page = as_(somebody("somebody@example.org", BUSINESS_MANAGER)).get("/worklist/?page=1")

    assert page.status_code == 200
    assert "There is no open case that you may see" in main_words(page)
