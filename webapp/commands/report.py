"""`reviews report`: figures for a board, under fixed keys or as rows."""

import sys
from datetime import date
from typing import IO, Any

import click

FORMATS = ("json", "csv", "xlsx")


class Day(click.ParamType[date]):
    """A day written as 2018-05-01."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail("write a day as 2018-05-01", param, ctx)


@click.group(name="report")
def command() -> None:
    """Print a report for a board."""


@command.command(name="child-deaths")
@click.option("--board", required=True, help="The board, or a panel for all the boards it serves.")
@click.option("--year", required=True, help="A financial year, as 2017-18 or 2017/18.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option("--known-at", type=Day(), help="Leave out what was recorded after this day.")
@click.option(
    "--scheme",
    default="as_they_are",
    show_default=True,
    help="How small numbers are guarded: as_they_are for the board itself; local, dfe, nhs or ons otherwise.",
)
@click.option("--output", type=click.File("wb"), default="-", help="The file to write, instead of printing.")
def child_deaths(
    board: str, year: str, form: str, known_at: date | None, scheme: str, output: IO[bytes]
) -> None:  # fmt: skip
    """Print a financial year's figures of child deaths, as at its last day.

    Exits with 2 where there is no such board, year or scheme.
    """
    from webapp.moved_clock import clock_in_use
    from webapp.reporting import NotReportable, child_deaths_report
    from webapp.running import sessions_in_use

    try:
        with sessions_in_use() as sessions, sessions() as session:
            now = clock_in_use(sessions)()
            report = child_deaths_report(session, board, year, now=now, known_on=known_at, scheme=scheme)
    except NotReportable as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
    if form == "xlsx":
        output.write(report.as_workbook())
    else:
        output.write((f"{report.as_json()}\n" if form == "json" else report.as_csv()).encode())
