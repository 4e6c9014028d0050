"""What a learner types, and the page that must come first: the search of the published site, by its
own worker in Chromium.
"""

import json
import re

import pytest
from bs4 import BeautifulSoup

from vdbcourse.authoring.site import page_html, search_index
from vdbcourse.errors import CourseError

FIRST = {
    # operators and names of the engines
    "<=>": "cheat-sheets/pgvector/",
    "<->": "cheat-sheets/pgvector/",
    "<#>": "cheat-sheets/pgvector/",
    "IndexNode": "glossary/#index-node",
    "GPU_CAGRA": "index-types/",
    "list_persistent_segments": "chapters/3_milvus/03_live_server/",
    "ef_search": "cheat-sheets/search-parameters/",
    # what the tools of the site are for
    "milvus cheat sheet pdf": "cheat-sheets/milvus/",
    "RAM 5M 768 HNSW": "sizing/",
    "memory HNSW": "sizing/",
    "how much memory do I need": "sizing/",
    "which database should I choose": "chapters/2_tool_comparison/06_chooser/",
    "which index should I use": "cheat-sheets/index-choice/",
    "pinecone price": "engines/",
    "license": "engines/",
    "weaviate": "engines/",
    "quiz": "quiz/",
    "skills": "skills/",
    "explorer": "explorer/",
    "learning path": "paths/",
    "one hour": "paths/",
    "anki": "glossary/",
    "changelog": "changelog/",
    # terms
    "hnsw ef": "glossary/#ef",
    "halfvec": "glossary/#halfvec",
    "nprobe": "glossary/#nprobe",
    "consistency level": "glossary/#consistency-level",
    "compaction": "glossary/#compaction",
    "partition key": "glossary/#partition-key",
    "product quantization": "glossary/#pq",
    "ndcg": "glossary/#ndcg",
    "hybrid search": "glossary/#hybrid-search",
    "bm25": "glossary/#bm25",
    "nan vector": "glossary/#nan",
    # to set up, and what goes wrong
    "install": "#the-commands",
    "reset course": "#the-commands",
    "run in browser": "in-the-page/",
    "docker compose milvus": "docker/milvus/",
    "password": "chapters/4_implementation/01_milvus_set_up/",
    "connection refused": "chapters/4_implementation/01_milvus_set_up/",
    "collection not loaded": "chapters/3_milvus/10_clinic_search/",
    "out of memory": "chapters/3_milvus/11_clinic_data/",
    "fewer rows than limit": "chapters/2_tool_comparison/07_when_it_fails/",
    # lessons and exercises
    "architecture of milvus": "chapters/3_milvus/02_architecture/",
    "move data from pgvector to milvus": "chapters/2_tool_comparison/05_migration/",
    "myths": "chapters/2_tool_comparison/08_myths_postgres/",
    "slow search": "exercises/09_slow_search/",
    "exercise filter": "exercises/03_metadata_filtering/",
    "lost rows exercise": "exercises/10_missing_rows/",
    "precision at k": "glossary/#precision",
}

ASK = """
  async (queries) => {
    const config = JSON.parse(document.getElementById("__config").textContent);
    const index = await (await fetch("search/search_index.json")).json();
    const worker = new Worker(config.search);
    const answer = (message) => new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(message);
    });
    await answer({ type: 0, data: { ...index, options: { suggest: true } } });
    const found = {};
    for (const query of queries) {
      const { data } = await answer({ type: 2, data: query });
      found[query] = data.items.map((page) => [...page]
        .sort((a, b) => b.score - a.score)
        .map(({ location, terms }) => [location, terms]));
    }
    worker.terminate();
    return found;
  }
"""


@pytest.fixture(scope="module")
def ask(browser, address):
    """Ask the worker of the site: for each question the pages in order, each with the places on it,
    the best first.
    """
    page = browser.new_page()
    page.goto(f"{address}/")
    yield lambda queries: page.evaluate(ASK, list(queries))
    page.close()


@pytest.mark.browser
def test_each_question_brings_its_page_first(ask):
    found = ask(FIRST)
    wrong = {}
    for query, expected in FIRST.items():
        places = [page[0][0] for page in found[query]]
        first = places[0] if places else "nothing"
        if expected not in (first, first.partition("#")[0]):
            wrong[query] = places[:3]
    assert len(FIRST) >= 40
    assert wrong == {}


@pytest.mark.browser
def test_the_beginning_of_a_word_finds_it_while_somebody_types(ask):
    for query, pages in ask(["halfv", "quanti", "consist", "<="]).items():
        assert pages, query


@pytest.mark.browser
def test_what_an_engine_printed_finds_its_page_below_those_that_explain_it(ask, site):
    index = json.loads((site / "search" / "search_index.json").read_text())["docs"]
    explained = " ".join(doc["title"] + doc["text"] + doc["words"] for doc in index).lower()
    printed = {}
    for doc in index:
        for word in set(re.findall(r"[a-z]{12,}", doc["output"])):
            printed.setdefault(word, set()).add(doc["location"])
    only = {word: places for word, places in printed.items() if word not in explained}
    word, places = next((word, places) for word, places in only.items() if len(places) == 1)
    (pages,) = ask([word]).values()
    assert pages[0][0][0] in places
    assert ask(["recall"])["recall"][0][0][0] == "glossary/#recall"


@pytest.mark.browser
def test_nobody_sees_the_word_that_stands_for_an_operator(visit):
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("<=> compaction")
    hits = page.locator(".md-search-result__link")
    hits.first.wait_for()
    assert not re.search(r"op3c", page.locator(".md-search-result").inner_text())
    assert not any("op3c" in hit.get_attribute("href") for hit in hits.all())


def test_an_operator_is_a_word():
    text = "<p>a &lt;=&gt; b, <code>c-&gt;&gt;d</code>, well-known -- and ##</p>"
    assert list(search_index.operators(text)) == ["op3c3d3e", "op2d3e3e"]


PAGE = """<h1 id="t">T</h1><p>one</p><pre class="output">two</pre>
<h2 id="s">S</h2><div class="output"><p>three  four</p></div><pre><code>five</code></pre>"""


def test_what_is_printed_is_set_aside_by_section():
    body, printed = page_html.finished(PAGE, "", glossary=False)
    assert printed == {"": "two", "s": "three four"}
    marked = BeautifulSoup(body, "lxml").select(f"[{search_index.EXCLUDED}]")
    assert [one.get_text() for one in marked] == ["two", "three  four"]


def test_words_for_a_page_that_is_not_there_are_named_with_their_line():
    with pytest.raises(CourseError, match=r"search_words\.yaml, line \d+: words > .*no such place"):
        search_index.completed({"docs": []}, {})


def test_the_longest_beginning_of_an_address_weighs():
    weights = {"quiz/": 2, "quiz/#": 0.5}
    assert search_index.weight("quiz/", weights) == 2
    assert search_index.weight("quiz/#3_milvus", weights) == 0.5
    assert search_index.weight("paths/", weights) == 1
