"""Addresses as people write them: with a password that should be percent-encoded but is not.

libpq and urllib cut such an address at the password's first `@ / ? #`. Here it is read up to the
last `@`, and passed on in the form that they parse correctly.
"""

import os
import re
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from vdbcourse import settings

MILVUS_SCHEMES = ("http", "https", "tcp")
SIMPLE_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
POSTGRES = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)


def postgres(address: str) -> dict[str, str]:
    """The parts of a PostgreSQL address, under libpq's names for them. Raises `ValueError` if it is
    not one.

    libpq's own reading holds unless it leaves an `@` or a port that is not a number: then it cut a
    password.
    """
    if (parts := _read_by_libpq(address)) is not None:
        return parts
    scheme = POSTGRES.match(address)
    credentials, at, rest = address[scheme.end() if scheme else 0 :].rpartition("@")
    if scheme and at and (parts := _read_by_libpq(scheme[0] + rest)) is not None:
        user, colon, password = credentials.partition(":")
        return parts | {"user": unquote(user)} | ({"password": unquote(password)} if colon else {})
    # The message does not repeat the address: it may hold a password.
    raise ValueError("not a PostgreSQL address")


def _read_by_libpq(address: str) -> dict[str, str] | None:
    """What libpq reads in the address; None if it fails, or cut a password."""
    import psycopg  # takes half a second to import, and `engines` imports this module  # noqa: PLC0415

    try:
        fields = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        return None
    parts = {name: str(value) for name, value in fields.items()}
    if scheme := POSTGRES.match(address):
        server = address[scheme.end() :].partition("?")[0]
        credentials, _, rest = server.partition("@")
        if "@" in (server if "/" in credentials else rest):
            return None
    ports = filter(None, parts.get("port", "").split(","))
    return parts if all(port.isdecimal() for port in ports) else None


def postgres_url(parts: dict[str, str], **more: str) -> str:
    """The URL of these parts, percent-encoded; `options` in `more` are added to existing ones."""
    rest = parts | more
    rest["options"] = " ".join(filter(None, [parts.get("options"), more.get("options")]))
    user, password, database = (
        _escaped(rest.pop(name, "")) for name in ("user", "password", "dbname")
    )
    credentials = f"{user}:{password}@" if password else f"{user}@" if user else ""
    host, port = bracketed(rest.get("host", "")), rest.get("port", "")
    if not SIMPLE_HOST.fullmatch(host) or not (port.isdecimal() or not port):
        host = port = ""  # a socket's folder, several hosts
    else:
        rest = {name: text for name, text in rest.items() if name not in ("host", "port")}
    query = urlencode(
        {name: text for name, text in rest.items() if text}, quote_via=quote, safe="/"
    )
    authority = f"{host}:{port}" if port else host
    return f"postgresql://{credentials}{authority}/{database}" + (f"?{query}" if query else "")


def shown_postgres(address: str) -> str:
    """Host, port and database: the displayable form of a PostgreSQL address."""
    parts = postgres(address)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def http(address: str, *schemes: str) -> SplitResult | None:
    """The parts of a server's address without user and password; None if it is not an address with
    one of `schemes`.
    """
    bare, _ = without_credentials(address)
    try:
        parts = urlsplit(bare)
        usable = (
            parts.scheme in (schemes or ("http", "https"))
            and bool(parts.hostname)
            and parts.port != 0
        )
    except ValueError:  # an invalid port, an unclosed bracket
        return None
    return parts if usable and bare.isascii() and bare.isprintable() and " " not in bare else None


def without_credentials(address: str) -> tuple[str, str]:
    """An address without user and password, and those as `user:password` (empty if there are
    none).
    """
    scheme, separator, rest = address.partition("://")
    credentials, _, host = rest.rpartition("@")
    return f"{scheme}{separator}{host}", unquote(credentials)


def _encoded(address: str) -> str:
    """An address with user and password encoded, so that every program splits it at the same
    places.
    """
    bare, credentials = without_credentials(address)
    scheme, separator, rest = bare.partition("://")
    user, colon, password = credentials.partition(":")
    encoded = f"{_escaped(user)}{colon}{_escaped(password)}@" if credentials else ""
    return f"{scheme}{separator}{encoded}{rest}"


def _escaped(text: str) -> str:
    """A part of an address, every character with a meaning there encoded."""
    return quote(text, safe="", errors="surrogateescape")


def encode_milvus_uri() -> None:
    """Rewrite MILVUS_URI in the form that pymilvus reads: pymilvus does so on import, and fails
    with a raw error.
    """
    if (uri := settings.milvus_uri()) and http(uri, *MILVUS_SCHEMES):
        os.environ["MILVUS_URI"] = _encoded(uri)


def base(parts: SplitResult) -> str:
    """Scheme, host and port: the displayable form of an address."""
    return f"{parts.scheme}://{bracketed(parts.hostname or '')}" + (
        f":{parts.port}" if parts.port else ""
    )


def bracketed(host: str) -> str:
    """A host as written in a URL."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
