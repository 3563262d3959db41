"""A field on the page for each answer of an exercise, which says what `check` says, without Python.

Whatever `practice.cases` returns is written into the page as JSON; ``static/fields.js`` takes the first case that the
answer fits. What is right is decided there and nowhere else.
"""

import html
import json
import re

import practice

from ..shared import source, tables

VALUE = """<div class="reply" data-exercise="{name}" data-cell="{cell}" data-key="{key}">
<label for="reply-{name}">Your answer to {name}{form}</label>
<div class="reply-line"><input id="reply-{name}" type="text" autocomplete="off" autocapitalize="off" spellcheck="false">
<button type="button">Check</button></div>
<output for="reply-{name}"></output></div>"""
WORDS = """<div class="reply" data-exercise="{name}" data-cell="{cell}">
<label for="reply-{name}-words">Your words for {name}</label>
<textarea id="reply-{name}-words" rows="{rows}"></textarea></div>"""
TRAY = """<div class="reply-tray" role="group" aria-label="Your answers on this page">
<p>Your answers, your code and the self-test stay in this browser, for this page, and go nowhere else.</p>
<div class="reply-line"><button type="button" data-do="save">Save to a file</button>
<button type="button" data-do="open">Open a file</button><input type="file" accept=".json" hidden>
<button type="button" data-do="throw">Throw my answers away</button></div>
<output></output></div>"""
OTHERWISE = (
    '<p class="reply-otherwise">No field takes the answer to {name}: run <code>check</code> in a notebook to try it.</p>'
)
ROWS = {"compute": 3, "explain": 4, "judge": 6, "write": 8}  # of a textarea


def write(cells, text_cell):
    """Put fields in the place of answer cells, and fold the marking guides.

    Parameters
    ----------
    cells : list of dict
        Those of a chapter, as in its JSON.
    text_cell : callable
        Makes a Markdown cell of a text.

    Yields
    ------
    dict
        The cells of the page.
    """
    kinds = {exercise.name: exercise.kind for exercise in practice.exercises(cells)}
    name, fields = None, False
    for cell in cells:
        text, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        if start := re.match(r"### Exercise (\d+\.\d+)", text):
            name = start[1]
        elif cell["cell_type"] == "markdown" and text.startswith("## "):
            name = None
            if fields:
                yield text_cell(TRAY)
            fields = False
        elif "instructor" in tags and (guide := re.match(r"\*\*Marking (\d+\.\d+)\*\* ?", text)):
            yield text_cell(f'<details class="solution marking"><summary>Marking guide to {guide[1]}</summary>')
            yield text_cell(text[guide.end() :].lstrip("."))
            yield text_cell("</details>")
            continue
        if "answer" not in tags:
            yield cell
            continue
        fields = True
        if cell["cell_type"] == "code":
            for checked in dict.fromkeys(re.findall(r'check\("(\d+\.\d+)"', text)):
                yield text_cell(value_field(checked, cell["id"]))
        elif name:
            yield text_cell(WORDS.format(name=name, cell=cell["id"], rows=ROWS[kinds[name]]))


def made_from(chapter):
    """Return the paths of what the fields of a chapter are made from, besides its notebook."""
    folder = source.BOOK / "chapters"
    own = [*folder.glob(f"answers/ch{chapter:02d}.py"), *folder.glob(f"answers/{chapter:02d}.txt")]
    return [folder / "practice.py", *own, *sorted(folder.glob("prepost/*.py")), *tables.tables()]


def value_field(name, cell):
    """Write the field for the value that an exercise asks for."""
    taken = key(name)
    if taken is None:
        return OTHERWISE.format(name=name)
    form = taken["form"]
    many = f" ({form['count']} values, with commas between them)" if form.get("count") else ""
    many = many or (" (with commas between the values)" if form["kind"] == "set" else "")
    return VALUE.format(name=name, cell=cell, key=html.escape(json.dumps(taken, ensure_ascii=False)), form=many)


def key(name):
    """Say what a field compares an answer with.

    Returns
    -------
    dict or None
        ``form``: its ``kind``, ``"number"``, ``"text"``, ``"truth"``, ``"list"`` or ``"set"``; of a list the ``count``;
        of a list or set what it is ``of``. ``cases``: for each whether it is right, its value, the tolerance, and the
        words. ``otherwise``: the words for an answer that fits none. None if a field cannot take such an answer.
    """
    cases = practice.cases(name)
    form = form_of(cases[0].value)
    if form is None:
        return None
    return {
        "form": form,
        "cases": [[case.right, plain(case.value), case.within, case.say] for case in cases if form_of(case.value)],
        "otherwise": practice.NO_USUAL_SLIP,
    }


def form_of(value):
    """Describe a value; None for one that nobody types into a field."""
    if isinstance(value, bool):
        return {"kind": "truth"}
    if isinstance(value, (int, float)):
        return {"kind": "number"} if value == value else None
    if isinstance(value, str):
        return {"kind": "text"}
    if isinstance(value, (list, set)):
        parts = {part["kind"] if part else None for part in map(form_of, value)}
        if len(parts) == 1 and parts <= {"number", "text", "truth"}:
            form = {"kind": "list" if isinstance(value, list) else "set", "of": parts.pop()}
            return {**form, "count": len(value)} if form["kind"] == "list" else form
    return None


def plain(value):
    """Turn a value into what JSON knows."""
    return sorted(value) if isinstance(value, set) else value
