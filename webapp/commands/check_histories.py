"""`reviews check-histories`: verify that the record is whole."""

import sys

import click


@click.command(name="check-histories")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 16))
def command(processes: int) -> None:
    """Verify the seals of every history and of the audit, and what is stored beside the histories.

    Changes nothing. Exits with 1 if anything is not as it was written.
    """
    from models.audit import broken_links
    from models.queries.integrity import findings
    from webapp.running import application_address_in_use, sessions_in_use

    found = 0
    for finding in findings(application_address_in_use(), processes=processes):
        found += 1
        click.echo(f"{finding.reference}: {finding.words}")
    with sessions_in_use() as sessions, sessions() as session:
        broken = broken_links(session)
    for link in broken:
        click.echo(f"audit {link.chain}, entry {link.position}: {link.because}")
    total = found + len(broken)
    click.echo(f"{total} things are not as they were written." if total else "Every history is as it was written.")
    sys.exit(1 if total else 0)
