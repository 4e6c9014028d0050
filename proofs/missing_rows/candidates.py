"""Answers that prove the check of `candidates` in exercise 10_missing_rows."""

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

from .shared import COUNT, NEAREST, plain, values_of


def outermost(conn, question, decade, k):
    """The outermost step of the plan."""
    explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + NEAREST
    return conn.execute(explain, values_of(question, decade, k)).fetchone()[0][0]["Plan"]


def innermost(conn, question, decade, k):
    """The innermost step of the plan."""
    step = outermost(conn, question, decade, k)
    while "Plans" in step:
        step = step["Plans"][0]
    return step


@wrong("the planner's estimate", says="`Plan Rows` is what the planner expected")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    return step["Plan Rows"], step["Rows Removed by Filter"]


@wrong("EXPLAIN without ANALYZE", says="KeyError")
def candidates(conn, question, decade, k):
    step = conn.execute(
        "EXPLAIN (FORMAT JSON) " + NEAREST, values_of(question, decade, k)
    ).fetchone()[0][0]["Plan"]
    while "Plans" in step:
        step = step["Plans"][0]
    return step["Actual Rows"], step["Rows Removed by Filter"]


@wrong("the outermost step", says="it filters nothing")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, k)
    return step["Actual Rows"], step.get("Rows Removed by Filter", 0)


@wrong("only one step inwards", says="there is a sort below LIMIT")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, k)["Plans"][0]
    return step["Actual Rows"], step.get("Rows Removed by Filter", 0)


@wrong("40 minus what passed", says="40 is the number of candidates")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return passed, 40 - passed


@wrong("40 minus what passed, for an index scan", says="a scan stops when LIMIT is filled")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    passed = int(step["Actual Rows"])
    return passed, (
        40 - passed if step["Node Type"] == "Index Scan" else step["Rows Removed by Filter"]
    )


@wrong("all other films removed", says="did not read every film")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return passed, conn.execute("SELECT count(*) FROM film").fetchone()[0] - passed


@wrong("films of the decade that were not returned", says="never read")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return passed, conn.execute(COUNT, [decade]).fetchone()[0] - passed


@wrong("swapped", says="are swapped")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    return step["Rows Removed by Filter"], step["Actual Rows"]


@wrong("all candidates as the second number", says="Those are all candidates")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    return step["Actual Rows"], step["Actual Rows"] + step["Rows Removed by Filter"]


@wrong("rows of the outermost step, filter of the innermost", says="Ten is what LIMIT")
def candidates(conn, question, decade, k):
    passed = outermost(conn, question, decade, k)["Actual Rows"]
    return passed, innermost(conn, question, decade, k)["Rows Removed by Filter"]


@wrong("rows of all steps added up", says="adds up what several steps returned")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, k)
    passed = step["Actual Rows"]
    while "Plans" in step:
        step = step["Plans"][0]
        passed += step["Actual Rows"]
    return passed, step["Rows Removed by Filter"]


@wrong("LIMIT left out", says="with its ORDER BY and its LIMIT")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, 2_000)
    while "Plans" in step:
        step = step["Plans"][0]
    return step["Actual Rows"], step["Rows Removed by Filter"]


@wrong("the index forced", says="the numbers of an index scan")
def candidates(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off")
        step = innermost(conn, question, decade, k)
    return step["Actual Rows"], step["Rows Removed by Filter"]


@wrong("the number requested", says="Ten is the number requested")
def candidates(conn, question, decade, k):
    return k, innermost(conn, question, decade, k)["Rows Removed by Filter"]


@wrong("all films that do not pass", says="would remove from the whole table")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return (
        passed,
        conn.execute("SELECT count(*) FROM film WHERE decade <> %s", [decade]).fetchone()[0],
    )


@right("the plan as text")
def candidates(conn, question, decade, k):
    lines = [
        line
        for (line,) in conn.execute("EXPLAIN (ANALYZE) " + NEAREST, values_of(question, decade, k))
    ]
    scan = [line for line in lines if " on film " in line][-1]
    removed = [line.split(":")[1] for line in lines if "Rows Removed by Filter" in line] or ["0"]
    return int(float(scan.rpartition("rows=")[2].split()[0])), int(removed[0])


@right("recursion, an array")
def candidates(conn, question, decade, k):
    def deepest(step):
        return deepest(step["Plans"][0]) if step.get("Plans") else step

    step = deepest(outermost(conn, question, decade, k))
    return np.array([step["Actual Rows"], step["Rows Removed by Filter"]])


one_inside = "Each step of these plans has at most one step inside it."


equivalent('step = step["Plans"][0] -> step = step["Plans"][-1]', reason=one_inside)


equivalent(
    'step = explained[0]["Plan"] -> step = explained[-1]["Plan"]',
    reason="A plan of one query is a list of one.",
)
