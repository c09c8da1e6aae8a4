"""`reviews rebuild`: write what is stored beside the histories anew, or only check it."""

import sys

import click


@click.command(name="rebuild")
@click.option("--check", is_flag=True, help="Change nothing: say of each case where it differs, and check its seals.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 16))
def command(*, check: bool, processes: int) -> None:
    """Recompute the state, deadlines and holds of every case from its history.

    With --check, exits with 1 if any case differs or a history is not as it was written.
    """
    from models.rebuild import differences, rebuild
    from webapp.running import application_address_in_use

    address = application_address_in_use()
    if not check:
        done = rebuild(address, processes=processes)
        click.echo(f"{done.cases} cases rebuilt, {done.changed} of them changed.")
        return
    found = 0
    for difference in differences(address):
        found += 1
        click.echo(f"{difference.reference}: {difference.words}")
    click.echo(f"{found} differences found." if found else "Every case is as its history says.")
    sys.exit(1 if found else 0)
