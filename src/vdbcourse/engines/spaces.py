"""Every learner and notebook has its own corner of an engine: a schema in PostgreSQL, a name prefix in Milvus.

What was made is marked, so that `vdbcourse reset` removes it and nothing else: schemas carry a comment, and the prefixes
handed out are written down beside the address they were used at.
"""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import filelock
import psycopg

from vdbcourse import files, settings
from vdbcourse.errors import CourseError

COMMENT = "made by vector-database-course"


def space_name(notebook: str) -> str:
    """The name of this learner's corner for `notebook`: `ana_first_search`. Raises `CourseError` if none can be made."""
    name = settings.identifier(notebook)
    if not name:
        raise CourseError(f"{notebook!r} has no letter or digit to make a name of; use the notebook's file name.")
    return f"{settings.learner()}_{name}"[:50]


def make_schema(url: str, schema: str) -> str:
    """Make `schema` if it is missing; returns `url` with it first on the search path. Raises `CourseError` without the right."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
                with connection.transaction():
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                    connection.execute(f"COMMENT ON SCHEMA {schema} IS '{COMMENT}'")
        except psycopg.errors.InsufficientPrivilege as error:
            user, database = connection.info.user, connection.info.dbname
            raise CourseError(
                f"The user {user} may not create a schema in the database {database}. "
                f"Ask its owner to run: GRANT CREATE ON DATABASE {database} TO {user}"
            ) from error
    return on_search_path(url, schema)


def on_search_path(url: str, schema: str) -> str:
    """`url` with `schema` first on the search path of every connection."""
    option = f"-csearch_path={schema},public"
    if "://" not in url:
        return psycopg.conninfo.make_conninfo(url, options=option)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query["options"] = " ".join(filter(None, [query.get("options"), option]))
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote, safe="/")))


def schemas(url: str, learner: str | None = None) -> list[str]:
    """The schemas in that database which the course made for `learner` (without: for this one)."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = %s ORDER BY 1", (COMMENT,)
        ).fetchall()
    return [name for (name,) in rows if name.startswith(f"{learner or settings.learner()}_")]


def drop_schema(url: str, schema: str) -> None:
    """Remove a schema with everything in it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psycopg.sql.Identifier(schema)))


def note_prefix(uri: str, prefix: str) -> None:
    """Write down that collections with `prefix` at `uri` are the course's."""
    path = settings.home() / "milvus-prefixes.json"
    with filelock.FileLock(path.with_suffix(".lock")):
        noted = files.read_json(path) or {}
        if prefix not in noted.get(uri, []):
            noted.setdefault(uri, []).append(prefix)
            files.write_json(path, noted)


def prefixes(uri: str) -> tuple[str, ...]:
    """The prefixes handed out for `uri`."""
    return tuple((files.read_json(settings.home_path() / "milvus-prefixes.json") or {}).get(uri, ()))
