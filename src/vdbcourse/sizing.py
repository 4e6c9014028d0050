"""How many bytes vectors and their index take: one pure function for each index type of Milvus,
whole numbers in and out.

    sizing.hnsw_bytes(rows=1_000_000, dimensions=384, m=16)
    sizing.estimate("IVF_SQ8", rows=1_000_000, dimensions=384, nlist=4096)

The estimates are for float32 vectors in one collection: what an index holds when it is loaded. They
leave out the other fields, what the server itself needs, and copies while an index is built. Parts
of the formulas are from the Milvus documentation (`DOCS`) and from the memory layouts of the
libraries that Milvus builds on (hnswlib, Faiss); tests/test_sizing.py compares them with index
files of a real server, 2.3.5, before compression.
"""

import math
from fractions import Fraction

from vdbcourse.errors import CourseError

DOCS = "https://milvus.io/docs/index-explained.md"  # "Memory usage estimation", read 2026-11-21
DISK_DOCS = "https://milvus.io/docs/diskann.md"  # read 2026-11-21
NLIST_DOCS = "https://milvus.io/docs/performance_faq.md"  # read 2026-11-21

BYTES_A_NUMBER = 4  # float32
BYTES_AN_EDGE = 4  # the number of a neighbour
BYTES_AN_ID = 8  # a row's place in the segment, kept beside its vector or code
BYTES_A_LENGTH = (
    4  # the length of a vector, kept beside whole vectors in lists, because cosine needs it
)
SEGMENT_BYTES = (
    512 * 2**20
)  # default of dataCoord.segment.maxSize, by the documentation (`NLIST_DOCS`)
ROWS_A_LIST = (
    39  # Milvus builds no more inverted lists than this allows; measured in lesson 3_milvus/08
)
MOST_LISTS = 65_536
SCANN_NUMBERS_A_CODE = 2  # SCANN gives each pair of numbers a code ...
SCANN_BITS_A_CODE = 4  # ... of half a byte
SCANN_BLOCK = 32  # codes of 32 rows are stored together; a list is padded to that
DISK_CODES = 0.125  # DISKANN: share of the raw vectors that stays in memory as codes (`DISK_DOCS`)
DISK_CACHE = 0.1  # DISKANN: share kept as a cache (`DISK_DOCS`)


def raw_bytes(rows: int, dimensions: int) -> int:
    """The vectors alone: 4 bytes a number."""
    return rows * dimensions * BYTES_A_NUMBER


def flat_bytes(rows: int, dimensions: int) -> int:
    """FLAT: the vectors, and nothing else."""
    return raw_bytes(rows, dimensions)


def hnsw_bytes(rows: int, dimensions: int, m: int = 16) -> int:
    """HNSW: the vectors and the graph."""
    return raw_bytes(rows, dimensions) + graph_bytes(rows, m)


def hnsw_sq8_bytes(rows: int, dimensions: int, m: int = 16) -> int:
    """HNSW_SQ with SQ8: the graph over vectors of one byte a number."""
    return rows * dimensions + graph_bytes(rows, m)


def graph_bytes(rows: int, m: int) -> int:
    """The graph of HNSW: the bottom layer has room for 2 m edges per row; each layer above keeps
    one row in m, with m edges.

    A list of edges begins with its length; each row also keeps its id. `DOCS` counts only edges, 4
    bytes each.
    """
    ground = 2 * m * BYTES_AN_EDGE + BYTES_AN_EDGE
    above = Fraction(
        m * BYTES_AN_EDGE + BYTES_AN_EDGE, m - 1
    )  # 1/m + 1/m^2 + ... = 1/(m - 1) layers per row
    return round(rows * (ground + above + BYTES_AN_ID))


def ivf_flat_bytes(rows: int, dimensions: int, nlist: int = 128) -> int:
    """IVF_FLAT: the vectors in lists, their ids and lengths, and the centre of each list."""
    return (
        raw_bytes(rows, dimensions) + rows * BYTES_A_LENGTH + lists_bytes(rows, dimensions, nlist)
    )


def ivf_sq8_bytes(rows: int, dimensions: int, nlist: int = 128) -> int:
    """IVF_SQ8: one byte a number, ids and centres, and the range of each dimension."""
    return (
        rows * dimensions + lists_bytes(rows, dimensions, nlist) + 2 * dimensions * BYTES_A_NUMBER
    )


def ivf_pq_bytes(rows: int, dimensions: int, nlist: int = 128, m: int = 8, nbits: int = 8) -> int:
    """IVF_PQ: m codes of nbits a row, ids and centres, and the code book: 2^nbits pieces for each
    of the m parts.
    """
    book: int = 2**nbits * dimensions * BYTES_A_NUMBER
    return rows * math.ceil(m * nbits / 8) + lists_bytes(rows, dimensions, nlist) + book


def scann_bytes(rows: int, dimensions: int, nlist: int = 128) -> int:
    """SCANN with its raw data: half a byte for each pair of numbers, a code book, plus an
    IVF_FLAT.
    """
    parts = math.ceil(dimensions / SCANN_NUMBERS_A_CODE)
    nlist = lists(rows, nlist)
    filled = rows + nlist * SCANN_BLOCK // 2  # on average half a block of each list is empty
    codes = math.ceil(parts * SCANN_BITS_A_CODE / 8) * filled
    book: int = 2**SCANN_BITS_A_CODE * dimensions * BYTES_A_NUMBER
    return codes + book + ivf_flat_bytes(rows, dimensions, nlist)


def diskann_bytes(rows: int, dimensions: int) -> int:
    """DISKANN: what stays in memory by default, codes and cache, as shares of the raw vectors;
    graph and vectors are on disk.
    """
    return round(
        raw_bytes(rows, dimensions) * (Fraction(str(DISK_CODES)) + Fraction(str(DISK_CACHE)))
    )


def lists_bytes(rows: int, dimensions: int, nlist: int) -> int:
    """What all inverted lists have besides codes or vectors: an id for each row, a centre for each
    list.
    """
    return rows * BYTES_AN_ID + lists(rows, nlist) * dimensions * BYTES_A_NUMBER


def lists(rows: int, nlist: int) -> int:
    """The number of lists that Milvus makes for `nlist`: at most one per 39 rows."""
    return max(1, min(nlist, rows // ROWS_A_LIST))


def suggested_nlist(rows: int, dimensions: int) -> int:
    """4 times the square root of the rows in a segment, the documentation's rule (`NLIST_DOCS`),
    within what Milvus makes.
    """
    segment_rows = min(rows, rows_a_segment(dimensions))
    return min(
        lists(segment_rows, math.isqrt(16 * segment_rows - 1) + 1), MOST_LISTS
    )  # the root rounded up, in whole numbers


def rows_a_segment(dimensions: int) -> int:
    """Rows that fit into a full segment, if a row is only its vector."""
    return max(1, SEGMENT_BYTES // (dimensions * BYTES_A_NUMBER))


def segments(rows: int, dimensions: int) -> int:
    """Segments of a collection whose segments are as full as they may be. Fresh collections have
    more, and smaller ones.
    """
    return -(-rows // rows_a_segment(dimensions))


ESTIMATES = {
    "FLAT": flat_bytes,
    "HNSW": hnsw_bytes,
    "HNSW_SQ": hnsw_sq8_bytes,
    "IVF_FLAT": ivf_flat_bytes,
    "IVF_SQ8": ivf_sq8_bytes,
    "IVF_PQ": ivf_pq_bytes,
    "SCANN": scann_bytes,
    "DISKANN": diskann_bytes,
}


def estimate(
    index_type: str,
    rows: int,
    dimensions: int | None = None,
    *,
    dim: int | None = None,
    **parameters: int,
) -> int:
    """Bytes in memory of an index over `rows` vectors, in full segments; `parameters` are those of
    the functions above. `dim` is Milvus' name for `dimensions`: give one of them.

    Raises `CourseError` for an index type without an estimate, and for numbers below 1.
    """
    dimensions = dim if dimensions is None else dimensions
    if index_type not in ESTIMATES:
        raise CourseError(
            f"There is no estimate for {index_type!r}. There are: {', '.join(ESTIMATES)}."
        )
    if dimensions is None or dim not in (None, dimensions):
        raise CourseError(
            f"The vectors have dimensions={dimensions!r} and dim={dim!r}. Give one of the two: how"
            " many numbers a vector has."
        )
    for name, value in {"rows": rows, "dimensions": dimensions, **parameters}.items():
        least = 2 if name == "m" and index_type.startswith("HNSW") else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise CourseError(
                f"{name}={value!r} is not possible for {index_type}. Give a whole number of at"
                f" least {least}."
            )
    function = ESTIMATES[index_type]
    full, rest = divmod(rows, rows_a_segment(dimensions))
    total = full * function(rows_a_segment(dimensions), dimensions, **parameters) if full else 0
    return total + (function(rest, dimensions, **parameters) if rest else 0)
