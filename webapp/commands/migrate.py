"""`reviews migrate`: bring the tables up to date."""

import click


@click.command(name="migrate")
@click.option("--to", "revision", default="head", show_default=True, help="The migration to go to, up or down.")
@click.option("--down", is_flag=True, help="Go down to it instead of up.")
def command(revision: str, *, down: bool) -> None:
    """Bring the tables up to date, as the owner of the tables."""
    from models import migrate
    from webapp.running import owner_address

    address = owner_address()
    if down:
        migrate.downgrade(address, revision)
    else:
        migrate.upgrade(address, revision)
    click.echo(f"The tables are at {migrate.current_revision(address) or 'nothing'}.")
