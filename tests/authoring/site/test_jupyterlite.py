"""The lesson that runs in the page: its parts are those that were chosen, and it works in a
Chromium as in CPython.
"""

import json
import re
import subprocess
import time

import nbclient
import nbformat
import pytest

from vdbcourse import settings
from vdbcourse.authoring.site import (
    chromium,
    jupyterlite,
    jupyterlite_films,
    jupyterlite_parts,
    stale_outputs,
    third_party,
)
from vdbcourse.errors import CourseError

FOLDER = settings.root() / "docs" / "lite"
DATA = json.loads((FOLDER / jupyterlite.DATA).read_text(encoding="utf-8"))
ROOT = "/course/1.0/"  # as on a host that serves more than this site
SECONDS = 60_000  # ms: the most that Python may take to start


@pytest.fixture(scope="module")
def lesson():
    """The notebook as it is stored."""
    return nbformat.read(FOLDER / jupyterlite.LESSON, as_version=4)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that holds the lesson alone, at `ROOT`; the parts come from the cache, as the suite
    has no network.
    """
    try:
        jupyterlite.fetch()
    except CourseError as error:
        pytest.fail(
            "the cache lacks parts of the lesson in the page; conftest.py should call"
            f" lite.fetch(). {error}"
        )
    folder = tmp_path_factory.mktemp("lite")
    jupyterlite.build(folder / ROOT.strip("/"), ROOT)
    return folder


@pytest.fixture(scope="module")
def built(site):
    """The folder `lite/` of that site."""
    return site / ROOT.strip("/") / "lite"


class Visit:
    """The lesson in a browser, with all it asked for and complained about."""

    def __init__(self, browser, site, **options):
        self.asked, self.complaints, self.sizes = [], [], {}
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("response", self.count)
        self.page = self.context.new_page()
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(f"{said.text} {said.location['url']}")
                if said.type == "error"
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.site = site

    def count(self, response):
        """Bytes, as a server without compression sends them; what a service worker hands on is the
        same answer again.
        """
        self.sizes[response.url] = int(response.headers.get("content-length", 0))

    def open(self, path=jupyterlite.ADDRESS):
        """Open the lesson and wait until its last cell is drawn."""
        self.page.goto(f"{self.site}{ROOT}lite/{path}")
        self.page.locator(".jp-MarkdownOutput", has_text="Next: ").wait_for(timeout=SECONDS)

    def choose(self, menu, item):
        """A command of the menu bar."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{menu}$")).click()
        self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{item}")).first.click()

    def outputs(self):
        """What stands below each code cell."""
        cells = self.page.locator(".jp-CodeCell")
        return [
            "".join(cells.nth(number).locator(".jp-OutputArea-output").all_inner_texts()).strip()
            for number in range(cells.count())
        ]


@pytest.fixture
def visit(browser, site):
    """The lesson's address, ready to be opened; at the end there must be no complaint and no other
    host.
    """
    with chromium.served(site) as address:
        found = Visit(browser, address)
        yield found
        found.context.close()
    assert found.complaints == []
    assert [url for url in found.asked if not url.startswith((address, "data:", "blob:"))] == []


def stored(lesson):
    """The printed text that is stored below each code cell."""
    return [
        "".join(one.text for one in cell.outputs).strip()
        for cell in lesson.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.browser
def test_all_cells_run_in_the_page_and_print_what_they_print_in_cpython(visit, lesson, capsys):
    started = time.perf_counter()
    visit.open()
    assert not any(visit.outputs())
    visit.choose("Run", "Run All Cells")
    visit.page.locator(".jp-CodeCell .jp-OutputArea-output").first.wait_for(timeout=SECONDS)
    first = time.perf_counter() - started
    visit.page.locator(
        ".jp-CodeCell .jp-InputPrompt", has_text=f"[{len(stored(lesson))}]:"
    ).wait_for(timeout=SECONDS)
    assert visit.outputs() == stored(lesson)
    with capsys.disabled():
        print(
            f"\nthe lesson in the page: first output after {first:.1f} s,"
            f" {sum(visit.sizes.values()) / 1e6:.1f} MB loaded"
        )


@pytest.mark.browser
def test_the_folder_itself_opens_the_lesson(visit):
    visit.open("")
    assert visit.page.get_by_role("heading", name="Your first search, in the page").is_visible()


@pytest.mark.browser
def test_links_lead_from_the_lesson_to_pages_of_the_site(visit):
    visit.open()
    links = visit.page.locator(".jp-MarkdownOutput a[href]").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    outside = {link for link in links if not link.startswith("#")}
    assert f"{ROOT}chapters/1_concepts/01_first_search/" in outside
    assert f"{ROOT}glossary/#recall" in outside
    assert all(link.startswith(ROOT) for link in outside)


@pytest.mark.browser
def test_pypi_is_switched_off_in_the_page(visit):
    visit.open()
    visit.page.locator(".jp-CodeCell .cm-content").first.click()
    visit.page.keyboard.press("Control+A")
    visit.page.keyboard.insert_text("import piplite\nawait piplite.install('tinydb')")
    visit.page.keyboard.press("Control+Enter")
    said = visit.page.locator(".jp-CodeCell").first.locator(
        ".jp-OutputArea-output", has_text="tinydb could not be installed: PyPI fallback is disabled"
    )
    said.last.wait_for(timeout=SECONDS)


def test_cpython_prints_what_is_stored(lesson):
    ran = nbclient.NotebookClient(
        nbformat.from_dict(lesson),
        timeout=60,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    assert stored(ran) == stored(lesson)


def test_the_stored_outputs_are_those_of_the_code_beside_them(lesson):
    path = FOLDER / jupyterlite.LESSON
    assert (
        stale_outputs.faults(
            "docs/lite/first_search.ipynb", path.read_text(encoding="utf-8"), lesson
        )
        == []
    )


def test_cells_and_prose_are_short(lesson):
    for cell in lesson.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert lines[0].startswith("# ")
            assert len(lines) <= 11
        else:
            unfolded = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
            assert len([word for word in unfolded.split() if re.search(r"\w", word)]) <= 120, (
                cell.source[:60]
            )


def test_links_of_the_notebook_lead_to_files_of_the_repository(lesson):
    text = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)#]+)(?:#([^)]*))?\)", text)
    assert targets
    for path, anchor in targets:
        assert (
            f'<a id="{anchor}"></a>' in (FOLDER / path).read_text(encoding="utf-8")
            if anchor
            else (FOLDER / path).is_file()
        )


def test_the_data_are_what_the_model_and_the_films_give():
    made = jupyterlite_films.made()
    assert without_vectors(made) == without_vectors(DATA)
    for name, rows in made.items():
        for new, old in zip(rows, DATA[name], strict=True):
            # a rounding may fall to the other side on another processor
            assert max(abs(a - b) for a, b in zip(new["vector"], old["vector"], strict=True)) <= 1


def without_vectors(data):
    """Films and questions without their vectors."""
    return {
        name: [{key: value for key, value in row.items() if key != "vector"} for row in rows]
        for name, rows in data.items()
    }


def test_the_data_are_small():
    assert (FOLDER / jupyterlite.DATA).stat().st_size < 150_000
    assert len(DATA["films"]) == jupyterlite_films.FILMS
    assert {len(row["vector"]) for rows in DATA.values() for row in rows} == {
        jupyterlite_films.NUMBERS
    }


@pytest.mark.browser
def test_the_folder_holds_what_a_reader_loads_and_no_more(built):
    paths = {
        path.relative_to(built).as_posix(): path.stat().st_size
        for path in built.rglob("*")
        if path.is_file()
    }
    assert not [
        path
        for path in paths
        if path.endswith((".map", ".eot", ".d.ts")) or path.startswith(("doc/", "lab/", "repl/"))
    ]
    assert {path.removeprefix("files/") for path in paths if path.startswith("files/")} == {
        jupyterlite.LESSON,
        jupyterlite.DATA,
    }
    assert sum(paths.values()) < 36_000_000
    print(f"site/lite: {len(paths)} files, {sum(paths.values()) / 1e6:.1f} MB")


@pytest.mark.browser
def test_every_part_is_named_with_version_and_licence(built):
    told = (built / "LICENCES.txt").read_text(encoding="utf-8")
    assert (
        "pyodide 314.0.6, MPL-2.0, https://registry.npmjs.org/pyodide/-/pyodide-314.0.6.tgz" in told
    )
    for wheel in jupyterlite_parts.WHEELS:
        assert f"{wheel.name} {wheel.version}, {wheel.licence}" in told
        assert (built / "static" / "pyodide" / wheel.file).is_file()


@pytest.mark.browser
def test_a_second_build_replaces_the_first(built):
    (built / "old.txt").write_text("from before")
    assert jupyterlite.build(built.parent, ROOT) == built
    assert not (built / "old.txt").exists()
    assert (built / "LICENCES.txt").is_file()
    assert [path.name for path in built.parent.iterdir()] == ["lite"]


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    """A cache that holds nothing."""
    monkeypatch.setattr(jupyterlite_parts, "kept_at", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache"


def test_a_package_of_pypi_with_another_hash_is_refused(empty_cache, monkeypatch):
    def download(missing, folder):
        for wheel in missing:
            (folder / wheel.file).write_bytes(b"something else")

    monkeypatch.setattr(jupyterlite_parts, "download", download)
    with pytest.raises(
        CourseError,
        match=(
            r"^asttokens-3\.0\.1-py3-none-any\.whl from PyPI is not the file that was chosen:"
            r" [^\n]*$"
        ),
    ):
        jupyterlite_parts.wheels()
    assert not empty_cache.exists()


def test_a_damaged_part_in_the_cache_is_fetched_again(empty_cache, monkeypatch):
    empty_cache.mkdir()
    for name in ("six-1.17.0-py2.py3-none-any.whl", "pyodide-314.0.6.tgz"):
        (empty_cache / name).write_bytes(b"half of it")
    asked = []
    monkeypatch.setattr(
        jupyterlite_parts, "download", lambda missing, folder: asked.extend(missing)
    )
    with pytest.raises(CourseError, match="is not the file that was chosen"):
        jupyterlite_parts.wheels()
    assert "six" in [wheel.name for wheel in asked]
    monkeypatch.setattr(third_party, "downloaded", lambda package: b"whole")
    assert jupyterlite_parts.pyodide() == b"whole"


def test_a_pyodide_with_another_hash_is_refused(empty_cache, monkeypatch):
    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *of):
            return None

        def read(self):
            return b"something else"

    monkeypatch.setattr(third_party.urllib.request, "urlopen", lambda url, timeout: Answer())
    with pytest.raises(
        CourseError,
        match=r"^[^\n]*pyodide-314\.0\.6\.tgz is not the package that was chosen[^\n]*$",
    ):
        jupyterlite_parts.pyodide()
    assert not empty_cache.exists()


def test_without_a_network_one_line_says_what_to_do(empty_cache, monkeypatch):
    failed = subprocess.CompletedProcess(
        [], 1, "", "WARNING: Retrying\nERROR: No matching distribution found for six==1.17.0\n"
    )
    monkeypatch.setattr(jupyterlite_parts.subprocess, "run", lambda *arguments, **options: failed)
    with pytest.raises(
        CourseError,
        match=r"^[^\n]*PyPI \(ERROR: No matching[^\n]*They are needed once[^\n]*\./course docs$",
    ):
        jupyterlite_parts.wheels()


def test_without_a_network_pyodide_is_one_line_too(empty_cache, monkeypatch):
    def urlopen(url, timeout):
        raise ConnectionResetError("reset")

    monkeypatch.setattr(third_party.urllib.request, "urlopen", urlopen)
    with pytest.raises(
        CourseError,
        match=r"^pyodide 314\.0\.6, which runs Python in the page, could not be fetched[^\n]*$",
    ):
        jupyterlite_parts.pyodide()


def test_pins_go_with_the_installed_kernel(monkeypatch):
    jupyterlite.check_version()
    other = third_party.Package("pyodide", "1.0", "sha512-", "MPL-2.0", "runs Python in the page")
    monkeypatch.setattr(jupyterlite_parts, "PYODIDE", other)
    with pytest.raises(CourseError, match=r"needs Pyodide 314\.0\.6, and .* has 1\.0"):
        jupyterlite.check_version()


def test_a_package_of_another_version_than_pyodide_lists_is_refused():
    lock = {"packages": {"asttokens": {"version": "2.0.0"}}}
    with pytest.raises(
        CourseError, match=r"asttokens-3\.0\.1-py3-none-any\.whl does not go with Pyodide"
    ):
        jupyterlite.locked(lock)


def test_the_page_about_it_links_to_the_lesson():
    text = (settings.root() / "docs" / "in-the-page.md").read_text(encoding="utf-8")
    assert f'href="../lite/{jupyterlite.ADDRESS}"' in text
    assert "<iframe" not in text
