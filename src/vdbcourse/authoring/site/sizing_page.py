"""What the sizing calculator of the site takes from `vdbcourse.sizing`: its constants, its index
types, limits and sources.

    sizing_page.constants()    the JSON of constants.json, which docs/assets/sizing/sizing.js reads

The formulas are written a second time in docs/assets/sizing/formulas.js;
tests/authoring/site/test_sizing_page.py holds them to the byte against `vdbcourse.sizing`.
"""

import inspect
import json
from typing import Any

from vdbcourse import sizing
from vdbcourse.choosers.index_chooser.needs import LEAST_DIMENSIONS, MOST_DIMENSIONS, MOST_ROWS
from vdbcourse.facts import milvus_indexes

READ = "2026-11-21"
RANGES = (  # nbits; read 2026-11-21
    "https://milvus.io/api-reference/go/v2.2.1/Index/indexLimitations.md"
)
SOURCES = {
    "docs": {
        "title": "Milvus docs: index explained, memory usage estimation",
        "url": sizing.DOCS,
        "read": READ,
    },
    "disk": {"title": "Milvus docs: DISKANN", "url": sizing.DISK_DOCS, "read": READ},
    "nlist": {"title": "Milvus docs: performance FAQ", "url": sizing.NLIST_DOCS, "read": READ},
    "limits": {
        "title": "Milvus docs: limits",
        "url": "https://milvus.io/docs/limitations.md",
        "read": READ,
    },
    "hnsw": {"title": "Milvus docs: HNSW", "url": "https://milvus.io/docs/hnsw.md", "read": READ},
    "ranges": {"title": "Milvus Go SDK 2.2: index parameter range", "url": RANGES, "read": READ},
}
MEASURED = (
    "FLAT",
    "HNSW",
    "IVF_FLAT",
    "IVF_SQ8",
    "IVF_PQ",
    "SCANN",
)  # by tests/test_sizing.py on 2.3.5; FLAT has no index file
FIELDS = {
    "rows": {"label": "Rows", "least": 1, "most": MOST_ROWS, "start": 1_000_000},
    "dimensions": {
        "label": "Dimensions of a vector",
        "least": LEAST_DIMENSIONS,
        "most": MOST_DIMENSIONS,
        "start": 384,
        "source": "limits",
    },
}
GRAPH = {"label": "M: links of a row on a layer", "least": 2, "most": 2048, "source": "hnsw"}
LISTS = {
    "label": "nlist: lists in a segment",
    "least": 1,
    "most": sizing.MOST_LISTS,
    "source": "ranges",
}
PARTS = {
    "label": "m: parts of a vector, one code each",
    "least": 1,
    "most": MOST_DIMENSIONS,
    "divides": "dimensions",
}
BITS = {"label": "nbits: bits of a code", "least": 1, "most": 16, "source": "ranges"}


def constants() -> str:
    """JSON: `constants` of `vdbcourse.sizing` by name, `sources`, `fields` of every type and
    `types` with their own fields.
    """
    value = {
        "constants": {
            name: number
            for name, number in vars(sizing).items()
            if name.isupper() and isinstance(number, int | float)
        },
        "sources": SOURCES,
        "fields": [{"name": name, **about} for name, about in FIELDS.items()],
        "types": [index_type(name) for name in sizing.ESTIMATES],
    }
    return json.dumps(value, ensure_ascii=False, indent=1)


def index_type(name: str) -> dict[str, Any]:
    """What the form shows of an index type: its fields start with the defaults of the function in
    `vdbcourse.sizing`.
    """
    parameters = list(inspect.signature(sizing.ESTIMATES[name]).parameters.values())[len(FIELDS) :]
    return {
        "name": name,
        "about": milvus_indexes.book().types[name].about,
        "source": "disk" if name == "DISKANN" else "docs",
        "measured": name in MEASURED,
        "fields": [
            {"name": one.name, "start": one.default, **described(name, one.name)}
            for one in parameters
        ],
    }


def described(index_type: str, parameter: str) -> dict[str, Any]:
    """Label and limits of a parameter. The `m` of a graph is another one than the `m` of product
    quantisation.
    """
    graph = index_type.startswith("HNSW")
    return {"m": GRAPH if graph else PARTS, "nlist": LISTS, "nbits": BITS}[parameter]
