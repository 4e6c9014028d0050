"""Altair charts of the chapters. Frames and arrays in, charts out; no engine, no files.

Importing this room makes Altair pass its charts to JupyterLab, which draws them without a network.
(Altair's default is a page that loads its scripts from the web.) Interactive charts use Vega-Lite's
parameters, so they also work on a page without Python.
"""

import altair as alt

from vdbcourse.plots.curves import curves
from vdbcourse.plots.graph_search import graph_walk
from vdbcourse.plots.histograms import histogram
from vdbcourse.plots.ivf_cells import ivf_cells, lookup_table
from vdbcourse.plots.metrics import metric_picture
from vdbcourse.plots.query_plan import query_plan

__all__ = [
    "curves",
    "graph_walk",
    "histogram",
    "ivf_cells",
    "lookup_table",
    "metric_picture",
    "query_plan",
]

alt.renderers.enable("mimetype")
