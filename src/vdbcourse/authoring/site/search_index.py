"""The index of the site's search: what the search plugin of the theme collected, and what it lacks.

    search_index.outputs(soup)          takes what programs printed out of a page's text
    search_index.completed(index, ...)  operators as words, other words for a page, weights

search_words.yaml holds the other words and the weights; docs/assets/search.js searches.
"""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from vdbcourse import glossary, yamlfile

BOOK = Path(__file__).with_name("search_words.yaml")
SCHEMA = BOOK.with_name("search_words.schema.json")
EXCLUDED = "data-search-exclude"
OUTPUTS = "pre.output, div.output, figure.chart details, figure.chart figcaption"
HEADINGS = re.compile("h[1-6]")
OPERATOR = re.compile(r"[<>=~#@&|!%+:-]{2,}")  # as in docs/assets/search.js
IS_OPERATOR = re.compile(r"[<>=|&:@~]")
TAG = re.compile(r"<[^>]+>")

Index = dict[str, Any]  # as the search plugin writes it: config, docs


def outputs(soup: BeautifulSoup) -> dict[str, str]:
    """Mark what programs printed, so that the search plugin leaves it out; returns the texts by the
    anchor of their section ("" above the second heading).

    They are searched in a field of their own: a message of an engine finds its page, but a page
    that explains a word stands above one that prints it.
    """
    found: dict[str, list[str]] = {}
    first = soup.find(HEADINGS, id=True)
    for output in soup.select(OUTPUTS):
        output[EXCLUDED] = "output"
        heading = output.find_previous(HEADINGS, id=True)
        anchor = str(heading["id"]) if isinstance(heading, Tag) and heading is not first else ""
        found.setdefault(anchor, []).append(" ".join(output.get_text(" ").split()))
    return {anchor: " ".join(texts) for anchor, texts in found.items()}


def completed(index: Index, printed: Mapping[str, str]) -> Index:
    """The index with the fields `words` and `output`, and weights.

    `printed` is what `outputs` took away, by address and anchor (`glossary/#recall`). Raises
    `CourseError` if search_words.yaml names a page that the index lacks.
    """
    document = yamlfile.read(BOOK, SCHEMA)
    book = document.data
    docs = [doc for doc in index["docs"] if not doc["location"].startswith("glossary/#letter-")]
    known = {doc["location"] for doc in docs}
    yamlfile.refuse(
        [
            document.problem(
                ("words", location),
                "the site has no such place. Write the address of a page that can be searched, and"
                " # with the anchor of a heading.",
            )
            for location in book["words"]
            if location not in known
        ]
    )
    terms = {f"glossary/#{term.id}": term for term in glossary.terms()}
    for doc in docs:
        location = doc["location"]
        words = [str(book["words"].get(location, "")), *operators(doc["title"] + doc["text"])]
        if location in terms:
            words += names(terms[location])
        doc["words"] = " ".join(filter(None, words))
        doc["output"] = html.escape(printed.get(location, ""), quote=False)
        doc["boost"] = weight(location, book["weights"])
    return {**index, "docs": docs}


def operators(text: str) -> Iterator[str]:
    """The operators in a text of the index, as words: `<=>` is `op3c3d3e`."""
    plain = html.unescape(TAG.sub(" ", text))
    for signs in dict.fromkeys(OPERATOR.findall(plain)):
        if IS_OPERATOR.search(signs):
            yield "op" + "".join(f"{ord(sign):x}" for sign in signs)


def names(term: glossary.Term) -> Iterator[str]:
    """Every name of a term, and names of several words as one: a QueryNode is a query node."""
    for name in (*term.names, *term.also):
        yield name
        if re.search(r"[\s-]", name):
            yield re.sub(r"[\s-]", "", name)


def weight(location: str, weights: Mapping[str, float]) -> float:
    """How much a page counts: the weight of the longest beginning of its address."""
    fitting = [start for start in weights if location.startswith(start)]
    return float(weights[max(fitting, key=len)]) if fitting else 1.0
