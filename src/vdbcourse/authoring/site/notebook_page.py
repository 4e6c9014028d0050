"""A notebook as a Markdown page: prose, code, and the outputs that are stored in it."""

import html
import json
import re
from collections.abc import Callable, Sequence

from nbformat import NotebookNode

from vdbcourse.authoring.site import charts, diagrams

BOXES = {"Predict": "question", "Common pitfall": "warning", "Try this": "example"}
BOX = re.compile(r"^> \*\*(?P<title>[^*\n]+?)\.\*\*(?P<rest>[^\n]*(?:\n>[^\n]*)*)", re.MULTILINE)
QUOTE = re.compile(r"^> ?", re.MULTILINE)
MERMAID = re.compile(r"^```mermaid\n(.*?)^```", re.MULTILINE | re.DOTALL)
FORM = "application/vnd.jupyter.widget-view+json"
CHART = "application/vnd.vegalite.v5+json"
PROGRESS = "lessons.finish("  # its output counts the lessons of whoever ran it
MINUTES = re.compile(r"^\*\d+ minutes\..*?\*$", re.MULTILINE | re.DOTALL)


def markdown(
    notebook: NotebookNode,
    command: str,
    folded: Callable[[NotebookNode], bool] = lambda cell: False,
) -> str:
    """The page of `notebook`. `command` opens it in JupyterLab; cells for which `folded` holds
    stand behind a click.
    """
    parts: list[str] = []
    for cell in notebook.cells:
        text = prose(cell.source) if cell.cell_type == "markdown" else code(cell)
        parts.append(behind_a_click(text) if folded(cell) else text)
    return with_command("\n\n".join(parts), command) + "\n"


def with_command(text: str, command: str) -> str:
    """The line that says how to run it, below the minutes or else below the title."""
    line = f"**Run it yourself:** `{command}`\n{{ .run }}"
    if found := MINUTES.search(text):
        return f"{text[: found.end()]}\n\n{line}{text[found.end() :]}"
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{line}\n{rest}"


def prose(source: str) -> str:
    """A Markdown cell: boxes become admonitions, folded parts are read as Markdown, diagrams get
    their words.
    """
    source = boxed(source)
    source = source.replace("<details>", '<details markdown="1">')
    return MERMAID.sub(lambda found: diagrams.figure(found[1]), source)


def boxed(source: str) -> str:
    """Block quotes that begin with a bold word, such as **Predict.**, as boxes of the site."""
    return BOX.sub(box, source)


def box(found: re.Match[str]) -> str:
    """A block quote with a bold first word as an admonition."""
    kind = BOXES.get(found["title"], "note")
    body = QUOTE.sub("", found["rest"]).strip()
    indented = "\n".join(f"    {line}".rstrip() for line in body.splitlines())
    return f'!!! {kind} "{found["title"]}"\n\n{indented}'


def behind_a_click(text: str) -> str:
    """`text` in a closed box."""
    return (
        '<details class="success" markdown="1">\n<summary>Show the'
        f" solution</summary>\n\n{text}\n\n</details>"
    )


def code(cell: NotebookNode) -> str:
    """A code cell and, below it, its outputs; those that a Predict box asks for are folded, as in
    the notebook.
    """
    outputs = [] if PROGRESS in cell.source else joined(cell.outputs)
    shown = "\n\n".join(output(one) for one in outputs)
    if shown and cell.metadata.get("jupyter", {}).get("outputs_hidden"):
        shown = (
            '<details class="abstract" markdown="1">\n<summary>What comes'
            f" out</summary>\n\n{shown}\n\n</details>"
        )
    return "\n\n".join(filter(None, [f"```python\n{cell.source}\n```", shown]))


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Outputs, with texts that were printed one after the other as one."""
    made: list[NotebookNode] = []
    for one in outputs:
        if (
            made
            and one.output_type == made[-1].output_type == "stream"
            and one.name == made[-1].name
        ):
            made[-1] = NotebookNode(made[-1] | {"text": made[-1].text + one.text})
        else:
            made.append(one)
    return made


def output(one: NotebookNode) -> str:
    """One output, the richest form that a page can show. Raises `ValueError` for one that it
    cannot.
    """
    if one.output_type == "stream":
        return printed(one.text)
    if one.output_type == "error":
        return printed(f"{one.ename}: {one.evalue}")
    data = one.data
    if CHART in data:
        return charts.figure(data[CHART])
    if FORM in data:
        return f'!!! info "A form"\n\n    {html.escape(data["text/plain"])}'
    if "text/html" in data:
        return f'<div class="output">\n{without_blank_lines(data["text/html"])}\n</div>'
    if "text/plain" in data:
        return printed(data["text/plain"])
    raise ValueError(f"an output that the site cannot show: {', '.join(data)}")


def printed(text: str) -> str:
    """Text as a program printed it."""
    return (
        '<pre class="output" tabindex="0" role="group"'
        f' aria-label="Output"><code>{html.escape(text.rstrip())}</code></pre>'
    )


def without_blank_lines(text: str) -> str:
    """HTML that Markdown leaves alone: a blank line would end it."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def title(notebook: NotebookNode) -> str:
    """The title in the first cell."""
    first: str = notebook.cells[0].source
    return first.splitlines()[0].removeprefix("# ")


def summary(notebook: NotebookNode) -> str:
    """The first paragraph of prose after title and minutes, as plain text of at most 160
    characters; for search engines.
    """
    paragraphs = [
        block
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for block in cell.source.split("\n\n")
    ]
    words = next((p for p in paragraphs if p and p[0] not in "#*>|`<-"), "")
    plain = " ".join(
        re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", words).replace('"', "'").split()
    )  # Material does not escape it
    return plain if len(plain) <= 160 else plain[:157].rsplit(" ", 1)[0] + "..."


def front_matter(**values: object) -> str:
    """What mkdocs reads above a page; JSON is YAML."""
    return f"---\n{json.dumps(values, ensure_ascii=False)}\n---\n\n"
