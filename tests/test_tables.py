"""Tables to be read."""

import pandas as pd

from vdbcourse.tables import Text

FRAME = pd.DataFrame({"title": ["Canal <b>"], "distance": [0.123456], "plot": ["word " * 60]})


def test_a_text_is_whole_left_aligned_and_escaped():
    shown = Text(FRAME)._repr_html_()
    assert shown.count("word ") >= 59
    assert "Canal &lt;b&gt;" in shown
    assert "0.123<" in shown
    assert shown.count('style="text-align: left"') == 6


def test_plain_text_has_a_header_and_short_lines():
    lines = repr(Text(FRAME)).splitlines()
    assert lines[0] == "title | distance | plot"
    assert max(map(len, lines)) <= 100
