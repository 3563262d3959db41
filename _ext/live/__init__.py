"""The page answers, and the page runs: fields for the exercises, and Python on the page itself.

In come a chapter's cells, what `practice` says that `check` accepts, the chapter's notebook for the browser with its set-up
(``lite/files``), and Python for the browser (``lite/static/pyodide``). Out come, in the page, a field for each answer with
what it is compared with, the folded marking guides, and the place for the button *Make this page live*; beside the pages,
``_static/live`` with all that is asked for when that is pressed.

- ``fields.py`` writes the fields; ``static/fields.js`` compares and ``static/keep.js`` keeps what is typed, in the
  reader's browser; ``static/live.js`` is the button.
- ``engine.py`` fetches the programs that run a page; ``live/`` has this book's own part of them: ``page.js`` for cells,
  ``outputs.js`` for what they put out.

Entries: `fields.write`, for the cells of a page; `offer`, for its button; `complete`, for the page around them; `keep`,
for a page that keeps what is filled in on it;
`engine.fetch` and `engine.write`, for the programs.
"""

import json
import re
from pathlib import Path

from sphinx.util import logging

from ..shared.source import SLUG
from . import engine as engine
from . import fields as fields

logger = logging.getLogger(__name__)
STATIC = Path(__file__).with_name("static")
CELL = re.compile(r'<div class="cell(?= (?:tag_[\w-]+ )*docutils container")')


def offer(name):
    """Write the place for the button that makes a page live; ``static/live.js`` fills it."""
    return f'<div class="live" data-notebook="{name}"></div>'


def complete(app, pagename, context, live):
    """Give a page the programs and the style that what is in it needs, and its cells the names of the notebook's.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    pagename : str
    context : dict
        What the templates get; its ``body`` is changed.
    live : bool
        Whether the programs that run a page are there.
    """
    scripts = []
    if 'class="reply"' in context["body"]:
        scripts += ["fields.js"]
    if 'class="live"' in context["body"] and live:
        context["body"] = name_cells(context["body"], pagename, Path(app.srcdir))
        scripts += ["live.js"]
    if scripts:
        keep(app, context)
        app.add_css_file("live.css")
    for script in scripts:
        app.add_js_file(script)


def keep(app, context):
    """Give a page ``keep.js``, for programs that keep what a reader fills in, in that reader's browser."""
    app.add_js_file("keep.js")
    context["metatags"] += f'<meta name="book" content="{SLUG}">'  # under this name browsers keep what is typed


def name_cells(body, pagename, folder):
    """Give each code cell of a page the name that it has in the notebook for the browser."""
    cells = json.loads((folder / f"{pagename}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    names = [cell["id"] for cell in code if not {"remove-cell", "answer", "instructor"} & set(cell["metadata"].get("tags", []))]
    if len(CELL.findall(body)) != len(names):
        words = "the page shows %s code cells, and its notebook has %s: adapt CELL in _ext/live/__init__.py"
        logger.warning(words, len(CELL.findall(body)), len(names), location=pagename)
    left = iter(names)
    return CELL.sub(lambda start: f'<div data-cell="{next(left, "")}"{start[0][4:]}', body)
