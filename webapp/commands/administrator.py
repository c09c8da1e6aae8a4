"""`reviews administrator`: let in whoever administers accounts, where nobody can on the pages."""

import sys

import click


@click.command(name="administrator")
@click.argument("name")
@click.argument("email")
def command(name: str, email: str) -> None:
    """Let NAME sign in with EMAIL and administer accounts, and print a first password for them.

    For the first account of a new database, and for an administrator who cannot sign in any more. While anybody else
    administers accounts, they do it on the pages and this exits with 1.
    """
    from models.administration import AdministratorThere, let_an_administrator_in
    from webapp.admin.forms import is_an_address, password_to_hand_over
    from webapp.moved_clock import clock_in_use
    from webapp.running import sessions_in_use

    if not name.strip() or not is_an_address(email):
        raise click.UsageError("Give a full name, and an e-mail address such as name@example.org")
    password = password_to_hand_over()
    try:
        with sessions_in_use() as sessions, sessions.begin() as session:
            now = clock_in_use(sessions)()
            person = let_an_administrator_in(session, name.strip(), email, password, now)
            address = person.email
    except AdministratorThere:
        click.echo("Somebody administers accounts already. Ask them: they open others, and give passwords.", err=True)
        sys.exit(1)
    click.echo(f"{address} can sign in with the password {password}")
    click.echo("Nobody is told it but by you. They are asked to choose their own.")
