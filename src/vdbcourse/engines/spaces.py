"""Every learner and notebook has its own space on an engine: a schema in PostgreSQL, a name prefix
in Milvus.

Each is marked with its owner, so that `vdbcourse reset` removes this learner's and nothing else:
schemas carry a comment, and the names of collections handed out are recorded with the address of
their server.

The names identify their owner: a learner's name with an underscore in it is followed by two
underscores, which occur nowhere else (`ana` and `maria_01` make `ana_maria_01`, `ana_maria` and
`01` make `ana_maria__01`). Earlier versions did not do so and recorded no owner; `old_spaces`
handles their spaces.
"""

import hashlib

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from vdbcourse import files, settings
from vdbcourse.engines import addresses
from vdbcourse.errors import CourseError

COMMENT = "made by vector-database-course"  # without an owner: from a version that recorded none
LONGEST = 50  # characters of a space's name
NOTE = "milvus-collections.json"


def space_name(notebook: str) -> str:
    """The name of this learner's space for `notebook`: `ana_first_search`. Raises `CourseError` if
    none can be made.
    """
    name = settings.identifier(notebook)
    if not name:
        raise CourseError(
            f"{notebook!r} has no letter or digit to make a name; use the notebook's file name."
        )
    return _shortened(f"{prefix_of(settings.learner())}{name}")


def prefix_of(learner: str) -> str:
    """The prefix of the names of a learner's spaces."""
    return f"{learner}__" if "_" in learner else f"{learner}_"


def _shortened(name: str) -> str:
    """`name`, or its beginning with a hash if it is too long, so that two long names stay
    different.
    """
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[: settings.HASH_DIGITS]
    return f"{name[: LONGEST - settings.HASH_DIGITS - 1].rstrip('_')}_{digest}"


def _comment_of(owner: str) -> str:
    """The comment on the schemas of `owner`."""
    return f"{COMMENT} for {owner}"


def connection(url: str) -> psycopg.Connection:
    """A connection to that database."""
    return psycopg.connect(addresses.postgres_url(addresses.postgres(url)), autocommit=True)


def make_schema(url: str, schema: str, owner: str | None = None) -> str:
    """Make `schema` for `owner` (default: this learner) if it is missing; returns `url` with it
    first on the search path.

    Raises `CourseError` without permission, and for another learner's schema.
    """
    owner = settings.owner() if owner is None else owner
    with connection(url) as server:
        try:
            row = server.execute(
                "SELECT obj_description(oid, 'pg_namespace'), pg_get_userbyid(nspowner),"
                " has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')"
                " FROM pg_namespace WHERE nspname = %s",
                (schema,),
            )
            comment, role, usable = row.fetchone() or (None, None, True)
            if role is None:
                with server.transaction():
                    server.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
                    server.execute(comment_on(schema, owner))
            elif (comment or "").startswith(f"{COMMENT} for ") and comment != _comment_of(owner):
                raise CourseError(
                    f"The schema {schema} belongs to {comment.removeprefix(f'{COMMENT} for ')!r},"
                    f" not to {owner!r}. Set VDBCOURSE_LEARNER to a name of your own."
                )
            elif not usable:
                raise CourseError(
                    f"The schema {schema} belongs to the user {role} of that server, but"
                    f" {server.info.user} may not work in it. Set VDBCOURSE_LEARNER to a name of"
                    " your own."
                )
        except psycopg.errors.InsufficientPrivilege as error:
            user, database = server.info.user, server.info.dbname
            raise CourseError(
                f"The user {user} may not create a schema in the database {database}. "
                f"Ask its owner to run: GRANT CREATE ON DATABASE {database} TO {user}"
            ) from error
    return _on_search_path(url, schema)


def comment_on(schema: str, owner: str) -> psycopg.sql.Composed:
    """The statement that records the owner of a schema."""
    return SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(schema), Literal(_comment_of(owner)))


def _on_search_path(url: str, schema: str) -> str:
    """`url` with `schema` first on the search path of every connection."""
    return addresses.postgres_url(addresses.postgres(url), options=f"-csearch_path={schema},public")


def schemas(url: str, owner: str | None = None) -> list[str]:
    """The schemas in that database which the course made for `owner` (default: this learner),
    compared letter by letter.
    """
    comment = _comment_of(settings.owner() if owner is None else owner)
    with connection(url) as server:
        rows = server.execute(
            "SELECT nspname FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = %s ORDER"
            " BY 1",
            (comment,),
        ).fetchall()
    return [name for (name,) in rows]


def drop_schema(url: str, schema: str) -> None:
    """Remove a schema with everything in it."""
    with connection(url) as server:
        server.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def note_collection(uri: str, name: str) -> None:
    """Record that the collection `name` at `uri` is this learner's."""
    path = settings.home() / NOTE
    with files.locked(path):
        owners = _read_note()
        names = owners.setdefault(uri, {})
        if names.get(name) != settings.owner():
            names[name] = settings.owner()
            files.write_json(path, owners)


def noted_collections(uri: str) -> set[str]:
    """The names of collections at `uri` that this learner was given."""
    return {name for name, owner in _read_note().get(uri, {}).items() if owner == settings.owner()}


def _read_note() -> dict[str, dict[str, str]]:
    """Owners by collection by address; damaged entries are ignored."""
    content = files.read_json(settings.home_path() / NOTE)
    content = content if isinstance(content, dict) else {}
    return {uri: names for uri, names in content.items() if isinstance(names, dict)}
