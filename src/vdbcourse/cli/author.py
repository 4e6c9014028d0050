"""`vdbcourse author ...`: the commands of course authors."""

import os
from pathlib import Path
from typing import Annotated

import typer

author = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=("For course authors: prove exercises, store notebooks, check claims, write the lock."),
)
PASS_ON = {
    "ignore_unknown_options": True,
    "allow_extra_args": True,
    "help_option_names": ["-h", "--help"],
}
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit code 1 if a file is not up to date.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Default: all.")]
Exercises = Annotated[
    list[str] | None,
    typer.Argument(metavar="[EXERCISE]...", help="07_evaluation, ... (default: all)"),
]


@author.command()
def selftest(
    exercises: Exercises = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at a time.")] = min(
        4, os.cpu_count() or 1
    ),
    json: Json = False,
) -> None:
    """Prove the checks of the exercises: solutions and other right answers pass, wrong ones and
    mutants do not.
    """
    from vdbcourse.cli.author_selftest import run

    raise typer.Exit(run(exercises, jobs, json))


@author.command()
def exercises(check: Check = False) -> None:
    """Generate the notebooks of exercises/ from their masters in solutions/."""
    from vdbcourse.cli.author_exercises import run

    raise typer.Exit(run(check))


@author.command()
def glossary(check: Check = False) -> None:
    """Generate chapters/glossary.md from the terms of the glossary."""
    from vdbcourse.cli.author_glossary import run

    raise typer.Exit(run(check))


@author.command()
def architecture(check: Check = False) -> None:
    """Write the rooms and their order into docs/architecture.md."""
    from vdbcourse.cli.author_architecture import run

    raise typer.Exit(run(check))


@author.command()
def store(notebooks: Files = None) -> None:
    """Run notebooks of chapters/ and solutions/ in a fresh kernel and store their outputs."""
    from vdbcourse.authoring.stored_notebooks import run

    run(notebooks or [])


@author.command()
def claims(files: Files = None) -> None:
    """Look for figures without a source and for phrases known to be false; exit code 1 if there are
    any.
    """
    from vdbcourse.authoring.claims import run

    raise typer.Exit(run(files or []))


@author.command("spot-check")
def spot_check(
    seed: Annotated[int | None, typer.Option(help="Seed that selects the sentences.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Number of sentences.")] = 40,
    log: Annotated[bool, typer.Option("--log", help="Show the verdicts so far.")] = False,
) -> None:
    """Draw sentences of the course, each with its evidence, for a person to judge."""
    from vdbcourse.authoring.spot_check import run

    raise typer.Exit(run(seed, count, log))


@author.command()
def embed() -> None:
    """Embed the texts of all notebooks at once, so that no kernel needs to load the model."""
    from vdbcourse.authoring.embed_texts import run

    run()


@author.command(context_settings=PASS_ON)
def lock(context: typer.Context) -> None:
    """Write constraints.txt from pyproject.toml (needs the package index). Options go to uv:
    --upgrade-package NAME.
    """
    from vdbcourse.authoring.lock import run

    run(context.args)
