"""Characters that nothing can keep: taken out of what is sent, whichever page it is sent to."""

import io

import pytest
from flask import request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.webapp.client import main_words
from tests.webapp.conftest import PASSWORD, sign_in
from webapp.received import Typed


@pytest.mark.parametrize("way", ["query_string", "data"])
def test_a_form_and_a_query_are_read_without_them(app, way):
    sent = {"na\x00me": ["one\x00 two\x07", "three\x0bfour", "five\tsix\r\nseven"]}
    with app.test_request_context("/", method="POST", **{way: sent}):
        read = request.form if way == "data" else request.args

        assert read.getlist("name") == ["one two", "three\nfour", "five\tsix\r\nseven"]


def test_a_file_is_left_as_it_is(app):
    with app.test_request_context("/", method="POST", data={"file": (io.BytesIO(b"a\x00b"), "a.csv"), "a": "\x00b"}):
        assert request.files["file"].read() == b"a\x00b"
        assert request.form["a"] == "b"


def test_signing_in_with_one_is_signing_in(client, somebody):
    somebody("chair@example.org")

    assert sign_in(client, "chair\x00@example.org", PASSWORD).request.path == "/worklist/"


@pytest.mark.parametrize("path", ["/cases/ANY%00", "/sign-in%00", "/panels/%07", "/child-deaths/return/2013%0014"])
def test_an_address_with_one_leads_nowhere(client, somebody, as_, path):
    page = as_(somebody("chair@example.org", "cdop_coordinator")).get(path)

    assert page.status_code == 404
    assert "check that it is complete" in main_words(page)


names = st.text(max_size=3)


@given(sent=st.lists(st.tuples(names, st.text(max_size=6)), max_size=5))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_what_is_read_can_be_kept_and_read_again(sent):
    read = Typed(sent)

    assert len(list(read.items(multi=True))) == len(sent)
    assert all(character >= " " or character in "\t\n\r" for _, value in read.items(multi=True) for character in value)
    assert Typed(MultiDict(read)) == read
