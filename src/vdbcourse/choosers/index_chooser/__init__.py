"""Choose an index type of Milvus: needs in, types ruled out or ranked by rules, each with its
reason and its source.

    answer = index_chooser.choose(rows=5_000_000, dimensions=768, memory_gb=8, recall=0.9)
    answer                     the recommendation with its parameters and memory, what is ruled
                               out, when to reconsider
    answer.why("IVF_SQ8")      each rule for this type, with its source
    index_chooser.form()       the same as a form in JupyterLab

Memory is computed by `vdbcourse.sizing`. Which recall a setting reaches was measured on one
collection (lesson 3_milvus/07): take the parameters as a start, and measure on your own data.
"""

from typing import TYPE_CHECKING

from vdbcourse.choosers.index_chooser.candidates import Candidate, candidates
from vdbcourse.choosers.index_chooser.needs import Needs
from vdbcourse.choosers.index_chooser.ranking import Assessment, Change, Reason
from vdbcourse.choosers.index_chooser.recommendation import Recommendation, choose
from vdbcourse.choosers.index_chooser.rules import RULES, Rule

if TYPE_CHECKING:
    from vdbcourse.choosers.index_chooser.widget import Form

__all__ = [
    "RULES",
    "Assessment",
    "Candidate",
    "Change",
    "Needs",
    "Reason",
    "Recommendation",
    "Rule",
    "candidates",
    "choose",
    "form",
]


def form() -> "Form":
    """A form over `choose`: every change of a field shows the new answer below. Needs a running
    kernel.
    """
    # ipywidgets takes half a second, and only the form needs it
    from vdbcourse.choosers.index_chooser.widget import Form  # noqa: PLC0415

    return Form()
