"""Schemas and collections of versions that recorded no owner and mapped many names to one:
`ana.maria`, `Ana Maria` and `ana_maria`.

They are taken over where their owner is certain, and otherwise left alone: nobody gets, lists or
drops another learner's.
"""

import contextlib
import re
import sys

import psycopg
from psycopg.sql import SQL, Identifier

from vdbcourse import files, settings
from vdbcourse.engines import addresses, server_checks, spaces

NOTE = "milvus-prefixes.json"
NOTEBOOK = re.compile(r"_(?=\d\d_)")  # the course's notebooks are numbered: `_01_first_search`


def space_name(notebook: str) -> str:
    """The former name of this learner's space for `notebook`."""
    return f"{settings.learner_once(settings.owner())}_{settings.identifier(notebook)}"[
        : spaces.LONGEST
    ]


def learner_in(name: str) -> str | None:
    """The learner whose space an earlier version called `name`; None if that is ambiguous."""
    cuts = [cut.start() for cut in NOTEBOOK.finditer(name)] or [
        cut.start() for cut in re.finditer("_", name)
    ]
    return name[: cuts[0]] if len(cuts) == 1 else None


def _is_certain(name: str, private: bool = False, role: str | None = None) -> bool:
    """Can the space `name` only be this learner's?

    Yes if it was made for exactly this name. A changed name proves it only on an engine of this
    learner's own (`private`), or if the `role` that owns the schema has the learner's name. Names
    with two underscores were not made by an earlier version.
    """
    owner, learner = settings.owner(), learner_in(name)
    own = private or role == owner
    return "__" in name or learner == owner or (own and learner == settings.learner_once(owner))


def take_over_schema(url: str, notebook: str, private: bool) -> None:
    """Give the schema that an earlier version made for `notebook` its current name and owner, if it
    is this learner's.
    """
    schema, old_name = spaces.space_name(notebook), space_name(notebook)
    with spaces.connection(url) as server:
        rows = server.execute(
            "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace"
            " WHERE obj_description(oid, 'pg_namespace') = %s AND nspname = ANY(%s)",
            (spaces.COMMENT, [schema, old_name]),
        )
        role_of: dict[str, str] = dict(rows.fetchall())
        name_is_used = server.execute(
            "SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)
        ).fetchone()
        name = schema if name_is_used else old_name
        if name not in role_of:
            return
        if not _is_certain(name, private, role_of[name]):
            if name != schema:
                _report(f"schema {name}", f"ALTER SCHEMA {name} RENAME TO {schema}")
            return
        # A schema of another role is left alone.
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege), server.transaction():
            if name != schema:
                server.execute(
                    SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(name), Identifier(schema))
                )
            server.execute(spaces.comment_on(schema, settings.owner()))


def schemas(url: str) -> list[str]:
    """The schemas without an owner that can only be this learner's."""
    with spaces.connection(url) as server:
        rows = server.execute(
            "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace"
            " WHERE obj_description(oid, 'pg_namespace') = %s ORDER BY 1",
            (spaces.COMMENT,),
        ).fetchall()
    mine = (settings.learner_once(settings.owner()), spaces.prefix_of(settings.learner()))
    return [name for name, role in rows if name.startswith(mine) and _is_certain(name, role=role)]


def take_over_collection(uri: str, token: str, notebook: str, name: str, private: bool) -> None:
    """Rename the collection that an earlier version named differently, if it is this learner's and
    the new name is free.
    """
    from pymilvus import MilvusClient, MilvusException  # its import takes two seconds  # noqa: PLC0415

    old_name = f"{space_name(notebook)}_{name}"
    new_name = f"{spaces.space_name(notebook)}_{name}"
    try:
        opened = MilvusClient(uri, token=token, timeout=server_checks.CONNECT_SECONDS)
    except MilvusException:  # `engines.milvus()` reports why
        return
    with contextlib.closing(opened) as client:
        if not client.has_collection(old_name) or client.has_collection(new_name):
            return
        if not _is_certain(space_name(notebook), private):
            _report(
                f"collection {old_name}", f"client.rename_collection({old_name!r}, {new_name!r})"
            )
            return
        try:
            client.rename_collection(old_name, new_name)
        except MilvusException as error:
            words = " ".join(str(error.message).split())[:100]
            print(
                f"The collection {old_name} keeps its name: this engine does not rename ({words}).",
                file=sys.stderr,
            )


def _report(what: str, command: str) -> None:
    """Print one line on what is left alone."""
    print(
        f"The {what} is of an earlier version and may be another learner's, so it is left alone."
        f" If it is yours: {command}",
        file=sys.stderr,
    )


def collections(uri: str, names: list[str]) -> list[str]:
    """Those of the collections `names` at `uri` that an earlier version recorded and that can only
    be this learner's.
    """
    prefixes_by_address = files.read_json(settings.home_path() / NOTE)
    # without a notebook's number, `ana_maria_` may be the prefix of `ana` or of `ana_maria`
    prefixes = []
    for address, listed in (
        prefixes_by_address.items() if isinstance(prefixes_by_address, dict) else ()
    ):
        if addresses.without_credentials(address)[0] == uri and isinstance(listed, list):
            prefixes += [
                prefix
                for prefix in listed
                if isinstance(prefix, str) and NOTEBOOK.search(prefix) and _is_certain(prefix[:-1])
            ]
    return [name for name in names if "__" not in name and name.startswith(tuple(prefixes))]
