"""The reference page of each kind of review under each edition: what can happen, who records it, which dates follow."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from webapp.access import signed_in
from workflows import registry
from workflows.diagram import diagram_svg, from_anywhere, in_words
from workflows.errors import UnknownWorkflow
from workflows.reference import reference as reference_to

reference = Blueprint("reference", __name__, url_prefix="/reference")


@reference.route("")
@signed_in
def show_all() -> ResponseReturnValue:
    return render_template("reference/all.html", workflows=registry.workflows().values())


@reference.route("/<workflow_key>/<regime_key>")
@signed_in
def show(workflow_key: str, regime_key: str) -> ResponseReturnValue:
    try:
        procedure = registry.procedure(workflow_key, regime_key)
    except (UnknownWorkflow, KeyError):
        abort(404)
    return render_template(
        "reference/show.html",
        page=reference_to(procedure),
        workflow=registry.workflow(workflow_key),
        diagram=Markup(diagram_svg(procedure)),  # noqa: S704 - it escapes its own words
        ways=in_words(procedure),
        from_anywhere=from_anywhere(procedure),
    )
