"""The index chooser: every rule, needs that cannot be, what is shown, and its promises against the
real Milvus server.
"""

import math
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from pymilvus import MilvusClient

from vdbcourse import engines, sizing
from vdbcourse.bench import indexes
from vdbcourse.bench.indexes import Kind
from vdbcourse.choosers import index_chooser
from vdbcourse.choosers.index_chooser import (
    RULES,
    Needs,
    candidates,
    choose,
    display,
    recommendation,
)
from vdbcourse.errors import CourseError
from vdbcourse.facts import Source, milvus_indexes

MILLION = Needs(rows=1_000_000)

# For each rule: needs that call for it, needs that do not (None: it is always asked), and the types
# that meet it.
ALL = {"FLAT", "HNSW", "HNSW_SQ", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "SCANN", "DISKANN"}
LISTS = {"IVF_FLAT", "IVF_SQ8", "IVF_PQ", "SCANN"}
EXPECTED = {
    "deployment": (replace(MILLION, deployment="course"), None, ALL - {"HNSW_SQ", "DISKANN"}),
    "memory": (replace(MILLION, memory_gb=0.7), None, {"HNSW_SQ", "IVF_SQ8", "IVF_PQ", "DISKANN"}),
    "recall": (replace(MILLION, recall=0.975), None, {"FLAT", "HNSW", "IVF_FLAT", "SCANN"}),
    "parameters": (replace(MILLION, dimensions=769), None, ALL - {"IVF_PQ"}),
    "unindexed": (replace(MILLION, rows=1_023), replace(MILLION, rows=1_024), {"FLAT"}),
    "few": (replace(MILLION, rows=10_000), replace(MILLION, rows=10_001), {"FLAT"}),
    "graph": (MILLION, replace(MILLION, share_kept_by_filter=0.15), {"HNSW", "HNSW_SQ", "DISKANN"}),
    "much-filtered": (
        replace(MILLION, share_kept_by_filter=0.15),
        replace(MILLION, share_kept_by_filter=0.16),
        LISTS,
    ),
    "nearly-all-filtered": (
        replace(MILLION, share_kept_by_filter=0.049),
        replace(MILLION, share_kept_by_filter=0.05),
        {"FLAT"},
    ),
    "many-hits": (replace(MILLION, k=2_001), replace(MILLION, k=2_000), LISTS),
    "very-high-recall": (replace(MILLION, recall=0.991), replace(MILLION, recall=0.99), {"FLAT"}),
    "codes": (
        replace(MILLION, memory_gb=1.5),
        replace(MILLION, memory_gb=1.6),
        {"HNSW_SQ", "IVF_SQ8", "IVF_PQ", "DISKANN"},
    ),
    "disk": (replace(MILLION, memory_gb=0.4), replace(MILLION, memory_gb=0.38), {"DISKANN"}),
    "quick-build": (MILLION, None, ALL - {"IVF_PQ", "SCANN", "DISKANN"}),
    "built-often": (
        replace(MILLION, replaced_a_day=0.1),
        replace(MILLION, replaced_a_day=0.09),
        ALL - {"IVF_PQ", "SCANN", "DISKANN"},
    ),
    "one-look": (MILLION, None, ALL - {"IVF_PQ", "SCANN"}),
    "whole-vectors": (MILLION, None, {"FLAT", "HNSW", "IVF_FLAT"}),
}


def said(needs, rule, rules=RULES):
    """What the rule says of each type; empty if it is not asked."""
    assessments = recommendation.ranked(needs, tuple(rules)).assessments
    return {
        one.index_type: reason
        for one in assessments
        for reason in one.reasons
        if reason.rule.key == rule
    }


# ---- every rule


def test_every_rule_has_a_case():
    assert [rule.key for rule in RULES] == list(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED)
def test_a_rule_is_met_by_these_types(key):
    found = said(EXPECTED[key][0], key)
    assert set(found) == ALL
    assert {name for name, reason in found.items() if reason.holds} == EXPECTED[key][2]


@pytest.mark.parametrize("key", [key for key in EXPECTED if EXPECTED[key][1]])
def test_a_rule_is_not_asked_without_need(key):
    assert said(EXPECTED[key][1], key) == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_decides(rule):
    """A condition rules out who fails it; the others add their weight."""
    needs = EXPECTED[rule.key][0]
    with_it = {one.index_type: one for one in recommendation.ranked(needs, RULES).assessments}
    without = {
        one.index_type: one
        for one in recommendation.ranked(
            needs, tuple(one for one in RULES if one is not rule)
        ).assessments
    }
    for name, reason in said(needs, rule.key).items():
        assert with_it[name].points - without[name].points == (rule.weight if reason.holds else 0)
        if rule.weight == 0 and reason.holds is False:
            assert with_it[name].ruled_out


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_names_its_source_and_day(rule):
    text = display.origin_text(rule.origin)
    assert re.search(r"2026-11-21$", text)
    assert "https://milvus.io/docs/" in text or "measured on Milvus 2.3.5" in text


def test_what_was_not_measured_is_unknown():
    assert said(MILLION, "recall")["DISKANN"].holds is None
    answer = choose(rows=10_000_000, memory_gb=4)
    assert answer.index_type == "DISKANN"
    assert "Not measured here, so try first: that it reached the recall you ask for." in re.sub(
        r"\s+", " ", repr(answer)
    )


# ---- answers


@pytest.mark.parametrize(
    ("needs", "index_type"),
    [
        ({}, "HNSW"),
        ({"memory_gb": 1.2}, "HNSW_SQ"),
        ({"memory_gb": 0.5}, "IVF_SQ8"),
        ({"memory_gb": 1.2, "deployment": "course"}, "IVF_SQ8"),
        ({"memory_gb": 0.1, "recall": 0.8}, "IVF_PQ"),
        ({"share_kept_by_filter": 0.1}, "IVF_FLAT"),
        ({"share_kept_by_filter": 0.01}, "FLAT"),
        ({"rows": 900}, "FLAT"),
        ({"rows": 5_000}, "FLAT"),
        ({"k": 3_000}, "IVF_FLAT"),
        ({"recall": 0.995}, "FLAT"),
        ({"memory_gb": 0.5, "deployment": "lite"}, "IVF_SQ8"),
        ({"memory_gb": 1.8, "replaced_a_day": 0.05}, "HNSW"),
        ({"memory_gb": 1.8, "replaced_a_day": 0.5}, "HNSW_SQ"),
    ],
    ids=str,
)
def test_needs_get_their_index(needs, index_type):
    assert choose(**{"rows": 1_000_000, **needs}).index_type == index_type


@pytest.mark.parametrize("recall", [0.5, 0.8, 0.9, 0.95, 0.97, 1.0])
def test_more_recall_never_takes_less_effort(recall):
    less, more = (
        candidates(replace(MILLION, recall=recall * 0.9)),
        candidates(replace(MILLION, recall=recall)),
    )
    for before, after in zip(less, more, strict=True):
        assert all(before.search[name] <= value for name, value in after.search.items())


@pytest.mark.parametrize("dimensions", [2, 100, 384, 768, 1_536, 3_072])
def test_parameters_are_possible(dimensions):
    for one in candidates(Needs(rows=50_000, dimensions=dimensions)):
        if "m" in one.build and one.possible:
            assert dimensions % one.build["m"] == 0
        if "nprobe" in one.search:
            assert 1 <= one.search["nprobe"] <= one.build["nlist"] <= 65_536
        if "ef" in one.search:
            assert one.search["ef"] >= 10


def test_the_memory_is_the_estimate_of_sizing():
    by_type = {one.index_type: one for one in candidates(MILLION)}
    assert by_type["HNSW"].memory_bytes == sizing.estimate("HNSW", 1_000_000, 384, m=16)
    assert by_type["FLAT"].memory_bytes == MILLION.raw_bytes


@pytest.mark.parametrize(
    "needs", [MILLION, replace(MILLION, memory_gb=0.45, recall=0.9)], ids=["much", "little"]
)
def test_a_reconsidered_need_turns_the_choice(needs):
    answer = choose(needs)
    assert answer.reconsider
    for change in answer.reconsider:
        assert change.index_type != answer.index_type
        if change.index_type is None:
            with pytest.raises(CourseError):
                choose(change.needs)
        else:
            assert choose(change.needs).index_type == change.index_type
        assert change.text in re.sub(r"\s+", " ", repr(answer))


def test_the_answer_says_parameters_memory_and_what_is_ruled_out():
    text = re.sub(r"\s+", " ", repr(choose(rows=1_000_000, memory_gb=0.5, recall=0.9)))
    assert text.startswith(
        "Recommendation: IVF_SQ8, nlist=2365; search with nprobe=1183, about 402.9 MB. Next:"
        " IVF_PQ."
    )
    assert (
        "1,000,000 rows x 384 dimensions x 4 bytes = 1.54 GB of vectors, in 0.5 GB, recall@10"
        " of 0.9" in text
    )
    assert "HNSW: ruled out, 1.68 GB; not met: fits into the memory you give it" in text
    assert "Measure on your own data" in text
    assert "https://milvus.io/docs/index-explained.md, read 2026-11-21" in text


def test_the_page_is_a_table_and_the_full_one_holds_every_reason():
    answer = choose(MILLION)
    short, full = answer._repr_html_(), display.page(answer, full=True)
    assert short.count("<tr>") == len(ALL) + 1
    assert "<details>" not in short
    assert full.count("<details>") == len(ALL)
    assert len(short) < 9_000


def test_why_lists_every_rule_with_its_source():
    why = choose(MILLION).why("IVF_PQ")
    for reason in why.assessment.reasons:
        assert reason.rule.text in re.sub(r"\s+", " ", repr(why))
        assert reason.rule.text in why._repr_html_()
    with pytest.raises(CourseError, match="There is no index type 'ANOY'"):
        choose(MILLION).why("ANOY")


def test_replaced_rows_take_memory_until_they_are_compacted():
    small = choose(MILLION).best.candidate.memory_bytes
    assert replace(MILLION, replaced_a_day=0.5).with_replaced(small) == 1.5 * small
    answer = choose(rows=1_000_000, memory_gb=1.8)
    changes = {change.text: change.index_type for change in answer.reconsider}
    assert changes["50% of the rows are replaced each day"] == "HNSW_SQ"
    shown = re.sub(r"\s+", " ", repr(choose(rows=1_000_000, replaced_a_day=0.25)))
    assert "250,000 rows replaced a day" in shown
    with pytest.raises(CourseError, match="FLAT needs the least, 2.3 GB"):
        choose(rows=1_000_000, memory_gb=2, recall=1.0, replaced_a_day=0.5, deployment="course")


# ---- needs that cannot be


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": 0}, "rows=0 is not possible. Give a number from 1 to"),
        ({"rows": 1e6}, "rows=1000000.0 is not a whole number"),
        ({"rows": True}, "rows=True is not a whole number"),
        ({"rows": 10**13}, "rows=10,000,000,000,000 is not possible"),
        ({"dimensions": 1}, "dimensions=1 is not possible. Give a number from 2 to 32,768."),
        ({"dimensions": 32_769}, "dimensions=32,769 is not possible"),
        ({"memory_gb": 0}, "memory_gb=0 is not possible. Give a number above 0."),
        ({"memory_gb": math.inf}, "memory_gb=inf is not a number"),
        ({"memory_gb": "8"}, "memory_gb='8' is not a number"),
        ({"recall": 1.01}, "recall=1.01 is not possible. Give a number above 0 and up to 1."),
        ({"recall": 95}, "recall=95 is not possible"),
        ({"recall": math.nan}, "recall=nan is not a number"),
        ({"share_kept_by_filter": 0}, "share_kept_by_filter=0 is not possible"),
        ({"share_kept_by_filter": -0.5}, "share_kept_by_filter=-0.5 is not possible"),
        ({"k": 0}, "k=0 is not possible"),
        ({"replaced_a_day": 1.5}, "replaced_a_day=1.5 is not possible"),
        ({"replaced_a_day": -0.1}, "replaced_a_day=-0.1 is not possible"),
        ({"k": 16_385}, "k=16,385 is not possible. Give a number from 1 to 16,384."),
        ({"rows": 5, "k": 6}, "k=6 is not possible. Give a number from 1 to 5."),
        (
            {"deployment": "moon"},
            "deployment='moon' is not known. Use one of: lite, course, standalone, distributed.",
        ),
    ],
    ids=str,
)
def test_needs_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(CourseError, match=re.escape(message)):
        choose(**{"rows": 100_000, **wrong})


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        (
            {"memory_gb": 0.001},
            (
                r"^No index type of Milvus standalone 3.0 holds .* needs the least, 0.346 GB\. Give"
                r" it that memory"
            ),
        ),
        (
            {"memory_gb": 4, "rows": 10_000_000, "deployment": "course"},
            r"IVF_SQ8 needs the least, 4.0\d GB\.",
        ),
        (
            {"memory_gb": 0.1, "recall": 0.999, "deployment": "lite"},
            r"FLAT needs the least, 1.54 GB\.",
        ),
    ],
    ids=str,
)
def test_impossible_needs_are_one_clear_line(needs, message):
    with pytest.raises(CourseError, match=message) as caught:
        choose(**{"rows": 1_000_000, **needs})
    assert "\n" not in str(caught.value)


# ---- the facts


def test_each_candidate_and_each_rule_is_in_the_facts():
    book = milvus_indexes.book()
    assert {one.index_type for one in candidates(MILLION)} == ALL <= set(book.types)
    assert all(isinstance(rule.source, Source) or rule.source in book.sources for rule in RULES)


def test_the_table_shows_sources_and_days():
    table = milvus_indexes.table(["DISKANN", "IVF_RABITQ"])
    assert "https://milvus.io/docs/diskann.md" in repr(table)
    assert "checked 2026-11-21" in repr(table)
    assert table._repr_html_().count("<tr>") == 3
    with pytest.raises(CourseError, match="There is no index type 'DISKAN'. There are: FLAT, HNSW"):
        milvus_indexes.table(["DISKAN"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "field: dense vector\n    about: no index",
            "about: no index",
            "line 33: types > FLAT: the field `field` is missing.",
        ),
        (
            "in: [lite, course, standalone, distributed]",
            "in: [moon]",
            "line 36: types > FLAT > in > 1: unknown name 'moon'.",
        ),
        (
            "sources: [rabitq]",
            "sources: [rabbit]",
            "types > IVF_RABITQ > sources > 1: unknown name 'rabbit'. Did you mean 'rabitq'?",
        ),
        (
            "checked: 2026-11-21",
            "checked: 2026-11-31",
            "checked: must be a day such as 2026-11-21, not '2026-11-31'.",
        ),
        ("  HNSW:\n", "  FLAT:\n", "line 38: types > FLAT: is given twice, first in line 33."),
    ],
)
def test_a_file_that_is_not_in_order_is_refused(tmp_path, old, new, message):
    text = milvus_indexes.PATH.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "milvus_indexes.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(message)):
        milvus_indexes.load(path)


# ---- the form


def test_the_form_answers_each_change_and_says_what_to_mend():
    form = index_chooser.form()
    assert "Recommendation: HNSW" in form.answer.value
    form.fields["memory_gb"].value = "1.2"
    assert "Recommendation: HNSW_SQ" in form.answer.value
    form.fields["deployment"].value = "lite"
    assert "Milvus Lite 3.2" in form.answer.value
    for typed in ("", "much", "1,5e"):
        form.fields["rows"].value = typed
        assert "Please fix" in form.answer.value
        assert "How many rows?" in form.answer.value
    assert repr(form).startswith("The index chooser as a form.")


def test_choosing_needs_no_widgets_and_no_engine():
    code = (
        "import sys; from vdbcourse.choosers import index_chooser;"
        " index_chooser.choose(rows=10_000_000,"
        " memory_gb=64); print([name for name in ('ipywidgets', 'numpy', 'pymilvus') if name in"
        " sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


# ---- promises, against the real server

ROWS = 10_500  # more than the rule on few rows speaks of
RAW = sizing.raw_bytes(ROWS, 384)
PROMISES = {
    "room, high recall": {"memory_gb": 1.0, "recall": 0.95},
    "room, some recall": {"memory_gb": 1.0, "recall": 0.8},
    "half the vectors": {"memory_gb": RAW / 2e9, "recall": 0.9},
    "half the vectors, high recall": {"memory_gb": RAW / 2e9, "recall": 0.96},
    "an eighth": {"memory_gb": RAW / 8e9, "recall": 0.8},
    "a filter that keeps little": {"memory_gb": 1.0, "recall": 0.9, "share_kept_by_filter": 0.12},
}
MARGIN = (
    0.03  # recall: what is ruled out for its recall may have reached this much more than was asked
)


def needs_of(promise):
    """The promise's needs, on the course's server."""
    return Needs(rows=ROWS, dimensions=384, deployment="course", **PROMISES[promise])


@pytest.fixture(scope="module")
def measured(milvus_server):
    """Recall and bytes of each candidate of each promise: each built once, searched with all
    efforts that were recommended.
    """
    ways = {}
    for promise in PROMISES:
        for one in candidates(needs_of(promise)):
            if "course" in milvus_indexes.book().types[one.index_type].deployments:
                ways.setdefault(one.index_type, []).append(one)
    client = MilvusClient(milvus_server.uri)
    kinds = {index_type: kind_of(some) for index_type, some in ways.items()}
    work = indexes.text_work(ROWS, n_queries=100)
    frame = indexes.measure_indexes(
        client, engines.collection("test_index_chooser", "films"), work, kinds
    )
    client.close()
    sizes = (frame["index MB"] * 1e6).mask(frame["index"] == "FLAT", RAW)
    efforts = frame["effort"].fillna(0).astype(int)
    return dict(
        zip(
            zip(frame["index"], efforts, strict=True),
            zip(frame["recall@10"], sizes, strict=True),
            strict=True,
        )
    )


def kind_of(ways):
    """Candidates of the same build as one kind with all their efforts."""
    first = ways[0]
    assert all(one.build == first.build for one in ways)
    setting = next((name for name in ("ef", "nprobe") if name in first.search), None)
    efforts = tuple(sorted({one.search[setting] for one in ways})) if setting else ()
    same = {name: value for name, value in first.search.items() if name != setting}
    return Kind(first.index_type, first.build, setting, efforts, same, first.rerank)


def result_of(measured, one):
    """Measured recall and bytes of a candidate."""
    return measured[one.index_type, one.search.get("ef", one.search.get("nprobe", 0))]


def real_server(test):
    """Marks of a test that needs the builds; they take minutes on a busy machine."""
    elsewhere = sys.platform == "win32" or "MILVUS_URI" in os.environ
    return pytest.mark.timeout(1800)(
        pytest.mark.skipif(elsewhere, reason="needs the files of the package's Milvus server")(test)
    )


@real_server
@pytest.mark.parametrize("promise", PROMISES)
def test_the_recommended_index_keeps_its_promise(measured, promise):
    needs = needs_of(promise)
    best = choose(needs).best.candidate
    recall, size = result_of(measured, best)
    assert recall >= needs.recall, (best, recall)
    assert size <= needs.memory_bytes, (best, size)
    assert abs(size / best.memory_bytes - 1) < 0.05


@real_server
@pytest.mark.parametrize("promise", PROMISES)
def test_nothing_that_would_do_is_ruled_out(measured, promise):
    needs = needs_of(promise)
    for one in choose(needs).assessments:
        if one.ruled_out and one.index_type not in ("HNSW_SQ", "DISKANN"):
            recall, size = result_of(measured, one.candidate)
            assert recall < needs.recall + MARGIN or size > needs.memory_bytes * 0.95, (
                one.index_type,
                recall,
                size,
            )


def test_the_promises_are_about_several_types():
    assert {choose(needs_of(promise)).index_type for promise in PROMISES} == {
        "HNSW",
        "IVF_SQ8",
        "IVF_PQ",
        "FLAT",
    }
