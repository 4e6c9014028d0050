"""The glossary: every term is there, nothing contradicts what is known, and all that is made from
it agrees with it.
"""

import collections
import contextlib
import csv
import dataclasses
import datetime
import io
import re
import sqlite3
import sys
import zipfile

import nbformat
import pytest

from vdbcourse import facts, glossary, lessons, settings
from vdbcourse.authoring import claims, prose
from vdbcourse.cli.author_glossary import run
from vdbcourse.errors import CourseError
from vdbcourse.glossary import display, page

ROOT = settings.root()

TERMS = glossary.terms()
LESSONS = [one.key for one in lessons.lessons()]

# The terms that the course has to explain, as its specification lists them.
REQUIRED = """embedding, vector, similarity search, index, HNSW, IVF, cosine similarity,
Euclidean distance, quantization, collection, schema, dimension, recall, precision, top-k,
metadata filtering, hybrid search, batch, sharding, load balancing, proxy, query node, data node,
index node, coordinator, WAL, object storage, metadata store"""
ADDED = """efConstruction, ef, M, nlist, nprobe, PQ, SQ8, SCANN, DISKANN, segment, growing, sealed,
flush, compaction, consistency level, partition key, BM25, RRF, NDCG, MAP, p95, ANN, exact search,
inner product, normalisation, ground truth, upsert, range search, iterator, mmap"""

BOLD = re.compile(
    r"(?P<quote>^> )?(?P<link>\[)?\*\*(?P<words>[^*]+)\*\*(?(link)\]\((?P<target>[^)]*)\))",
    re.MULTILINE,
)

Bold = collections.namedtuple("Bold", "words target")


def bold_words(key):
    """The bold words of a lesson that are no label: no number, no first words of a box, nothing
    that ends like a sentence.
    """
    notebook = nbformat.read(lessons.chapters_folder() / f"{key}.ipynb", as_version=4)
    found = [
        match
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for match in BOLD.finditer(cell.source)
    ]
    bold = [
        Bold(" ".join(one["words"].split()), one["target"]) for one in found if not one["quote"]
    ]
    return [one for one in bold if one.words[-1] not in ".:?"]


def bold_metadata(key):
    """What a lesson's metadata say of its bold words: `emphasis`, those that introduce no term
    (examples, words of this lesson alone); `terms`, {words: id of a term} where they mean another
    one than elsewhere, as Pinecone's index is a collection.
    """
    notebook = nbformat.read(lessons.chapters_folder() / f"{key}.ipynb", as_version=4)
    return notebook.metadata["vdbcourse"]


def introduced(key):
    """The bold words of a lesson that introduce a term."""
    emphasis = bold_metadata(key).get("emphasis", ())
    return [bold for bold in bold_words(key) if bold.words not in emphasis]


def meant(key, words):
    """The id of the term that is introduced by these words in this lesson; empty if
    there is none.
    """
    with contextlib.suppress(CourseError):
        return bold_metadata(key).get("terms", {}).get(words) or glossary.find(words).id
    return ""


# -------------------------------------------------------------------------------------- which terms


@pytest.mark.parametrize("words", re.split(r",\s+", f"{REQUIRED}, {ADDED}"))
def test_every_required_term_is_defined(words):
    assert words in [*glossary.find(words).names, *glossary.find(words).also]


@pytest.mark.parametrize("key", LESSONS)
def test_every_term_that_a_lesson_introduces_in_bold_is_defined(key):
    unknown = [one.words for one in introduced(key) if not meant(key, one.words)]
    assert unknown == [], (
        "Define them in glossary/terms/, or list them as `emphasis` in the notebook's metadata,"
        " under `vdbcourse`"
    )


def test_the_rule_finds_introduced_terms():
    assert {"embedding model", "vector", "cosine distance", "collection"} <= {
        one.words for one in introduced(LESSONS[0])
    }
    assert "Predict." not in {one.words for one in bold_words(LESSONS[0])}
    assert sum(len(introduced(key)) for key in LESSONS) > 150


@pytest.mark.parametrize("key", LESSONS)
def test_the_metadata_name_bold_words_that_stand_there_and_no_others(key):
    metadata = bold_metadata(key)
    assert set(metadata) <= {"ran", "emphasis", "terms"}
    assert set(metadata.get("emphasis", ())) <= {bold.words for bold in bold_words(key)}
    assert set(metadata.get("terms", ())) <= {bold.words for bold in introduced(key)}


# --------------------------------------------------------------------------------- links of lessons


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_links_each_term_once_where_it_is_introduced(key):
    seen = set()
    for one in introduced(key):
        term_id = meant(key, one.words)
        expected = None if term_id in seen else f"../glossary.md#{term_id}"
        assert one.target == expected, (
            f"{one.words!r}: write [**{one.words}**]({expected}) where it comes first, and only"
            " there"
        )
        seen.add(term_id)


@pytest.mark.parametrize("key", LESSONS)
def test_emphasis_is_not_linked(key):
    emphasis = bold_metadata(key).get("emphasis", ())
    assert [bold for bold in bold_words(key) if bold.target and bold.words in emphasis] == []


@pytest.mark.parametrize("key", LESSONS)
def test_each_link_of_a_lesson_leads_to_an_anchor_of_the_page(key):
    folder = (lessons.chapters_folder() / key).parent
    notebook = nbformat.read(lessons.chapters_folder() / f"{key}.ipynb", as_version=4)
    links = re.findall(
        r"\]\(([^)#]*glossary\.md)#([^)]*)\)", "\n".join(cell.source for cell in notebook.cells)
    )
    for target, anchor in links:
        assert f'<a id="{anchor}"></a>' in (folder / target).read_text(encoding="utf-8")
    assert len(links) == len({anchor for _, anchor in links})


# ------------------------------------------------------------------------------------------ content


def test_definitions_and_reasons_are_short():
    assert [
        one.id
        for one in TERMS
        if not 1 <= len(one.definition.split()) <= 45 or not 1 <= len(one.why.split()) <= 40
    ] == []


def test_texts_are_made_of_sentences():
    texts = [text for one in TERMS for text in (one.definition, one.why)]
    assert [text for text in texts if not re.search(r"[.?)]$", text) or text.count("`") % 2] == []


def test_each_term_has_a_lesson_and_a_source():
    assert {one.lesson for one in TERMS} <= set(LESSONS)
    sources = {one.source for one in TERMS} - {None}
    assert sources
    assert all(
        source.url.startswith("https://") and datetime.date(2026, 1, 1) <= source.read
        for source in sources
    )


def test_each_term_leads_to_others_and_can_be_reached_from_one():
    reached = {other for one in TERMS for other in one.see_also}
    assert [
        one.id for one in TERMS if not 1 <= len(one.see_also) <= 6 or one.id not in reached
    ] == []


def test_most_references_go_both_ways():
    references = {(one.id, other) for one in TERMS for other in one.see_also}
    both = sum((other, one) in references for one, other in references)
    print(f"{len(TERMS)} terms, {len(references)} references, {both} of them go both ways")
    assert both >= 0.7 * len(references)


# ------------------------------------------------------------------------------------------- errata


def false_phrases(text):
    """The false phrases in a paragraph, without things of the past whose end is told there."""
    (block,) = prose.markdown_blocks(text)
    found = [phrase for phrase in claims.read_phrases() if re.search(phrase.pattern, block.raw)]
    return [phrase.name for phrase in found if not (phrase.past and claims.refuted(block, phrase))]


def test_no_definition_repeats_a_false_phrase():
    found = {one.id: false_phrases(f"{one.term}: {one.definition} {one.why}") for one in TERMS}
    assert {term_id: names for term_id, names in found.items() if names} == {}
    assert false_phrases("cosine distance: 1 minus the cosine, `<->` as cosine in pgvector") == [
        "<-> as cosine"
    ]
    assert false_phrases("An index node builds the indexes.") == ["old coordinators"]


def test_the_page_states_no_figure_without_its_source():
    assert claims.unsourced(page.path()) == []


# id, what its definition and reason must say, and what they must not say
WEIGHTY = [
    (
        "cosine-distance",
        r"1 minus the cosine similarity.*Smaller is nearer.*operator is `<=>`",
        r"operator is `<->`",
    ),
    ("cosine-similarity", r"Larger is nearer", r"`<"),
    (
        "euclidean-distance",
        r"operator is `<->`.*Milvus leaves out the square root.*squared",
        r"`<=>`",
    ),
    (
        "inner-product",
        r"`<#>` returns it times -1, so that smaller is nearer",
        r"`<#>`[^.]*larger is nearer",
    ),
    ("l1-distance", r"`<\+>`", r"Milvus"),
    (
        "distance-operator",
        r"`<->` for L2, `<=>` for cosine distance, `<#>` for the negative inner product",
        r"three",
    ),
    (
        "operator-class",
        r"`vector_cosine_ops` serves `<=>`; `vector_l2_ops` serves `<->`",
        r"`vector_cosine_ops` serves `<->`",
    ),
    ("normalisation", r"For cosine it changes no order", r"must"),
    (
        "dimension",
        r"holds at most 16,000, and its index takes at most 2,000.*Milvus takes at most 32,768",
        r"\+",
    ),
    ("halfvec", r"index takes at most 4,000", r"16,000"),
    ("hnsw-m", r"number of links.*8 to 10 bytes times `M`", r"beam|2-4|two to four"),
    ("efconstruction", r"during the build.*fixed once the index is built", r"each search"),
    ("ef", r"HNSW search keeps.*set for each search.*without a new build", r"build-time"),
    ("ann-recall", r"by an exact search.*`ef` and `nprobe` move this recall only", r"people"),
    (
        "relevance-recall",
        r"what people judged relevant.*no setting of an index helps",
        r"exact search, that",
    ),
    ("recall", r"two meanings.*ANN recall.*relevance recall", r"percentage"),
    (
        "hybrid-search",
        r"fused into one.*A search with a filter is not hybrid",
        r"vector and metadata",
    ),
    ("metadata-filtering", r"condition on other fields.*not hybrid search", r"bypass"),
    (
        "index-node",
        r"obsolete.*merged into the data node in version 2\.6 and is gone",
        r"\bbuilds\b",
    ),
    ("data-node", r"since 2\.6 it builds the indexes", r"index node"),
    (
        "coordinator",
        r"Since 2\.6 exactly one is active.*plans no search",
        r"four|decides which index",
    ),
    ("query-node", r"sealed segments", r"plans|growing"),
    ("streaming-node", r"since 2\.6.*newest rows", r"sealed"),
    ("flush", r"Neither visibility nor safety of an insert depends on it", r"ensure"),
    ("sealed-segment", r"needs no rebuilding", r"schedule"),
    ("segment", r"below 1,024 rows get no index", r"always"),
    ("consistency-level", r"Bounded, the default.*no flush is needed", r"Strong, the default"),
    ("pq", r"small and fast, with a large loss of recall", r"slower"),
    ("ivf-flat", r"Load first, build afterwards", r"immediately"),
    ("exact-search", r"For few rows it is the best choice", r"too slow"),
    ("upsert", r"does not look for the key and stores both rows", r"insert` replaces"),
    ("milvus-lite", r"One process", r"only `?FLAT"),
    ("truncation", r"without an error", r"warning"),
    ("similarity-search", r"weak at negation", r"understands"),
]


@pytest.mark.parametrize(
    ("term_id", "said", "unsaid"), WEIGHTY, ids=[term_id for term_id, _, _ in WEIGHTY]
)
def test_what_guides_often_get_wrong_is_right(term_id, said, unsaid):
    text = f"{glossary.term(term_id).definition} {glossary.term(term_id).why}"
    assert re.search(said, text)
    assert not re.search(unsaid, text)


def test_limits_are_those_of_the_facts():
    stated = {
        number.replace(",", "")
        for number in re.findall(r"[\d,]*\d", glossary.term("dimension").definition)
    }
    known = [
        facts.fact(engine, "max_dimensions").value.replace(",", "")
        for engine in ("pgvector", "milvus")
    ]
    assert stated
    assert all(any(number in value for value in known) for number in stated)


# ----------------------------------------------------------------------------------------- the file

GOOD = """\
sources:
  docs: {title: "Docs", url: "https://x.org/docs", read: 2026-11-21}
terms:
  - id: hnsw
    term: HNSW
    aliases: [small world]
    definition: A graph.
    why: It is fast.
    see_also: [ef]
    lesson: 3_milvus/05_hnsw_by_hand
    source: docs
  - id: ef
    term: ef
    also: [effort]
    definition: The width of
      the beam.
    why: More finds more.
    see_also: [hnsw]
    lesson: 3_milvus/05_hnsw_by_hand
    source: lesson
"""


def loaded(tmp_path, text):
    (tmp_path / "some.yaml").write_text(text, encoding="utf-8")
    return glossary.load(tmp_path / "some.yaml")


def refused(tmp_path, text):
    with pytest.raises(CourseError) as error:
        loaded(tmp_path, text)
    return str(error.value)


def test_a_file_in_order_gives_its_terms(tmp_path):
    hnsw, ef = loaded(tmp_path, GOOD)
    assert (hnsw.id, hnsw.term, hnsw.aliases, hnsw.see_also) == (
        "hnsw",
        "HNSW",
        ("small world",),
        ("ef",),
    )
    assert (hnsw.source.title, hnsw.source.url, str(hnsw.source.read)) == (
        "Docs",
        "https://x.org/docs",
        "2026-11-21",
    )
    assert (ef.definition, ef.also, ef.source) == ("The width of the beam.", ("effort",), None)


BROKEN = {
    "id twice": (
        "id: ef",
        "id: hnsw",
        12,
        "terms > hnsw > id: 'hnsw' is defined twice, first in some.yaml, line 4",
    ),
    "term twice": ("term: ef", "term: HNSW", 13, "'HNSW' is defined twice, first in .*line 5"),
    "alias twice": ("[effort]", "[small world]", 14, "'small world' is defined twice, .*line 6"),
    "alias with a capital": (
        "[effort]",
        "[Small world]",
        14,
        "'Small world' is defined twice, first in .*line 6",
    ),
    "own term as alias": ("[effort]", "[ef]", 14, "'ef' is defined twice, first in .*line 13"),
    "see_also to nothing": (
        "[hnsw]",
        "[hsnw]",
        18,
        "terms > ef > see_also > 1: 'hsnw' is the id of no term. Did you mean 'hnsw'?",
    ),
    "see_also to itself": ("[hnsw]", "[ef]", 18, "a term cannot refer to itself"),
    "no such lesson": (
        "05_hnsw_by_hand\n    source: docs",
        "05_hsnw\n    source: docs",
        10,
        "there is no lesson '3_milvus/05_hsnw'. Did you mean '3_milvus/05_hnsw_by_hand'?",
    ),
    "no such source": (
        "source: docs",
        "source: dogs",
        11,
        "there is no source 'dogs'. Add it to `sources`, or write `lesson`. Did you mean 'docs'?",
    ),
    "missing field": ("    why: More finds more.\n", "", 12, "terms > ef: .* `why` is missing"),
    "missing id": ("id: ef", "term: ef", 12, "terms > ef: the field `id` is missing"),
    "empty field": ("More finds more.", '""', 17, "terms > ef > why: must be a text, not ''"),
    "unknown field": (
        "    why: More",
        "    reason: More",
        17,
        "terms > ef > reason: unknown field",
    ),
    "misspelt field": (
        "    aliases: [",
        "    alias: [",
        6,
        "terms > hnsw > alias: unknown field. Did you mean 'aliases'?",
    ),
    "field twice": (
        "    why: More",
        "    why: Less.\n    why: More",
        18,
        "terms > ef > why: is given twice, first in line 17",
    ),
    "text for a list": ("[hnsw]", "hnsw", 18, "see_also: must be a list, not 'hnsw'"),
    "list for a text": ("why: It is fast.", "why: [fast]", 8, "why: must be text"),
    "long definition": ("A graph.", "A graph. " * 23, 7, "hnsw > definition: 46 words; at most 45"),
    "long reason": ("It is fast.", "fast " * 41, 8, "terms > hnsw > why: 41 words; at most 40"),
    "id that is no anchor": ("id: ef", "id: EF Search", 12, "id: must be lower-case words"),
    "ambiguous no": (
        "    term: ef",
        "    ambiguous: no\n    term: ef",
        13,
        "ambiguous: must be true or left out, not False",
    ),
    "address": (
        "https://x.org",
        "x.org",
        2,
        "url: must be an address that begins with https://, not 'x.org/docs'",
    ),
    "day": ("2026-11-21", "November", 2, "read: must be a day such as 2026-11-21, not 'November'"),
    "source unused": ("source: docs", "source: lesson", 2, "docs: no term names this source"),
    "source twice": (
        "terms:\n",
        "  docs: {}\nterms:\n",
        3,
        "sources > docs: is given twice, first in line 2",
    ),
    "no YAML": (
        "why: It is fast.",
        "why: 'It is",
        21,
        "this is not YAML: .*quoted scalar that begins in line 8",
    ),
    "terms no list": (GOOD, "sources: {}\nterms: {}\n", 2, "terms: must be a list"),
    "sources no mapping": ("  docs: {title: ", "  - {title: ", 1, "sources: must be a mapping"),
    "a term no mapping": ("  - id: ef", "  - ef\n  - id: ef", 12, "terms > 2: must be a mapping"),
    "empty file": (GOOD, "", 1, "the file is empty"),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_file_and_line(tmp_path, old, new, line, words):
    assert old in GOOD
    message = refused(tmp_path, GOOD.replace(old, new, 1))
    pattern = words.replace("?", r"\?")
    assert re.search(rf"^some\.yaml, line {line}: .*{pattern}", message, re.MULTILINE), message


def test_files_of_a_folder_name_each_others_terms_and_sources(tmp_path):
    sources, terms = GOOD.split("terms:\n")
    first, second = terms.split("  - id: ef")
    (tmp_path / "b.yaml").write_text(f"terms:\n{first}", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(f"{sources}terms:\n  - id: ef{second}", encoding="utf-8")
    assert [term.id for term in glossary.load(tmp_path)] == ["ef", "hnsw"]
    (tmp_path / "c.yaml").write_text(f"terms:\n  - id: ef{second}{sources}", encoding="utf-8")
    with pytest.raises(CourseError) as error:
        glossary.load(tmp_path)
    problems = str(error.value).splitlines()
    assert problems[0] == (
        "c.yaml, line 2: terms > ef > id: 'ef' is defined twice, first in a.yaml, line 4."
    )
    assert (
        problems[-1] == "c.yaml, line 12: sources > docs: is given twice, first in a.yaml, line 2."
    )


def test_all_problems_are_named_in_the_order_of_the_file(tmp_path):
    both = GOOD.replace("[ef]", "[nothing]").replace("[hnsw]", "[nobody]")
    assert [line.split(":")[0] for line in refused(tmp_path, both).splitlines()] == [
        "some.yaml, line 9",
        "some.yaml, line 18",
    ]


def test_at_most_ten_problems_are_named(tmp_path):
    many = GOOD.replace("[ef]", f"[{', '.join(f'no-{number}' for number in range(12))}]")
    lines = refused(tmp_path, many).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 2 more."


# -------------------------------------------------------------------------------------- recognising


def recognised(text):
    return [
        glossary.by_words()[" ".join(match[0].split())].id
        for match in glossary.pattern().finditer(text)
    ]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("A recall of one. Recall, again.", ["recall", "recall"]),
        ("ANN recall is not relevance recall", ["ann-recall", "relevance-recall"]),
        ("the recall-latency curve", ["recall-latency-curve"]),
        (
            "cosine similarity, cosine\ndistance, similarity",
            ["cosine-similarity", "cosine-distance", "similarity"],
        ),
        ("growing segments are segments", ["growing-segment", "segment"]),
        ("HNSW, IVF_FLAT (IVFFlat) and IVF", ["hnsw", "ivf-flat", "ivf-flat", "ivf"]),
        ("A Query Node, the query nodes", ["query-node", "query-node"]),
        ("quantization or quantisation", ["quantisation", "quantisation"]),
        ("ef is not efConstruction", ["ef", "efconstruction"]),
        ("half precision, precision@10", ["halfvec", "precision"]),
    ],
)
def test_terms_are_recognised_the_longest_form_first(text, ids):
    assert recognised(text) == ids


@pytest.mark.parametrize(
    "text",
    [
        *(
            "hnsw",
            "Map",
            "a map",
            "EF",
            "Ef",
            "m",
            "M",
            "gin",
            "ip",
        ),  # other words than HNSW, MAP, ef, M, GIN, IP
        *(
            "recall_at_k",
            "recall.py",
            "recall@3",
            "recall-test",
            "prerecall",
            "recalls",
        ),  # parts of other words
        *(
            "an index",
            "to index rows",
            "load the rows",
            "growing quickly",
            "a token",
            "the precision",
            "a function",
        ),  # other meanings
    ],
)
def test_what_only_looks_like_a_term_is_not_recognised(text):
    assert recognised(text) == []


def test_every_form_is_found_whole_and_leads_to_its_term():
    for words, one in glossary.by_words().items():
        assert glossary.pattern().fullmatch(words), words
        assert glossary.find(words) is one


def test_every_unambiguous_term_is_recognised():
    assert {one.id for one in TERMS if not one.ambiguous} <= {
        one.id for one in glossary.by_words().values()
    }
    assert not {one.term for one in TERMS if one.ambiguous} & set(glossary.by_words())


# ------------------------------------------------------------------------------------ in a notebook


def test_a_term_is_found_by_its_forms_and_by_its_id():
    hnsw, ann = glossary.term("hnsw"), glossary.term("ann")
    assert glossary.find("HNSW") is glossary.find("hnsw") is hnsw
    assert glossary.find("approximate") is glossary.find("Approximate nearest\nneighbours") is ann
    assert glossary.find("M").id == "hnsw-m"


def test_an_unknown_term_gets_one_line_with_the_nearest():
    with pytest.raises(
        CourseError,
        match="^The glossary has no 'recal'. Did you mean 'recall'[?] All terms: .*glossary.md$",
    ):
        glossary.define("recal")
    with pytest.raises(CourseError, match="There is no term 'nothing'"):
        glossary.term("nothing")


def test_a_definition_shows_what_why_where_and_its_source():
    text = repr(glossary.define("SCANN"))
    scann = glossary.term("scann")
    assert text.startswith("SCANN: An index type")
    for words in (
        "Why it matters:",
        "See also: reorder_k",
        "(chapters/3_milvus/07_index_types_measured.ipynb)",
        scann.source.url,
    ):
        assert words in text
    assert "read 2026-11-21" in text
    assert "Source: cells of that lesson" in repr(glossary.define("RRF"))


def test_html_is_escaped():
    made = glossary.Term(
        "a",
        "<b>",
        "x < `y & z`",
        "<i>",
        (),
        LESSONS[0],
        glossary.Source('"q"', "https://x.org/?a&b", TERMS[0]),
    )
    html = display.Definition(made, [made])._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;" in html
    assert "x &lt; <code>y &amp; z</code>" in html
    assert 'href="https://x.org/?a&amp;b"' in html


# ----------------------------------------------------------------------------------------- the page


def test_the_page_is_up_to_date():
    assert run(check=True) == 0, "Run: ./course author glossary"


def test_a_page_that_is_out_of_date_is_told_in_one_line_and_can_be_written(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(page, "path", lambda: tmp_path / "glossary.md")
    assert run(check=True) == 1
    assert (
        capsys.readouterr().err
        == "chapters/glossary.md is out of date. Write it: ./course author glossary\n"
    )
    assert run(check=False) == 0
    assert run(check=True) == 0
    (tmp_path / "glossary.md").write_text(
        (tmp_path / "glossary.md").read_text(encoding="utf-8") + "More.\n", encoding="utf-8"
    )
    assert run(check=True) == 1


def test_a_glossary_out_of_order_writes_nothing(tmp_path, monkeypatch):
    def broken():
        raise CourseError("milvus.yaml, line 1: broken")

    monkeypatch.setattr(glossary, "terms", broken)
    monkeypatch.setattr(page, "path", lambda: tmp_path / "glossary.md")
    with pytest.raises(CourseError, match="line 1: broken"):
        run(check=False)
    assert not (tmp_path / "glossary.md").exists()


def test_the_page_has_each_term_by_alphabet_with_an_anchor():
    text = page.path().read_text(encoding="utf-8")
    anchors = re.findall(r'^### <a id="([^"]*)"></a>', text, re.MULTILINE)
    assert anchors == [one.id for one in TERMS]
    assert [one.term.lower() for one in TERMS] == sorted(one.term.lower() for one in TERMS)
    letters = re.findall(r'^## <a id="letter-(.)"></a>(.)$', text, re.MULTILINE)
    assert letters == [
        (letter.lower(), letter) for letter in sorted({one.term[0].upper() for one in TERMS})
    ]


def test_every_link_of_the_page_leads_somewhere():
    text = page.path().read_text(encoding="utf-8")
    anchors = set(re.findall(r'<a id="([^"]*)">', text))
    for target in re.findall(r"\]\(([^)]*)\)", text):
        path, _, anchor = target.partition("#")
        assert target.startswith("https://") or (
            anchor in anchors if not path else (page.path().parent / path).is_file()
        ), target


def test_the_same_text_serves_the_site_with_its_own_links_and_anchors():
    text = glossary.markdown(lambda key: f"lessons/{key}/", attr_list=True)
    assert "### HNSW { #hnsw }" in text
    assert "## H { #letter-h }" in text
    assert "<a id" not in text
    assert "(lessons/3_milvus/05_hnsw_by_hand/)" in text
    assert ".ipynb" not in text
    plain = glossary.markdown(lambda key: f"{key}.ipynb")
    assert page.path().read_text(encoding="utf-8").endswith(plain)


# ---------------------------------------------------------------------------------- table and cards


def test_the_table_reads_back():
    header, *rows = csv.reader(io.StringIO(glossary.csv_text()))
    assert header == ["term", "definition", "why it matters", "see also", "lesson", "source"]
    assert [row[:3] for row in rows] == [[one.term, one.definition, one.why] for one in TERMS]
    scann = next(row for row in rows if row[0] == "SCANN")
    assert scann[3:] == [
        "reorder_k; IVF; quantisation",
        "3_milvus/07_index_types_measured",
        "Milvus docs: SCANN, https://milvus.io/docs/scann.md, read 2026-11-21",
    ]


def deck(path):
    """The notes of a deck: id -> fields, and the ids of deck and kind of card."""
    with zipfile.ZipFile(path) as packed:
        packed.extract("collection.anki2", path.parent)
    with sqlite3.connect(path.parent / "collection.anki2") as database:
        notes = {
            guid: fields.split("\x1f")
            for guid, fields in database.execute("SELECT guid, flds FROM notes")
        }
        cards = database.execute(
            "SELECT count(*), count(DISTINCT nid), min(did), max(did) FROM cards"
        ).fetchone()
        kinds = database.execute("SELECT DISTINCT mid FROM notes").fetchall()
    database.close()
    return notes, cards, kinds


def test_the_deck_has_a_card_for_each_term(tmp_path):
    pytest.importorskip("genanki")
    glossary.write_deck(tmp_path / "glossary.apkg")
    notes, cards, _ = deck(tmp_path / "glossary.apkg")
    assert len(notes) == len(TERMS)
    assert cards[:2] == (len(TERMS), len(TERMS))
    by_term = {front: back for front, *back in notes.values()}
    definition, why, source = by_term["cosine distance"]
    assert "<code>&lt;=&gt;</code>" in definition
    assert "<code>&lt;-&gt;</code>" in why
    assert source == "cells of that lesson"
    assert 'href="https://milvus.io/docs/scann.md"' in by_term["SCANN"][2]


def test_a_deck_written_again_updates_the_same_cards(tmp_path, monkeypatch):
    pytest.importorskip("genanki")
    glossary.write_deck(tmp_path / "old.apkg")
    old, old_cards, old_kinds = deck(tmp_path / "old.apkg")
    changed = [dataclasses.replace(one, definition="Other words.") for one in TERMS]
    monkeypatch.setattr(glossary, "terms", lambda: changed)
    glossary.write_deck(tmp_path / "new.apkg")
    new, new_cards, new_kinds = deck(tmp_path / "new.apkg")
    assert new.keys() == old.keys()
    assert {fields[1] for fields in new.values()} == {"Other words."}
    assert new_kinds == old_kinds == [(1531908447,)]
    assert new_cards[2:] == old_cards[2:] == (1774206311, 1774206311)


def test_a_missing_package_is_named_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "genanki", None)
    with pytest.raises(CourseError, match="./course install --extra docs"):
        glossary.write_deck(tmp_path / "glossary.apkg")
    assert list(tmp_path.iterdir()) == []
