"""The grader. The checks of an exercise import what they need from here (see `checks`):

from vdbcourse.grading import Answer, Data, check

@check("recall_at_k")
def check_recall_at_k(recall_at_k: Answer, data: Data) -> None:
    recall_at_k([3, 1, 2], [1, 2, 3], 3).equals(1.0, "The order does not count.")
"""

from vdbcourse.grading.calls.codec import Handle, Opaque
from vdbcourse.grading.checks.answer import Answer
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.checks.failure_messages import NotYet
from vdbcourse.grading.checks.films import Films
from vdbcourse.grading.checks.fixtures_milvus import Field, Milvus, integer, text
from vdbcourse.grading.checks.fixtures_postgres import FILM_COLUMNS, Postgres
from vdbcourse.grading.checks.postgres_session import Session
from vdbcourse.grading.checks.reply import Reply, alike, is_number, kind_of, overlap
from vdbcourse.grading.checks.rounding import rounded
from vdbcourse.grading.manifest import check
from vdbcourse.grading.result import Status

__all__ = [
    "FILM_COLUMNS",
    "Answer",
    "Data",
    "Field",
    "Films",
    "Handle",
    "Milvus",
    "NotYet",
    "Opaque",
    "Postgres",
    "Reply",
    "Session",
    "Status",
    "alike",
    "check",
    "integer",
    "is_number",
    "kind_of",
    "overlap",
    "rounded",
    "text",
]
