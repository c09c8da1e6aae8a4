"""Opening and revoking one’s own calendar feed, and the feed, which needs its address and no signing in."""

from math import ceil

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.calendar_feed import TooSoon, feed_of, open_feed, read_feed, revoke_feed
from webapp import clock
from webapp.access import current_person, public, signed_in
from webapp.calendar_feed.quiet import keep_out_of_logs
from webapp.calendar_feed.written import written
from webapp.database import db
from webapp.wording import SERVICE_NAME

calendar_feed = Blueprint("calendar_feed", __name__)
calendar_feed.record(keep_out_of_logs)


@calendar_feed.route("/account/calendar")
@signed_in
def show() -> ResponseReturnValue:
    return render_template("calendar_feed/show.html", feed=feed_of(db.session, current_person().id))


@calendar_feed.route("/account/calendar/open", methods=["POST"])
@signed_in
def open_() -> ResponseReturnValue:
    """Show the address, this once: what is kept cannot be turned back into it."""
    token = open_feed(db.session, current_person(), clock.now())
    db.session.commit()
    address = url_for(".feed", token=token, _external=True)
    return render_template("calendar_feed/opened.html", address=address)


@calendar_feed.route("/account/calendar/revoke", methods=["POST"])
@signed_in
def revoke() -> ResponseReturnValue:
    revoke_feed(db.session, current_person(), clock.now())
    db.session.commit()
    flash("Nothing is given at the old address any more. Take it out of your calendar program.", "done")
    return redirect(url_for(".show"), 303)


@calendar_feed.route("/calendar/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """Answer an address that opens nothing, or nothing any more, as one that never was."""
    entries = read_feed(db.session, token, clock.now(), clock.today())
    if entries is None:
        abort(404)
    if isinstance(entries, TooSoon):
        wait = ceil(entries.wait.total_seconds())
        words = f"Ask again in {wait} seconds."
        return Response(words, status=429, headers={"Retry-After": str(wait)}, mimetype="text/plain")
    calendar = written(entries, SERVICE_NAME, request.url_root.rstrip("/"))
    db.session.commit()
    return Response(calendar, mimetype="text/calendar")
