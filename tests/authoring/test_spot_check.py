"""Spot checks of what the course says: what is drawn, with which evidence, and what the log keeps
(./course author spot-check).
"""

import datetime

import pytest
from support import one_line

from vdbcourse.authoring import spot_check


@pytest.fixture(scope="module")
def everything():
    return spot_check.sentences()


@pytest.mark.parametrize(
    "kind", ["chapters/", "docs/", "README.md", "glossary, ", "quiz, ", "facts, "]
)
def test_every_kind_of_text_is_drawn_from(everything, kind):
    assert sum(one.place.startswith(kind) for one in everything) >= 20


def test_a_seed_draws_the_same_sentences_and_another_seed_others(everything):
    first, again, other = (spot_check.draw(everything, seed, 40) for seed in (1, 1, 2))
    assert first == again
    assert len({one.key for one in first}) == 40
    assert len({*(one.key for one in first)} & {*(one.key for one in other)}) < 10


def test_a_new_sentence_moves_no_other(everything):
    new = spot_check.Sentence(
        "docs/new.md, line 1", "Nobody has said this before today, in no lesson.", ()
    )
    before, after = (
        {one.key for one in spot_check.draw(texts, 3, 40)}
        for texts in (everything, [new, *everything])
    )
    assert len(before - after) <= 1


def test_a_sentence_of_a_lesson_stands_with_the_cells_around_it_and_their_outputs(everything):
    one = next(
        one
        for one in everything
        if one.place.startswith("chapters/2_tool_comparison/08") and "claim 7" in one.text
    )
    evidence = "\n".join(one.evidence)
    assert "asked for 100 rows, got 40" in evidence
    assert "hundred = nearest.replace" in evidence


def test_links_and_days_of_a_paragraph_are_evidence(everything):
    one = next(
        one
        for one in everything
        if one.place.startswith("chapters/2_tool_comparison/08")
        and "SET LOCAL" not in one.text
        and "an HNSW search keeps a list" in one.text.lower().replace("an hnsw", "an HNSW")
    )
    assert any("pgvector#query-options" in part for part in one.evidence)
    assert any("2026-08-19" in part for part in one.evidence)


def test_a_fact_stands_with_its_sources_and_its_day(everything):
    one = next(one for one in everything if one.text.startswith("Pinecone, hybrid"))
    assert "single-index" in one.evidence[0]
    assert one.evidence[1] == "checked: 2026-11-30"


def test_questions_and_scraps_are_not_drawn():
    assert spot_check.split(
        "Why? Because the index returns candidates only. Ask `EXPLAIN`. Which of these two is the"
        " quicker one?"
    ) == ["Because the index returns candidates only."]


def test_a_key_is_of_the_words_and_not_of_their_lines():
    one, folded, other = (
        spot_check.Sentence("x", text, ())
        for text in ("An index helps.", "An index\nhelps.", "An index hurts.")
    )
    assert one.key == folded.key != other.key


def test_the_log_is_well_formed():
    rounds = spot_check.read_log()
    assert len({one["seed"] for one in rounds}) == len(rounds) >= 1
    for one in rounds:
        assert datetime.date.fromisoformat(one["day"]) <= datetime.date.today()
        for judged in one["judged"]:
            assert set(judged) == {"sentence", "place", "text", "verdict", "done"}
            assert judged["verdict"] in spot_check.VERDICTS
            assert spot_check.Sentence("", judged["text"], ()).key == judged["sentence"]


def test_no_sentence_that_was_judged_not_true_stands_as_it_was(everything, capsys):
    assert spot_check.show_log(everything, spot_check.read_log()) == 0, capsys.readouterr().out


def test_the_log_names_a_sentence_that_nobody_mended(everything, capsys):
    standing = everything[0]
    judged = {"sentence": standing.key, "verdict": "false", "done": "to be fixed"}
    assert (
        spot_check.show_log(
            everything, [{"day": datetime.date(2026, 1, 1), "seed": 1, "judged": [judged]}]
        )
        == 1
    )
    assert f"{standing.key} was judged false and is unchanged" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--seed", "1", "--log"], ["--seed", "one"]])
def test_a_wrong_call_ends_with_exit_code_2(arguments, cli):
    assert "--seed" in one_line(cli("author", "spot-check", *arguments))


def test_the_command_prints_what_was_drawn(capsys):
    assert spot_check.run(5, 3, log=False) == 0
    assert capsys.readouterr().out.count("\n\n") >= 3
