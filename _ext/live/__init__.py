"""The page answers: fields for the exercises.

In come a chapter's cells that are tagged ``answer`` or that begin with ``**Marking``, and what `practice` says that
`check` accepts. Out come, in the page, a field for each answer with what it is compared with, and the folded marking
guides; beside the pages, ``static/`` with the programs and the style of these.

- ``fields.py`` writes the fields; ``static/fields.js`` compares and ``static/keep.js`` keeps what is typed, in the
  reader's browser.

Entries: `fields.write`, for the cells of a page; `add_programs`, for the page around them.
"""

from pathlib import Path

from ..shared.source import SLUG

STATIC = Path(__file__).with_name("static")


def add_programs(app, context):
    """Give a page the programs and the style that what is in it needs."""
    if 'class="reply"' in context["body"]:
        context["metatags"] += f'<meta name="book" content="{SLUG}">'  # under this name browsers keep what is typed
        for name in ("keep.js", "fields.js"):
            app.add_js_file(name)
        app.add_css_file("fields.css")
