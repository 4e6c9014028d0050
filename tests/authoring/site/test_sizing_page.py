"""The sizing calculator of the site: its formulas against vdbcourse.sizing to the byte, and its
form, in Chromium.
"""

import itertools
import json
import random
import re
import shutil

import pytest
from support import ROOT

from vdbcourse import sizing
from vdbcourse.authoring.site import chromium, sizing_page

ASSETS = ROOT / "docs" / "assets"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sizing calculator</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="sizing/sizing.css">
<style>
  body { margin: 12px; font: 16px sans-serif;
    background: var(--md-default-bg-color); color: var(--md-default-fg-color) }
  [data-md-color-scheme=default] { --md-default-bg-color: #fff; --md-default-fg-color: #000000de }
  [data-md-color-scheme=slate] { --md-default-bg-color: #1e2129; --md-default-fg-color: #e2e4e9d1;
    a { color: #9db8ff } }
</style></head>
<body data-md-color-scheme="default"><main><h1>Sizing calculator</h1><h2>Fill in</h2>
<div id="sizing"></div></main>
<script type="module" src="sizing/sizing.js"></script></body></html>"""


@pytest.fixture(scope="module")
def book():
    return json.loads(sizing_page.constants())


@pytest.fixture(scope="module")
def address(book, tmp_path_factory):
    """A server with the assets, constants.json beside them as the site has it, and a page."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("explorer", "sizing"):
        shutil.copytree(ASSETS / name, folder / name)
    (folder / "sizing" / "constants.json").write_text(json.dumps(book), encoding="utf-8")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    with chromium.served(folder) as served:
        yield f"{served}/"


@pytest.fixture
def opened(browser, address):
    """Open the calculator with a query: `opened("?type=FLAT")`; an error in the page fails the
    test.
    """
    pages, errors = [], []

    def open_page(query=""):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(address + query)
        page.wait_for_selector("[data-state=ready]")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not errors


# ---- what the page is given


def test_every_number_of_sizing_is_handed_over(book):
    expected = {
        name: value
        for name, value in vars(sizing).items()
        if name.isupper() and isinstance(value, int | float)
    }
    assert book["constants"] == expected
    assert {"SEGMENT_BYTES", "ROWS_A_LIST", "DISK_CODES", "BYTES_AN_EDGE"} <= set(expected)


def test_every_index_type_with_an_estimate_is_there(book):
    assert [one["name"] for one in book["types"]] == list(sizing.ESTIMATES)


def test_every_source_has_an_address_and_a_day(book):
    named = {field.get("source") for one in book["types"] for field in one["fields"]} | {
        one["source"] for one in book["types"]
    }
    assert named - {None} <= set(book["sources"])
    for source in book["sources"].values():
        assert source["url"].startswith("https://")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", source["read"])


# ---- the formulas


def grid():
    """Inputs over all types: small, at the edge of a segment, huge; and a hundred drawn
    at random.
    """
    sizes = [
        (1, 2),
        (10, 3),
        (39, 128),
        (349_525, 384),
        (349_526, 384),
        (1_000_000, 768),
        (10**9, 1_536),
        (10**12, 32_768),
    ]
    for index_type, (rows, dimensions) in itertools.product(sizing.ESTIMATES, sizes):
        yield index_type, {"rows": rows, "dimensions": dimensions, **defaults(index_type)}
    draw = random.Random(1)
    for _ in range(200):
        index_type = draw.choice(list(sizing.ESTIMATES))
        values = {"rows": int(10 ** draw.uniform(0, 12)), "dimensions": draw.randint(2, 4_096)}
        ranges = {"m": (2, 128), "nlist": (1, 65_536), "nbits": (1, 16)}
        yield (
            index_type,
            values | {name: draw.randint(*ranges[name]) for name in defaults(index_type)},
        )


def defaults(index_type):
    book = json.loads(sizing_page.constants())
    return next(
        {one["name"]: one["start"] for one in kind["fields"]}
        for kind in book["types"]
        if kind["name"] == index_type
    )


@pytest.mark.browser
def test_every_size_is_that_of_sizing_to_the_byte(opened, book):
    inputs = list(grid())
    assert len(inputs) > 250
    assert {index_type for index_type, _ in inputs} == set(sizing.ESTIMATES)
    found = opened().evaluate(
        """async ([c, inputs]) => {
          const f = await import("/sizing/formulas.js");
          return inputs.map(([type, values]) => ({
            raw: String(f.rawBytes(c, values)), estimate: String(f.estimate(c, type, values)),
            segments: f.segments(c, values), rows: f.rowsASegment(c, values.dimensions),
            nlist: f.suggestedNlist(c, values) }));
        }""",
        [book["constants"], inputs],
    )
    for (index_type, values), one in zip(inputs, found, strict=True):
        rows, dimensions = values["rows"], values["dimensions"]
        assert one == {
            "raw": str(sizing.raw_bytes(rows, dimensions)),
            "estimate": str(sizing.estimate(index_type, **values)),
            "segments": sizing.segments(rows, dimensions),
            "rows": sizing.rows_a_segment(dimensions),
            "nlist": sizing.suggested_nlist(rows, dimensions),
        }, (index_type, values)


@pytest.mark.browser
def test_a_half_is_rounded_as_python_does(opened, book):
    # rows and M for which the graph of one segment ends in .5, some below an even and some below an
    # odd number
    halves = [
        (rows, m)
        for m in range(2, 60)
        for rows in range(1, 40)
        if (rows * (8 * m + 12 + (4 * m + 4) / (m - 1))) % 1 == 0.5
    ]
    assert {int(rows * (8 * m + 12 + (4 * m + 4) / (m - 1))) % 2 for rows, m in halves} == {0, 1}
    found = opened().evaluate(
        """async ([c, halves]) => {
          const f = await import("/sizing/formulas.js");
          return halves.map(([rows, m]) =>
            Number(f.estimate(c, "HNSW", { rows, dimensions: 8, m })));
        }""",
        [book["constants"], halves],
    )
    assert found == [sizing.estimate("HNSW", rows, 8, m=m) for rows, m in halves]


# ---- the form


def exactly(page, name):
    """The bytes behind "1.68 GB"."""
    return int(page.locator(f"[data-result={name}] .value data").get_attribute("value"))


def value(page, name):
    return page.locator(f"[data-result={name}] .value").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("index_type", list(sizing.ESTIMATES))
def test_the_form_shows_the_size_its_parts_and_their_formulas(opened, index_type):
    page = opened()
    page.locator("#sizing-type").select_option(index_type)
    page.locator("#sizing-rows").fill("2,345,678")
    page.locator("#sizing-dimensions").fill("768")
    expected = sizing.estimate(index_type, 2_345_678, 768, **defaults(index_type))
    assert exactly(page, "index") == expected
    assert exactly(page, "raw") == 2_345_678 * 768 * 4
    assert value(page, "segments").startswith(f"{sizing.segments(2_345_678, 768):,}, of at most")
    cards = ["index", "raw", "segments"]
    if "nlist" in defaults(index_type):
        assert value(page, "nlist") == f"{sizing.suggested_nlist(2_345_678, 768):,}"
        cards.append("nlist")
    assert page.locator("[data-result].card:not(.wide)").count() == len(cards)
    rows = page.locator("[data-result=index] tbody tr").all()
    assert sum(int(row.locator("td data").get_attribute("value")) for row in rows) == expected
    assert all(row.locator("code").inner_text() for row in rows)
    for name in cards:
        assert (
            page.locator(f"[data-result={name}] .source a")
            .get_attribute("href")
            .startswith("https://milvus.io/docs/")
        )


@pytest.mark.browser
def test_all_types_are_compared_over_the_same_vectors(opened):
    page = opened("?type=IVF_PQ&rows=500000&dimensions=96&nlist=512&m=12&nbits=8")
    rows = [
        row.inner_text().split("\t") for row in page.locator("[data-result=types] tbody tr").all()
    ]
    assert [row[0] for row in rows] == list(sizing.ESTIMATES)
    own = sizing.estimate("IVF_PQ", 500_000, 96, nlist=512, m=12, nbits=8)
    assert next(row for row in rows if row[0] == "IVF_PQ")[1:] == [
        "nlist 512, m 12, nbits 8",
        f"{own / 1e6:.2f} MB",
        f"{own / sizing.raw_bytes(500_000, 96):.2f}",
    ]


BAD = [
    ("rows", "", "Rows is empty. Write a whole number from 1 to 1,000,000,000,000."),
    ("rows", "0", "Rows is 0, and must be at least 1."),
    ("rows", "-1", "Rows is -1, and must be at least 1."),
    ("rows", "many", "Rows: “many” is not a whole number. Write digits, for example 1,000,000."),
    ("rows", "1e15", "Rows: “1e15” is not a whole number. Write digits, for example 1,000,000."),
    ("rows", "1.5", "Rows: “1.5” is not a whole number. Write digits, for example 1,000,000."),
    ("rows", "1" + "0" * 15, "Rows is too large: at most 1,000,000,000,000 is possible."),
    ("dimensions", "1", "Dimensions of a vector is 1, and must be at least 2."),
    ("dimensions", "32769", "Dimensions of a vector is too large: at most 32,768 is possible."),
    ("nlist", "65537", "nlist is too large: at most 65,536 is possible."),
    ("m", "7", "7 does not divide the 384 dimensions. Near it: 6 or 8."),
    ("m", "1000", "1000 does not divide the 384 dimensions. Near it: 384."),
    ("nbits", "17", "nbits is too large: at most 16 is possible."),
]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("field", "typed", "message"),
    BAD,
    ids=[f"{field}={typed or 'empty'}" for field, typed, _ in BAD],
)
def test_what_cannot_be_sized_gets_a_message_at_its_field(opened, field, typed, message):
    page = opened("?type=IVF_PQ")
    control = page.locator(f"#sizing-{field}")
    before = page.url
    control.fill(typed)
    assert control.get_attribute("aria-invalid") == "true"
    assert f"sizing-{field}-error" in control.get_attribute("aria-describedby").split()
    assert page.locator(f"#sizing-{field}-error").inner_text() == message
    assert page.locator("[aria-invalid]").count() == 1
    assert not page.locator(".result").is_visible()
    text = page.locator("#sizing").inner_text()
    assert not re.search(r"NaN|undefined|Infinity", text)
    assert page.url == before
    page.wait_for_function(
        "document.querySelector('[role=status]').textContent.startsWith('Fields to fix: 1')"
    )
    control.fill({"rows": "10", "dimensions": "384", "nlist": "4", "m": "8", "nbits": "8"}[field])
    assert control.get_attribute("aria-invalid") is None
    assert page.locator(".result").is_visible()


@pytest.mark.browser
def test_the_address_holds_the_settings(opened):
    page = opened("?type=SCANN&rows=123456&dimensions=256&nlist=300")
    expected = sizing.estimate("SCANN", 123_456, 256, nlist=300)
    assert exactly(page, "index") == expected
    page.locator("#sizing-type").select_option("IVF_PQ")
    page.locator("#sizing-m").fill("32")
    page.wait_for_function(
        "location.search === '?type=IVF_PQ&rows=123456&dimensions=256&nlist=128&m=32&nbits=8'"
    )
    again = opened(page.evaluate("location.search"))
    assert value(again, "index") == value(page, "index")
    assert [
        again.locator(f"#sizing-{name}").input_value()
        for name in ("rows", "dimensions", "nlist", "m", "nbits")
    ] == [
        "123,456",
        "256",
        "128",
        "32",
        "8",
    ]


@pytest.mark.browser
def test_a_broken_address_is_said_and_not_run(opened):
    page = opened("?type=ANNOY&rows=<img src=x onerror=alert(1)>")
    assert page.locator("#sizing-type").get_attribute("aria-invalid") == "true"
    assert "“ANNOY”, which is not known" in page.locator("#sizing-type-error").inner_text()
    assert (
        "“<img src=x onerror=alert(1)>” is not a whole number"
        in page.locator("#sizing-rows-error").inner_text()
    )
    assert page.locator("#sizing img").count() == 0
    page.locator("#sizing-type").select_option("FLAT")
    page.locator("#sizing-rows").fill("1")
    assert page.locator(".result").is_visible()


@pytest.mark.browser
def test_the_m_of_a_graph_is_not_the_m_of_codes(opened):
    page = opened("?type=HNSW&m=64")
    page.locator("#sizing-type").select_option("IVF_PQ")
    assert page.locator("#sizing-m").input_value() == "8"
    page.locator("#sizing-type").select_option("HNSW")
    assert page.locator("#sizing-m").input_value() == "64"


@pytest.mark.browser
def test_more_lists_than_milvus_makes_are_said(opened):
    page = opened("?type=IVF_FLAT&rows=4000&nlist=512")
    assert "102, fewer than the 512 asked for" in page.locator("[data-result=lists]").inner_text()
    page.get_by_role("button", name="Use nlist 102").focus()
    page.keyboard.press("Enter")
    assert page.locator("#sizing-nlist").input_value() == "102"
    assert "fewer" not in page.locator("[data-result=lists]").inner_text()
    assert page.get_by_role("button", name="Use nlist").count() == 0


@pytest.mark.browser
def test_the_answer_is_announced_once_the_typing_pauses(opened):
    page = opened()
    page.locator("#sizing-rows").fill("2000000")
    status = page.locator("[role=status]")
    page.wait_for_function(
        "document.querySelector('[role=status]').textContent.includes('2,000,000 rows')"
    )
    assert (
        status.inner_text()
        == "HNSW, 2,000,000 rows of 384 numbers: plan for about 3.4 GB of memory."
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    ("rows", "dimensions", "plan"),
    [
        (1, 2, "160 bytes"),
        (5_000_000, 768, "17 GB"),
        (5_400_000, 768, "18 GB"),
        (1_000_000, 384, "1.7 GB"),
        (590_000, 384, "1 GB"),
        (10**12, 32_768, "140 PB"),
    ],
)
def test_what_to_plan_for_is_rounded_up_to_two_digits(opened, rows, dimensions, plan):
    page = opened(f"?type=HNSW&rows={rows}&dimensions={dimensions}&m=16")
    assert page.locator(".plan").inner_text() == f"Plan for about {plan}"
    exact = exactly(page, "index")
    amount, unit = plan.split()
    factor = {"bytes": 1, "MB": 10**6, "GB": 10**9, "PB": 10**15}[unit]
    assert exact <= float(amount) * factor < exact * 1.1 + 1


@pytest.mark.browser
def test_no_figure_has_more_digits_than_one_reads(opened):
    page = opened("?type=SCANN&rows=5000000&dimensions=768")
    assert not re.search(r"\d(?:[\d,]*\d){9}", page.locator(".result").inner_text())


@pytest.mark.browser
def test_numbers_are_grouped_once_they_are_typed(opened):
    page = opened("?rows=5000000")
    rows = page.locator("#sizing-rows")
    assert rows.input_value() == "5,000,000"
    rows.fill("1234567")
    rows.press("Tab")
    assert rows.input_value() == "1,234,567"


@pytest.mark.browser
def test_dim_is_another_name_for_dimensions(opened):
    assert exactly(opened("?rows=1000&dim=768"), "raw") == 1_000 * 768 * 4


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_is_wider_than_the_screen(opened, width):
    page = opened("?type=SCANN&rows=1000000000000&dimensions=32768")
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["default", "slate"])
@pytest.mark.parametrize(
    "query", ["?type=IVF_PQ", "?type=IVF_PQ&m=7&rows=many"], ids=["answer", "mistakes"]
)
def test_axe_finds_nothing(opened, scheme, query):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(query)
    page.evaluate("(scheme) => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.browser
def test_numbers_that_do_not_come_are_said_in_a_line(browser, address):
    page = browser.new_page()
    page.route("**/constants.json", lambda route: route.fulfill(status=404))
    page.goto(address)
    page.wait_for_selector("[data-state=failed]")
    assert (
        page.get_by_role("alert").inner_text()
        == "The calculator could not be loaded (the server answered 404). Reload the page."
    )
    page.close()


def test_the_page_of_the_site_loads_what_is_there():
    page = (ROOT / "docs" / "sizing.md").read_text(encoding="utf-8")
    for name in ("sizing.js", "sizing.css"):
        assert f'"../assets/sizing/{name}"' in page
        assert (ASSETS / "sizing" / name).is_file()
    assert "<noscript>" in page
    assert (
        "\n## " in page.split('id="sizing"')[0]
    )  # the headings that the script makes are of the third level
