"""Addresses as people write them: with a password that should have been percent-encoded and was
not.

libpq and urllib cut such an address at the password's first `@ / ? #`. Here it is read up to the
last `@`, and handed on in the form that they read right.
"""

import os
import re
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from vdbcourse import settings

MILVUS_SCHEMES = ("http", "https", "tcp")
SIMPLE_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
POSTGRES = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)


def postgres(address: str) -> dict[str, str]:
    """The parts of an address of PostgreSQL, by the names that libpq gives them. Raises
    `ValueError` if it is none.

    libpq's own reading holds unless it leaves an `@` or a port that is no number, which says that
    it cut a password.
    """
    if (parts := _read_by_libpq(address)) is not None:
        return parts
    scheme = POSTGRES.match(address)
    credentials, at, rest = address[scheme.end() if scheme else 0 :].rpartition("@")
    if scheme and at and (parts := _read_by_libpq(scheme[0] + rest)) is not None:
        user, colon, password = credentials.partition(":")
        return parts | {"user": unquote(user)} | ({"password": unquote(password)} if colon else {})
    # Nothing of it is repeated: it may hold a password.
    raise ValueError("no address of PostgreSQL")


def _read_by_libpq(address: str) -> dict[str, str] | None:
    """What libpq reads in the address, or None if it cannot, or has cut a password."""
    import psycopg  # its import takes half a second, and `engines` imports this module  # noqa: PLC0415

    try:
        read = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        return None
    parts = {name: str(value) for name, value in read.items()}
    if scheme := POSTGRES.match(address):
        server = address[scheme.end() :].partition("?")[0]
        credentials, _, behind = server.partition("@")
        if "@" in (server if "/" in credentials else behind):
            return None
    ports = filter(None, parts.get("port", "").split(","))
    return parts if all(port.isdecimal() for port in ports) else None


def postgres_url(parts: dict[str, str], **more: str) -> str:
    """The URL of these parts, everything in it encoded; `options` in `more` are added to those that
    are there.
    """
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
    place = f"{host}:{port}" if port else host
    return f"postgresql://{credentials}{place}/{database}" + (f"?{query}" if query else "")


def shown_postgres(address: str) -> str:
    """Host, port and database: an address of PostgreSQL as it may be shown."""
    parts = postgres(address)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def http(address: str, *schemes: str) -> SplitResult | None:
    """The parts of an address of a server without user and password; None if it is none. Its scheme
    is one of `schemes`.
    """
    bare, _ = without_credentials(address)
    try:
        parts = urlsplit(bare)
        usable = (
            parts.scheme in (schemes or ("http", "https"))
            and bool(parts.hostname)
            and parts.port != 0
        )
    except ValueError:  # a port that is none, a bracket that is open
        return None
    return parts if usable and bare.isascii() and bare.isprintable() and " " not in bare else None


def without_credentials(address: str) -> tuple[str, str]:
    """An address without user and password, and these as `user:password` (empty if
    there are none).
    """
    scheme, separator, rest = address.partition("://")
    credentials, _, host = rest.rpartition("@")
    return f"{scheme}{separator}{host}", unquote(credentials)


def _encoded(address: str) -> str:
    """An address whose user and password are encoded, so that every program cuts it at the same
    places.
    """
    bare, credentials = without_credentials(address)
    scheme, separator, rest = bare.partition("://")
    user, colon, password = credentials.partition(":")
    known = f"{_escaped(user)}{colon}{_escaped(password)}@" if credentials else ""
    return f"{scheme}{separator}{known}{rest}"


def _escaped(text: str) -> str:
    """A part of an address, every letter that means something there encoded."""
    return quote(text, safe="", errors="surrogateescape")


def encode_milvus_uri() -> None:
    """Write MILVUS_URI anew in the form that pymilvus reads: it does so when it is imported, and
    fails with a raw error.
    """
    if (given := settings.milvus_uri()) and http(given, *MILVUS_SCHEMES):
        os.environ["MILVUS_URI"] = _encoded(given)


def base(parts: SplitResult) -> str:
    """Scheme, host and port: the address as it may be shown."""
    return f"{parts.scheme}://{bracketed(parts.hostname or '')}" + (
        f":{parts.port}" if parts.port else ""
    )


def bracketed(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
