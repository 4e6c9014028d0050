"""Sizes of vectors and indexes: by hand, by the documentation's example, and against index files of
the real Milvus server.
"""

import os
import sys

import pytest
from pymilvus import MilvusClient

from vdbcourse import engines, sizing
from vdbcourse.bench import indexes
from vdbcourse.bench.indexes import Kind
from vdbcourse.errors import CourseError

MILLION, DIMENSIONS = (
    1_000_000,
    128,
)  # the example of https://milvus.io/docs/index-explained.md, read 2026-11-21


def test_dim_is_milvus_name_for_dimensions():
    expected = sizing.estimate("HNSW", 1_000, 768, m=16)
    assert sizing.estimate("HNSW", rows=1_000, dim=768, m=16) == expected
    for wrong in ({}, {"dimensions": 384, "dim": 768}):
        with pytest.raises(CourseError, match=r"Give one of the two"):
            sizing.estimate("HNSW", 1_000, **wrong)


def test_raw_vectors_take_four_bytes_a_number():
    assert sizing.raw_bytes(10, 384) == sizing.flat_bytes(10, 384) == 15_360


@pytest.mark.parametrize(
    ("estimate", "documented", "more"),
    [
        (
            sizing.hnsw_bytes(MILLION, DIMENSIONS, m=16),
            640e6,
            0.04,
        ),  # they leave out ids and the upper floors
        (
            sizing.ivf_flat_bytes(MILLION, DIMENSIONS, nlist=2_000),
            515e6,
            0.03,
        ),  # ids of 2 bytes in theirs, 8 in fact
        (sizing.ivf_sq8_bytes(MILLION, DIMENSIONS, nlist=2_000), 131e6, 0.06),
        (sizing.ivf_pq_bytes(MILLION, DIMENSIONS, nlist=2_000, m=8), 11e6, 0.6),
        (
            sizing.hnsw_sq8_bytes(MILLION, DIMENSIONS, m=16),
            256e6,
            0.1,
        ),  # by its graph and a byte a number
        (
            sizing.diskann_bytes(MILLION, DIMENSIONS),
            0.225 * 512e6,
            0.001,
        ),  # 0.125 for codes and 0.1 for the cache
    ],
    ids=["HNSW", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "HNSW_SQ", "DISKANN"],
)
def test_an_estimate_is_the_documented_one_and_a_little_more(estimate, documented, more):
    assert documented <= estimate * 1.001 <= documented * (1 + more) * 1.001


def test_sizes_are_ordered_as_what_they_keep():
    rows, dimensions = 100_000, 768
    order = [
        sizing.ivf_pq_bytes(rows, dimensions, nlist=1024, m=96),
        sizing.ivf_sq8_bytes(rows, dimensions, nlist=1024),
        sizing.hnsw_sq8_bytes(rows, dimensions),
        sizing.flat_bytes(rows, dimensions),
        sizing.ivf_flat_bytes(rows, dimensions, nlist=1024),
        sizing.hnsw_bytes(rows, dimensions),
        sizing.scann_bytes(rows, dimensions, nlist=1024),
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("rows", "nlist", "made"),
    [(4_000, 512, 102), (12_000, 512, 307), (24_000, 512, 512), (10, 8, 1), (39, 8, 1)],
)
def test_a_list_has_at_least_39_rows(rows, nlist, made):
    assert sizing.lists(rows, nlist) == made


def test_the_suggested_nlist_is_of_a_segment():
    assert sizing.suggested_nlist(1_000_000, 128) == 4_000
    assert (
        sizing.suggested_nlist(1_000_000_000, 128)
        == sizing.suggested_nlist(2_000_000_000, 128)
        == 4_096
    )
    assert sizing.suggested_nlist(1_000, 128) == 25


def test_segments_hold_512_mib():
    assert sizing.rows_a_segment(384) == 512 * 2**20 // 1536
    assert sizing.segments(1_000_000, 384) == 3


def test_a_collection_is_summed_over_its_segments():
    full = sizing.rows_a_segment(384)
    assert sizing.estimate("IVF_FLAT", 2 * full + 10, 384, nlist=64) == 2 * sizing.ivf_flat_bytes(
        full, 384, 64
    ) + sizing.ivf_flat_bytes(10, 384, 64)
    assert sizing.estimate("HNSW", 1_000, 384, m=16) == sizing.hnsw_bytes(1_000, 384, 16)


@pytest.mark.parametrize(
    ("index_type", "values", "message"),
    [
        (
            "ANNOY",
            {"rows": 1, "dimensions": 1},
            "There is no estimate for 'ANNOY'. There are: FLAT, HNSW",
        ),
        (
            "FLAT",
            {"rows": 0, "dimensions": 1},
            "rows=0 is not possible for FLAT. Give a whole number of at least 1.",
        ),
        ("FLAT", {"rows": 1e6, "dimensions": 1}, "rows=1000000.0 is not possible"),
        (
            "HNSW",
            {"rows": 1, "dimensions": 1, "m": 1},
            "m=1 is not possible for HNSW. Give a whole number of at least 2.",
        ),
        ("IVF_PQ", {"rows": 1, "dimensions": True}, "dimensions=True is not possible"),
    ],
)
def test_what_cannot_be_sized_is_refused(index_type, values, message):
    with pytest.raises(CourseError) as caught:
        sizing.estimate(index_type, **values)
    assert message in str(caught.value)


# ---- against the real server

BUILT = {
    "HNSW m 8": (Kind("HNSW", {"M": 8, "efConstruction": 40}), sizing.hnsw_bytes, {"m": 8}),
    "HNSW m 32": (Kind("HNSW", {"M": 32, "efConstruction": 40}), sizing.hnsw_bytes, {"m": 32}),
    "IVF_FLAT": (Kind("IVF_FLAT", {"nlist": 64}), sizing.ivf_flat_bytes, {"nlist": 64}),
    "IVF_FLAT, too many lists": (
        Kind("IVF_FLAT", {"nlist": 4096}),
        sizing.ivf_flat_bytes,
        {"nlist": 4096},
    ),
    "IVF_SQ8": (Kind("IVF_SQ8", {"nlist": 64}), sizing.ivf_sq8_bytes, {"nlist": 64}),
    "IVF_PQ, 6 bits": (
        Kind("IVF_PQ", {"nlist": 32, "m": 48, "nbits": 6}),
        sizing.ivf_pq_bytes,
        {"nlist": 32, "m": 48, "nbits": 6},
    ),
    "SCANN": (Kind("SCANN", {"nlist": 64}), sizing.scann_bytes, {"nlist": 64}),
}
ROWS = 3_000
TOLERANCE = 0.02


@pytest.fixture(scope="module")
def measured(milvus_server):
    """Each kind built over the same rows, with the sizes of its files."""
    client = MilvusClient(milvus_server.uri)
    work = indexes.text_work(ROWS, n_queries=1)
    kinds = {label: kind for label, (kind, _, _) in BUILT.items()}
    yield indexes.measure_indexes(
        client, engines.collection("test_sizing", "films"), work, kinds
    ).set_index("index")
    client.close()


@pytest.mark.skipif(
    sys.platform == "win32" or "MILVUS_URI" in os.environ,
    reason="needs the files of the package's Milvus server",
)
@pytest.mark.parametrize("label", BUILT)
def test_an_estimate_is_the_size_of_the_servers_index(measured, label):
    _, function, parameters = BUILT[label]
    estimate = function(ROWS, 384, **parameters) / 1e6
    assert abs(estimate / measured.loc[label, "index MB"] - 1) < TOLERANCE, (
        estimate,
        measured.loc[label, "index MB"],
    )
    assert measured.loc[label, "file MB"] <= measured.loc[label, "index MB"] * 1.01  # compressed
