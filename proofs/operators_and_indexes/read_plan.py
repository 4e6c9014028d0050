"""Answers that prove the check of `read_plan` in exercise 11_operators_and_indexes."""

from vdbcourse.authoring.proof.answers import right, wrong


def all_steps(plan):
    """The plan and all steps inside it."""
    return [plan, *(inner for step in plan.get("Plans", []) for inner in all_steps(step))]


def removed_in(steps):
    """Rows that their filters removed."""
    return sum(step.get("Rows Removed by Filter", 0) for step in steps)


def index_in(steps):
    """The first index."""
    return next((step["Index Name"] for step in steps if "Index Name" in step), None)


@wrong("the outermost step", says="The outermost step is LIMIT")
def read_plan(plan):
    return plan.get("Index Name"), plan.get("Rows Removed by Filter", 0)


@wrong("keys that may be missing", says="KeyError")
def read_plan(plan):
    step = plan
    while "Plans" in step:
        step = step["Plans"][0]
    return step["Index Name"], step["Rows Removed by Filter"]


@wrong("the innermost step alone", says="look into every step, not the innermost only")
def read_plan(plan):
    step = plan
    while "Plans" in step:
        step = step["Plans"][0]
    return step.get("Index Name"), step.get("Rows Removed by Filter", 0)


@wrong("the first branch alone", says="not only `Plans[0]`")
def read_plan(plan):
    steps = [plan]
    while "Plans" in steps[-1]:
        steps.append(steps[-1]["Plans"][0])
    return index_in(steps), removed_in(steps)


@wrong("the last branch alone", says="The other branch of the join")
def read_plan(plan):
    steps = [plan]
    while "Plans" in steps[-1]:
        steps.append(steps[-1]["Plans"][-1])
    return index_in(steps), removed_in(steps)


@wrong("Index Scan alone", says="Do not look at the type of the step")
def read_plan(plan):
    steps = all_steps(plan)
    scans = [step for step in steps if step["Node Type"] == "Index Scan"]
    return index_in(scans), removed_in(steps)


@wrong("everything removed counted", says="is not the work of a filter")
def read_plan(plan):
    steps = all_steps(plan)
    removed = sum(n for step in steps for key, n in step.items() if key.startswith("Rows Removed"))
    return index_in(steps), removed


@wrong("the table in place of an index", says="`film` is the table")
def read_plan(plan):
    steps = all_steps(plan)
    table = next((step["Relation Name"] for step in steps if "Relation Name" in step), None)
    return index_in(steps) or table, removed_in(steps)


@wrong("the last step's index", says="forgotten when the next branch had none")
def read_plan(plan):
    index = plan.get("Index Name")
    for step in plan.get("Plans", []):
        index = read_plan(step)[0]
    return index, removed_in(all_steps(plan))


@wrong("the filter ignored", says="The filter removed rows")
def read_plan(plan):
    return index_in(all_steps(plan)), 0


@right("a list of steps still to visit")
def read_plan(plan):
    waiting, index, removed = [plan], None, 0
    while waiting:
        step = waiting.pop()
        index = step.get("Index Name", index)
        removed += step.get("Rows Removed by Filter", 0)
        waiting += step.get("Plans", [])
    return [index, removed]


@right("all steps first")
def read_plan(plan):
    return index_in(all_steps(plan)), removed_in(all_steps(plan))
