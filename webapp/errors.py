"""The one table from what went wrong to the page that says so: in plain words, with what to do, and nothing of ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from models.errors import CaseMovedOn, CaseNotFound, HistoryDamaged
from webapp.access import SignInNeeded
from webapp.database import db
from webapp.keeping import keep_typed, typed_in
from webapp.wording import SERVICE_NAME
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole, OnHold, StepRefused


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What a page about an error says: its heading, and what to do."""

    heading: str
    advice: tuple[str, ...]


WITHOUT_AN_ACCOUNT = ("public_notifications", "confirming")
"""Parts of the site in which somebody writes who does not sign in."""

ASK = "If you need help, ask your board’s business manager."
NOTHING_RECORDED = "Nothing has been recorded."
DAMAGED = "The record of this case is not as it was written. Tell an administrator; nothing is added to it until then."

PAGES = {
    400: ErrorPage("This could not be read", ("Go back, check what you entered and send it again.", NOTHING_RECORDED)),
    403: ErrorPage("You cannot do this", ("It is not part of what you have been appointed to do.", ASK)),
    404: ErrorPage(
        "Page not found",
        (
            "If you typed or pasted the address, check that it is complete.",
            "It may be about a case that you are not appointed to.",
            ASK,
        ),
    ),
    405: ErrorPage("This page cannot be used like that", ("Start again from the page you came from.",)),
    409: ErrorPage("This cannot be recorded now", ("Go back to the case to see where it stands.", NOTHING_RECORDED)),
    413: ErrorPage(
        "That is too much to send at once",
        ("Shorten what you entered, or divide the file, and send it again.", NOTHING_RECORDED),
    ),
    422: ErrorPage(
        "Something is missing first", ("Go back to the case to see what is still needed.", NOTHING_RECORDED)
    ),
    429: ErrorPage("Too many tries", ("Wait a quarter of an hour and try again.", ASK)),
}
NOT_YOUR_ROLE = ErrorPage("You cannot do this", (NOTHING_RECORDED,))
OUT_OF_ORDER = ErrorPage(
    "Sorry, something is wrong on our side",
    ("Try again in a few minutes. What you entered may not have been recorded: look before entering it again.", ASK),
)

# A refused step that reached no form of its own. The words of the refusal go on the page.
STATUS_OF_REFUSAL: tuple[tuple[type[StepRefused], HTTPStatus], ...] = (
    (NotYourRole, HTTPStatus.FORBIDDEN),
    (OnHold, HTTPStatus.CONFLICT),
    (NotAvailable, HTTPStatus.CONFLICT),
    (GuardsNotMet, HTTPStatus.UNPROCESSABLE_ENTITY),
    (AnswersRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
)


def explain_errors(app: Flask) -> None:
    """Let `app` answer everything that goes wrong with a page from the table."""
    app.register_error_handler(SignInNeeded, _ask_to_sign_in)
    app.register_error_handler(CSRFError, _offer_form_again)
    app.register_error_handler(StepRefused, _tell_refusal)
    app.register_error_handler(CaseNotFound, _tell_not_found)
    app.register_error_handler(CaseMovedOn, _tell_moved_on)
    app.register_error_handler(HistoryDamaged, _tell_damaged)
    app.register_error_handler(HTTPException, _tell)
    app.register_error_handler(HTTPStatus.INTERNAL_SERVER_ERROR, _tell_out_of_order)


def error_page(status: int, reasons: tuple[str, ...] = ()) -> ResponseReturnValue:
    """Return the page for a status; `reasons` are sentences that come before the advice."""
    page = PAGES.get(status, PAGES[400] if status < 500 else OUT_OF_ORDER)
    return render_template("errors/error.html", page=page, reasons=reasons, reference=None), status


def _page_of_a_case(page: ErrorPage, status: int, reasons: Iterable[str]) -> ResponseReturnValue:
    """Return the page for whoever may see the case and cannot record this in it: with why, and the way back to it."""
    reference = (request.view_args or {}).get("reference")
    told = [each if each.endswith(".") else f"{each}." for each in reasons]
    return render_template("errors/error.html", page=page, reasons=told, reference=reference), status


def _ask_to_sign_in(_error: Exception) -> ResponseReturnValue:
    """Send the person to sign in. A form that came too late is kept for them; a page is what they come back to."""
    if request.method != "POST":
        return redirect(url_for("accounts.sign_in", to=request.full_path.rstrip("?")))
    if keep_typed():
        return redirect(url_for("accounts.sign_in", kept="yes"), 303)
    return redirect(url_for("accounts.sign_in", to=request.path if _is_a_page() else None), 303)


def _is_a_page() -> bool:
    """Return whether the address that was sent to can also be looked at."""
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())


def _offer_form_again(_error: Exception) -> ResponseReturnValue:
    """Show what was sent, to be sent again: the page it was on had been open for too long to be sure it was ours."""
    if not current_user.is_authenticated and request.blueprint not in WITHOUT_AN_ACCOUNT:
        return redirect(url_for("accounts.sign_in", expired="yes"), 303)
    return render_template("errors/offered_again.html", path=request.path, typed=typed_in(request.form)), 400


def _tell_refusal(refused: StepRefused) -> ResponseReturnValue:
    db.session.rollback()
    status = next(status for kind, status in STATUS_OF_REFUSAL if isinstance(refused, kind))
    page = NOT_YOUR_ROLE if isinstance(refused, NotYourRole) else PAGES[status]
    return _page_of_a_case(page, status, refused.reasons)


def _tell_not_found(_error: CaseNotFound) -> ResponseReturnValue:
    db.session.rollback()
    return error_page(HTTPStatus.NOT_FOUND)


def _tell_moved_on(moved: CaseMovedOn) -> ResponseReturnValue:
    db.session.rollback()
    reasons = (f"Recorded meanwhile: {each.words()}." for each in moved.since)
    return _page_of_a_case(PAGES[HTTPStatus.CONFLICT], HTTPStatus.CONFLICT, reasons)


def _tell_damaged(_error: HistoryDamaged) -> ResponseReturnValue:
    db.session.rollback()
    return error_page(HTTPStatus.CONFLICT, (DAMAGED,))


def _tell(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    return error_page(error.code or 500)


def _tell_out_of_order(_error: Exception) -> ResponseReturnValue:
    """Answer a fault of ours, with a page that needs neither the database nor to know who is asking."""
    template = current_app.jinja_env.get_template("errors/out_of_order.html")
    return template.render(page=OUT_OF_ORDER, service_name=SERVICE_NAME), 500
