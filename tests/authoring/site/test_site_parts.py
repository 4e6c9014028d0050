"""The parts of the site's builder, each with small inputs."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from mkdocs.config.defaults import MkDocsConfig

from vdbcourse.authoring.site import (
    charts,
    diagrams,
    glossary_links,
    links,
    mkdocs_plugin,
    notebook_page,
    page_html,
    reading_grade,
    repository_links,
    share_pictures,
    stale_outputs,
    third_party,
)
from vdbcourse.errors import CourseError


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def run_cell(source, *outputs, **metadata):
    return nbformat.v4.new_code_cell(
        source, execution_count=1, outputs=list(outputs), metadata=metadata
    )


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_a_box_becomes_an_admonition():
    made = notebook_page.prose(
        "Before.\n\n> **Common pitfall.** One line\n> and another.\n\nAfter."
    )
    assert (
        made
        == 'Before.\n\n!!! warning "Common pitfall"\n\n    One line\n    and another.\n\nAfter.'
    )


def test_a_quotation_stays_one():
    assert notebook_page.prose("> quoted") == "> quoted"


def test_the_command_stands_below_the_minutes():
    page = notebook_page.markdown(
        notebook(nbformat.v4.new_markdown_cell("# T\n\n*5 minutes. You need: a\nb.*\n\nText.")),
        "./course lab x",
    )
    assert page.index("minutes") < page.index("./course lab x") < page.index("Text.")


def test_printed_text_is_escaped_and_parts_of_it_are_one():
    page = notebook_page.markdown(
        notebook(
            nbformat.v4.new_markdown_cell("# T"), run_cell("x", printed("<b>\n"), printed("2\n"))
        ),
        "c",
    )
    assert page.count("<pre") == 1
    assert "&lt;b&gt;\n2</code>" in page


def test_what_a_prediction_asks_for_is_folded():
    cell = run_cell("x", printed("42"), jupyter={"outputs_hidden": True})
    assert notebook_page.code(cell).count("<details") == 1
    assert "<details" not in notebook_page.code(run_cell("x", printed("42")))


def test_the_progress_of_whoever_ran_the_lesson_is_left_out():
    cell = run_cell('lessons.finish("1_concepts/01_first_search")', printed("1 of 16 lessons"))
    assert "lessons.finish" in notebook_page.code(cell)
    assert "1 of 16" not in notebook_page.code(cell)


def test_an_output_nobody_can_see_is_refused():
    with pytest.raises(ValueError, match="cannot show: video/mp4"):
        notebook_page.output(nbformat.v4.new_output("display_data", data={"video/mp4": "x"}))


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ("[a](02_b.ipynb)", "[a](02_b.md)"),
        ("[a](../2_y/03_c.ipynb#part)", "[a](../2_y/03_c.md#part)"),
        ("[a](../../exercises/07_e.ipynb)", "[a](../../exercises/07_e.md)"),
        ("[a](../glossary.md#recall)", "[a](../../glossary.md#recall)"),
        ("[a](../start.ipynb)", "[a](../../paths.md)"),
        ('<a href="02_b.ipynb">a</a>', '<a href="02_b.md">a</a>'),
        ("[a](https://example.org/x.ipynb)", "[a](https://example.org/x.ipynb)"),
        ("[a](gone.ipynb)", "[a](gone.ipynb)"),
        ("```\n[a](02_b.ipynb)\n```", "```\n[a](02_b.ipynb)\n```"),
    ],
)
def test_links_between_files_become_links_between_pages(link, there):
    files = {
        "chapters/1_x/02_b.ipynb",
        "chapters/2_y/03_c.ipynb",
        "exercises/07_e.ipynb",
        "chapters/glossary.md",
        "chapters/start.ipynb",
    }
    assert (
        repository_links.relinked(
            link, "chapters/1_x/01_a.ipynb", "chapters/1_x/01_a.md", files.__contains__
        )
        == there
    )


def test_a_page_of_docs_links_to_lessons_by_their_file():
    made = repository_links.relinked(
        "[a](../chapters/1_x/02_b.ipynb)", "docs/skills.md", "skills.md", lambda path: True
    )
    assert made == "[a](chapters/1_x/02_b.md)"


def test_a_notebook_that_was_run_has_no_fault():
    made = notebook(run_cell("a = 1"), run_cell("a"))
    made.metadata[stale_outputs.NOTE] = stale_outputs.note(made)
    assert stale_outputs.faults("x.ipynb", nbformat.writes(made), made) == []


def test_a_cell_changed_or_never_run_is_found_with_its_line():
    made = notebook(run_cell("a = 1"), run_cell("a"), run_cell("b"))
    made.metadata[stale_outputs.NOTE] = stale_outputs.note(made)
    made.cells[1].source = "a + 1"
    made.cells[2].execution_count = None
    text = nbformat.writes(made)
    changed, missing = stale_outputs.faults("x.ipynb", text, made)
    assert "code cell 2 is newer than its output" in changed.what
    assert "code cell 3 was not run" in missing.what
    assert made.cells[1].id in text.splitlines()[changed.line - 1]


def test_a_notebook_stored_by_something_else_is_one_fault():
    made = notebook(run_cell("a"), run_cell("b"))
    assert [
        str(one)[:9] for one in stale_outputs.faults("x.ipynb", nbformat.writes(made), made)
    ] == ["x.ipynb:1"]


def test_a_flow_chart_in_words():
    said = diagrams.words(
        'flowchart LR\n  a["one<br/>thing"] -- "goes to" --> b[("store")]\n  b -.-> c\n  a'
        " -->|again| c"
    )
    assert said == ["one thing to store: goes to", "store to c", "one thing to c: again"]


def test_a_sequence_in_words():
    said = diagrams.words(
        "sequenceDiagram\n participant A as Ann\n A->>B: asks\n Note over A,B: later\n par first\n"
        " B-->>A: answers\n end"
    )
    assert said == [
        "Ann to B: asks",
        "Note at Ann and B: later",
        "At the same time: first",
        "B to Ann: answers",
    ]


def test_a_kind_of_diagram_without_words_is_refused():
    with pytest.raises(ValueError, match="'pie' have no words yet"):
        diagrams.words("pie\n  a: 1")


SPEC = {
    "title": "Recall",
    "mark": {"type": "line"},
    "data": {"name": "d"},
    "datasets": {
        "d": [{"ef": 16, "recall": 0.5, "index": "A"}, {"ef": 64, "recall": 0.91234, "index": "B"}]
    },
    "encoding": {
        "x": {"field": "ef"},
        "y": {"field": "recall", "title": "recall@10"},
        "color": {"field": "index"},
    },
}


def test_a_chart_in_a_sentence():
    assert (
        charts.summary(SPEC)
        == "Line chart, Recall: ef (x, 16 to 64), recall@10 (y, 0.5 to 0.9123), index (color:"
        " A, B)."
    )


def test_layers_share_data_and_encoding():
    layered = {
        "layer": [{"mark": "line"}, {"mark": "rule", "encoding": {"x": {"datum": 3}}}],
        **{k: SPEC[k] for k in ("data", "datasets", "encoding")},
    }
    assert charts.summary(layered).startswith("Line chart: ef (x, 16 to 64)")


def test_the_data_of_a_chart_are_a_table():
    table = BeautifulSoup(charts.data_table(SPEC), "html.parser")
    assert [cell.text for cell in table.select("th")] == ["ef", "recall", "index"]
    assert [cell.text for cell in table.select("tbody tr")[1].select("td")] == ["64", "0.9123", "B"]


def test_a_chart_cannot_end_its_script():
    figure = charts.figure({**SPEC, "title": "</script><b>"})
    assert figure.count("</script>") == 1
    assert "<b>" not in figure


def test_a_term_is_linked_once_and_only_in_running_text():
    soup = BeautifulSoup(
        "<h2>Recall</h2><pre>recall</pre><p>Recall and recall, <a href='x'>top-k</a></p>", "lxml"
    )
    assert "recall" in glossary_links.mark(soup, "../")
    links_made = soup.select("a.term")
    assert [one.text for one in links_made][:1] == ["Recall"]
    assert sum(one["href"] == "../glossary/#recall" for one in links_made) == 1
    assert soup.p.get_text() == "Recall and recall, top-k"


def test_a_setting_in_code_is_a_term_too():
    soup = BeautifulSoup(
        "<p><code>ef</code> and <code>ef</code>, <code>ef=10</code></p><pre><code>ef</code></pre>",
        "lxml",
    )
    glossary_links.mark(soup, "")
    assert [one.code.text for one in soup.select("a.term")] == ["ef"]
    assert "`" not in soup.select_one("a.term")["data-definition"]


def test_a_link_to_the_glossary_shows_the_definition_and_counts():
    soup = BeautifulSoup("<p><a href='../../glossary/#recall'>found</a> and recall</p>", "lxml")
    glossary_links.mark(soup, "../../")
    assert [one.text for one in soup.select("a.term")] == ["found"]
    assert soup.a["data-definition"]


@pytest.fixture
def two_pages(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/index.html").write_text("<h2 id='part'>x</h2>")
    (tmp_path / "index.html").write_text(
        "<a href='a/#part'>1</a><a href='a/#gone'>2</a><a href='b/'>3</a><script"
        " src='https://x.org/y.js'></script>"
    )
    return tmp_path


def test_broken_links_are_named_with_file_and_line(two_pages):
    text = "# T\n\n[1](a.md#part)\n[2](a.md#gone)\n[3](b/)\n"
    found = links.broken(two_pages, links.parsed(two_pages), lambda path: ("docs/index.md", text))
    assert [str(one) for one in found] == [
        "docs/index.md:4: the link to a/#gone leads to a page that has no such part",
        "docs/index.md:5: the link to b/ leads nowhere",
        "docs/index.md:1: https://x.org/y.js would be loaded from another host",
    ]


def test_simple_words_have_a_lower_grade():
    simple = ["The cat sat on the mat. It was warm. The dog came in."] * 12
    hard = [
        "Organisational considerations necessitate comprehensive evaluation of heterogeneous"
        " infrastructure alternatives."
    ] * 12
    assert reading_grade.of_texts(simple) < 3 < 15 < reading_grade.of_texts(hard)
    assert reading_grade.of_texts(["Too few words."]) is None


def test_code_does_not_count_for_the_grade():
    prose = "<p>The cat sat on the mat, and then it left.</p>" * 12
    plain = BeautifulSoup(f"<article>{prose}</article>", "lxml").article
    with_code = BeautifulSoup(
        f"<article>{prose}<pre><p>internationalisation.</p></pre></article>", "lxml"
    ).article
    assert reading_grade.grade(plain) == reading_grade.grade(with_code) is not None


def test_a_card_is_a_picture_of_the_size_readers_expect():
    assert share_pictures.png("A title", "Part")[16:24] == (1200).to_bytes(4, "big") + (
        630
    ).to_bytes(4, "big")
    assert share_pictures.path("") == "assets/cards/home.png"
    assert share_pictures.path("a/b/") == "assets/cards/a-b.png"


@pytest.mark.parametrize(
    ("version", "extra"), [("1.2", {"version": {"provider": "mike"}}), (None, {})]
)
def test_versions_are_offered_only_where_mike_publishes_them(monkeypatch, version, extra):
    monkeypatch.setattr(mkdocs_plugin.pages, "made", dict)
    monkeypatch.setattr(mkdocs_plugin.pages, "nav", lambda made: [])
    monkeypatch.delenv(mkdocs_plugin.MIKE, raising=False)
    if version:
        monkeypatch.setenv(mkdocs_plugin.MIKE, version)
    config = MkDocsConfig()
    config.extra = {}
    assert mkdocs_plugin.CoursePlugin().on_config(config).extra == extra


@pytest.fixture
def registry(monkeypatch, tmp_path):
    """A registry that sends what the test says, and an empty cache."""
    monkeypatch.setattr(third_party, "kept_at", lambda script: tmp_path / "kept.js")

    def send(content=None, error=None):
        class Answer:
            def __enter__(self):
                return self

            def __exit__(self, *of):
                return None

            def read(self):
                return content

        def urlopen(url, timeout):
            if error:
                raise error
            return Answer()

        monkeypatch.setattr(third_party.urllib.request, "urlopen", urlopen)

    return send


def test_a_package_that_is_not_the_chosen_one_is_refused(registry, tmp_path):
    registry(b"something else")
    with pytest.raises(CourseError, match="is not the package that was chosen"):
        third_party.fetched(third_party.MERMAID)
    assert not (tmp_path / "kept.js").exists()


def test_without_a_network_one_line_says_what_to_do(registry):
    registry(error=ConnectionResetError("reset"))
    with pytest.raises(
        CourseError, match="could not be fetched from https://registry.npmjs.org.*It is needed once"
    ):
        third_party.fetched(third_party.MERMAID)


def test_the_line_that_gets_the_course_names_the_repository_where_it_is_known(monkeypatch):
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    assert mkdocs_plugin.how_to_get() == "```\n./course lab\n```"
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/course")
    assert mkdocs_plugin.how_to_get() == (
        "```\ngit clone https://github.com/someone/course.git\ncd course\n./course lab\n```"
    )


def test_a_sheet_is_made_of_sections_that_a_column_does_not_cut():
    html = '<div class="sheet"><h2 id="a">A</h2><p>one</p><h2 id="b">B</h2><p>two</p></div>'
    body, _ = page_html.finished(html, "", glossary=False)
    sections = BeautifulSoup(body, "lxml").select(".sheet > section")
    assert [one.get_text() for one in sections] == ["Aone", "Btwo"]
