"""The judged questions are what their card says."""

import re
from collections import Counter

import pytest

from vdbcourse import datasets

RARE = 12  # texts at most


@pytest.fixture(scope="module")
def films():
    return datasets.film_plots()


@pytest.fixture(scope="module")
def texts(films):
    """The words of each film's text, as the lesson searches it: line and plot."""
    lines = datasets.film_lines(films)
    return {
        i: words(f"{line} {plot}")
        for i, line, plot in zip(films.index, lines, films["plot"], strict=True)
    }


@pytest.fixture(scope="module")
def rare(texts):
    """The words that stand in few texts."""
    counts = Counter(word for text in texts.values() for word in text)
    return {word for word, count in counts.items() if count <= RARE}


def words(text):
    return set(re.findall(r"\w+", text.lower()))


def test_the_questions_are_tidy():
    questions = datasets.film_questions()
    assert questions.index.tolist() == list(range(1, 81))
    assert questions.question.str.lower().is_unique
    assert (questions.question == questions.question.str.strip()).all()
    assert questions.question.str.split().str.len().between(1, 20).all()
    assert questions.kind.value_counts().to_dict() == {"meaning": 30, "words": 25, "both": 25}


def test_the_films_exist(films):
    questions = datasets.film_questions()
    assert questions.film_ids.str.len().between(1, 8).all()
    for film_ids in questions.film_ids:
        assert len(film_ids) == len(set(film_ids))
        assert set(film_ids) <= set(films.index)


def test_questions_by_meaning_share_no_rare_word_with_their_films(texts, rare):
    questions = datasets.film_questions().query("kind == 'meaning'")
    for question, film_ids in zip(questions.question, questions.film_ids, strict=True):
        for film_id in film_ids:
            assert not words(question) & texts[film_id] & rare, question


def test_the_other_questions_share_a_rare_word_with_a_film_that_answers_them(texts, rare):
    questions = datasets.film_questions().query("kind != 'meaning'")
    for question, film_ids in zip(questions.question, questions.film_ids, strict=True):
        assert any(words(question) & texts[film_id] & rare for film_id in film_ids), question


def test_the_card_says_how_they_were_judged():
    assert "nobody looked at" in datasets.card("film_questions").source
