"""Songs are tidy, and the made-up events have the shape that a lesson on popularity needs."""

import pandas as pd
import pytest

from vdbcourse import datasets


@pytest.fixture(scope="module")
def songs():
    return datasets.songs()


@pytest.fixture(scope="module")
def events():
    return datasets.listening_events()


def test_no_song_is_there_twice(songs):
    assert songs.index.is_unique
    assert not songs.assign(title=songs.title.str.casefold()).duplicated(["title", "artist"]).any()


def test_songs_come_from_many_decades_and_countries(songs):
    assert songs.year.between(1927, 2024).all()
    assert (songs.groupby(songs.year // 10).size().loc[195:202] > 15).all()
    assert songs.country.nunique() > 50
    assert songs.country.isin(["US", "UK"]).mean() < 0.55


def test_every_song_has_three_moods_and_one_sentence_of_its_own(songs):
    assert (songs.moods.str.len() == 3).all()
    assert songs.moods.map(lambda moods: all(mood == mood.strip().lower() for mood in moods)).all()
    assert songs.line.is_unique
    assert songs.line.str.fullmatch(r"[A-Z0-9\"][^.!?]*\.").all()
    assert songs.line.str.split().str.len().between(5, 30).all()


def test_no_text_has_blanks_to_spare(songs):
    for column in ("title", "artist", "genre", "country", "line"):
        assert (songs[column] == songs[column].str.strip()).all()
        assert not songs[column].str.contains("  ").any()


def test_events_are_in_order_and_of_known_songs(songs, events):
    assert events.played_at.is_monotonic_increasing
    assert events.song_id.isin(songs.index).all()
    assert events.listener_id.between(1, 400).all()


def test_the_same_seed_draws_the_same_events_and_another_one_others(events):
    pd.testing.assert_frame_equal(events, datasets.listening_events())
    other = datasets.listening_events(seed=1)
    assert not other.song_id.equals(events.song_id)


def test_a_few_songs_have_most_plays_and_listeners_have_tastes(songs, events):
    plays = events.song_id.value_counts()
    assert plays.head(60).sum() > 0.4 * len(events)
    genres = events.song_id.map(songs.genre)
    overall = genres.value_counts(normalize=True)
    lifts = []
    for listener in events.listener_id.value_counts().index[:20]:
        own = genres[events.listener_id == listener].value_counts(normalize=True)
        often = own[own > 0.05]
        lifts.append((often / overall[often.index]).max())
    assert pd.Series(lifts).median() > 3


@pytest.mark.parametrize(("n", "listeners"), [(-1, 10), (10, 0), (10, -3)])
def test_impossible_sizes_are_refused(n, listeners):
    with pytest.raises(ValueError, match="listeners is|negative"):
        datasets.listening_events(n, listeners)


def test_no_events_are_an_empty_frame(events):
    empty = datasets.listening_events(0)
    assert list(empty.columns) == list(events.columns)
    assert len(empty) == 0


# --- judged questions -----------------------------------------------------------------------------


def test_questions_are_judged_on_known_songs_in_two_grades(songs):
    questions = datasets.song_questions()
    for column in ("best", "fitting"):
        assert questions[column].explode().isin(songs.index).all()
        assert questions[column].map(lambda ids: len(ids) == len(set(ids))).all()
    assert questions.best.str.len().between(2, 8).all()
    assert questions.fitting.str.len().between(4, 8).all()
    both = zip(questions.best, questions.fitting, strict=True)
    assert all(set(best).isdisjoint(fitting) for best, fitting in both)


def test_half_of_the_questions_are_kept_for_the_test():
    questions = datasets.song_questions()
    assert questions.part.value_counts().to_dict() == {"tuning": 32, "test": 32}
    assert questions.question.is_unique


def test_no_question_names_a_song_or_an_artist_that_answers_it(songs):
    for row in datasets.song_questions().itertuples():
        for song in songs.loc[[*row.best, *row.fitting]].itertuples():
            assert song.title.casefold() not in row.question.casefold()
            assert song.artist.casefold() not in row.question.casefold()


def test_questions_are_answered_from_many_songs_and_countries(songs):
    answers = datasets.song_questions()[["best", "fitting"]].stack().explode()
    assert answers.nunique() > 300
    assert songs.country.loc[answers.unique()].nunique() > 40
