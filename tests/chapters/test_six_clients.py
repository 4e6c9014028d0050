"""The cells of "The same search in six clients", run with the real client libraries.

pgvector, Milvus Lite and Qdrant are real. Pinecone, Weaviate and Vespa are played (tests/played):
the cells are proved to be complete and to call interfaces that exist, and their films must be those
that pgvector finds.
"""

import nbformat
import played
import pytest

from vdbcourse import settings

LESSON = settings.root() / "chapters/2_tool_comparison/02_same_search.ipynb"
PLAYED = {engine.NAME: engine for engine in (played.Weaviate, played.Pinecone, played.Vespa)}


def run(tag, names):
    """Run the lesson's code cells that carry `tag`, in their order."""
    for cell in nbformat.read(LESSON, as_version=4).cells:
        if cell.cell_type == "code" and tag in cell.metadata.get("tags", []):
            exec(compile(cell.source, f"<{tag}: {cell.source.splitlines()[0]}>", "exec"), names)


def films(answer):
    return [[title for title, _ in hits] for hits in answer]


@pytest.fixture(scope="module")
def lesson():
    """The names that the lesson's first cells and pgvector's make."""
    names = {}
    run("setup", names)
    run("needs-pgvector", names)
    names["pgvector"] = names["answers"]["pgvector"]
    names["expected"] = films(names["pgvector"])
    assert names["expected"] == [names["truth"], names["truth_1980s"]]
    yield names
    names["conn"].close()


@pytest.fixture(params=PLAYED)
def engine(request, lesson, monkeypatch):
    """One engine played, and found by the lesson."""
    with PLAYED[request.param]() as engine:
        for variable, value in engine.environment.items():
            monkeypatch.setenv(variable, value)
        lesson["answers"].clear()
        lesson["missing"] = {name: lesson["engines"].missing(name) for name in PLAYED}
        yield engine


def test_the_engine_is_found_and_finds_the_films_that_pgvector_finds(engine, lesson):
    assert lesson["missing"][engine.NAME] is None
    run(f"needs-{engine.NAME}", lesson)
    assert films(lesson["answers"][engine.NAME.capitalize()]) == lesson["expected"]
    assert engine.unplayed == []


def test_the_cells_can_be_run_again(engine, lesson):
    for _ in range(2):
        lesson["answers"].clear()
        run(f"needs-{engine.NAME}", lesson)
        assert films(lesson["answers"][engine.NAME.capitalize()]) == lesson["expected"]


def test_what_the_lesson_made_where_it_costs_is_gone_and_the_key_was_not_shown(
    engine, lesson, capsys
):
    run(f"needs-{engine.NAME}", lesson)
    assert not getattr(engine, "indexes", None)  # Pinecone
    assert not getattr(engine, "schema", None) or engine.NAME == "vespa"  # Weaviate
    assert getattr(engine, "KEY", "no key") not in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["milvus", "qdrant"])
def test_what_needs_no_server_finds_the_same(name, lesson):
    lesson["answers"].clear()
    lesson["answers"]["pgvector"] = lesson["pgvector"]
    for needed in dict.fromkeys(("milvus", name)):  # Qdrant's cells compare with Milvus's answers
        run(f"needs-{needed}", lesson)
    assert films(lesson["answers"][name.capitalize()]) == lesson["expected"]


@pytest.mark.parametrize("name", PLAYED)
def test_without_the_engine_the_cells_do_nothing(name, lesson):
    lesson["answers"].clear()
    lesson["missing"] = dict.fromkeys(PLAYED, "not here")
    run(f"needs-{name}", lesson)
    assert lesson["answers"] == {}
