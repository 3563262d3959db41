"""The book's own survey: what its readers fill in before the first chapter and after the last one, on the landing page.

In come the empty place in ``chapters/index.ipynb``, and ``data/ourselves``: two tables that describe the survey, as those
of any study do, and the knowledge questions, as those of a self-test. Out come the form at that place, and the workbook
``survey/ourselves.xlsx``, with which the page *Your survey* reads the files of a class. A book without ``data/ourselves``
has neither.

- ``form.html`` is what stands at the place; the statements and questions go into it.
- ``static/ourselves.js`` runs it: it keeps what is filled in (with `live`'s ``keep.js``), writes and reads the file of a
  person, scores as `prepost.score` does, and says what one person's change can say. ``static/ourselves.css`` is its look.

Entries: `setup`, which `pages` calls; `describe` and `header`, for `survey`.
"""

import html
import json
import re
import string
from pathlib import Path

import pandas as pd
import practice

from .. import live
from ..shared.source import BOOK

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
DATA = BOOK / "data" / "ourselves"
PLACE = '<div id="own-survey"></div>'
UNKNOWN = "I do not know yet"  # an answer to a question that counts as not right, and spares the guess


def setup(app):
    """Let Sphinx call this room for the page that has its place."""
    app.connect("html-page-context", place, priority=600)


def place(app, pagename, templatename, context, doctree):
    """Put the form onto the page that has its place, with the programs that it needs."""
    if PLACE not in context.get("body", "") or not describe():
        return
    live.keep(app, context)
    app.add_js_file("ourselves.js")
    app.add_css_file("ourselves.css")
    context["body"] = context["body"].replace(PLACE, form())


def describe():
    """Return the tables that describe the survey, by their names, as text; none if there is no such survey.

    Returns
    -------
    dict of pandas.DataFrame
    """
    tables = {name: DATA / f"{name}.csv" for name in ("instruments", "items")}
    return {name: pd.read_csv(path, dtype=str, keep_default_na=False) for name, path in tables.items() if path.exists()}


def header():
    """Return the names of the columns of a person's file: those of the items, and of each question also what was chosen."""
    items = list(describe()["items"]["item"])
    return ["code", "survey", "timestamp", *items, *(f"{question.name} chosen" for question in questions())]


def questions():
    """Return the knowledge questions, as `practice.read_questions` reads them."""
    return practice.read_questions(DATA / "questions.txt")


def form():
    """Write the form, and for its program what is right and how it is scored."""
    tables = describe()
    instruments, items = tables["instruments"].set_index("instrument"), tables["items"].set_index("item")
    statements = items[items["instrument"] == "confidence"]
    labels = instruments.loc["confidence", "labels"].split("; ")
    asked = questions()
    if list(items.index[items["instrument"] == "knowledge"]) != [question.name for question in asked]:
        raise ValueError("data/ourselves: items.csv and questions.txt do not have the same questions.")
    known = {
        "columns": header(),
        "unknown": UNKNOWN,
        "pages": {chapter: page(chapter) for chapter in (2, 3, 10)},  # what one person's change can say
        "instruments": [
            {"name": name, "title": row["name"], "lowest": int(row["lowest"]), "highest": int(row["highest"]),
             "labels": labels if row["labels"] else [], "max_skipped": int(row["max_skipped"]),
             "items": {item: turned == "yes" for item, turned in items["reversed"][items["instrument"] == name].items()}}
            for name, row in instruments.iterrows()
        ],
        "questions": [
            {"name": question.name, "about": items.loc[question.name, "wording"], "chapter": question.objective,
             "page": page(question.objective),
             "options": [[bare(option.text), option.right, practice.to_html(option.say)] for option in question.options]}
            for question in asked
        ],
    }  # fmt: skip
    return string.Template((HERE / "form.html").read_text(encoding="utf-8")).substitute(
        count=len(statements),
        needed=len(statements) - int(instruments.loc["confidence", "max_skipped"]),
        statements="".join(choices(item, f"{number}. {html.escape(words)}", labels, "own-row")
                           for number, (item, words) in enumerate(statements["wording"].items(), 1)),
        questions="".join(choices(question.name, f"{number}. {practice.to_html(question.text)}",
                                  [*(option.text for option in question.options), UNKNOWN], "own-list")
                          for number, question in enumerate(asked, len(statements) + 1)),
        known=json.dumps(known, ensure_ascii=False).replace("</", "<\\/"),
    )  # fmt: skip


def bare(text):
    """Leave out the signs of the little Markdown that questions use."""
    return re.sub("[*`]", "", text)


def page(chapter):
    """Return the name of a chapter's page, which lies beside the landing page."""
    return f"{practice.chapter_path(chapter).stem}.html"


def choices(name, words, options, look):
    """Write a statement or question with its answers, of which one can be chosen, or none."""
    inputs = "".join(
        f'<label><input type="radio" name="{name}" value="{html.escape(bare(option))}"> <span>{practice.to_html(option)}</span></label>'
        for option in options
    )
    return f'<fieldset class="{look}"><legend>{words}</legend>{inputs}</fieldset>\n'
