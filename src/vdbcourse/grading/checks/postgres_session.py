"""A PostgreSQL session of the learner's that a check can watch: open transactions, changed
settings, rows and pages read.
"""

import uuid
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.checks.answer import Answer
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.checks.reply import Reply

SETTINGS = (
    *("enable_indexscan", "enable_seqscan", "enable_bitmapscan", "enable_sort", "plan_cache_mode"),
    *("maintenance_work_mem", "work_mem", "max_parallel_workers_per_gather"),
    *("hnsw.ef_search", "hnsw.iterative_scan", "hnsw.max_scan_tuples"),
)
CLOSED = (
    "The call closed the connection that it got. `with conn:` does that at its end; `with"
    " conn.transaction():` does not."
)
OPEN = (
    "A transaction is still open after the call: its locks stay, and no other session sees its"
    " changes. `with conn.transaction():` ends it for you."
)


@dataclass(frozen=True)
class Reads:
    """What was read of a table: rows that sequential scans returned, pages of the table and its
    indexes, scans of its vector indexes and the rows that these returned.
    """

    rows: int = 0
    pages: int = 0
    vector_scans: int = 0
    vector_rows: int = 0

    def __sub__(self, other: "Reads") -> "Reads":
        return Reads(
            *(after - before for after, before in zip(astuple(self), astuple(other), strict=True))
        )


class Session:
    """A connection for the learner's functions; `conn` is what they are called with.

    settings: values that its owner has set by SET. begins_with: values at the start of the session,
    which RESET would restore.
    """

    def __init__(
        self, data: Data, begins_with: Mapping[str, str] | None = None, **settings: str
    ) -> None:
        # a fresh run imports this package and may need no PostgreSQL
        from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415

        self.postgres = data.postgres
        self.settings = settings
        self.begins_with = begins_with or {}
        self.name = f"learner {uuid.uuid4().hex[:12]}"
        address = data.postgres.conn.address
        options = [
            str(conninfo_to_dict(address).get("options") or ""),
            *(f"-c{name}={value}" for name, value in self.begins_with.items()),
        ]
        address = make_conninfo(
            address, options=" ".join(filter(None, options)), application_name=self.name
        )
        chosen = [f"SET {name} = '{value}'" for name, value in settings.items()]
        self.conn = Handle("postgres", "\n".join([address, *chosen]))
        self.postgres.run("SELECT '[1]'::vector")  # pgvector's settings exist once it has been used

    def expect_as_before(self, function: Answer, reply: Reply) -> None:
        """Is the session as it was before the call: open, no transaction open, no setting
        changed?
        """
        import psycopg  # noqa: PLC0415

        reply.expect(not self._in_transaction(), OPEN)
        for name in SETTINGS:
            usual = self._usual(name)
            try:
                now = function.setting(self.conn, name)
            except psycopg.Error:
                reply.fail(CLOSED, "an open connection")
            if now not in (None, usual):
                chosen, back = name in self.settings, now == self.begins_with.get(name)
                reply.fail(_changed(name, chosen, back), f"{name} = {usual}", f"{name} = {now}")

    def _in_transaction(self) -> bool:
        """Is it idle in a transaction that was not ended?"""
        state = (
            "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state LIKE 'idle in"
            " transaction%%'"
        )
        return bool(self.postgres.run(state, [self.name]))

    def _usual(self, name: str) -> str:
        """The value a setting had before the call."""
        return self.settings.get(name) or self.postgres.setting(name)

    def reads(self, function: Answer, table: str = "film") -> Reads:
        """What all sessions that have reported their counts, including this one, have read of the
        table so far.

        Always nothing before PostgreSQL 15, which cannot make a session report its counts.
        """
        if not self.postgres.hands_in_counts:
            return Reads()
        function.setting(self.conn, "hnsw.ef_search")  # makes it report its counts
        self.postgres.run("SELECT pg_stat_force_next_flush()")
        (counted,) = self.postgres.run(
            "SELECT seq_tup_read, heap_blks_read + heap_blks_hit + coalesce(idx_blks_read +"
            " idx_blks_hit, 0) FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid)"
            " WHERE relid = to_regclass(%s)",
            [table],
        )
        (by_vector,) = self.postgres.run(
            "SELECT coalesce(sum(idx_scan), 0), coalesce(sum(idx_tup_read), 0) FROM"
            " pg_stat_user_indexes AS s JOIN pg_class AS c ON c.oid = indexrelid JOIN pg_am AS a ON"
            " a.oid = relam WHERE s.relid = to_regclass(%s) AND amname IN ('hnsw', 'ivfflat')",
            [table],
        )
        return Reads(*map(int, (*counted, *by_vector)))


def _changed(name: str, chosen: bool, reset: bool) -> str:
    # Why it matters. chosen: had its owner set a value? reset: is it the value from the start of
    # the session again?
    if chosen and reset:
        return (
            f"The caller had set `{name}`, and after the call it has the value from the start of"
            " the session: `RESET` restores that value, not the caller's. `SET LOCAL` restores the"
            " caller's value at the end of its transaction."
        )
    if chosen:
        return (
            f"The caller had set `{name}`, and after the call it has another value. You cannot"
            " restore an unknown value by hand, and `RESET` restores the value from the start of"
            " the session; `SET LOCAL` restores the caller's value at the end of its transaction."
        )
    return (
        f"After the call `{name}` is still changed, which affects every later query on this"
        " connection. `SET` lasts as long as the session, `SET LOCAL` until the end of its"
        " transaction."
    )
