"""Run notebooks from top to bottom and store their outputs, so that running an unchanged one changes no byte.

The times that a chapter's head and the landing page state are computed here too, from the notebook's own text.

python -m _ext.execute [NOTEBOOK ...]     # without names: every notebook
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebooks():
    """Return the notebooks of the book, sorted, without the copies that JupyterLab keeps."""
    return sorted(path for path in CHAPTERS.rglob("[a-z0-9]*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def execute(path):
    """Run one notebook in its own folder, and keep nothing of the machine or the moment it ran on."""
    notebook = nbformat.read(path, as_version=4)
    state_times(path, notebook)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": path.parent}},
        extra_arguments=["--log-level=ERROR"],  # else ipykernel warns about each kernel's local connection
    )
    client.execute()
    notebook.metadata = METADATA
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = list(merged(cell.outputs))
    nbformat.write(notebook, path)


WORDS, CHART, CELL = 180, 1, 0.5  # words read in a minute; minutes to take a chart in, and to read and run a cell
FOLDED = {"hide-input", "remove-input", "remove-cell"}  # tags of code that a reader does not read
ELSEWHERE = {"answer", "instructor", "remove-cell"}
HEAD = re.compile(r"^(Reading and doing takes .*|\*\*Time:\*\* .*)$", re.MULTILINE)


def times(notebook):
    """Compute how many minutes a chapter takes.

    Returns
    -------
    dict of {str: int}
        ``reading`` the main path with its charts, ``running the code`` that it shows, the ``exercises`` by their own
        minutes, and what is ``under the hood``; to five minutes, at least five of what there is.
    """
    minutes = {"reading": 0, "running the code": 0, "exercises": 0, "under the hood": 0}
    part = "reading"
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            part = "exercises" if cell.source.startswith("## Exercises") else "reading"
        if part == "exercises":
            minutes[part] += sum(map(int, re.findall(r"^\*Objective.* · (\d+) minutes\*$", cell.source, re.MULTILINE)))
        elif not ELSEWHERE & tags:
            hood = "under the hood" if "hood" in tags else None
            if cell.cell_type == "markdown":
                minutes[hood or "reading"] += len(cell.source.split()) / WORDS
            elif "hide-input" in tags:
                minutes[hood or "reading"] += CHART
            elif not FOLDED & tags:
                minutes[hood or "running the code"] += CELL
    return {name: max(5, 5 * round(total / 5)) if total else 0 for name, total in minutes.items()}


def state_times(path, notebook):
    """Write a chapter's times into its head, or those of all chapters into the landing page."""
    if path.stem == "index":
        rows = ["| chapter | reading | running the code | exercises | under the hood |", "| --- | --- | --- | --- | --- |"]
        for chapter in sorted(path.parent.glob("[0-9][0-9]-*.ipynb")):
            other = nbformat.read(chapter, as_version=4)
            title = other.cells[0].source.splitlines()[0].removeprefix("# ")
            rows.append(
                " | ".join([f"| [{title}]({chapter.name})", *(f"{total or '–'}" for total in times(other).values())]) + " |"
            )
        table = next(cell for cell in notebook.cells if cell.source.startswith("| chapter |"))
        table.source = "\n".join(rows)
    elif HEAD.search(notebook.cells[0].source):
        total = times(notebook)
        line = f"**Time:** reading {total['reading']} minutes, running the code {total['running the code']}, "
        line += f"exercises {total['exercises']}"
        line += f"; under the hood another {total['under the hood']}." if total["under the hood"] else "."
        notebook.cells[0].source = HEAD.sub(line, notebook.cells[0].source, count=1)


def merged(outputs):
    """Join what one stream wrote in several pieces: where it is cut depends on the moment."""
    last = None
    for output in outputs:
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            last = output
            yield output


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or notebooks()):
        print(f"Running {path.name} ...", flush=True)
        execute(path.resolve())
