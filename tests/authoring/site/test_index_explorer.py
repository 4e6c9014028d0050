"""The index explorer of the site: its films, the indexes it builds in the browser, and its page, in
Chromium.
"""

import heapq
import json
import shutil

import numpy as np
import pytest
from support import ROOT

from vdbcourse import datasets, embedding, measure
from vdbcourse.authoring.site import chromium, index_explorer

ASSETS = ROOT / "docs" / "assets" / "explorer"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Index explorer</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="explorer/explorer.css">
<style>
  body { margin: 12px; font: 16px sans-serif;
    background: var(--md-default-bg-color); color: var(--md-default-fg-color) }
  [data-md-color-scheme=default] { --md-default-bg-color: #fff; --md-default-fg-color: #000000de }
  [data-md-color-scheme=slate] { --md-default-bg-color: #1e2129; --md-default-fg-color: #e2e4e9d1 }
</style></head>
<body data-md-color-scheme="default"><main><h1>Index explorer</h1><h2>Explore</h2>
<div id="explorer"></div></main>
<script type="module" src="explorer/explorer.js"></script></body></html>"""

MODULES = """
  const [hnsw, ivf, vectors, state] = await Promise.all(
    ["hnsw", "ivf", "vectors", "state"].map((name) => import(`/explorer/${name}.js`)));
  const { films, questions, k } = await (await fetch("/explorer/films.json")).json();
"""


@pytest.fixture(scope="module")
def data():
    return json.loads(index_explorer.data())


@pytest.fixture(scope="module")
def rows(data):
    return np.array(data["films"]["vectors"])


@pytest.fixture(scope="module")
def asked(data):
    return np.array(data["questions"]["vectors"])


@pytest.fixture(scope="module")
def address(data, tmp_path_factory):
    """A server with the assets, films.json beside them as the site has it, and a page."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ASSETS, folder / "explorer", ignore=shutil.ignore_patterns("films.json"))
    (folder / "explorer" / "films.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    with chromium.served(folder) as served:
        yield f"{served}/"


@pytest.fixture(scope="module")
def run(browser, address):
    """Run lines of JavaScript that see the modules and the films: `run("return
    films.titles.length")`.
    """
    page = browser.new_page()
    page.goto(address)
    yield lambda lines, argument=None: page.evaluate(
        f"async (argument) => {{ {MODULES} {lines} }}", argument
    )
    page.close()


@pytest.fixture
def page(browser, address):
    """The explorer, ready; an error in the page fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    opened.on("pageerror", lambda error: errors.append(error))
    opened.goto(address)
    opened.wait_for_selector("[data-state=ready]")
    yield opened
    opened.close()
    assert not errors


# ---- the films


def test_the_films_are_few_enough_for_a_page_and_the_questions_are_not_among_them(data):
    assert len(index_explorer.data().encode()) < 60_000
    assert len(data["films"]["titles"]) == 400
    assert len(data["questions"]["titles"]) == 20
    assert not set(data["films"]["titles"]) & set(data["questions"]["titles"])


def test_the_films_are_the_same_each_time(data):
    assert json.loads(index_explorer.data()) == data


def test_true_neighbours_are_those_of_an_exact_search(data, rows, asked):
    assert data["questions"]["truth"] == measure.exact_knn(asked, rows, 10, "l2").indices.tolist()


def test_what_the_short_vectors_keep_is_what_the_page_says(data, rows):
    stories = datasets.film_plots()
    titles = (stories["title"] + " (" + stories["year"].astype(str) + ")").tolist()
    plots = [stories["plot"].iloc[titles.index(title)] for title in data["films"]["titles"]]
    whole, points = embedding.encode(plots), np.array(data["films"]["points"])
    assert data["kept"]["vectors"] == pytest.approx(shared_neighbours(whole, rows), abs=0.002)
    assert data["kept"]["points"] == pytest.approx(
        shared_neighbours(rows, points), abs=0.01
    )  # equal places tie


def test_the_drawing_keeps_more_neighbours_than_two_axes_would(data, rows):
    assert data["kept"]["points"] > 2 * shared_neighbours(rows, rows[:, :2])


def shared_neighbours(before, after):
    """Of ten neighbours of a row in `before`, the share that is left in `after`."""
    near = [
        np.argsort(((space[:, None] - space) ** 2).sum(axis=2) + 1e9 * np.eye(len(space)))[:, :10]
        for space in (before, after)
    ]
    return np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*near, strict=True)])


# ---- exact search, HNSW, IVF


@pytest.mark.browser
@pytest.mark.parametrize("k", [1, 10, 400])
def test_the_exact_search_is_that_of_measure(run, rows, asked, k):
    found = run(
        "return questions.vectors.map((query) => vectors.exact(films.vectors, query, argument))", k
    )
    assert found == measure.exact_knn(asked, rows, k, "l2").indices.tolist()


GRAPH = "const graph = hnsw.build(films.vectors, argument);"


@pytest.mark.browser
@pytest.mark.parametrize("m", [3, 4, 8, 16])
def test_a_list_as_long_as_the_films_finds_all_that_can_be_reached(run, data, m):
    settings = {"m": m, "efConstruction": 40, "seed": 1}
    reached = set(run(f"{GRAPH} return [...hnsw.reachable(graph)]", settings))
    for found, truth in zip(
        searched(run, settings, 400)[0], data["questions"]["truth"], strict=True
    ):
        assert set(found) >= set(truth) & reached
        assert (
            len(reached) < 400 or found == truth
        )  # with no film out of reach: recall 1.0, in the right order
    assert m == 3 or len(reached) == 400


def searched(run, settings, ef):
    """What HNSW finds for each question, and the distances that took."""
    both = run(
        f"{GRAPH} return questions.vectors.map((q) => hnsw.search(graph, films.vectors, q,"
        " argument))",
        {**settings, "ef": ef, "k": 10},
    )
    return [one["found"] for one in both], [one["distances"] for one in both]


@pytest.mark.browser
def test_a_longer_list_computes_more_distances_and_finds_no_less(run, data):
    settings = {"m": 4, "efConstruction": 40, "seed": 1}
    recalls, work = [], []
    for ef in (10, 20, 40, 80, 400):
        found, distances = searched(run, settings, ef)
        recalls.append(measure.recall_at_k(found, data["questions"]["truth"], 10))
        work.append(np.mean(distances))
    assert work == sorted(set(work)), work
    assert recalls == sorted(recalls), recalls
    assert recalls[0] < 0.9 < recalls[-1] == 1.0


@pytest.mark.browser
@pytest.mark.parametrize(
    ("m", "ef_construction", "seed"), [(2, 10, 1), (4, 40, 2), (8, 100, 3), (16, 40, 4)]
)
def test_no_film_has_more_links_than_its_layer_has_room_for(run, m, ef_construction, seed):
    layers = built(run, {"m": m, "efConstruction": ef_construction, "seed": seed})
    assert len(layers[0]) == 400
    assert len(layers) > 1
    for number, layer in enumerate(layers):
        for film, links in layer.items():
            assert len(links) <= (2 * m if number == 0 else m)
            assert film not in links
            assert len(set(links)) == len(links)
            assert set(links) <= set(layer)
        if number:
            assert set(layer) < set(layers[number - 1])


def built(run, settings):
    """The layers of a graph: for each one film: linked films."""
    layers = run(f"{GRAPH} return graph.layers.map((layer) => [...layer])", settings)
    return [dict(layer) for layer in layers]


@pytest.mark.browser
def test_each_layer_holds_about_one_in_m_of_the_one_below(run):
    heights = [
        len(built(run, {"m": 4, "efConstruction": 4, "seed": seed})[1]) for seed in range(1, 21)
    ]
    assert 400 / 4 * 0.9 < np.mean(heights) < 400 / 4 * 1.1, heights


@pytest.mark.browser
def test_links_are_chosen_by_the_rule_of_the_paper(run, rows):
    draw = np.random.default_rng(0)
    for m in (2, 4, 8):
        point, *found = draw.choice(400, 60, replace=False).tolist()
        sorted_found = sorted((int(((rows[point] - rows[one]) ** 2).sum()), one) for one in found)
        chosen = run(
            "return hnsw.select(films.vectors, argument.found, argument.m)",
            {"found": sorted_found, "m": m},
        )
        kept = []
        for distance, one in sorted_found:
            if len(kept) < m and all(
                ((rows[one] - rows[other]) ** 2).sum() > distance for other in kept
            ):
                kept.append(one)
        assert chosen == kept


@pytest.mark.browser
def test_a_seed_gives_one_graph_and_another_seed_another(run):
    graphs = [built(run, {"m": 4, "efConstruction": 40, "seed": seed}) for seed in (1, 1, 2)]
    assert graphs[0] == graphs[1] != graphs[2]
    centres = [
        run("return ivf.build(films.vectors, { nlist: 16, seed: argument }).centres", seed)
        for seed in (1, 1, 2)
    ]
    assert centres[0] == centres[1] != centres[2]


@pytest.mark.browser
@pytest.mark.parametrize("ef", [1, 10, 60])
def test_the_walk_is_that_of_a_beam_written_in_python(run, rows, asked, ef):
    settings = {"m": 4, "efConstruction": 40, "seed": 1}
    layers = built(run, settings)
    entry = run(f"{GRAPH} return graph.entry", settings)
    found, distances = searched(run, settings, ef)
    for number, query in enumerate(asked):
        expected, work = walked(rows, layers, query, entry, ef)
        assert (found[number], distances[number]) == (expected[:10], work)


def walked(rows, layers, query, entry, ef):
    """Numbers found, nearest first, and distances computed, by heaps of Python."""

    def distance(film):
        return int(((rows[film] - query) ** 2).sum())

    start, work = (distance(entry), entry), 1
    for number in reversed(range(len(layers))):
        width = ef if number == 0 else 1
        candidates, best, seen = [start], [start], {start[1]}
        while candidates and not (len(best) == width and candidates[0] > max(best)):
            here = heapq.heappop(candidates)[1]
            for film in layers[number][here]:
                if film in seen:
                    continue
                seen.add(film)
                work += 1
                one = (distance(film), film)
                if len(best) < width or one < max(best):
                    heapq.heappush(candidates, one)
                    best = sorted([*best, one])[:width]
        start = min(best)
    return [film for _, film in sorted(best)], work


CELLS = "const cells = ivf.build(films.vectors, argument);"


@pytest.mark.browser
@pytest.mark.parametrize("nlist", [1, 16, 64])
def test_every_film_is_in_the_cell_of_its_nearest_centre(run, rows, nlist):
    cells = run(f"{CELLS} return cells", {"nlist": nlist, "seed": 1})
    centres = np.array(cells["centres"])
    nearest = ((rows[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert cells["cellOf"] == nearest.tolist()
    assert cells["cells"] == [np.flatnonzero(nearest == cell).tolist() for cell in range(nlist)]
    means = [rows[nearest == cell].mean(axis=0) for cell in range(nlist) if (nearest == cell).any()]
    assert np.allclose(
        means, centres[[cell for cell in range(nlist) if (nearest == cell).any()]]
    )  # Lloyd came to rest


def probed(run, nlist, nprobe):
    argument = {"nlist": nlist, "nprobe": nprobe, "seed": 1, "k": 10}
    both = run(
        f"{CELLS} return questions.vectors.map((q) => ivf.search(cells, films.vectors, q,"
        " argument))",
        argument,
    )
    return [one["found"] for one in both], [one["distances"] for one in both]


@pytest.mark.browser
@pytest.mark.parametrize("nlist", [1, 16, 64])
def test_all_cells_opened_is_an_exact_search(run, data, nlist):
    found, distances = probed(run, nlist, nlist)
    assert found == data["questions"]["truth"]
    assert distances == [400 + nlist] * 20


@pytest.mark.browser
def test_more_cells_opened_cost_more_distances_and_find_no_less(run, data):
    recalls, work = [], []
    for nprobe in (1, 2, 4, 8, 16):
        found, distances = probed(run, 16, nprobe)
        recalls.append(measure.recall_at_k(found, data["questions"]["truth"], 10))
        work.append(np.mean(distances))
    assert work == sorted(set(work)), work
    assert recalls == sorted(recalls)
    assert recalls[0] < 0.8


@pytest.mark.browser
def test_what_the_page_lets_predict_is_so(run, data):
    truth = data["questions"]["truth"]
    at = {ef: searched(run, {"m": 4, "efConstruction": 40, "seed": 1}, ef) for ef in (10, 40)}
    recall = {ef: measure.recall_at_k(found, truth, 10) for ef, (found, _) in at.items()}
    assert np.mean(at[40][1]) / np.mean(at[10][1]) > recall[40] / recall[10] > 1
    found, _ = searched(run, {"m": 2, "efConstruction": 40, "seed": 1}, 400)
    lost = 400 - run(
        f"{GRAPH} return hnsw.reachable(graph).size", {"m": 2, "efConstruction": 40, "seed": 1}
    )
    assert lost > 0
    assert measure.recall_at_k(found, truth, 10) < 1
    quarters = {nlist: probed(run, nlist, nlist // 4) for nlist in (16, 64)}
    few, many = (
        (measure.recall_at_k(found, truth, 10), np.mean(work)) for found, work in quarters.values()
    )
    assert few[0] != many[0]
    assert few[1] != many[1]


# ---- the page


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def part(page, name):
    return page.locator(f"[data-part={name}]")


def slide(page, name, value):
    """Move a slider as a hand would."""
    page.locator(f"#explorer-{name}").evaluate(
        "(e, v) => { e.value = v; for (const kind of ['input', 'change']) e.dispatchEvent(new"
        " Event(kind, { bubbles: true })) }",
        str(value),
    )


def choose(page, algorithm, **settings):
    page.get_by_role("radio", name=algorithm).check()
    for name, value in settings.items():
        slide(page, name, value)


ALGORITHMS = pytest.mark.parametrize(
    ("algorithm", "settings"),
    [("HNSW", {"m": 4, "ef": 12}), ("IVF", {"nlist": 12, "nprobe": 3})],
    ids=["HNSW", "IVF"],
)


def shown(page):
    """All that a reader can see: the text, and every mark and line of the picture."""
    text = page.locator("#explorer").inner_text()
    marks = page.locator(".picture path").evaluate_all(
        "all => all.map((e) => [e.getAttribute('class'), e.getAttribute('d')])"
    )
    return text, marks, page.locator(".picture").get_attribute("aria-label")


@pytest.mark.browser
@ALGORITHMS
def test_steps_to_the_end_find_what_a_search_at_once_finds(page, run, data, algorithm, settings):
    choose(page, algorithm, **settings)
    page.locator("#explorer-question").select_option("3")
    while button(page, "Step").get_attribute("aria-disabled") == "false":
        button(page, "Step").evaluate("(e) => e.click()")
    if algorithm == "HNSW":
        found, distances = (
            one[3]
            for one in searched(run, {**settings, "efConstruction": 40, "seed": 1}, settings["ef"])
        )
    else:
        found, distances = (one[3] for one in probed(run, settings["nlist"], settings["nprobe"]))
    titles = [data["films"]["titles"][film] for film in found]
    listed = [
        line.rsplit(", ", 1)[0] for line in part(page, "list").locator("li").all_inner_texts()
    ]
    assert len(listed) == settings.get("ef", 10)
    assert listed[:10] == titles
    assert part(page, "distances").inner_text() == f"{distances} of 400"
    right = len(set(found) & set(data["questions"]["truth"][3]))
    assert part(page, "recall").inner_text() == f"{right / 10:.1f} of 1.0"
    at_the_end = shown(page)
    button(page, "Restart").click()
    assert shown(page) != at_the_end
    button(page, "To the end").click()
    assert shown(page) == at_the_end


@pytest.mark.browser
@ALGORITHMS
def test_back_undoes_each_step(page, algorithm, settings):
    choose(page, algorithm, **settings)
    states = [shown(page)]
    for _ in range(30):
        button(page, "Step").click()
        states.append(shown(page))
        assert states[-1] != states[-2]
    for expected in reversed(states[:-1]):
        button(page, "Back").click()
        assert shown(page) == expected


@pytest.mark.browser
def test_every_step_is_a_line_that_a_screen_reader_is_told(page, data):
    for _ in range(40):
        button(page, "Step").click()
    now = part(page, "now")
    assert now.get_attribute("aria-live") == "polite"
    lines = part(page, "steps").locator("li").all_inner_texts()
    assert len(lines) == 40
    assert lines[-1] == now.inner_text()
    assert [line.split(":")[0] for line in lines] == [f"Step {number}" for number in range(1, 41)]
    compared = [line for line in lines if "compare with" in line]
    assert all(any(title in line for title in data["films"]["titles"]) for line in compared)
    assert any("drops out" in line for line in compared)
    assert any("not kept" in line for line in compared)


@pytest.mark.browser
def test_a_step_says_when_the_list_is_full(page):
    button(page, "To the end").click()
    full = [
        line for line in part(page, "steps").locator("li").all_inner_texts() if "full with" in line
    ]
    assert full
    assert all("full with ef = " in line for line in full)
    assert "full with ef = 10" in full[-1]


@pytest.mark.browser
def test_it_works_by_keyboard_alone(page):
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")  # the other algorithm
    assert page.locator("#explorer-nlist").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.locator("#explorer-nlist").input_value() == "17"
    assert "The cells: 17" in part(page, "built").inner_text()
    for _ in range(4):  # nprobe, seed, question, Step
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert part(page, "now").inner_text().startswith("Step 3:")
    page.keyboard.press("ArrowLeft")
    assert part(page, "now").inner_text().startswith("Step 2:")


@pytest.mark.browser
def test_play_goes_on_by_itself_until_it_is_paused(page):
    button(page, "Play").click()
    page.wait_for_function("document.querySelectorAll('[data-part=steps] li').length >= 2")
    assert part(page, "now").get_attribute("aria-live") == "off"
    button(page, "Pause").click()
    count = part(page, "steps").locator("li").count()
    page.wait_for_timeout(700)  # longer than a step of Play
    assert part(page, "steps").locator("li").count() == count
    assert part(page, "now").get_attribute("aria-live") == "polite"


@pytest.mark.browser
def test_who_asks_for_less_motion_gets_slower_steps(browser, address):
    page = browser.new_page(reduced_motion="reduce")
    page.goto(address)
    page.wait_for_selector("[data-state=ready]")
    button(page, "Play").click()
    page.wait_for_timeout(1_000)
    assert part(page, "steps").locator("li").count() == 0
    page.locator("[data-part=steps] li").first.wait_for()
    page.close()


@pytest.mark.browser
def test_the_table_scores_all_questions_and_keeps_what_was_tried(page, run, data):
    slide(page, "ef", 40)
    found, distances = searched(run, {"m": 4, "efConstruction": 40, "seed": 1}, 40)
    recall = measure.recall_at_k(found, data["questions"]["truth"], 10)
    rows = [one.inner_text().split("\t") for one in part(page, "tried").locator("tr").all()]
    assert rows[0][0] == "HNSW, M 4, efConstruction 40, ef 40, seed 1"
    assert rows[0][1] == f"{recall:.3f}"
    assert float(rows[0][3]) == pytest.approx(np.mean(distances), abs=0.51)
    assert rows[1][0] == "HNSW, M 4, efConstruction 40, ef 10, seed 1"
    assert rows[-1] == ["exact search", "1.000", "1.0", "400"]


@pytest.mark.browser
def test_no_more_cells_can_be_opened_than_there_are(page):
    choose(page, "IVF", nlist=40, nprobe=30)
    slide(page, "nlist", 8)
    assert page.locator("#explorer-nprobe").input_value() == "8"
    assert part(page, "tried").locator("tr").first.inner_text().startswith("IVF, nlist 8, nprobe 8")


@pytest.mark.browser
def test_films_that_no_walk_can_reach_are_counted(page):
    assert "Every film can be reached" in part(page, "built").inner_text()
    slide(page, "m", 2)
    assert "films cannot be reached by any walk" in part(page, "built").inner_text()


@pytest.mark.browser
def test_the_picture_marks_the_true_neighbours_and_says_in_words_what_it_shows(page, data):
    button(page, "To the end").click()
    assert page.locator(".picture path.truth").count() == 10
    label = page.locator(".picture").get_attribute("aria-label")
    assert data["questions"]["titles"][0] in label
    assert "10 are in the list" in label


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_is_wider_than_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    for algorithm in ("HNSW", "IVF"):
        choose(page, algorithm)
        button(page, "To the end").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["default", "slate"])
@ALGORITHMS
def test_axe_finds_nothing(page, scheme, algorithm, settings):
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("(scheme) => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
    choose(page, algorithm, **settings)
    button(page, "To the end").click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.browser
def test_films_that_do_not_come_are_said_in_a_line(browser, address):
    page = browser.new_page()
    page.route("**/films.json", lambda route: route.fulfill(status=404))
    page.goto(address)
    page.wait_for_selector("[data-state=failed]")
    assert (
        page.get_by_role("alert").inner_text()
        == "The films could not be loaded (the server answered 404). Reload the page."
    )
    page.close()


def test_the_page_of_the_site_loads_what_is_there():
    page = (ROOT / "docs" / "explorer.md").read_text(encoding="utf-8")
    for name in ("explorer.js", "explorer.css"):
        assert f'"../assets/explorer/{name}"' in page
        assert (ASSETS / name).is_file()
    assert "<noscript>" in page
    assert (
        "\n## " in page.split('id="explorer"')[0]
    )  # the headings that the script makes are of the third level
