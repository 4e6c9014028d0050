"""The picture of a query plan says what PostgreSQL said, on plans of a real server."""

import json

import numpy as np
import psycopg
import pytest
from pgvector.psycopg import register_vector

from vdbcourse import engines, plots

ANALYZE = "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"
NEAREST = "SELECT id FROM item WHERE kind = 'a' ORDER BY v <-> '[1,2,3]' LIMIT 5"


@pytest.fixture(scope="module")
def conn():
    with psycopg.connect(engines.postgres("plan_pictures"), autocommit=True) as conn:
        register_vector(conn)
        conn.execute("DROP TABLE IF EXISTS item, part")
        conn.execute("CREATE TABLE item (id int, kind text, v vector(3))")
        conn.execute("CREATE TABLE part (id int, kind text) PARTITION BY LIST (kind)")
        for kind in "ab":
            conn.execute(f"CREATE TABLE part_{kind} PARTITION OF part FOR VALUES IN ('{kind}')")
        places = np.random.default_rng(1).normal(size=(400, 3))
        with conn.cursor() as cursor:
            rows = [(i, "ab"[i % 2], place) for i, place in enumerate(places)]
            cursor.executemany("INSERT INTO item VALUES (%s, %s, %s)", rows)
        conn.execute("CREATE INDEX item_index ON item USING hnsw (v vector_l2_ops)")
        conn.execute("INSERT INTO part SELECT id, kind FROM item")
        yield conn
        conn.execute("DROP TABLE item, part")


def boxes(conn, sql, options=ANALYZE):
    """The rows of the chart's data: one for each node, from the root down."""
    plan = conn.execute(f"EXPLAIN ({options}) {sql}").fetchone()[0]
    return drawn(plan)


def drawn(plan):
    chart = plots.query_plan(plan, title="A plan").to_dict()
    assert chart["title"]["text"] == "A plan"
    (table,) = chart["datasets"].values()
    first, *others = table.split("\n")
    names = first.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in others]


def names(rows):
    return [row["name"] for row in rows]


def test_an_index_scan_shows_what_it_reads_by_what_and_what_the_filter_threw_away(conn):
    with conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off")
        limit, scan = boxes(conn, NEAREST)
    assert limit["name"] == "Limit"
    assert scan["name"] == "Index Scan using item_index on item"
    assert scan["conditions"] == "nearest by (v <-> query); filter (kind = 'a')"
    assert ", 5 came; pages:" in scan["numbers"]
    assert int(scan["lost"].removesuffix(" thrown away")) > 0


def test_a_node_is_charged_with_its_own_pages_and_not_with_those_of_its_children(conn):
    limit, _sort, scan = boxes(conn, "SELECT * FROM item ORDER BY id LIMIT 5")
    assert limit["own"] == "0"
    assert int(scan["own"]) > 0
    assert float(scan["bar"]) > float(scan["left"])


def test_without_analyze_there_are_planned_rows_and_cost(conn):
    (scan,) = boxes(conn, "SELECT * FROM item", "FORMAT JSON")
    assert "planned" in scan["numbers"]
    assert "cost" in scan["numbers"]
    assert "came" not in scan["numbers"]
    assert "pages" not in scan["numbers"]


def test_all_partitions_hang_on_their_append_and_those_left_out_are_counted(conn):
    append, one, two = boxes(conn, "SELECT * FROM part")
    assert append["name"] == "Append"
    assert names((one, two)) == ["Seq Scan on part_a", "Seq Scan on part_b"]
    assert one["from"] == two["from"] != "-1"
    conn.execute("SET plan_cache_mode = force_generic_plan")
    conn.execute("PREPARE one_kind AS SELECT * FROM part WHERE kind = $1")
    append, _one = boxes(conn, "EXECUTE one_kind('a')")
    conn.execute("DEALLOCATE one_kind; RESET plan_cache_mode")
    assert append["conditions"] == "1 more left out before the start"


def test_a_cte_is_named_and_its_scan_names_it_again(conn):
    sql = "WITH few AS MATERIALIZED (SELECT * FROM item LIMIT 3) SELECT * FROM few ORDER BY id"
    rows = boxes(conn, sql)
    assert next(row["own"] for row in rows if row["name"] == "CTE Scan on few") == "0"
    found = names(rows)
    assert "CTE few: Limit" in found
    assert "CTE Scan on few" in found


def test_two_bitmaps_are_two_children(conn):
    conn.execute("CREATE INDEX item_id ON item (id)")
    with conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        rows = boxes(conn, "SELECT * FROM item WHERE id = 3 OR id = 300 OR id > 390")
    conn.execute("DROP INDEX item_id")
    assert sum(name.startswith("Bitmap Index Scan") for name in names(rows)) >= 2


def test_a_node_that_never_ran_says_so(conn):
    rows = boxes(conn, "SELECT * FROM item WHERE (SELECT random() > 2)")
    never = [row for row in rows if row["state"] == "never run"]
    assert never
    assert all(row["numbers"].endswith("never run") for row in never)


def test_rows_are_those_of_all_loops(conn):
    with conn.transaction():
        conn.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        conn.execute("SET LOCAL enable_material = off; SET LOCAL enable_memoize = off")
        rows = boxes(conn, "SELECT * FROM item i JOIN item j ON i.id < j.id AND j.id < 5")
    inner = next(row for row in rows if " loops" in row["numbers"])
    loops = int(inner["numbers"].split(" in ")[1].split(" loops")[0])
    assert loops > 1


def test_a_long_condition_is_cut_to_its_box(conn):
    long = " OR ".join(f"kind = 'kind number {number}'" for number in range(40))
    (scan,) = boxes(conn, f"SELECT * FROM item WHERE {long}")
    assert scan["conditions"].endswith("…")
    assert len(scan["conditions"]) < 100


def test_the_chart_has_every_value_once_and_no_vector(conn):
    plan = conn.execute(f"EXPLAIN ({ANALYZE}) {NEAREST}").fetchone()[0]
    assert "[1,2,3]" not in json.dumps(plots.query_plan(plan, title="A plan").to_dict())


@pytest.mark.parametrize("given", [[], {}, "Limit", [{}], [{"Plan": {}}], [("Seq Scan",)]])
def test_something_else_is_refused_with_the_words_that_help(given):
    with pytest.raises(ValueError, match=r"no plan: .*FORMAT JSON"):
        plots.query_plan(given, title="A plan")
