"""The checks of exercise 03. No index leaves films out, so the right rows are known.

Most wrong answers are recognised by the ids they return on the shelf (see `shelf`): each mistake in
a filter or an order returns other ids.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import permutations

from vdbcourse import engines
from vdbcourse.exercises.metadata_filtering.rows import SCORE, are_films, is_answer
from vdbcourse.exercises.metadata_filtering.shelf import (
    EAST,
    SHELF,
    Film,
    Row,
    collection,
    far_down,
    nearest,
    real,
    table,
)
from vdbcourse.grading import Answer, Data, NotYet, check

IN_TABLE = 1_000  # real films
IN_COLLECTION = 400
REAL = "Hundreds of films with vectors of 384 numbers and of different lengths."
QUOTED = dict.fromkeys(
    (
        'integer: "$',
        "data type of parameter",
        "bind message",
    ),  # what PostgreSQL reports, depending on the column
    "A `%s` is between quotes, which makes it part of a string. psycopg sends the values separately"
    " from the SQL: no value needs quotes, not even a string.",
)
OVER_FETCHED = (
    "A filter on a rare fact: the films that pass are far down among all films. If you fetch a few"
    " times k films and filter them afterwards, you lose some. Put the filter inside the query, so"
    " that it applies before LIMIT."
)
PERCENT = {
    "placeholder": (
        "A % in a string inside the SQL is read as a placeholder. Pass strings as parameters."
    )
}
LIKE: tuple[tuple[str, Callable[[str, str], bool], str], ...] = (
    (
        "Comedy",
        str.startswith,
        (
            "Blazing Saddles (26) has the genre Comedy Western, which starts with Comedy but is"
            " another genre. "
        ),
    ),
    (
        "Comedy",
        lambda genre, wanted: genre.lower() == wanted.lower(),
        "Modern Times (27) has the genre comedy, in lower case. ",
    ),
    (
        "Comedy",
        lambda genre, wanted: genre.lower().startswith(wanted.lower()),
        "Comedy Western and comedy are other genres. ",
    ),
    (
        "Horror",
        str.startswith,
        "The Seventh Victim (23) has a genre that starts with Horror but is another genre. ",
    ),
    (
        "100% Western",
        lambda genre, _: genre.startswith("100") and genre.endswith("Western"),
        "Here `%` is a character of the genre. ",
    ),
    (
        "Sci_Fi",
        lambda genre, _: genre in ("Sci_Fi", "Sci-Fi"),
        "Here `_` is a character of the genre. ",
    ),
)
WHOLE = (
    "Compare a genre as a whole, character by character: with `=`, not with LIKE, ILIKE, `%` or"
    " lower()."
)
TIES: dict[tuple[int, ...], str] = dict.fromkeys(
    permutations((11, 12, 13, 14), 3),
    "Four films are equally near, and three were requested: those with the smallest ids, sorted by"
    " id. Without a rule for ties the same question may return other films tomorrow. ORDER BY takes"
    " a second column.",
)


@check("films_of_decade")
def check_films_of_decade(films_of_decade: Answer, data: Data) -> None:
    """`films_of_decade(conn, question, decade, k)` -> rows (id, title, distance) of one decade."""
    conn = data.postgres.conn
    table(data, films_of_decade, SHELF)
    sixties = of_shelf(lambda film: film.decade == 1960)
    are_films(
        films_of_decade.explained(conn, EAST, 1960, 2, raised=QUOTED),
        sixties,
        2,
        "High and Low (16) and Playtime (3) are the nearest films of the 1960s.",
        {
            (): (
                "Two films of the 1960s were requested, and the table has more. If you take the two"
                " nearest of all films and filter them afterwards, you lose a film of the 1960s"
                " that is only third. WHERE filters before LIMIT counts."
            ),
            (
                2,
                4,
            ): (
                "These are the nearest films of all decades: the filter is missing. A vector"
                " contains little about a year."
            ),
            (
                3,
                9,
            ): (
                "That is the order by `<->`, the L2 distance, which depends on lengths as well. The"
                " cosine distance is `<=>`."
            ),
            (
                7,
                17,
            ): (
                "That is the order by `<#>`, the inner product, which prefers long vectors. The"
                " cosine distance is `<=>`."
            ),
            (
                22,
                6,
            ): (
                "These are the two farthest films. A small distance is near, so the order is"
                " ascending, without DESC."
            ),
            (
                8,
                25,
            ): (
                "These films are from the year 1960. A decade has ten years, and the table has a"
                " column for it."
            ),
            (
                25,
                8,
            ): (
                "These films are from the year 1960. A decade has ten years, and the table has a"
                " column for it."
            ),
            (
                4,
                16,
            ): (
                "M*A*S*H (4) is from 1970. The 1960s end with 1969: the upper bound is the first"
                " year that is not included."
            ),
        },
    )
    why = "The 1960s have twelve films here, including those from 1960 and 1969."
    are_films(films_of_decade(conn, EAST, 1960, 12), sixties, 12, why)
    are_films(
        films_of_decade(conn, EAST, 1960, 50),
        sixties,
        50,
        f"{why} If k is larger, return all twelve.",
    )
    nineties = of_shelf(lambda film: film.decade == 1990)
    are_films(
        films_of_decade(conn, EAST, 1990, 3),
        nineties,
        3,
        "There are four films of the 1990s.",
        TIES,
    )
    are_films(
        films_of_decade(conn, EAST, 1920, 5),
        [],
        5,
        "The table has no film of the 1920s: return an empty list.",
    )
    films, question = real(data, IN_TABLE)
    table(data, films_of_decade, films)
    for decade, k in ((2000, 10), (2010, 25), (1980, IN_TABLE)):
        expected = nearest(films, question, is_film(decade=decade))
        are_films(films_of_decade.on_data(conn, question, decade, k), expected, k, REAL)
    decades = (1930, 1940, 1950, 1960, 1970, 1980)
    passes, k = far_down(films, question, [is_film(decade=decade) for decade in decades])
    expected = nearest(films, question, passes)
    decade = next(film.decade for film in films if film.number == expected[0][0])
    are_films(films_of_decade.on_data(conn, question, decade, k), expected, k, OVER_FETCHED)


@check("count_and_search")
def check_count_and_search(count_and_search: Answer, data: Data) -> None:
    """`count_and_search(conn, question, genre, decade, k)` -> how many films pass, and the nearest
    k of them.
    """
    conn = data.postgres.conn
    table(data, count_and_search, SHELF)
    dramas = of_shelf(lambda film: film.genre == "Drama" and film.decade == 1960)
    is_answer(
        count_and_search.explained(conn, EAST, "Drama", 1960, 2, raised=QUOTED),
        dramas,
        2,
        "Four dramas are from the 1960s; two of them were requested.",
        {
            2: (
                "That is how many rows you return, which the caller can count. Return how many"
                " films there are to choose from."
            ),
            3: (
                "Two of these dramas have the same title, Hamlet, but they are still two films."
                " Count rows, not titles."
            ),
            6: (
                "That is how many dramas there are, of any decade. Both facts must hold for the"
                " number, as for the rows."
            ),
            12: (
                "That is how many films are from the 1960s, of any genre. Both facts must hold for"
                " the number, as for the rows."
            ),
            14: "That is how many films are dramas OR from the 1960s. Both facts must hold: AND.",
            len(
                SHELF
            ): "That is how many films the table holds. Apply the filter to the number as well.",
        },
        {
            (
                16,
                3,
            ): (
                "These films are from the 1960s, but not dramas. Both facts must hold for the rows,"
                " not only for the number."
            ),
            (
                10,
                15,
            ): (
                "These are dramas of other decades. Both facts must hold for the rows, not only for"
                " the number."
            ),
        },
    )
    is_answer(
        count_and_search(conn, EAST, "Drama", 1960, 50),
        dramas,
        50,
        "If k is larger than the number of films, return all of them.",
    )
    comedies = of_shelf(lambda film: film.genre == "Comedy" and film.decade == 1990)
    is_answer(
        count_and_search(conn, EAST, "Comedy", 1990, 3),
        comedies,
        3,
        "There are four comedies of the 1990s.",
        mistakes=TIES,
    )
    none = "No film passes, so no row is returned that could hold a number: return (0, [])."
    is_answer(
        count_and_search.explained(conn, EAST, "Western", 1960, 5, raised={"": none}), [], 5, none
    )
    ended = (
        "The apostrophe in the genre ended the string early, and PostgreSQL read the rest as SQL."
        " Put `%s` into the SQL and the genre into the list of parameters: then it stays a string,"
        " whatever it contains."
    )
    children = of_shelf(lambda film: film.genre == "Children's" and film.decade == 1960)
    reply = count_and_search.explained(
        conn, EAST, "Children's", 1960, 5, raised={"syntax error": ended}
    )
    is_answer(
        reply,
        children,
        5,
        "Mary Poppins (18) is the only film of the 1960s whose genre is Children's.",
    )
    for genre, decade in (
        ("Comedy", 1970),
        ("Comedy", 1930),
        ("100% Western", 1980),
        ("Sci_Fi", 1970),
    ):
        passing = of_shelf(is_film(genre, decade))
        totals = {
            len(of_shelf(is_film_like(alike, genre, decade))): message + WHOLE
            for wanted, alike, message in reversed(LIKE)
            if wanted == genre
        }
        is_answer(count_and_search(conn, EAST, genre, decade, 5), passing, 5, WHOLE, totals)
    films, question = real(data, IN_TABLE)
    table(data, count_and_search, films)
    for decade, k in ((2000, 12), (2010, 5), (1980, IN_TABLE)):
        genre = commonest_genre(films, decade)
        expected = nearest(films, question, is_film(genre, decade))
        is_answer(count_and_search.on_data(conn, question, genre, decade, k), expected, k, REAL)
    genre, decades = "Drama", (1940, 1950, 1960, 1970, 1980, 1990)
    passes, k = far_down(
        films,
        question,
        [is_film(genre, decade) for decade in decades],
    )
    expected = nearest(films, question, passes)
    decade = next(film.decade for film in films if film.number == expected[0][0])
    is_answer(count_and_search.on_data(conn, question, genre, decade, k), expected, k, OVER_FETCHED)


@check("films_by_genres")
def check_films_by_genres(films_by_genres: Answer, data: Data) -> None:
    """`films_by_genres(conn, question, genres, first_year, last_year, k)` -> rows of any of the
    genres, years inclusive.
    """
    conn = data.postgres.conn
    table(data, films_by_genres, SHELF)
    both = of_shelf(in_span(("Comedy", "Drama"), 1960, 1966))
    why = (
        "The Apartment (25), Persona (7) and 8½ (9) are the nearest comedies and dramas of these"
        " years."
    )
    no_list = (
        "psycopg 3 sends the values separately from the SQL, and `IN` does not accept a list as one"
        " value (psycopg 2 wrote it into the SQL). `= ANY(%s)` does."
    )
    no_row = (
        "psycopg turns a list into an array, but a tuple into a row, which is not the same. Pass"
        " the list unchanged."
    )
    first_try = QUOTED | {'near "$': no_list, "array literal": no_row}
    are_films(
        films_by_genres.explained(conn, EAST, ["Comedy", "Drama"], 1960, 1966, 3, raised=first_try),
        both,
        3,
        why,
        {
            (): (
                "Nothing was returned, although there are comedies and dramas. A film has one"
                " genre: it is never a comedy AND a drama, nor equal to a whole list. It passes if"
                " it has any of the genres."
            ),
            (25,): (
                "Only a comedy was returned. `genres` may hold several genres, and a film of any of"
                " them passes."
            ),
            (
                9,
                21,
            ): (
                "The Apartment is from 1960 and Persona from 1966. Both years belong to the span:"
                " 1960 <= year <= 1966."
            ),
            (7, 9, 21): "The Apartment (25) is from 1960, and the first year belongs to the span.",
            (25, 9, 21): "Persona (7) is from 1966, and the last year belongs to the span.",
            (
                2,
                4,
                3,
            ): (
                "Comedies of any year were returned. AND binds more tightly than OR, so the span"
                " applies to the last genre only. Put parentheses around the genres, or write"
                " `genre = ANY(%s)`."
            ),
            (2, 4, 10): "These films are from other years: the span is missing.",
            (
                16,
                25,
                7,
            ): (
                "High and Low (16) has the genre Crime Drama, which is another genre. LIKE matches"
                " a part of a string; compare the whole."
            ),
            (
                17,
                25,
                7,
            ): (
                "La Jetée (17) has no genre at all. An empty field does not make a film a comedy or"
                " a drama."
            ),
            (
                16,
                17,
                25,
            ): "The years are right, but not the genres: the filter on the genre is missing.",
        },
    )
    crowded = (
        "A nearer comedy is missing because dramas came first. Sort the rows of several searches"
        " together before you cut them at k."
    )
    one_by_one = {(7, 9, 21): crowded, (7, 9, 21, 25): crowded, (7, 9, 21, 22, 25): crowded}
    are_films(
        films_by_genres(conn, EAST, ["Drama", "Comedy"], 1960, 1966, 3), both, 3, why, one_by_one
    )
    tuple_of_one = (
        "A list of one genre: Python writes `('Comedy',)`, with a comma that SQL does not accept."
        " Never format Python values into SQL; pass the genres as a parameter."
    )
    nineties = of_shelf(in_span(("Comedy",), 1990, 1999))
    reply = films_by_genres.explained(
        conn, EAST, ["Comedy"], 1990, 1999, 3, raised={'near ")"': tuple_of_one}
    )
    are_films(reply, nineties, 3, "There are four comedies of the 1990s.", TIES)
    hamlet = of_shelf(in_span(("Drama",), 1969, 1969))
    why = (
        "Hamlet (22) is the only drama of 1969. A span may be one year long, and a genre may be"
        " listed twice."
    )
    are_films(films_by_genres(conn, EAST, ["Drama", "Drama"], 1969, 1969, 50), hamlet, 50, why)
    for text in ("'); DROP TABLE film; --", "'; DROP TABLE film; --", "' OR true --"):
        stays_text(films_by_genres, data, text)
    ended = (
        "An apostrophe in a genre ended the string early. With the genres in the list of parameters"
        " that cannot happen."
    )
    children = of_shelf(in_span(("Children's", "Horror"), 1900, 1964))
    reply = films_by_genres.explained(
        conn, EAST, ["Children's", "Horror"], 1900, 1964, 5, raised={"syntax error": ended}
    )
    why = (
        "Mary Poppins (18) has the genre Children's, with the apostrophe: do not remove any"
        " character from a genre."
    )
    similar = of_shelf(
        lambda film: (
            film.genre is not None
            and film.genre.startswith(("Children's", "Horror"))
            and film.year <= 1964
        )
    )
    are_films(
        reply,
        children,
        5,
        why,
        {tuple(row[0] for row in similar): messages_for_similar("Horror").popitem()[1]},
    )
    wild = (
        "No genre is called % or Com_dy. In LIKE these characters match any text and any character:"
        " compare with `=`."
    )
    are_films(
        films_by_genres.explained(conn, EAST, ["%", "Com_dy"], 1900, 2020, 5, raised=PERCENT),
        [],
        5,
        wild,
    )
    for genre in ("Comedy", "100% Western", "Sci_Fi"):
        reply = films_by_genres.explained(conn, EAST, [genre], 1900, 2020, 50, raised=PERCENT)
        are_films(reply, of_shelf(is_film(genre)), 50, WHOLE, messages_for_similar(genre))
    comma = (
        "No genre is called Comedy,Drama. Genres joined into one string cannot be separated again:"
        " keep the list."
    )
    are_films(films_by_genres(conn, EAST, ["Comedy,Drama"], 1900, 2020, 5), [], 5, comma)
    none = "No genre was chosen, so no film passes: return an empty list."
    brackets = (
        f"{none} SQL has no empty `IN ()` and no empty condition; `= ANY(%s)` accepts an empty"
        " list."
    )
    reply = films_by_genres.explained(conn, EAST, [], 1960, 1969, 5, raised={"": brackets})
    are_films(reply, [], 5, f"{none} An empty list does not mean all genres.")
    films, question = real(data, IN_TABLE)
    table(data, films_by_genres, films)
    for genres, first_year, last_year, k in (
        (["Drama", "Comedy", "War"], 1995, 2004, 20),
        (["Horror"], 1900, 2020, IN_TABLE),
    ):
        expected = nearest(films, question, in_span(genres, first_year, last_year))
        are_films(
            films_by_genres.on_data(conn, question, genres, first_year, last_year, k),
            expected,
            k,
            REAL,
        )
    spans = ((1930, 1939), (1940, 1949), (1950, 1959), (1960, 1969), (1970, 1979), (1980, 1989))
    passes, k = far_down(films, question, [in_span(("Drama", "Comedy"), *span) for span in spans])
    expected = nearest(films, question, passes)
    first = next(film.decade for film in films if film.number == expected[0][0])
    reply = films_by_genres.on_data(conn, question, ["Drama", "Comedy"], first, first + 9, k)
    are_films(reply, expected, k, OVER_FETCHED)


def stays_text(films_by_genres: Answer, data: Data, text: str) -> None:
    """Is a genre that looks like SQL compared, not run?"""
    before = data.postgres.state("film")
    call = f"films_by_genres(conn, question, [{text!r}], 1900, 2020, 5)"
    code = (
        "A user typed this as a genre, and PostgreSQL read it as SQL. Put `%s` into the SQL and the"
        " genres into the list of parameters: then a string stays a string."
    )
    try:
        reply = films_by_genres.explained(
            data.postgres.conn, EAST, [text], 1900, 2020, 5, raised={"": code}
        )
    finally:
        if data.postgres.state("film") != before:
            why = (
                "A user typed this as a genre. It ran as SQL, and the table `film` is gone. Put"
                " `%s` into the SQL and the genres into the list of parameters: then user input"
                " never becomes code."
            )
            raise NotYet(
                why, call=call, got="no table film", expected="[], and the table as before"
            )
    are_films(
        reply,
        [],
        5,
        "No film has this genre, but films were returned: the end of the string became a"
        " condition.",
    )


@check("milvus_by_genre")
def check_milvus_by_genre(milvus_by_genre: Answer, data: Data) -> None:
    """`milvus_by_genre(client, name, question, genre, k)` -> rows (id, title, score) of one
    genre.
    """
    name, client = engines.collection("check_03", "films"), data.milvus.client
    collection(data, name, SHELF)
    server_only = (
        "A Milvus server has `filter_params` for this. Milvus Lite, which runs here, does not"
        " support it: write the genre into the filter, with a backslash before each quote and each"
        " backslash."
    )
    are_films(
        milvus_by_genre.explained(client, name, EAST, "Drama", 3, raised={"'{'": server_only}),
        scored("Drama"),
        3,
        "Ran (10), Tokyo Story (15) and Persona (7) are the nearest dramas.",
        {
            (10,): (
                "One drama was returned; three were requested, and there are six. If you take the"
                " three nearest of all films and filter them afterwards, you lose the others. Pass"
                " the filter to the search: `filter=`."
            ),
            (
                10,
                16,
                15,
            ): (
                "High and Low (16) has the genre Crime Drama, which is another genre. `like`"
                " matches a part of a string; `==` compares the whole."
            ),
            (
                7,
                15,
                10,
            ): (
                "The nearest film is last. For COSINE a larger score is nearer, and Milvus has"
                " sorted the hits already."
            ),
        },
        SCORE,
    )
    why = "There are six dramas. If k is larger, return all six."
    are_films(
        milvus_by_genre(client, name, EAST, "Drama", 50), scored("Drama"), 50, why, number=SCORE
    )
    doubled = (
        "The backslash before a quote was doubled afterwards, so the quote ends the string again."
        " Replace backslashes first, then quotes."
    )
    for quote, kind in (('"', "double"), ("'", "single")):
        genre = f"Drama{quote} or genre != {quote}Drama"
        why = (
            f"No film has this genre. The {kind} quote ended the string, and the rest became a"
            " condition: anyone who types this sees all films."
        )
        reply = milvus_by_genre.explained(
            client,
            name,
            EAST,
            genre,
            5,
            raised={"character": doubled, "token recognition": doubled},
        )
        are_films(reply, [], 5, why, number=SCORE)
    ended = (
        "A quote in the genre ended the string early, and Milvus cannot read the filter. A"
        " backslash before the quote keeps it inside."
    )
    why = (
        "A film has exactly this genre, with its quotes. Without them it is another genre: put a"
        " backslash before each."
    )
    for genre in ("Rock'n'roll", '"New" Hollywood'):
        reply = milvus_by_genre.explained(client, name, EAST, genre, 5, raised={"": ended})
        are_films(reply, scored(genre), 5, why, number=SCORE)
    why = (
        "In a filter a backslash belongs to the character after it, so `\\n` is a line break. Each"
        " backslash of the genre needs one more before it; add these first, or those that you put"
        " before quotes are doubled as well."
    )
    for genre in ("Horror\\noir", "Drama\\", '\\" or genre != \\"'):
        reply = milvus_by_genre.explained(client, name, EAST, genre, 5, raised={"": why})
        are_films(reply, scored(genre), 5, why, number=SCORE)
    ascii_only = (
        "`json.dumps` writes é as `\\u00e9` unless you say `ensure_ascii=False`, and Milvus Lite"
        " cannot read that."
    )
    reply = milvus_by_genre.explained(
        client, name, EAST, "Comédie musicale", 5, raised={"escape": ascii_only}
    )
    are_films(
        reply, scored("Comédie musicale"), 5, "One film has this genre, with its é.", number=SCORE
    )
    are_films(
        milvus_by_genre(client, name, EAST, "Western", 5),
        [],
        5,
        "No film is a Western.",
        number=SCORE,
    )
    for genre in ("Horror", "comedy", "100% Western", "Sci_Fi"):
        are_films(
            milvus_by_genre(client, name, EAST, genre, 50),
            scored(genre),
            50,
            WHOLE,
            messages_for_similar(genre),
            SCORE,
        )
    films, question = real(data, IN_COLLECTION)
    full = engines.collection("check_03", "films_384")
    collection(data, full, films)
    for genre, k in (("Comedy", 15), ("Drama", IN_COLLECTION)):
        expected = scored(genre, nearest(films, question, is_film(genre)))
        are_films(
            milvus_by_genre.on_data(client, full, question, genre, k),
            expected,
            k,
            REAL,
            number=SCORE,
        )
    genres = (
        "Animation",
        "Documentary",
        "Fantasy",
        "Musical",
        "Mystery",
        "Thriller",
        "War",
        "Western",
    )
    passes, k = far_down(films, question, [is_film(genre) for genre in genres])
    expected = nearest(films, question, passes)
    genre = next(film.genre for film in films if film.number == expected[0][0]) or ""
    reply = milvus_by_genre.on_data(client, full, question, genre, k)
    are_films(reply, scored(genre, expected), k, OVER_FETCHED, number=SCORE)


def messages_for_similar(genre: str) -> dict[tuple[int, ...], str]:
    """The messages for the ids returned when a genre is not compared as a whole."""
    return {
        tuple(row[0] for row in of_shelf(is_film_like(alike, genre))): (message + WHOLE)
        for wanted, alike, message in reversed(LIKE)
        if wanted == genre
    }


def of_shelf(passes: Callable[[Film], bool]) -> list[Row]:
    """The films of the shelf that pass, nearest first."""
    return nearest(SHELF, EAST, passes)


def is_film(genre: str | None = None, decade: int | None = None) -> Callable[[Film], bool]:
    """Is it a film of this genre, of this decade, or of both?"""
    return lambda film: genre in (None, film.genre) and decade in (None, film.decade)


def is_film_like(
    alike: Callable[[str, str], bool], genre: str, decade: int | None = None
) -> Callable[[Film], bool]:
    """Is it a film of a genre that `alike` considers equal to `genre`?"""
    return lambda film: (
        film.genre is not None and alike(film.genre, genre) and decade in (None, film.decade)
    )


def in_span(genres: Collection[str], first_year: int, last_year: int) -> Callable[[Film], bool]:
    """Does a film have one of the genres and a year of the span?"""
    return lambda film: film.genre in genres and first_year <= film.year <= last_year


def scored(genre: str, rows: list[Row] | None = None) -> list[Row]:
    """Rows with the cosine similarity instead of the distance; without `rows` those of a genre on
    the shelf.
    """
    rows = of_shelf(lambda film: film.genre == genre) if rows is None else rows
    return [(number, title, 1 - distance) for number, title, distance in rows]


def commonest_genre(films: Sequence[Film], decade: int) -> str:
    """The genre with the most films of a decade."""
    genres = [film.genre for film in films if film.decade == decade and film.genre]
    return max(sorted(set(genres)), key=genres.count)
