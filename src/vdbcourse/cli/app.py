"""The commands and their options; what each does is in the module of its name.

A command imports its module when it runs: together they take many seconds, and `--help` none.
"""

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from vdbcourse.cli.author import author, exercises, selftest
from vdbcourse.errors import CourseError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Learn vector databases on real PostgreSQL + pgvector and real Milvus, offline.",
)
app.add_typer(author, name="author")
app.command(hidden=True)(selftest)  # their names before `author` existed
app.command(hidden=True)(exercises)
PASS_ON = {
    "ignore_unknown_options": True,
    "allow_extra_args": True,
    "help_option_names": ["-h", "--help"],
}
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ENGINE]...", help="postgres, milvus-lite, milvus-standalone, milvus (Docker)"
    ),
]

COMPARED = (
    "pgvector, milvus, milvus-standalone, qdrant, weaviate, vespa, pinecone (default: all that"
    " are up)"
)
Seconds = Annotated[
    float,
    typer.Option(min=1, help="Time limit for all cells of a notebook; one cell may take half."),
]
Compared = Annotated[list[str] | None, typer.Argument(metavar="[ENGINE]...", help=COMPARED)]


def main() -> None:
    """Run the command line. What a learner can fix ends with one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a cp1252 or ASCII terminal loses a letter, not the result
    try:
        code = app(prog_name="./course", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code)
    except TyperException as error:  # a command or option that does not exist
        print(f"./course: {error.format_message().rstrip()} Help: ./course --help", file=sys.stderr)
        sys.exit(2)
    except CourseError as error:
        print(f"./course: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has exited, like `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # a disk, a permission or a path, not a bug in the course
        where = f"{error.filename}: " if error.filename else ""
        print(
            f"./course: {where}{error.strerror or error}. Check free space and permissions:"
            " ./course doctor",
            file=sys.stderr,
        )
        sys.exit(CourseError.exit_code)


def check_milvus_uri() -> None:
    """Raises `CourseError` if MILVUS_URI is not an address: pymilvus reads it on import and fails
    with a raw error.
    """
    from vdbcourse import settings
    from vdbcourse.engines import server_checks

    if uri := settings.milvus_uri():
        server_checks.milvus_address(uri)


@app.command(context_settings=PASS_ON)
def lab(context: typer.Context) -> None:
    """Start the engines and open JupyterLab; Ctrl-C stops both. Options go to JupyterLab:
    --no-browser, --port N.
    """
    from vdbcourse.cli.lab import run

    raise typer.Exit(run(context.args))


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run the whole test suite: the package, the engines and every notebook. Options go
    to pytest.
    """
    from vdbcourse.cli.test_suite import run

    raise typer.Exit(run(context.args))


@app.command()
def up(
    engines: Names = None,
    ui: Annotated[bool, typer.Option("--ui", help="Also the web UI of Milvus in Docker.")] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Also the statistics of pgvector in Docker.")
    ] = False,
    json: Json = False,
) -> None:
    """Start engines and wait until they answer (default: postgres and milvus-lite). Running engines
    are left alone.
    """
    from vdbcourse.cli.engines import up

    extras = [name for name, asked in (("ui", ui), ("metrics", metrics)) if asked]
    up(engines, extras, json)


@app.command()
def down(engines: Names = None, json: Json = False) -> None:
    """Stop engines (default: all that run here). Their data stays."""
    from vdbcourse.cli.engines import down

    down(engines, json)


@app.command()
def status(json: Json = False) -> None:
    """Show the state, version and address of every engine."""
    from vdbcourse.cli.engines import status

    status(json)


@app.command()
def bench(
    engines: Compared = None,
    rows: Annotated[
        int | None, typer.Option(help="Films to search in (default: all 17,472).")
    ] = None,
    queries: Annotated[int, typer.Option(help="Plots to search with.")] = 200,
    indexes: Annotated[
        bool,
        typer.Option("--indexes", help="Measure index types of one Milvus instead (24,000 texts)."),
    ] = False,
    json: Json = False,
) -> None:
    """Measure the same work on every engine that is up: recall, latency, build time and index
    size.
    """
    check_milvus_uri()
    from vdbcourse.cli.bench import bench, bench_indexes

    if indexes and engines:
        raise CourseError(
            "--indexes measures index types of one Milvus server, so it takes no engine names."
        )
    if indexes:
        bench_indexes(rows, queries, json)
    else:
        bench(engines, rows, queries, json)


@app.command()
def docs(
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help="Show the site on 127.0.0.1 and build it again when a source changes."
        ),
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of --serve.")] = 8000,
    audit: Annotated[
        bool, typer.Option("--audit", help="Let Lighthouse measure the site (needs Node.js).")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to build into (default: site/).")] = None,
) -> None:
    """Build the site from notebooks, facts, glossary and quiz; an error names its file and line."""
    from vdbcourse.cli.docs import run

    if serve and (audit or out):
        raise CourseError(
            "--serve builds in its own folder, so it takes neither --out nor --audit."
        )
    run(out, f"127.0.0.1:{port}" if serve else None, audit)


@app.command()
def doctor(json: Json = False) -> None:
    """Check everything the course needs on this machine; each problem comes with the command that
    fixes it.
    """
    from vdbcourse.cli.doctor import run

    raise typer.Exit(run(json))


@app.command()
def progress(json: Json = False) -> None:
    """Show which lessons and exercises are done; the file stays on this machine."""
    from vdbcourse.cli.progress import show

    show(json)


@app.command()
def check(
    notebook: Annotated[
        Path,
        typer.Argument(metavar="NOTEBOOK", help="An exercise notebook, whatever its name."),
    ],
    seconds: Seconds = 300,
    json: Json = False,
) -> None:
    """Run an exercise notebook in a fresh process and check its tasks on data it has not seen."""
    check_milvus_uri()
    from vdbcourse.cli.check import run
    from vdbcourse.grading.sandbox.limits import Limits

    raise typer.Exit(run(notebook, Limits(seconds=seconds), json))


@app.command()
def grade(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Holds a folder or a file for each learner."),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for results and reports.")
    ],
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Notebooks at a time.")] = min(
        8, os.cpu_count() or 1
    ),
    seconds: Seconds = 180,
    memory: Annotated[float, typer.Option(min=0.5, help="GB of memory for one notebook.")] = 4,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run the notebooks with your own permissions.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Seed of the hidden data, to repeat a run (default: random)."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also grade what an earlier run into DIR graded.")
    ] = False,
) -> None:
    """Grade a class, each notebook in a sandbox, and write CSV, JSON and pages. If a learner has
    several files, the last saved counts.
    """
    check_milvus_uri()
    from vdbcourse.cli.grade import run
    from vdbcourse.grading.classroom.batch import Options
    from vdbcourse.grading.sandbox.limits import Limits

    raise typer.Exit(
        run(
            folder,
            out,
            Options(jobs, Limits(seconds=seconds, memory=memory), not no_sandbox, seed, again),
        )
    )


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    progress: Annotated[
        bool, typer.Option("--progress", help="Also forget which lessons and exercises are done.")
    ] = False,
) -> None:
    """Remove what the course made (databases, schemas, collections, caches, logs) and nothing else,
    after asking.
    """
    from vdbcourse.cli.reset import run

    run(yes, progress)
