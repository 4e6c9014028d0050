"""No notebook or document states a figure without its source, or repeats a phrase known to be false
(./course author claims).
"""

import re

import nbformat
import pytest

from vdbcourse import settings
from vdbcourse.authoring import claims, prose

ROOT = settings.root()

TEXTS = claims.files((*claims.NOTEBOOKS, *claims.DOCUMENTS))
ALL = claims.files((*claims.NOTEBOOKS, *claims.DOCUMENTS, *claims.SOURCES))
PHRASES = {phrase.name: phrase for phrase in claims.read_phrases()}
ALLOWED = claims.read_allowed()


def name(path):
    return path.relative_to(ROOT).as_posix()


def none_to_mend(found):
    left = [str(one) for one in found if not claims.excused(one, ALLOWED)]
    assert not left, "\n" + "\n".join(left)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_every_figure_has_its_source(path):
    none_to_mend(claims.unsourced(path))


@pytest.mark.parametrize("path", ALL, ids=name)
def test_no_false_phrase(path):
    none_to_mend(claims.untrue(path, PHRASES.values()))


@pytest.mark.parametrize("exception", ALLOWED, ids=lambda one: one.words)
def test_every_exception_is_needed_and_has_a_reason(exception):
    path = ROOT / exception.file
    found = [*claims.unsourced(path), *claims.untrue(path, PHRASES.values())]
    assert any(claims.excused(one, [exception]) for one in found)
    assert exception.reason


def test_the_files_are_found():
    assert {
        "README.md",
        "chapters/start.ipynb",
        "chapters/1_concepts/01_first_search.ipynb",
    } <= set(map(name, TEXTS))
    assert {"solutions/07_evaluation.ipynb", "exercises/07_evaluation.ipynb"} <= set(
        map(name, TEXTS)
    )
    assert "src/vdbcourse/settings.py" in set(map(name, ALL))
    assert not any("checkpoint" in name(path) for path in ALL)


# ------------------------------------------------------------------------------------------ figures

# By rule: what it must find, and nothing else finds.
FOUND = {
    "time": [
        ("It took 12 ms.", "12 ms"),
        ("Search completed in 12.34ms", "12.34ms"),
        ("p95 was 120 ms", "120 ms"),
        ("a 100-ms pause", "100-ms"),
        ("about 30 seconds", "30 seconds"),
        ("20 minutes on two cores", "20 minutes"),
        ("a 5-minute build", "5-minute"),
        ("10–30 ms", "10–30 ms"),
        ("between 10 and 30 ms", "30 ms"),
        ("from 2 to 5 minutes", "2 to 5 minutes"),
        ("1,200 ms", "1,200 ms"),
        ("every 15 min", "15 min"),
        ("after 24 h", "24 h"),
        ("5&nbsp;ms", "5\xa0ms"),
        ("**5** ms", "5 ms"),
        (r"$5\,\text{ms}$", "5 ms"),
        ("5\nms", "5 ms"),
        ("`12 ms`", "12 ms"),
        ("Sub-10ms, mostly", "10ms"),
        ("5-20 msec", "5-20 msec"),
    ],
    "s": [
        ("1.5 s", "1.5 s"),
        ("a build of 40s", "40s"),
        ("within 100 s", "100 s"),
        ("5 s.", "5 s"),
        ("(2 s)", "2 s"),
    ],
    "time in words": [
        ("half a second later", "half a second"),
        ("it takes two minutes", "two minutes"),
        ("a ten-second pause", "ten-second"),
        ("one hour", "one hour"),
        ("fifty milliseconds", "fifty milliseconds"),
        ("sub-millisecond latency", "sub-millisecond"),
        ("single-digit milliseconds", "single-digit milliseconds"),
    ],
    "x": [
        ("10x faster", "10x"),
        ("10-100x faster than a file", "10-100x"),
        ("needs 1.5× the memory", "1.5×"),
        ("10 x faster", "10 x faster"),
        ("10 × as fast", "10 × as"),
        ("a 5X gain", "5X"),
        (r"$10\times$ faster", "10×"),
        ("**10**x", "10x"),
        ("smaller (×4 to ×64)", "×64"),
    ],
    "times": [
        ("3 times faster", "3 times faster"),
        ("five times as many", "five times as"),
        ("10 times the memory", "10 times the memory"),
        ("by a factor of 10", "a factor of 10"),
        ("a factor of ten", "a factor of ten"),
    ],
    "fold": [("a 10-fold gain", "10-fold"), ("a tenfold gain", "tenfold")],
    "per cent": [
        ("97 %", "97 %"),
        ("97% of the rows", "97%"),
        ("97 percent", "97 percent"),
        ("ten per cent", "ten per cent"),
        ("10-20 %", "10-20 %"),
        ("−60 %", "60 %"),
        (r"$95\,\%$", "95 %"),
    ],
    "size": [
        ("5 GB", "5 GB"),
        ("5GB of RAM", "5GB"),
        ("512 MiB", "512 MiB"),
        ("8 kB pages", "8 kB"),
        ("2 gigabytes", "2 gigabytes"),
    ],
    "rate": [("500 QPS", "500 QPS"), ("QPS of 500", "QPS of 500"), ("QPS > 1000", "QPS > 1000")],
    "per second": [
        ("1000 queries per second", "1000 queries per second"),
        ("500 rows/s", "500 rows/s"),
    ],
    "quality": [
        ("recall 0.95", "recall 0.95"),
        ("recall@10 of 0.95", "recall@10 of 0.95"),
        ("recall@10 = .98", "recall@10 = .98"),
        ("The recall drops to 0.5.", "recall drops to 0.5"),
        ("a recall of at least 0.9", "recall of at least 0.9"),
        ("0.95 recall", "0.95 recall"),
        ("NDCG 0.71", "NDCG 0.71"),
        ("recall 1.0", "recall 1.0"),
    ],
    "money": [
        ("It costs $70.", "$70"),
        (r"from \$45 a month", "$45"),
        ("45 USD", "45 USD"),
        ("20 euros a month", "20 euros a month"),
        ("€20/month", "€20/month"),
    ],
}
NO_FIGURE = [
    *("films of the 1940s", "the 40s", "mid-90s", "1980s", "'60s", "10s of thousands"),
    *(
        "384 numbers",
        "17,472 films",
        "top 10",
        "10 x 20",
        "10 × 20",
        "a 2x2 matrix",
        "200×384",
        "M8x40 zinc",
        "x86-64",
        "2x + 1",
    ),
    *(
        "p95",
        "recall@10",
        "recall at 10",
        "ef 40",
        "M 16",
        "recall is 1 if all are found",
        "half the rows",
        "the first second",
    ),
    *(
        "a filter keeps one row in a thousand",
        "run it 3 times",
        "ten neighbours",
        "a second query",
        "in two steps",
        "some minutes",
    ),
    *(
        "version 0.8.6",
        "recall in pgvector 0.8.6",
        "MAP 2.3.5",
        "Python 3.11",
        "PostgreSQL 18",
        "2026-08-19",
        "5 Milvus nodes",
    ),
    *(
        "10 ×20",
        "d ×4×n",
        "8 × 4 bytes",
        "a chair for 30 euros",
        "under €30",
        "10-fold cross-validation",
        "about 30 minima",
        "16,000 dimensions",
        "port 19530",
        "2 Sätze",
        "Qwen3's",
        "a $k$-nearest search",
    ),
    *(
        "$x^2 + 2$",
        "`maintenance_work_mem = '2GB'`",
        "`SET statement_timeout = 5000`",
        "`LIKE 'The %'`",
    ),
    *(
        "[card](https://x.org/5ms)",
        "https://x.org/10x/97%",
        "<!-- 5 ms -->",
        "```\n5 ms\n```",
        "    indented 5 ms",
    ),
]


def markdown(text):
    return list(prose.in_sections(prose.markdown_blocks(text)))


def stated(text):
    return [words for block in markdown(text) for words in claims.figures(block)]


def found_in(text):
    """The figures that lack something, by whole document."""
    return [
        words
        for block in markdown(text)
        if claims.lacking(block)
        for words in claims.figures(block)
    ]


def examples():
    return [
        pytest.param(rule, *example, id=f"{rule}: {example[0]!r}")
        for rule, some in FOUND.items()
        for example in some
    ]


def test_every_rule_has_examples():
    assert FOUND.keys() == claims.FIGURES.keys()


@pytest.mark.parametrize(("rule", "text", "words"), examples())
def test_a_figure_is_found_by_its_rule_alone(rule, text, words, monkeypatch):
    assert words in stated(text)
    monkeypatch.delitem(claims.FIGURES, rule)
    assert words not in stated(text)


@pytest.mark.parametrize("text", NO_FIGURE)
def test_what_is_no_figure_is_not_found(text):
    assert stated(text) == []


@pytest.mark.parametrize(
    "source",
    [
        "12 ms ([report](https://x.org/r), read 2026-08-19)",
        "12 ms (<https://x.org/r>, 2026-08)",
        "12 ms, says https://x.org/r of August 2026",
        "12 ms ([report][r], 19 August 2026)\n\n[r]: https://x.org/r",
        '12 ms <a href="https://x.org/r">report</a> (2026-08-19)',
        "| a | b |\n|---|---|\n| 12 ms | [report](https://x.org/r), 2026-08-19 |",
    ],
)
def test_a_source_with_its_date_in_the_same_paragraph_is_enough(source):
    assert stated(source)
    assert found_in(source) == []


@pytest.mark.parametrize(
    "text",
    [
        "12 ms ([report](https://x.org/r))",
        "12 ms, 2026-08-19",
        "12 ms ([measured](03_measured.ipynb), 2026-08-19)",
        "12 ms\n\n[report](https://x.org/r), read 2026-08-19",
        "- 12 ms\n- [report](https://x.org/r), read 2026-08-19",
        "Read 2026-08-19 in the [report](https://x.org/r):\n- 12 ms",
        "| a | b |\n|---|---|\n| x | 12 ms |\n| [report](https://x.org/r), 2026-08-19 | y |",
        "> 12 ms\n\n[report](https://x.org/r), read 2026-08-19",
        "# 12 ms\n[report](https://x.org/r), read 2026-08-19",
        "12 ms ([report](https://x.org/2026-08-19))",
    ],
)
def test_a_source_elsewhere_or_without_date_is_not(text):
    assert found_in(text) == ["12 ms"]


def test_the_message_tells_a_missing_source_from_a_missing_date():
    without, undated = markdown("12 ms\n\n12 ms [report](https://x.org/r)")
    assert "without a source" in claims.lacking(without)
    assert "without the date" in claims.lacking(undated)


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("| engine | latency (ms) |", "| Milvus | 3.2 |", "3.2 ms"),
        ("| engine | build, s |", "| Milvus | 40 |", "40 s"),
        ("| engine | recall@10 |", "| Milvus | 0.95 |", "recall@10 0.95"),
        ("| | Milvus |", "| size, MB | 512 |", "512 MB"),
        ("| | Milvus |", "| recall | 0.95 |", "recall 0.95"),
        ("| what | minutes |", "| build | 20 |", "20 minutes"),
    ],
)
def test_the_unit_of_a_column_or_row_counts_for_its_numbers(header, row, words):
    assert words in "; ".join(stated(f"{header}\n|---|---|\n{row}"))


def test_numbers_of_a_table_without_unit_are_no_figures():
    assert stated("| engine | rows |\n|---|---|\n| Milvus | 17,472 |\n| 2 | 40 |") == []


def test_answers_that_are_folded_are_read():
    assert stated("<details><summary>Answers</summary>\n\n**1.** 12 ms\n\n</details>") == ["12 ms"]
    assert stated("<details><summary>Answers</summary>\n12 ms <br> 5 GB\n</details>") == [
        "12 ms",
        "5 GB",
    ]
    assert stated("<style>\np { transition: 5s }\n</style>") == []


def notebook(*cells):
    """A notebook of Markdown texts, and of code cells given as (source, tags)."""
    new = nbformat.v4
    made = [
        (
            new.new_markdown_cell(cell)
            if isinstance(cell, str)
            else new.new_code_cell(cell[0], metadata={"tags": [*cell[1:]]})
        )
        for cell in cells
    ]
    return list(prose.notebook_blocks(new.new_notebook(cells=made)))


def in_notebook(*cells):
    return [(block.cell, words) for block in notebook(*cells) for words in claims.figures(block)]


def test_the_minutes_of_a_lesson_may_stand_in_its_first_cell_alone():
    line = "# Title\n\n*15 minutes. You need: [the start page](../start.ipynb).*"
    assert in_notebook(line, "text") == []
    assert in_notebook("text", line) == [(2, "15 minutes")]
    assert in_notebook("# Title\n\n*15 minutes. You need: 20 minutes more.*") == [(1, "20 minutes")]
    assert in_notebook("# Title\n\n15 minutes. You see.") == [(1, "15 minutes")]


def test_the_table_of_lessons_may_name_minutes():
    assert stated("| lesson | minutes |\n|---|---|\n| [One](chapters/1/01.ipynb) | 20 |") == []
    assert stated(
        "| lesson | minutes |\n|---|---|\n| [One, in 5 ms](chapters/1/01.ipynb) | 20 |"
    ) == ["5 ms"]


def test_a_quoted_claim_in_a_heading_may_hold_a_figure():
    assert stated('## Claim 3: "It is 10-100x faster"') == []
    assert stated("## Claim 3: “It is 10-100x faster”") == []
    assert stated('## Claim 3: "It is faster", by 10x') == ["10x"]
    assert stated('## Result: "It is 10x faster"') == ["10x"]
    assert stated('## Claim 3: "It is 10x faster"\n\nIt is 10x faster.\n\n- 5 ms') == [
        "10x",
        "5 ms",
    ]


def test_the_items_of_a_list_of_claims_may_hold_a_figure():
    assert stated("## Twelve claims\n\n1. It is 10x faster.\n2. It takes 5 ms.") == []
    assert stated("## Twelve claims\n\nOne takes 5 ms.") == ["5 ms"]
    assert stated("## Twelve claims\n\n1. It is faster.\n\n## Results\n\n1. It is 10x faster.") == [
        "10x"
    ]


def test_a_question_to_check_oneself_may_quote_a_figure():
    assert stated('## Check yourself\n\n1. A vendor shows "2 ms". What do you ask?') == []
    assert stated("## Check yourself\n\n1. It takes 2 ms. Why?") == ["2 ms"]
    assert stated('## Check yourself\n\nA vendor shows "2 ms".') == ["2 ms"]
    assert stated('## Check yourself\n\n1. Why?\n\n## Next\n\n1. "2 ms"') == ["2 ms"]


def test_outputs_and_code_are_no_prose():
    assert in_notebook(("timeout = '5 ms'",), ("print('12 ms')",)) == []


def test_a_comment_may_repeat_the_numbers_of_its_cell_and_no_others():
    assert in_notebook(("# Two tries of 5 s each.\ntry_it(timeout=5)",)) == []
    assert in_notebook(("# It takes 40 s.\ntry_it(timeout=5)",)) == [(1, "40 s")]
    assert in_notebook(("# It takes\n# half a minute.\ntry_it()  # takes 7 ms",)) == [
        (1, "half a minute"),
        (1, "7 ms"),
    ]
    assert in_notebook(("# It takes\n# 40 s.\nx = 1",)) == [(1, "40 s")]
    assert in_notebook(("# 40 s (https://x.org/r, read 2026-08-19)\nx = 1",)) != []
    assert [
        claims.lacking(block)
        for block in notebook(("# 40 s (https://x.org/r, read 2026-08-19)",))
        if block.text
    ] == [""]


# ------------------------------------------------------------------------------------------ phrases


def phrase_examples(kind):
    return [
        pytest.param(phrase, text, id=f"{phrase.name}: {text}")
        for phrase in PHRASES.values()
        for text in getattr(phrase, kind)
    ]


def untrue(blocks, phrase):
    return [
        block
        for block in blocks
        if re.search(phrase.pattern, block.raw) and not claims.refuted(block, phrase)
    ]


def test_each_phrase_has_a_name_of_its_own_and_says_what_is_right():
    assert len(PHRASES) == len(claims.read_phrases()) > 40
    for phrase in PHRASES.values():
        assert all((phrase.why, phrase.right, phrase.hit, phrase.miss)), phrase.name


@pytest.mark.parametrize(("phrase", "text"), phrase_examples("hit"))
def test_a_false_phrase_is_found(phrase, text):
    assert re.search(phrase.pattern, text)
    if "code" in phrase.where:
        assert untrue(notebook((text,)), phrase)
        assert not untrue(notebook((text, claims.ERROR_TAG)), phrase)
        assert untrue(notebook((text, "raises-exception")), phrase)


@pytest.mark.parametrize(("phrase", "text"), phrase_examples("miss"))
def test_a_true_neighbour_is_not(phrase, text):
    assert not untrue([prose.Block("prose", text, text)], phrase)


ORM, ANNOY, OPERATOR = (
    PHRASES["pymilvus ORM"],
    PHRASES["removed index types"],
    PHRASES["<-> as cosine"],
)
FALSE = "`<->` is cosine distance."


def test_a_phrase_may_stand_under_a_heading_that_calls_it_a_claim():
    assert not untrue(markdown(f'## Claim 1: "{FALSE}"\n\nThey say: {FALSE}'), OPERATOR)
    assert not untrue(markdown(f"## Twelve claims\n\n1. {FALSE}"), OPERATOR)
    assert not untrue(notebook("## Claim 1: the operator", (f"verdict('{FALSE}')",)), OPERATOR)
    assert untrue(markdown(f"## Claim 1\n\nSo it is not.\n\n## Remember\n\n- {FALSE}"), OPERATOR)
    assert untrue(notebook("## Claim 1", "## Remember", f"- {FALSE}"), OPERATOR)
    assert not untrue(markdown(f"## Claim 1\n\n### Detail\n\n{FALSE}"), OPERATOR)
    assert untrue(markdown(f"## Claiming more\n\n{FALSE}"), OPERATOR)


def test_a_phrase_may_stand_in_a_box_of_a_common_pitfall():
    assert not untrue(markdown(f"> **Common pitfall.** They write: {FALSE}"), OPERATOR)
    assert not untrue(markdown(f"> **Common pitfall.** They write:\n>\n> {FALSE}"), OPERATOR)
    assert untrue(markdown(f"> **Common pitfall.** Beware.\n\n{FALSE}"), OPERATOR)
    assert untrue(markdown(f"> **Try this.** {FALSE}"), OPERATOR)
    assert untrue(markdown(f"> **Common pitfall.** Beware.\n>\n> **Try this.** {FALSE}"), OPERATOR)


def test_a_phrase_may_stand_in_a_cell_tagged_as_showing_an_error():
    assert untrue(notebook(('connections.connect("default")',)), ORM)
    assert not untrue(notebook(('connections.connect("default")', claims.ERROR_TAG)), ORM)
    assert untrue(notebook(("x = 1", claims.ERROR_TAG), ('connections.connect("default")',)), ORM)


def test_a_thing_of_the_past_may_be_told_in_prose_with_what_became_of_it():
    assert not untrue(markdown("ANNOY was removed in 2.3."), ANNOY)
    assert not untrue(markdown("| was | became |\n|---|---|\n| ANNOY | removed in 2.3 |"), ANNOY)
    assert untrue(markdown("Choose ANNOY or HNSW."), ANNOY)
    assert untrue(markdown("ANNOY was removed in 2.3.\n\nChoose ANNOY."), ANNOY)
    assert not untrue(markdown("`connections.connect(...)` is removed in pymilvus 3.1."), ORM)
    assert untrue(notebook(('index_type="ANNOY"  # removed',)), ANNOY)
    assert untrue(markdown("This was removed: `<->` is cosine distance."), OPERATOR)


def test_a_phrase_of_code_alone_is_not_searched_in_prose():
    assert not untrue(markdown("Not `time.sleep(60)`."), PHRASES["sleep until indexed"])


def test_code_in_documents_is_searched():
    old = PHRASES["docker-compose"]
    assert untrue(markdown("```\ndocker-compose up -d\n```"), old)
    assert untrue(markdown("Run `docker-compose up -d`."), old)
    assert not untrue(
        markdown("> **Common pitfall.** The old command:\n>\n> ```\n> docker-compose up\n> ```"),
        old,
    )


def test_the_message_names_place_phrase_reason_and_what_is_right(tmp_path):
    nbformat.write(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell("Text."), nbformat.v4.new_markdown_cell(FALSE)]
        ),
        tmp_path / "a.ipynb",
    )
    (found,) = claims.untrue(tmp_path / "a.ipynb", PHRASES.values(), tmp_path)
    assert str(found).startswith(
        "a.ipynb, cell 2: '`<->` is cosine': <-> is the Euclidean distance (L2). Right: <=>"
    )


def test_the_message_names_the_line_of_a_source_or_document(tmp_path):
    (tmp_path / "a.py").write_text('"""Doc."""\n\nimport pinecone\n\npinecone.init()\n')
    (tmp_path / "a.md").write_text("# Title\n\nText.\n\n| a |\n|---|\n| 5 ms |\n")
    (found,) = claims.untrue(tmp_path / "a.py", PHRASES.values(), tmp_path)
    assert str(found).startswith("a.py, line 5: 'pinecone.init'")
    (found,) = claims.unsourced(tmp_path / "a.md", tmp_path)
    assert str(found).startswith("a.md, line 7: '5 ms': a figure without a source")


def test_an_exception_covers_its_words_in_its_file_only(tmp_path):
    (tmp_path / "a.md").write_text("It takes 2 GB of disk and 5 minutes.\n\nAnd 2 GB of memory.\n")
    first, beside, second = claims.unsourced(tmp_path / "a.md", tmp_path)
    allowed = [claims.Allowed("a.md", "takes 2 GB of disk", "a reason")]
    assert claims.excused(first, allowed)
    assert not claims.excused(beside, allowed)
    assert not claims.excused(second, allowed)
    assert not claims.excused(first, [claims.Allowed("b.md", "takes 2 GB of disk", "a reason")])


def test_the_command_prints_what_to_mend(tmp_path, capsys):
    (tmp_path / "a.md").write_text("It takes 5 ms.\n")
    assert claims.run([tmp_path / "a.md"]) == 1
    assert "a.md, line 1: '5 ms'" in capsys.readouterr().out
    (tmp_path / "a.md").write_text("It takes time.\n")
    assert claims.run([tmp_path / "a.md"]) == 0
