"""`vdbcourse reset`: remove what the course made and nothing else."""

import typer

from vdbcourse.engines import supervisor
from vdbcourse.errors import CourseError
from vdbcourse.installation import footprint


def run(yes: bool, progress: bool) -> None:
    """List what would go, ask, remove."""
    if supervisor.Lease().others():
        raise CourseError(
            "A lab is running and uses these engines. Stop it first (Ctrl-C in its terminal), then:"
            " ./course reset"
        )
    items = footprint.items(progress)
    if not items:
        footprint.leave_home()
        print("There is nothing to remove.")
        return
    print("This removes:")
    for item in items:
        print(f"- {item.what}")
    if not yes and not _agreed():
        print("Nothing was removed.")
        return
    footprint.remove(items)
    print("Removed.")


def _agreed() -> bool:
    """Ask for consent. Raises `CourseError` if nobody answers."""
    try:
        return typer.confirm("Remove all of it?")
    except typer.Abort as error:
        raise CourseError(
            "Nobody answered, so nothing was removed. To remove it without asking: ./course"
            " reset --yes"
        ) from error
