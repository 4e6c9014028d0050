"""What an error of Milvus means, in one line: what went wrong, why, and what fixes it.

The engine's own words remain the truth; these lines accompany them. Milvus Lite and the server word
the same error differently, and both change between versions, so a message that fits no case is
passed on as it is.
"""

from collections.abc import Callable

import grpc
from pymilvus import MilvusException

from vdbcourse.engines import server_checks
from vdbcourse.engines.error_messages.cases import SHOWN, Case, line_of
from vdbcourse.masking import without_secrets

CLINIC = "chapters/3_milvus/10_clinic_search.ipynb and 11_clinic_data.ipynb"


# The comments name the source of the message. Order matters: the first match wins.
CASES = (
    # server; github.com/milvus-io/milvus/issues/39637
    Case(
        r"OOM if load|memory quota (?:exceeded|exhausted)",
        "Loading needs more memory than the server has left. Release other collections, use "
        "a smaller index (IVF_SQ8, IVF_PQ, mmap), or give it more memory.",
    ),
    # server; issues/17907, issues/6753, issues/35791
    Case(
        r"no space left|database space exceeded|minimum free drive threshold|"
        r"disk quota (?:exhausted|exceeded)",
        "The disk of the server is full, so it accepts no more writes. Free some space, or "
        "give it a larger disk.",
    ),
    # server
    Case(
        r"received message larger than max \((\d+) vs\. (\d+)\)",
        "One call carries {1} bytes, and the server takes {2}. Insert in smaller batches.",
    ),
    # server
    Case(
        r"invalid dimension: (\d+)\. should be in range .*?(\d+)$",
        "A vector field cannot have {1} dimensions; {2} is the most. Use a model with "
        "shorter vectors.",
    ),
    # Lite, insert
    Case(
        r"expected dim (\d+), got (\d+)",
        "The field holds vectors of {1} numbers, and this one has {2}. Embed with the model "
        "that filled the collection.",
    ),
    # server, insert
    Case(
        r"the length\((\d+)\) of float data should divide the dim\((\d+)\)",
        "The field holds vectors of {2} numbers, and {1} numbers came in all. Embed with the "
        "model that filled the collection.",
    ),
    # Lite, then servers: search
    Case(
        r"size (\d+) is different from (\d+)|vector dimension mismatch|dimension.*not match",
        "The query vector and the field differ in dimension. Embed the query with the model "
        "that filled the collection.",
    ),
    # Lite counts characters
    Case(
        r"field '(\w+)' value length (\d+) exceeds max_length=(\d+)",
        "A text of {2} characters does not fit into {1}, which takes {3}. Cut it before the "
        "insert, or make the field longer.",
    ),
    # server counts bytes
    Case(
        r"the length \((\d+)\) of (\d+)th string exceeds max length \((\d+)\)",
        "Text number {2} has {1} bytes, and the field takes {3} (bytes, not characters). Cut "
        "it, or make the field longer.",
    ),
    # Lite, server
    Case(
        r"unknown field '(\w+)'|error: field (\w+) not exist|field (\w+) not exist",
        "There is no field {0}. Check describe_collection; text in an expression needs quotes.",
    ),
    # Lite, server
    Case(
        r"unexpected character '='|recognition error at: '= ",
        "An expression compares with ==, not with =.",
    ),
    # Lite, server
    Case(
        r"comparison '.+' between incompatible types|comparisons between \w+.*are not supported",
        "The expression compares a number with a text. Quote texts, and only texts.",
    ),
    # Lite, server
    Case(
        r"LIKE requires a string|like operation on non-string",
        "like works on text; compare a number with ==, <, > or in.",
    ),
    # server, Lite
    Case(
        r"cannot parse expression|unexpected token|unexpected character|^expected '",
        "Milvus cannot parse the filter; its own message shows where. Its form: year >= 1990 "
        'and genre in ["Drama"].',
    ),
    # server
    Case(
        r"metric type not match.*expected=(\w+)\]\[actual=(\w+)",
        "The index measures by {1}, the search asks for {2}. Leave metric_type out of the "
        "search, or build another index.",
    ),
    # server
    Case(
        r"metric type not found or not supported",
        "Milvus has no metric of that name. Dense vectors: COSINE, L2, IP.",
    ),
    # server, Lite
    Case(
        r"invalid index type: (\w+)|unknown index_type '(\w+)'|(IVF_PQ) reserved",
        "This engine has no index {0}. chapters/3_milvus/08_what_indexes_hide.ipynb lists "
        "which engine has which.",
    ),
    # server, Lite
    Case(
        r"collection not loaded|is in state 'released'",
        "The collection is not in memory. Load it: client.load_collection(name).",
    ),
    # server
    Case(
        r"index not found",
        "The collection has no index on its vectors, and cannot be loaded without. Make one: "
        "client.create_index.",
    ),
    # server, Lite
    Case(
        r"collection not found|collection '.*' does not exist|can't find collection",
        "There is no collection of that name here. Check: client.list_collections().",
    ),
    # server, HNSW on sealed segments
    Case(
        r"ef\((\d+)\) should be larger than k\((\d+)\)",
        "ef, the width of the search, is {1}, less than the limit {2}. Pass "
        "search_params={{'params': {{'ef': {2}}}}} or more.",
    ),
    # server
    Case(
        r"maximum length specified for a VarChar.*\(0, (\d+)\]",
        "A VARCHAR field takes at most {1} bytes. Give it a max_length up to that, and cut "
        "longer texts.",
    ),
    # server
    Case(
        r"top ?k.*should be in range \[1, (\d+)\]",
        "One search returns at most {1} rows, offset included. Use search_iterator for more.",
    ),
    # server
    Case(
        r"is not a number or infinity",
        "A vector holds NaN or infinity. Find it before the insert: "
        "numpy.isfinite(vectors).all(axis=1).",
    ),
    # client
    Case(
        r"missed an field `(\w+)`",
        "A row lacks the field {1}, which has no default.",
    ),
    # client
    Case(
        r"unexpected field `(\w+)`",
        "A row has a field {1} that the schema lacks. Drop it, or create the collection "
        "with enable_dynamic_field=True.",
    ),
    # server
    Case(
        r"rate limit|request is rejected by grpc RateLimiter",
        "The server limits how often this may be called (flush above all). Call it once "
        "after loading, not after each batch.",
    ),
    # client
    Case(
        r"service unavailable|connection refused|server unavailable|failed to connect",
        "Nothing answers at that address, or it is no Milvus. Look: ./course status.",
    ),
)


def explain(error: MilvusException | grpc.RpcError) -> str:
    """One plain line for an error of pymilvus or gRPC: what is wrong, and what fixes it.

    An unknown error is reported as such, with the engine's own words.
    """
    if server_checks.is_unauthenticated(error):
        return (
            "The server does not let you in: the token is missing or wrong. Set MILVUS_TOKEN to"
            " user:password, or to the API key."
        )
    words = _message_of(error)
    if line := line_of(words, CASES):
        return line
    return (
        f"Milvus says: {words[:SHOWN]}. The course has no explanation; look in {CLINIC}, or in"
        " github.com/milvus-io/milvus/issues."
    )


def _message_of(error: Exception) -> str:
    """The engine's words, in one line."""
    details: Callable[[], str] | None = getattr(error, "details", None)
    words = (
        getattr(error, "message", None) or (details() if callable(details) else None) or str(error)
    )
    return without_secrets(" ".join(str(words).split()))
