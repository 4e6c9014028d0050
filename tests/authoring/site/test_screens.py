"""What a visitor sees at first sight and can touch: home, charts, explorer, glossary, a phone."""

import json

import pytest
from bs4 import BeautifulSoup

from vdbcourse import lessons
from vdbcourse.authoring.site import charts
from vdbcourse.plots import style

pytestmark = pytest.mark.browser
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LESSON = "chapters/3_milvus/07_index_types_measured/"


def bottom(page, selector):
    """Where the first such element ends, in pixels from the top of the window."""
    box = page.locator(selector).first.bounding_box()
    return box["y"] + box["height"]


# ---- home


@pytest.fixture
def home(visit):
    """The home page with its map."""

    def look(**options):
        page = visit(**options)
        page.locator("#map[data-state=ready]").wait_for()
        return page

    return look


def near(page):
    return page.locator("#map ol.near li").all_inner_texts()


def test_the_first_screen_says_what_it_is_and_how_to_begin(home):
    page = home(size=LAPTOP)
    for selector in (".hero h1", ".hero pre", ".hero .md-button >> nth=1", "#map svg"):
        assert bottom(page, selector) <= LAPTOP["height"], selector
    phone = home(size=PHONE)
    assert bottom(phone, ".hero .md-button >> nth=1") <= PHONE["height"]


def test_a_touched_film_shows_its_nearest(home, site):
    films = json.loads((site / "assets/explorer/films.json").read_text())["films"]
    page = home(size=PHONE, has_touch=True)
    before = near(page)
    assert len(before) == 6
    page.locator("#map circle:not([class=near]):not([class=film])").nth(7).tap(force=True)
    page.wait_for_function(
        "(old) => document.querySelector('ol.near li').innerText !== old", arg=before[0]
    )
    chosen = films["vectors"][int(page.locator("#map-film").input_value())]
    ranked = sorted(
        range(400),
        key=lambda n: (
            sum((a - b) ** 2 for a, b in zip(films["vectors"][n], chosen, strict=True)),
            n,
        ),
    )
    assert near(page) == [films["titles"][n] for n in ranked[1:7]]


def test_the_map_works_by_keyboard_and_says_what_it_shows(home):
    page = home(size=LAPTOP)
    page.locator("#map-film").select_option(label="Alien (1979)")
    said = page.locator("#map [role=status]").inner_text()
    assert said.startswith("Nearest to Alien (1979): ")
    assert (
        said.removeprefix("Nearest to Alien (1979): ").removesuffix(".").split(", ")[0]
        in near(page)[0]
    )
    assert said in page.locator("#map svg").get_attribute("aria-label")
    first = page.locator("ol.near button").first
    title = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#map-film option:checked").inner_text() == title
    assert page.evaluate("document.activeElement.closest('ol.near') !== null")


def test_who_asks_for_less_motion_gets_lines_that_stand(home):
    page = home(size=LAPTOP, reduced_motion="reduce")
    line = page.locator("#map .lines path").first
    assert line.evaluate("e => getComputedStyle(e).animationName") == "none"
    assert line.evaluate("e => getComputedStyle(e).strokeDashoffset") in ("0", "0px")


# ---- charts


def drawn(page, number=0):
    """The figure of a chart, drawn."""
    page.evaluate("for (const one of document.querySelectorAll('article details')) one.open = true")
    figure = page.locator("figure.chart").nth(number)
    figure.scroll_into_view_if_needed()
    figure.locator("svg").first.wait_for()
    page.wait_for_function(
        "document.querySelector('figure.chart svg').getBoundingClientRect().height > 0"
    )
    return figure


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_chart_is_as_wide_as_the_text(visit, size):
    page = visit(LESSON, size=size)
    figure = drawn(page)
    page.wait_for_function(
        "(() => { const f = document.querySelector('figure.chart');"
        " return f.querySelector('svg').getBoundingClientRect().width > 0.93 * f.clientWidth })()"
    )
    assert figure.evaluate("e => e.querySelector('.drawing').scrollWidth <= e.clientWidth + 1")
    sizes = figure.locator("svg text").evaluate_all(
        "all => all.filter((e) => e.textContent)"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
    )
    assert min(filter(None, sizes)) >= 10  # a size of 0 hides


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_the_charts_can_be_seen_in_the_dark(visit):
    page = visit(LESSON, scheme="dark")
    tokens = page.evaluate(
        "(all) => all.map((name) => getComputedStyle(document.body).getPropertyValue(name).trim())",
        ["--paper", *(f"--chart-{c[1:].lower()}" for c in (*style.COLOURS, style.INK, style.PALE))],
    )
    paper, *colours = tokens
    assert len(set(colours[: len(style.COLOURS)])) == len(style.COLOURS)
    for colour in colours:
        light, dark = luminance(colour), luminance(paper)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour
    lines = (
        drawn(page)
        .locator("svg .mark-line path")
        .evaluate_all("all => all.map((e) => e.getAttribute('stroke').toLowerCase())")
    )
    assert lines
    assert set(lines) <= set(colours)


def test_every_chart_of_the_lessons_has_a_finding(site):
    for lesson in lessons.lessons():
        page = BeautifulSoup((site / "chapters" / lesson.key / "index.html").read_bytes(), "lxml")
        for chart in page.select("figure.chart"):
            title = charts.any_title(json.loads(chart.script.string))
            caption = chart.figcaption.find(string=True, recursive=False).strip()
            assert caption != title, f"{lesson.key}: {title!r} has no line in chart_findings.yaml"
            assert caption in charts.findings().values()


def test_every_finding_is_that_of_a_chart(site):
    titles = [
        charts.any_title(json.loads(chart.script.string))
        for lesson in lessons.lessons()
        for chart in BeautifulSoup(
            (site / "chapters" / lesson.key / "index.html").read_bytes(), "lxml"
        ).select("figure.chart")
    ]
    for start in charts.findings():
        assert any(title.startswith(start) for title in titles), start


# ---- explorer


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_picture_and_controls_of_the_explorer_are_in_one_screen(visit, size):
    page = visit("explorer/", size=size)
    page.locator("#explorer[data-state=ready]").wait_for()
    head = page.locator(".md-header").bounding_box()["height"]
    bench = page.locator(".bench")
    assert bench.bounding_box()["height"] <= size["height"] - head
    for part in ("form", ".buttons", ".now", "svg.picture"):
        assert bench.locator(part).count() == 1
    if size == LAPTOP:
        assert bottom(page, ".bench") <= size["height"]


def test_the_explorer_invites_before_the_first_step(visit):
    page = visit("explorer/", size=LAPTOP)
    page.locator("#explorer[data-state=ready]").wait_for()
    assert "Press Play" in page.locator("[data-part=now]").inner_text()
    assert page.locator("path.links").get_attribute("d").count("M") > 1_000  # the whole graph
    assert page.locator("svg.picture path.truth").count() == 10


# ---- glossary, phone


def test_the_glossary_leaves_the_terms_that_are_asked_for(visit):
    page = visit("glossary/")
    terms = page.locator("article h3:visible")
    everything = terms.count()
    box = page.get_by_label("Show only terms with")
    box.fill("RECALL")
    shown = [text.rstrip("#").strip() for text in terms.all_inner_texts()]
    assert 0 < len(shown) < 10
    assert all("recall" in term.lower() for term in shown)
    assert (
        page.locator(".glossary-filter [role=status]").inner_text()
        == f"{len(shown)} of {everything}"
    )
    box.fill("thumbnail of a whale")
    assert terms.count() == 0
    assert page.locator("article h2:visible").count() == 0
    box.fill("")
    assert terms.count() == everything


def test_a_phone_shows_the_whole_title_of_every_page(visit, site):
    longest = sorted((lesson for lesson in lessons.lessons()), key=lambda one: -len(one.title))[:3]
    for lesson in longest:
        page = visit(f"chapters/{lesson.key}/", size=PHONE)
        page.evaluate("scrollTo(0, 1200)")
        page.locator(".md-header__title--active").wait_for()
        title = page.locator(".md-header__topic .md-ellipsis").nth(1)
        assert title.inner_text() == lesson.title
        assert title.evaluate(
            "e => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1"
        )
        assert bottom(page, ".md-header__topic >> nth=1") <= bottom(page, ".md-header") + 1


def test_code_on_a_phone_breaks_instead_of_leaving_the_screen(visit):
    page = visit("cheat-sheets/milvus/", size=PHONE)
    wider = page.locator("article .highlight pre > code").evaluate_all(
        "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert wider == 0


def test_a_printed_sheet_keeps_its_short_sections_whole(visit, site):
    sheets = sorted(path.parent.name for path in site.glob("cheat-sheets/*/index.html"))
    for name in sheets:
        page = visit(f"cheat-sheets/{name}/")
        page.emulate_media(media="print")
        assert page.locator(".sheet").get_attribute("data-whole") in ("all", "4", "2"), name
        breaks = page.locator(".sheet > section").evaluate_all(
            "all => all.filter((e) => e.children.length <= 3)"
            ".map((e) => getComputedStyle(e).breakInside)"
        )
        assert set(breaks) == {"avoid"}, name
