"""The command `reviews`. Each of its commands is a file in `webapp.commands`, imported only when it is run."""

import importlib
import pkgutil

import click

from webapp import commands


class Commands(click.Group):
    """Finds a command by the name of its file, so that starting one does not import what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        own = [each.name.replace("_", "-") for each in pkgutil.iter_modules(commands.__path__)]
        return sorted({*own, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=Commands, help="Serious case reviews and child death reviews.")
def main() -> None:
    """Run one of the commands."""


if __name__ == "__main__":
    main()
