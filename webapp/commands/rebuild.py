"""`reviews rebuild`: write what is stored beside the histories anew, or only compare it."""

import sys

import click


@click.command(name="rebuild")
@click.option("--check", is_flag=True, help="Change nothing: say of each case where it differs.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 16))
def command(*, check: bool, processes: int) -> None:
    """Recompute the state, deadlines and holds of every case from its history.

    With --check, exits with 1 if any case differs.
    """
    from webapp.running import application_address_in_use, sessions_in_use

    address = application_address_in_use()
    if check:
        sys.exit(_compare(address, processes))
    from models.rebuild import rebuild
    from webapp.moved_clock import clock_in_use

    with sessions_in_use() as sessions:
        now = clock_in_use(sessions)()
    done = rebuild(address, now=now, processes=processes)
    click.echo(f"{done.cases} cases gone through. {done.changed} were not as their histories say, and are now.")
    for reference in done.damaged:
        click.echo(f"{reference}: the history cannot be read, so it was left. Ask: reviews check-histories", err=True)
    sys.exit(1 if done.damaged else 0)


def _compare(address: str, processes: int) -> int:
    from models.queries.integrity import findings

    found = 0
    for finding in findings(address, histories=False, processes=processes):
        found += 1
        click.echo(f"{finding.reference}: {finding.words}")
    mend = f"{found} differences found. Mend them with: reviews rebuild"
    click.echo(mend if found else "Every case is as it should be.")
    return 1 if found else 0
