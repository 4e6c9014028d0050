"""The one error a learner is meant to read."""

from vdbcourse.masking import without_secrets


class CourseError(Exception):
    """Something outside the learner's code is missing or wrong; the message says what, why, and the
    command that fixes it.

    The command line prints the message alone and ends with exit code 2. A notebook shows the same
    line instead of a traceback through the course's own files. Passwords and keys in the message
    are masked.
    """

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(without_secrets(message))

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing a traceback.
        return [f"CourseError: {self}"]
