"""Questions. Texts may hold `code` in backticks and *emphasis* in asterisks, and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An answer to choose, whether it is right, and why it is or is not."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question on one lesson: `right` of its options are right; `listing` is an output or code to
    read, or empty.
    """

    id: str
    lesson: str
    question: str
    right: int
    options: tuple[Option, ...]
    listing: str = ""
    b01: bool = False  # one of the six that sum the course up

    @property
    def chapter(self) -> str:
        """The chapter of its lesson: 1_concepts."""
        return self.lesson.partition("/")[0]
