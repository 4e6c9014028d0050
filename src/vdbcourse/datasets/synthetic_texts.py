"""Made-up texts from fields whose real ones are secret or owned, and questions: written for this
course.
"""

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent


def products() -> pd.DataFrame:
    """120 products of a shop that does not exist; index `product_id`, columns as `card("products")`
    says.
    """
    return read("products.jsonl", "product_id")


def clinical_notes() -> pd.DataFrame:
    """60 short notes as a clinic might keep them, about patients who do not exist; index `note_id`.

    `present` and `denied` are lists of the findings that the note affirms and rules out.
    """
    return read("notes.jsonl", "note_id")


def support_answers() -> pd.DataFrame:
    """30 questions that a made-up bike hire answers on its help page, with the answers; index
    `answer_id`.
    """
    return read("answers.jsonl", "answer_id")


def support_tickets() -> pd.DataFrame:
    """90 messages to that bike hire in order of arrival; index `ticket_id`.

    `answer_id` is the help page's answer, `duplicate_of` the earlier ticket about the same event;
    `<NA>` where there is none.
    """
    numbers = {"answer_id": "Int64", "duplicate_of": "Int64"}
    return read("tickets.jsonl", "ticket_id").astype(numbers)


def film_questions() -> pd.DataFrame:
    """80 questions about the 641 films of `film_plots`, with the films that answer each; index
    `question_id`.

    `kind` is "meaning" (no rare word of the film's text), "words" (a name or term in it) or "both";
    `film_ids` is a list of 1 to 8 rows of `film_plots`. How they were judged:
    `card("film_questions")`.
    """
    return read("questions.jsonl", "question_id")


def read(name: str, key: str) -> pd.DataFrame:
    """The rows of one file of this folder; index `key`."""
    return pd.read_json(FOLDER / name, lines=True, encoding="utf-8").set_index(key)
