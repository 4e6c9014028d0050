"""The one error a learner is meant to read."""


class CourseError(Exception):
    """Something outside the learner's code is missing or wrong; the message says what, why, and the command that mends it.

    The command line prints the message alone and ends with exit code 2. A notebook shows the same line
    instead of a traceback through the course's own files.
    """

    exit_code = 2

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing a traceback.
        return [f"CourseError: {self}"]
