"""The facts on the engines: complete, sourced, dated, and refused when anything about them is
wrong.
"""

import datetime
import importlib.metadata
import json
import re
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from vdbcourse import facts
from vdbcourse.errors import CourseError
from vdbcourse.facts import loader, milvus_indexes

ENGINES = ("milvus", "weaviate", "pinecone", "qdrant", "vespa", "pgvector")
FEATURES = (
    *(
        "licence",
        "hosting",
        "scaling",
        "index_types",
        "metrics",
        "max_dimensions",
        "sparse",
        "full_text",
        "hybrid",
        "filtering",
    ),
    *(
        "multi_tenancy",
        "vectorization",
        "api",
        "python_client",
        "backup",
        "monitoring",
        "local_mode",
        "pricing",
        "consistency",
    ),
    *("roles", "sign_on", "encryption", "audit", "ecosystem", "support", "updates"),
)
FILE = loader.PATH
EVERY_FACT = [fact for engine in facts.engines() for fact in engine.facts.values()]


def name(fact):
    return f"{fact.engine}-{fact.feature}"


# ---- the facts themselves


def test_the_schema_is_a_schema():
    for path in (loader.SCHEMA, milvus_indexes.SCHEMA):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_every_engine_has_a_fact_for_every_feature():
    assert tuple(engine.key for engine in facts.engines()) == ENGINES
    assert tuple(feature.key for feature in facts.features()) == FEATURES
    assert len(EVERY_FACT) == len(ENGINES) * len(FEATURES)


@pytest.mark.parametrize("fact", EVERY_FACT, ids=name)
def test_a_fact_has_a_source_and_a_day_that_is_past(fact):
    assert fact.sources
    assert datetime.date(2026, 1, 1) <= fact.checked <= datetime.date.today()


@pytest.mark.parametrize("source", facts.book().sources.values(), ids=lambda source: source.key)
def test_a_source_has_a_title_a_safe_address_and_a_state_that_is_past(source):
    address = urlsplit(source.url)
    assert address.scheme == "https"
    assert "." in address.netloc
    assert not re.search(r"[\s<>\"']", source.url)
    assert source.title
    assert source.state
    if re.fullmatch(r"\d{4}-\d\d-\d\d", source.state):
        assert datetime.date.fromisoformat(source.state) <= max(fact.checked for fact in EVERY_FACT)


def test_no_address_stands_under_two_names():
    addresses = [source.url for source in facts.book().sources.values()]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("fact", EVERY_FACT, ids=name)
def test_a_fact_is_marked_as_not_stated_where_it_says_so(fact):
    assert fact.stated or "not stated in the sources we read" in fact.value
    if fact.value.startswith("not stated"):
        assert not fact.stated
        assert not fact.numbers


@pytest.mark.parametrize("fact", EVERY_FACT, ids=name)
def test_a_fact_says_something_to_programs(fact):
    assert fact.tags or fact.numbers or fact.packages


@pytest.mark.parametrize("engine", facts.engines(), ids=lambda engine: engine.key)
def test_the_portrait_rests_on_facts(engine):
    assert len(engine.strengths) >= 2
    assert len(engine.weaknesses) >= 2
    for statement in (*engine.strengths, *engine.weaknesses, engine.best_for):
        assert statement.facts
        assert statement.text.endswith(".")
        assert statement.text.count(". ") == 0


def test_the_numbers_of_dimensions_stand_in_what_is_shown():
    for engine in facts.engines():
        fact = engine.facts["max_dimensions"]
        assert all(f"{number:,}" in fact.value for number in fact.numbers.values())


def test_milvus_offers_the_most_families_of_index():
    """A strength of its portrait."""
    families = {engine.key: len({*engine.facts["index_types"].tags}) for engine in facts.engines()}
    assert max(families, key=families.get) == "milvus"
    assert sorted(families.values())[-1] > sorted(families.values())[-2]


@pytest.mark.parametrize("engine", facts.engines(), ids=lambda engine: engine.key)
def test_the_clients_of_the_facts_are_the_installed_ones(engine):
    fact = engine.facts["python_client"]
    assert fact.packages
    for package, version in fact.packages.items():
        assert importlib.metadata.version(package) == version
        assert f"{package} {version}" in fact.value


# ---- looking up


def test_one_fact():
    fact = facts.fact("milvus", "licence")
    assert fact.value.startswith("Apache-2.0")
    assert fact.tags == ("open-source",)
    assert (
        str(fact)
        == "milvus, licence: Apache-2.0; the separate graphical tool Attu is proprietary since"
        " 2.6.0 [Milvus docs: what is Milvus (2026-08-06) https://milvus.io/docs/overview.md;"
        " Attu README and licence (2026-05-14)"
        " https://github.com/zilliztech/attu/blob/57a140ad/README.md; checked 2026-11-21]"
    )


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (
            lambda: facts.fact("Milvus", "licence"),
            "There is no engine 'Milvus'. Did you mean 'milvus'? There are: milvus, weaviate",
        ),
        (
            lambda: facts.fact("milvus", "license"),
            "There is no feature 'license'. Did you mean 'licence'?",
        ),
        (
            lambda: facts.table("index types"),
            "There is no feature 'index types'. Did you mean 'index_types'?",
        ),
        (lambda: facts.table(engines=["chroma"]), "There is no engine 'chroma'. There are: milvus"),
        (lambda: facts.portrait("pg-vector"), "Did you mean 'pgvector'?"),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(ask, answer):
    with pytest.raises(CourseError, match=re.escape(answer)):
        ask()


def test_nobody_changes_a_fact_by_accident():
    with pytest.raises(AttributeError):
        facts.fact("milvus", "licence").value = "mine"
    with pytest.raises(TypeError):
        facts.fact("milvus", "max_dimensions").numbers["indexed"] = 1


def test_what_if_leaves_the_book_as_it_is():
    changed = facts.book().changed("pgvector", "max_dimensions", numbers={"indexed": 8000})
    assert changed.fact("pgvector", "max_dimensions").numbers == {"indexed": 8000}
    assert facts.fact("pgvector", "max_dimensions").numbers["indexed"] == 2000
    assert changed.fact("milvus", "licence") == facts.fact("milvus", "licence")


# ---- shown


def table_cells(page):
    return re.findall(r"<td.*?</td>", page)


def test_each_cell_of_a_table_has_value_link_and_day():
    table = facts.table(["licence", "pricing"], ["milvus", "vespa", "pgvector"])
    found = table_cells(table._repr_html_())
    assert len(found) == 6
    for engine in ("milvus", "vespa", "pgvector"):
        for feature in ("licence", "pricing"):
            fact = facts.fact(engine, feature)
            (cell,) = (
                one
                for one in found
                if fact.value.split(";")[0] in one
                and all(source.url in one for source in fact.sources)
            )
            assert f"checked {fact.checked}" in cell
            assert cell.count("<a href=") == len(fact.sources)
            assert all(f"({source.state})" in cell for source in fact.sources)


def test_a_table_of_everything_holds_every_fact():
    page = facts.table()._repr_html_()
    assert len(table_cells(page)) == len(EVERY_FACT)
    assert page.count("checked 2026-") == len(EVERY_FACT)


def test_a_table_names_rows_and_columns_for_screen_readers():
    page = facts.table("licence")._repr_html_()
    assert page.count("scope='row'") == 6
    assert page.count("scope='col'") == 2


def test_a_table_as_text_has_a_note_for_every_source():
    text = repr(facts.table(["licence", "hosting"], "milvus"))
    for feature in ("licence", "hosting"):
        fact = facts.fact("milvus", feature)
        assert all(
            f"{source.title} ({source.state}) {source.url}" in text for source in fact.sources
        )
    assert text.replace("\n      ", " ").count("checked 2026-11-21]") == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_portrait_shows_each_sentence_with_its_facts(engine):
    portrait = facts.portrait(engine)
    page, text = portrait._repr_html_(), re.sub(r"\s+", " ", repr(portrait))
    one = facts.book().engine(engine)
    for statement in (*one.strengths, *one.weaknesses, one.best_for):
        assert statement.text in text
        for feature in statement.facts:
            assert facts.fact(engine, feature).sources[0].url in page
            assert facts.fact(engine, feature).value in text
    assert page.count("<a href=") == page.count("</a>") >= 3


def test_what_is_shown_is_escaped():
    book = facts.book().changed("milvus", "licence", value="a < b & <script>")
    from vdbcourse.facts.display import Table

    assert "a &lt; b &amp; &lt;script&gt;" in Table(book, ["licence"], ["milvus"])._repr_html_()


# ---- a broken copy is refused

MILVUS_LICENCE = """      licence:
        value: Apache-2.0; the separate graphical tool Attu is proprietary since 2.6.0
        tags: [open-source]
        sources: [milvus-overview, attu]
        checked: 2026-11-21
"""


def broken(tmp_path, old, new):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / "facts.yaml"
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def refused(tmp_path, old, new, *words):
    with pytest.raises(CourseError) as raised:
        loader.load(broken(tmp_path, old, new))
    for word in words:
        assert word in str(raised.value)


PLACE = "engines > milvus > facts > licence"


def test_an_unchanged_copy_is_read(tmp_path):
    assert loader.load(broken(tmp_path, "engines:", "engines:")) == facts.book()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("        sources: [milvus-overview, attu]\n", "", "the field `sources` is missing"),
        ("[milvus-overview, attu]", "[]", "sources: 0 entries; at least 1"),
        (
            "[milvus-overview, attu]",
            "[milvus-overvew, attu]",
            "unknown name 'milvus-overvew'. Did you mean 'milvus-overview'?",
        ),
        ("        checked: 2026-11-21\n", "", "the field `checked` is missing"),
        (
            "checked: 2026-11-21",
            "checked: 21 November",
            "must be a day such as 2026-11-21, not '21 November'",
        ),
        (
            "checked: 2026-11-21",
            "checked: 2026-02-30",
            "must be a day such as 2026-11-21, not '2026-02-30'",
        ),
        ("[open-source]", "[opensource]", "unknown name 'opensource'. Did you mean 'open-source'?"),
        ("tags: [open-source]", "numbers: {copies: 3}", "numbers: unknown name 'copies'"),
        (
            (
                "        value: Apache-2.0; the separate graphical tool Attu is proprietary since"
                " 2.6.0\n"
            ),
            "",
            "the field `value` is missing",
        ),
        (
            "value: Apache-2.0; the",
            "worth: 3\n        value: Apache-2.0; the",
            "worth: unknown field.",
        ),
    ],
)
def test_a_broken_fact_is_refused_with_its_place(tmp_path, old, new, words):
    refused(tmp_path, MILVUS_LICENCE, MILVUS_LICENCE.replace(old, new), PLACE, words)


def test_a_missing_fact_is_refused(tmp_path):
    refused(
        tmp_path, MILVUS_LICENCE, "", "engines > milvus > facts", "the fact `licence` is missing"
    )


def test_a_fact_given_twice_is_refused(tmp_path):
    refused(tmp_path, MILVUS_LICENCE, MILVUS_LICENCE * 2, f"{PLACE}: is given twice, first in line")


def test_a_misspelt_feature_is_refused(tmp_path):
    refused(
        tmp_path,
        MILVUS_LICENCE,
        MILVUS_LICENCE + MILVUS_LICENCE.replace("licence:", "licenses:"),
        "licenses",
        "Did you mean 'licence'?",
    )


def test_an_unused_source_is_refused(tmp_path):
    refused(
        tmp_path,
        "[milvus-overview, attu]",
        "[milvus-overview]",
        "sources > attu",
        "no fact uses this source",
    )


def test_an_address_without_tls_is_refused(tmp_path):
    refused(
        tmp_path,
        "https://milvus.io/docs/overview.md",
        "http://milvus.io/docs/overview.md",
        "sources > milvus-overview > url",
    )


def test_a_sentence_without_facts_is_refused(tmp_path):
    refused(
        tmp_path, "facts: [index_types]", "facts: []", "milvus > strengths > 1 > facts", "0 entries"
    )


def test_a_sentence_on_an_unknown_fact_is_refused(tmp_path):
    refused(
        tmp_path,
        "facts: [index_types]",
        "facts: [indextypes]",
        "engines > milvus > strengths > 1",
        "Did you mean 'index_types'?",
    )


def test_a_missing_engine_is_refused(tmp_path):
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    del data["engines"]["vespa"]
    copy = tmp_path / "facts.yaml"
    copy.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(CourseError, match="engines: the field `vespa` is missing"):
        loader.load(copy)


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    refused(tmp_path, "sources:", "sources: [", "facts.yaml, line", "this is not YAML")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sources: [lite], checked", "sources: [light], checked", "unknown name 'light'. Did you"),
        ("checked: 2026-11-21", "checked: soon", "must be a day such as 2026-11-21, not 'soon'"),
        (
            "deployments:\n",
            "deployment:\n",
            "deployment: unknown field. Did you mean 'deployments'",
        ),
        ("in: [", "in: [lte, ", "in > 1: unknown name 'lte'. Did you mean 'lite'?"),
    ],
)
def test_a_broken_file_of_index_types_is_refused_with_its_line(tmp_path, old, new, words):
    text = milvus_indexes.PATH.read_text(encoding="utf-8")
    copy = tmp_path / "indexes.yaml"
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(CourseError) as raised:
        milvus_indexes.load(copy)
    assert f"indexes.yaml, line {line}: " in str(raised.value)
    assert words in str(raised.value)
