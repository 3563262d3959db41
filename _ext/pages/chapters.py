"""What happens to a notebook before Sphinx reads it.

It must have run; solutions and what is under the hood fold; answers get a field; what is for class is linked to.
"""

import json
import re
from pathlib import Path

import practice
from markdown_it import MarkdownIt
from nbformat.v4 import new_markdown_cell
from sphinx.util import logging

from .. import live
from ..live import fields

logger = logging.getLogger(__name__)
ONLY_FOR_CLASS = {"answer", "instructor"}  # tags of cells that only the class notebooks keep
OFFERS = (Path(__file__).with_name("offers.html")).read_text(encoding="utf-8")


def prepare(text, docname):
    """Turn a notebook's JSON into that of the page."""
    notebook = json.loads(text)
    cells = notebook["cells"]
    warn_of_cells_that_did_not_run(cells, docname)
    cells = fields.write(cells, new_markdown_cell)
    cells = [cell for cell in cells if not ONLY_FOR_CLASS & set(cell["metadata"].get("tags", []))]
    cells = list(fold(cells, docname))
    chapter = re.fullmatch(r"chapters/((\d\d)-.*)", docname)
    if chapter and int(chapter[2]) in practice.chapters():
        cells[1:1] = [new_markdown_cell(live.offer(chapter[1])), new_markdown_cell(OFFERS.format(name=chapter[1]))]
    return json.dumps({**notebook, "cells": cells})


def warn_of_cells_that_did_not_run(cells, docname):
    """Warn, which ends the build, of each cell that was not run, or not to its end."""
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "code" and "".join(cell["source"]).strip():
            if cell["execution_count"] is None:
                logger.warning("cell %s has not been run: make execute", number, location=docname)
            if any(output["output_type"] == "error" for output in cell["outputs"]):
                logger.warning("cell %s ended in an error", number, location=docname)


def fold(cells, docname):
    """Put each run of cells tagged "solution" or "hood" into a <details>, which Jupyter shows as plain cells.

    A run under the hood begins with a cell of its own: ``**Under the hood: what it is.**`` and a sentence that says for
    whom; both become its summary. Assertions, which no page shows, interrupt no run.
    """
    tag = None
    for cell in cells:
        tags = set(cell["metadata"].get("tags", []))
        text = "".join(cell["source"])
        opens = "hood" in tags and text.startswith("**Under the hood: ")
        now = tag if "remove-cell" in tags else next((t for t in ("solution", "hood") if t in tags), None)
        if tag and (opens or now != tag):
            yield new_markdown_cell("</details>")
            tag = None
        if opens and "](" in text:
            logger.warning("a title under the hood holds a link, which is not followed: %s", text[:60], location=docname)
        if opens:
            yield new_markdown_cell(f'<details class="hood"><summary>{MarkdownIt().renderInline(text)}</summary>')
        elif now == "hood" != tag:
            logger.warning('a cell under the hood has no "**Under the hood: ...**" before it: %s', text[:60], location=docname)
        elif now == "solution" != tag:
            yield new_markdown_cell('<details class="solution"><summary>Worked solution</summary>')
        if not opens:
            yield cell
        tag = now
    if tag:
        yield new_markdown_cell("</details>")
