"""Who looked at a case, when and why they could, and whether its record is whole: for whoever audits it."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from models.audit import broken_links, chain_of_case
from models.case import Case
from models.queries.integrity import check_cases
from models.queries.readings import READINGS, readings_of
from webapp.access import audits_case
from webapp.cases.view import page_of, view_of
from webapp.database import db
from webapp.lists import lead_to_the_last, page_asked

readings = Blueprint("readings", __name__)

PAGE_SIZE = 50


@readings.route("/cases/<reference>/readings")
@audits_case
def show(case: Case) -> ResponseReturnValue:
    page = page_asked()
    found, last = readings_of(db.session, case, page=page, size=PAGE_SIZE)

    def address(number: int) -> str:
        return url_for(".show", reference=case.reference, page=number)

    lead_to_the_last(page, last, address)
    told = {"readings": found, "looked_at": READINGS, "page": page, "last": last, "address": address}
    return page_of(view_of(case), "cases/readings.html", {**told, "wrong": _wrong(case)})


def _wrong(case: Case) -> list[str]:
    """Return everything about the record of a case that is not as it was written; nothing where it is whole."""
    history = [each.words for each in check_cases(db.session.connection(), [case.id])]
    audit = [
        f"entry {each.position} of the audit: {each.because}"
        for each in broken_links(db.session, chain_of_case(case.id))
    ]
    return [*history, *audit]
