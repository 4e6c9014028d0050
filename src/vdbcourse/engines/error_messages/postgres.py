"""What an error of PostgreSQL, pgvector or psycopg means, in one line.

The patterns are the words of PostgreSQL 18.4, pgvector 0.8.5 and psycopg 3.3.9 as they were met
(tests/engines/test_error_messages.py makes nearly all of them happen); the comments name who says
them. A server that speaks another language than English is explained by its SQLSTATE alone.
"""

import psycopg

from vdbcourse.engines.error_messages.cases import SHOWN, Case, line_of
from vdbcourse.masking import without_secrets

CLINIC = "chapters/4_implementation/16_pgvector_clinic.ipynb and 17_pgvector_bad_input.ipynb"

# The first match wins.
CASES = (
    # pgvector, the client
    Case(
        r"^vector type not found",
        "This database lacks the extension pgvector, or it is in a schema off the search path. Run "
        "in it: CREATE EXTENSION vector",
    ),
    Case(
        r'type "(vector|halfvec|sparsevec)" does not exist',
        "This database lacks the extension pgvector, its version has no {1}, or it is in a schema "
        "off the search path. Run in it: CREATE EXTENSION vector",
    ),
    # PostgreSQL: the packages are not on the server's disk
    Case(
        r'extension "(\w+)" is not available|'
        r"could not open extension control file.*?(\w+)\.control",
        "{0} is not installed on the server's machine. Install its package there, or use a server "
        "that has it.",
    ),
    Case(
        r'permission denied to create extension "(\w+)"',
        "Your role may not create extensions. Ask the database's owner to run: CREATE EXTENSION "
        "{1}",
    ),
    # pgvector: vectors that do not fit
    Case(
        r"expected (\d+) dimensions, not (\d+)",
        "The column holds vectors of {1} numbers, and this one has {2}. Embed with the model that "
        "filled the column.",
    ),
    Case(
        r"different (vector|halfvec|sparsevec|bit) (?:dimensions|lengths) (\d+) and (\d+)",
        "A distance needs two vectors of the same length; these have {2} and {3} numbers. Embed "
        "the query with the model that filled the column.",
    ),
    Case(
        r"(?:NaN|infinite value) not allowed in (\w+)",
        "A {1} holds finite numbers only. Find the row before the insert: "
        "numpy.isfinite(vectors).all(axis=1).",
    ),
    Case(
        r'"([^"]+)" is out of range for type (\w+)',
        "{1} is too large for a {2}: a halfvec ends at 65504, a vector at about 3.4e38.",
    ),
    Case(
        r"must have at least 1 dimension",
        "A vector needs at least one number; this one is empty.",
    ),
    Case(
        r"invalid input syntax for type (vector|halfvec)",
        "A {1} is written as numbers in square brackets: '[1,2,3]'.",
    ),
    Case(
        r"invalid input syntax for type sparsevec",
        "A sparsevec is written as index:value pairs, counted from 1, and its length: "
        "'{{1:0.5,7:2}}/10'.",
    ),
    # pgvector: what an index takes
    Case(
        r"column cannot have more than (\d+) dimensions for (\w+) index",
        "A column of this type is indexed up to {1} dimensions. Index half precision, up to 4,000: "
        "((embedding::halfvec(n)) halfvec_cosine_ops), or use a shorter embedding.",
    ),
    Case(
        r"dimensions for type (\w+) cannot exceed (\d+)",
        "A {1} has at most {2} dimensions. Use a shorter embedding.",
    ),
    Case(
        r"column does not have dimensions",
        "An index needs vectors of one length. Give the column its own: "
        "ALTER TABLE ... ALTER COLUMN embedding TYPE vector(384)",
    ),
    Case(
        r"data type (\w+) has no default operator class",
        "Say which distance the index is for: (embedding {1}_cosine_ops), {1}_l2_ops or "
        "{1}_ip_ops.",
    ),
    Case(
        r'operator class "(\w+)" does not exist for access method "(\w+)"',
        "{2} has no operator class {1}. Vectors are indexed by hnsw or ivfflat, with "
        "vector_cosine_ops, vector_l2_ops or vector_ip_ops.",
    ),
    Case(
        r'operator class "(\w+)" does not accept data type (\w+)',
        "{1} is for another type than the column's, {2}. Take the class of the column's type, or "
        "index a cast, as in ((embedding::halfvec(384)) halfvec_cosine_ops).",
    ),
    Case(
        r"ef_construction must be greater than or equal to 2 \* m",
        "ef_construction is the width of the list that links are chosen from: at least 2 * m.",
    ),
    Case(
        r'(\S+) is outside the valid range for parameter "([\w.]+)" \((.+?) \.\. (.+?)\)',
        "{2} goes from {3} to {4}; {1} is outside.",
    ),
    Case(
        r'value (\S+) out of bounds for option "(\w+)"',
        "{1} is outside the range of the index option {2}: m 2 to 100, ef_construction 4 to 1000, "
        "lists 1 to 32768.",
    ),
    Case(
        r'unrecognized parameter "(ef_search|probes)"',
        "{1} is a setting of the search, not of the index: SET hnsw.ef_search, or "
        "SET ivfflat.probes.",
    ),
    Case(
        r'unrecognized parameter "(\w+)"',
        "An index has no option {1}. hnsw has m and ef_construction, ivfflat has lists.",
    ),
    Case(
        r"(?:unrecognized configuration parameter|invalid configuration parameter name) "
        r'"((?:hnsw|ivfflat)\.\w+)"',
        "This pgvector knows no setting {1}. Check the spelling and the version (iterative scans "
        "need 0.8.0): SELECT extversion FROM pg_extension WHERE extname = 'vector'",
    ),
    Case(
        r'invalid value for parameter "(hnsw|ivfflat)\.iterative_scan"',
        "iterative_scan is off, relaxed_order or, for hnsw alone, strict_order.",
    ),
    Case(
        r"memory required is (\d+ \w+), maintenance_work_mem is (\d+ \w+)",
        "Building the index takes {1} of memory and may use {2}. Before it: "
        "SET maintenance_work_mem = '...', or use fewer lists.",
    ),
    Case(
        r"could not resize shared memory segment",
        "A parallel build needs more shared memory than the container has. Raise its shm_size to "
        "maintenance_work_mem, or SET max_parallel_maintenance_workers = 0.",
    ),
    # psycopg: what Python hands over
    Case(
        r"operator does not exist: (\w+) \S+ "
        r"(?:double precision|numeric|integer|real|smallint)\[\]",
        "A Python list is sent as an array, not as a {1}. Pass a NumPy array or pgvector.Vector, "
        "or cast it in the query: %s::{1}",
    ),
    Case(
        r"operator does not exist: (\S+ <~> \S+|\S+ <%> \S+)",
        "Hamming and Jaccard distance are for bits. binary_quantize(embedding) makes them from a "
        "vector.",
    ),
    Case(
        r"operator does not exist: (\S+ (?:<->|<=>|<#>|<\+>) \S+)",
        "There is no {1}: both sides of a distance must have the same type. Cast one of them.",
    ),
    Case(
        r"cannot adapt type '(\w+)'",
        "psycopg does not know how to send a {1}. After connecting: register_vector(conn)",
    ),
    Case(
        r"cannot dump lists of mixed types",
        "A list of vectors' numbers mixes whole and decimal ones. Make an array of it: "
        "numpy.asarray(numbers, dtype=numpy.float32).",
    ),
    Case(
        r"cannot contain NUL",
        "PostgreSQL's text cannot hold the character NUL (0x00). Remove it: "
        "text.replace('\\0', '')",
    ),
    Case(
        r"only '%s', '%b', '%t' are allowed as placeholders",
        "In a query with parameters a literal % is written twice: %%.",
    ),
    Case(
        r"cannot insert multiple commands into a prepared statement",
        "A query with parameters holds one statement. Execute them one by one.",
    ),
    # PostgreSQL: rows
    Case(
        r'duplicate key value violates unique constraint "(\w+)"',
        "A row with this key is there already ({1}). To replace it: INSERT ... ON CONFLICT (...) "
        "DO UPDATE",
    ),
    Case(
        r'null value in column "(\w+)"',
        "The column {1} takes no NULL. Fill it, or leave the row out.",
    ),
    Case(
        r'violates check constraint "(\w+)"',
        "The row breaks the table's rule {1}. The rule itself: \\d in psql, or pg_constraint.",
    ),
    Case(
        r"row-level security policy",
        "The table's policy does not let this role write such a row. Set the tenant first, or "
        "write your own tenant's rows.",
    ),
    Case(
        r"index row (?:size|requires) (\d+)",
        "A text of {1} bytes does not fit into a B-tree index. Index its hash, md5(text), or take "
        "a GIN index for words.",
    ),
    Case(
        r"string is too long for tsvector",
        "A text has more words than one tsvector holds (1 MB). Cut it into chunks, which vectors "
        "need as well.",
    ),
    Case(
        r'relation "([\w.]+)" does not exist',
        "There is no table or index {1} on the search path. Check: SHOW search_path",
    ),
    Case(
        r'column "([\w.]+)" does not exist|column ([\w.]+) does not exist',
        "There is no column {0}. A text stands in single quotes, a name in double quotes.",
    ),
    Case(
        r"permission denied for (\w+ \w+)",
        "This role has no right to {1}. Its owner can grant it: GRANT SELECT ON ... TO ...",
    ),
    # PostgreSQL: time
    Case(
        r"due to statement timeout",
        "The statement took longer than statement_timeout and was stopped; nothing of it stays. "
        "EXPLAIN shows why it is slow.",
    ),
    Case(
        r"due to lock timeout",
        "Another transaction holds the lock for longer than lock_timeout. Who: SELECT "
        "pg_blocking_pids(pid) FROM pg_stat_activity",
    ),
    Case(
        r"due to idle-in-transaction timeout",
        "The transaction was left open, so the server ended it. Commit before you wait for "
        "anything, a model or a person.",
    ),
    Case(
        r"deadlock detected",
        "Two transactions wait for each other. Repeat this one; lock rows in one order.",
    ),
    Case(
        r"could not serialize access",
        "Another transaction changed the same rows. Repeat the whole transaction.",
    ),
    Case(
        r"couldn't get a connection after",
        "All connections of the pool are in use. Give them back sooner (with pool.connection()), "
        "or raise max_size.",
    ),
    Case(
        r"current transaction is aborted",
        "An earlier statement of this transaction failed. conn.rollback(), then begin anew.",
    ),
    Case(
        r"(CREATE INDEX CONCURRENTLY|REINDEX CONCURRENTLY|VACUUM|CREATE DATABASE|[A-Z ]+?) cannot "
        r"(?:run|be executed) (?:inside|from) a transaction block",
        "{1} needs a connection without a transaction: psycopg.connect(..., autocommit=True).",
    ),
    # PostgreSQL: connections
    Case(
        r"terminating connection due to administrator command|server closed the connection|"
        r"the connection is (?:closed|lost)|terminating connection because of crash",
        "The connection is gone: the server restarted, or somebody ended it. Connect again; what "
        "was not committed is not there.",
    ),
    Case(
        r"the database system is (?:starting up|shutting down|in recovery mode)",
        "The server starts or stops just now. Try again in a moment.",
    ),
    Case(
        r"too many clients already|remaining connection slots are reserved|"
        r"too many connections for (?:role|database)",
        "The server has no connection left (max_connections). Close idle ones, or share them by a "
        "pool.",
    ),
    Case(
        r"password authentication failed|no password supplied",
        "User or password is wrong. Correct them in DATABASE_URL, where a password's special "
        "characters are written as %XX.",
    ),
    Case(
        r"no pg_hba\.conf entry",
        "The server does not accept this user from this machine, or asks for TLS: add "
        "?sslmode=require to the address.",
    ),
    Case(
        r'(role|database) "(\w+)" does not exist',
        "The server has no {1} {2}. Correct the address (DATABASE_URL).",
    ),
    Case(
        r"failed to resolve host|could not translate host name",
        "No machine has that name. Correct the host in the address (DATABASE_URL).",
    ),
    Case(
        r"Connection refused|No such file or directory|connection timeout expired|"
        r"timeout expired",
        "Nothing answers at that address. Start that server or correct the address; "
        "./course status shows what runs.",
    ),
    Case(
        r"in connection info string|invalid connection option",
        "That is no address of PostgreSQL. Its form: postgresql://user:password@host:5432/database",
    ),
    Case(
        r"No space left on device|could not extend file",
        "The server's disk is full, so it accepts no more rows. Free some space; what was "
        "committed is safe.",
    ),
)


def explain(error: psycopg.Error) -> str:
    """One plain line for an error of psycopg, PostgreSQL or pgvector: what is wrong, and what fixes
    it.

    An unknown error is reported as such, with the server's own words. Never repeats a row's
    contents, which stand in the error's DETAIL.
    """
    words = _message_of(error)
    if line := line_of(words, CASES):
        return line
    code = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    return (
        f"PostgreSQL says: {words[:SHOWN]}{code}. The course has no explanation; look in {CLINIC},"
        " or in github.com/pgvector/pgvector/issues."
    )


def _message_of(error: psycopg.Error) -> str:
    """The server's primary message, or the client's words, in one line."""
    return without_secrets(" ".join(str(error.diag.message_primary or error).split()))
