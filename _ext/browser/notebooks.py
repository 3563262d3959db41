"""The notebooks that run in a reader's browser: of each chapter one, a file that needs no other.

A set-up cell carries modules, answers, questions and data. So nothing depends on a service worker, which browsers refuse
on the addresses of a classroom, http://192.168.…
"""

import hashlib
import json
import re
import shutil
from itertools import groupby

import nbformat
import practice
from nbformat.v4 import new_markdown_cell, new_notebook

from ..classroom.markdown import set_apart, without_myst
from ..classroom.notebooks import FOLDED, LICENCE, tags
from ..classroom.set_up import set_up_cell

FIRST = """**This notebook runs in your browser.**
Run the cells from top to bottom, each with ▶ above the notebook or with Shift + Enter; the first one is the folded set-up.
It waits until Python has arrived, which the line at the top tells you.
In an exercise, put your answer in place of the three dots and run the cell: `check` says whether it is right.
Worked solutions are folded: open one with the button below its heading.

What you change is saved in this browser and nowhere else; nothing leaves your computer.
*Download*, above, gives you a copy to keep or to hand in."""


def browser_notebook(chapter):
    """Make the notebook of a chapter for the browser.

    Parameters
    ----------
    chapter : int
        Its number.

    Returns
    -------
    nbformat.NotebookNode
        The chapter as its student notebook has it, and with the solutions, folded. Its metadata hold an ``edition``,
        which changes with anything in it.
    """
    source = nbformat.read(practice.chapter_path(chapter), as_version=4).cells
    kept = [cell for cell in source if not {"instructor", "remove-cell"} & set(tags(cell))]
    title, *cells = fold_solutions(kept)
    first = new_markdown_cell(set_apart(f"{FIRST}\n\n{LICENCE}"), id="in-the-browser")
    cells = [first, title, set_up_cell(chapter), *cells]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = without_myst(cell.source)
        else:
            cell.outputs, cell.execution_count = [], None
            if FOLDED & set(tags(cell)):
                cell.metadata.jupyter = {"source_hidden": True}
    kernel = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
    made = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    made.metadata.edition = hashlib.sha256(nbformat.writes(made).encode()).hexdigest()[:8]
    return made


def fold_solutions(cells):
    """Fold each run of cells tagged "solution".

    Text goes into a <details>. Code must stay a cell to run: it gets a folded heading before it, with which Jupyter
    hides everything up to the next heading; that one must come at once.
    """
    runs = [(is_solution, list(run)) for is_solution, run in groupby(cells, lambda cell: "solution" in tags(cell))]
    for (is_solution, run), (_, following) in zip(runs, [*runs[1:], (False, [])]):
        if is_solution and any(cell.cell_type == "code" for cell in run):
            if following and not re.match("##?#? ", following[0].source):
                raise ValueError(f"A solution with code ends in cell {run[-1].id}; after it, a heading must come next.")
            folded = {"jp-MarkdownHeadingCollapsed": True}
            yield new_markdown_cell("#### Worked solution", metadata=folded, id=f"solution-{run[0].id}"[:64])
        elif is_solution:
            run[0].source = f"<details><summary>Worked solution</summary>\n\n{run[0].source}"
            run[-1].source += "\n\n</details>"
            if len(run) > 1:
                run = [new_markdown_cell("\n\n".join(cell.source for cell in run), id=run[0].id)]
        yield from run


def write_notebooks(out):
    """Write the notebooks, and the list of them that JupyterLite looks into."""
    contents = out / "api" / "contents" / "all.json"
    shutil.rmtree(out / "files", ignore_errors=True)
    (out / "files").mkdir()
    contents.parent.mkdir(parents=True, exist_ok=True)
    common = {"content": None, "format": None, "mimetype": None, "writable": True}
    common |= {"created": "2000-01-01T00:00:00Z", "last_modified": "2000-01-01T00:00:00Z"}
    listed = []
    for chapter in practice.chapters():
        name, text = practice.chapter_path(chapter).name, nbformat.writes(browser_notebook(chapter)) + "\n"
        (out / "files" / name).write_text(text, encoding="utf-8", newline="\n")
        size = len(text.encode("utf-8"))
        listed.append({**common, "name": name, "path": name, "size": size, "type": "notebook"})
    root = {**common, "name": "", "path": "", "size": None, "type": "directory", "format": "json", "content": listed}
    contents.write_text(json.dumps(root), encoding="utf-8")
