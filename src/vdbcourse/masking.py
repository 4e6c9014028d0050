"""One place that takes passwords, tokens and keys out of what is shown: our own text and the words
of engines and clients.

Every `CourseError` passes through here, and so does every address that a command prints.
"""

import os
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

MASK = "***"
KEYS = (
    "MILVUS_TOKEN",
    "QDRANT_API_KEY",
    "WEAVIATE_API_KEY",
    "PINECONE_API_KEY",
    "PGPASSWORD",
    "JUPYTER_TOKEN",
)
ADDRESSES = (
    *(
        "DATABASE_URL",
        "MILVUS_URI",
        "MILVUS_METRICS_URL",
        "QDRANT_URL",
        "WEAVIATE_URL",
        "VESPA_URL",
        "VESPA_CONFIG_URL",
    ),
    *("PINECONE_CONTROLLER_HOST", "http_proxy", "https_proxy", "all_proxy", "grpc_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
)
# Greedy: up to the last @, because a password may hold one. A path such as that of an npm package,
# host/@scope/name, holds no credentials.
CREDENTIALS = re.compile(r"(?<=://)(?![\w.-]+/@)\S*@")
NAMED = re.compile(
    r"\b((?:ssl)?password|token|api[-_]?key)(\s*=\s*)('(?:\\.|[^'])*'|[^\s&]+)", re.IGNORECASE
)
SHORTEST = 3  # characters; shorter ones occur in any text
# Words of our own messages stay readable, although some servers have one of them as default
# password.
COMMON = {
    "milvus",
    "postgres",
    "postgresql",
    "root",
    "user",
    "host",
    "http",
    "https",
    "port",
    "password",
    "token",
    "course",
}


def without_secrets(text: str) -> str:
    """`text` with `***` for every user and password of an address, and for every secret that the
    settings hold.
    """
    text = CREDENTIALS.sub(f"{MASK}@", text)
    text = NAMED.sub(rf"\1\2{MASK}", text)
    for secret in sorted(set(secrets()), key=len, reverse=True):
        text = re.sub(whole(secret), MASK, text)
    return text


def whole(secret: str) -> str:
    """A pattern for `secret` where it is not a part of a longer word."""
    before, after = (
        (r"(?<!\w)" if secret[0].isalnum() else ""),
        (r"(?!\w)" if secret[-1].isalnum() else ""),
    )
    return f"{before}{re.escape(secret)}{after}"


def secrets() -> Iterator[str]:
    """The secrets of the settings in every form in which a message may hold them: as written,
    decoded, encoded, in pieces.
    """
    for secret in (*_keys(), *_passwords()):
        pieces = re.split(
            r"[/?#@:\[\]\s]+", secret
        )  # where a program that parses an address may cut it
        for form in (
            secret,
            unquote(secret),
            quote(secret, safe="", errors="surrogateescape"),
            *pieces,
        ):
            if len(form) >= SHORTEST and form.casefold() not in COMMON:
                yield form


def _keys() -> Iterator[str]:
    """Tokens and keys, and the password of `user:password`."""
    for name in KEYS:
        value = os.environ.get(name, "").strip()
        yield value
        yield value.partition(":")[2]


def _passwords() -> Iterator[str]:
    """The passwords in the addresses of the settings."""
    for name in ADDRESSES:
        value = os.environ.get(name, "").strip()
        yield value.partition("://")[2].rpartition("@")[0].partition(":")[2]
        yield from (match[3].strip("'") for match in NAMED.finditer(value))
