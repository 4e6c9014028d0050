"""Choose an engine: your needs in, engines ruled out or ranked by rules that rest on the facts,
every reason with its facts.

    answer = chooser.choose(chooser.Needs(vectors=1_000_000, dimensions=768, transactions=True))
    answer                      the recommendation, the points of each engine, when to reconsider
    answer.why("pgvector")      each rule for this engine, with the facts, their sources and dates
    chooser.SCENARIOS           needs of six typical teams
    chooser.form()              the same as a form in JupyterLab

Nothing here measures or guesses speed; where the facts do not decide, the answer is a tie.
"""

from typing import TYPE_CHECKING

from vdbcourse.choosers.engine_chooser.needs import Memory, Needs
from vdbcourse.choosers.engine_chooser.ranking import Assessment, Change, Reason
from vdbcourse.choosers.engine_chooser.recommendation import Recommendation, choose
from vdbcourse.choosers.engine_chooser.rules import RULES, Rule
from vdbcourse.choosers.engine_chooser.scenarios import SCENARIOS, Scenario

if TYPE_CHECKING:
    from vdbcourse.choosers.engine_chooser.widget import Form

__all__ = [
    "RULES",
    "SCENARIOS",
    "Assessment",
    "Change",
    "Memory",
    "Needs",
    "Reason",
    "Recommendation",
    "Rule",
    "Scenario",
    "choose",
    "form",
]


def form() -> "Form":
    """A form over `choose`: every change of a field shows the new answer below. Needs a running
    kernel.
    """
    # ipywidgets takes half a second, and only the form needs it
    from vdbcourse.choosers.engine_chooser.widget import Form  # noqa: PLC0415

    return Form()
