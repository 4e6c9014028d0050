"""Answers that prove the check of `films_by_genres` in exercise 03_metadata_filtering."""

from psycopg import sql as parts

from vdbcourse.authoring.proof.answers import right, wrong


def by_condition(conn, question, condition, values, k):
    """The nearest films under a condition, with its values."""
    sql = (
        f"SELECT id, title, embedding <=> %s AS distance FROM film WHERE {condition} ORDER BY"
        " distance, id LIMIT %s"
    )
    return conn.execute(sql, [question, *values, k]).fetchall()


@wrong("the ends of the span left out", says="1960 <= year <= 1966")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    return by_condition(
        conn,
        question,
        "genre = ANY(%s) AND year > %s AND year < %s",
        [genres, first_year, last_year],
        k,
    )


@wrong(
    "the last year left out, as in range()",
    says="the last year belongs to the span",
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    return by_condition(
        conn,
        question,
        "genre = ANY(%s) AND year >= %s AND year < %s",
        [genres, first_year, last_year],
        k,
    )


@wrong("only the first genre", says="Only a comedy was returned")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [genres[0], first_year, last_year]
    return by_condition(conn, question, "genre = %s AND year BETWEEN %s AND %s", values, k)


@wrong("OR without parentheses", says="AND binds more tightly than OR")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = " OR ".join(["genre = %s"] * len(genres)) + " AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [*genres, first_year, last_year], k)


@wrong("a part of the genre", says="LIKE matches a part of a string")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    patterns = [f"%{genre}%" for genre in genres]
    values = [patterns, first_year, last_year]
    return by_condition(conn, question, "genre LIKE ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("ILIKE for equality", says="In LIKE these characters match any text")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [genres, first_year, last_year]
    return by_condition(conn, question, "genre ILIKE ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("the beginning of a genre", says="starts with Horror but is another genre")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    patterns = [genre.replace("%", r"\%").replace("_", r"\_") + "%" for genre in genres]
    values = [patterns, first_year, last_year]
    return by_condition(conn, question, "genre LIKE ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("case ignored", says="in lower case")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [[genre.lower() for genre in genres], first_year, last_year]
    return by_condition(
        conn, question, "lower(genre) = ANY(%s) AND year BETWEEN %s AND %s", values, k
    )


@wrong("twenty times as many, filtered in Python", says="A filter on a rare fact")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    sql = (
        "SELECT id, title, embedding <=> %s AS distance, genre, year FROM film ORDER BY distance,"
        " id LIMIT %s"
    )
    rows = conn.execute(sql, [question, 20 * k]).fetchall()
    return [row[:3] for row in rows if row[3] in genres and first_year <= row[4] <= last_year][:k]


@wrong("films without a genre included", says="La Jetée (17) has no genre at all")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = "(genre = ANY(%s) OR genre IS NULL) AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [genres, first_year, last_year], k)


@wrong("every genre at once", says="a comedy AND a drama")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = " AND ".join(["genre = %s"] * len(genres) + ["year BETWEEN %s AND %s"])
    return by_condition(conn, question, condition, [*genres, first_year, last_year], k)


@wrong("ANY(%s) with a tuple", says="a tuple into a row")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [tuple(genres), first_year, last_year]
    return by_condition(conn, question, "genre = ANY(%s) AND year BETWEEN %s AND %s", values, k)


@wrong("the genres joined by commas", says="joined into one string")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [",".join(genres), first_year, last_year]
    return by_condition(
        conn,
        question,
        "genre = ANY(string_to_array(%s, ',')) AND year BETWEEN %s AND %s",
        values,
        k,
    )


@wrong("IN %s with a tuple, as in psycopg 2", says="`IN` does not accept a list as one value")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    values = [tuple(genres), first_year, last_year]
    return by_condition(conn, question, "genre IN %s AND year BETWEEN %s AND %s", values, k)


@wrong(
    "a Python tuple written into the SQL",
    says="A list of one genre: Python writes",
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = f"genre IN {tuple(genres)} AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [first_year, last_year], k)


@wrong("the genres written into the SQL", says="PostgreSQL read it as SQL")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join(f"'{genre}'" for genre in genres)
    return by_condition(
        conn, question, f"genre IN ({names}) AND year BETWEEN %s AND %s", [first_year, last_year], k
    )


@wrong("everything written into the SQL", says="the table `film` is gone")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join(f"'{genre}'" for genre in genres)
    distance = f"embedding <=> '{question.tolist()}'"
    where = f"genre IN ({names}) AND year BETWEEN {first_year} AND {last_year}"
    sql = f"SELECT id, title, {distance} FROM film WHERE {where} ORDER BY {distance}, id LIMIT {k}"
    return conn.execute(sql).fetchall()


@wrong("apostrophes removed", says="do not remove any character")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join("'" + genre.replace("'", "") + "'" for genre in genres)
    return by_condition(
        conn, question, f"genre IN ({names}) AND year BETWEEN %s AND %s", [first_year, last_year], k
    )


@wrong("apostrophes doubled by hand", says="read as a placeholder")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    names = ", ".join("'" + genre.replace("'", "''") + "'" for genre in genres)
    return by_condition(
        conn, question, f"genre IN ({names}) AND year BETWEEN %s AND %s", [first_year, last_year], k
    )


@wrong(
    "one search for each genre, one after the other",
    says="because dramas came first",
)
def films_by_genres(conn, question, genres, first_year, last_year, k):
    rows = []
    for genre in genres:
        rows += by_condition(
            conn,
            question,
            "genre = %s AND year BETWEEN %s AND %s",
            [genre, first_year, last_year],
            k,
        )
    return rows[:k]


@wrong("a film as often as its genre is listed", says="A film was returned more than once")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    rows = []
    for genre in genres:
        rows += by_condition(
            conn,
            question,
            "genre = %s AND year BETWEEN %s AND %s",
            [genre, first_year, last_year],
            k,
        )
    return sorted(rows, key=lambda row: (row[2], row[0]))[:k]


@wrong("no genre read as all genres", says="does not mean all genres")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    if not genres:
        return by_condition(conn, question, "year BETWEEN %s AND %s", [first_year, last_year], k)
    return by_condition(
        conn,
        question,
        "genre = ANY(%s) AND year BETWEEN %s AND %s",
        [genres, first_year, last_year],
        k,
    )


@wrong("IN () for no genre", says="SQL has no empty `IN ()`")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    condition = f"genre IN ({', '.join(['%s'] * len(genres))}) AND year BETWEEN %s AND %s"
    return by_condition(conn, question, condition, [*genres, first_year, last_year], k)


@right("as many %s as genres, and a case for none")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    if not genres:
        return []
    chosen = " OR ".join(["genre = %s"] * len(genres))
    return by_condition(
        conn,
        question,
        f"({chosen}) AND year >= %s AND year <= %s",
        [*genres, first_year, last_year],
        k,
    )


@right("psycopg.sql")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    chosen = parts.SQL(", ").join(map(parts.Literal, genres or [None]))
    sql = parts.SQL(
        "SELECT id, title, embedding <=> {q} FROM film WHERE genre IN ({chosen}) AND year BETWEEN"
        " {first} AND {last} ORDER BY embedding <=> {q}, id LIMIT {k}"
    )
    values = {"q": question, "first": first_year, "last": last_year, "k": k}
    literals = {name: parts.Literal(value) for name, value in values.items()}
    return conn.execute(sql.format(chosen=chosen, **literals)).fetchall()


@right("one search for each genre, sorted together")
def films_by_genres(conn, question, genres, first_year, last_year, k):
    rows = set()
    for genre in genres:
        rows |= set(
            by_condition(
                conn,
                question,
                "genre = %s AND year BETWEEN %s AND %s",
                [genre, first_year, last_year],
                k,
            )
        )
    return sorted(rows, key=lambda row: (row[2], row[0]))[:k]
