"""Class notebooks: of each chapter one for students and one for instructors, each a file that needs no other.

The student's has empty answer cells and no outputs; the instructor's has the worked solutions, what `check` accepts,
the key to the self-test, the notes and the lesson plan. Both carry the modules, answers, questions and data in a
set-up cell. All of it is made from the chapter's notebook, its answers and its quiz.
"""

import copy
import math
import re
from itertools import groupby
from pathlib import Path

import nbformat
import numpy as np
import practice
from nbformat.v4 import new_markdown_cell, new_notebook

from ..execute import METADATA
from ..shared import questions, source
from .markdown import set_apart, without_myst
from .set_up import set_up_cell

FOLDED = {"hide-input", "remove-input", "remove-cell"}  # tags of code that Jupyter folds
LICENCE = f"*{source.TITLE}*, by {source.AUTHOR}; text and data CC BY 4.0, code MIT."
FIRST = {
    "student": """**Student notebook.**
Run the cells from top to bottom, each with Shift + Enter; the first one is the folded set-up.
In an exercise, put your answer in place of the three dots and run the cell: `check` says whether it is right.
An exercise without an answer says so, and stops nothing.
Where it says *Your answer:*, double-click and write.

Everything that this notebook needs is in this file.
Save it before you close it, for nothing else keeps your answers.""",
    "instructor": """**Instructor notebook: it has all the answers.**
Do not hand it out; the student notebook is another file.

It can be read without running it; in Jupyter only the charts and the self-test show as words until you do.
What students do not see is set apart: the lesson plan, notes in blocks like this one, worked solutions, expected
answers, and the key to the self-test.
Folded cells without an output are assertions: one that fails names a number in the text that no longer fits the data.

The checks are for learning and not for marks: whoever looks for the answers can unpack them from the set-up cell of
the student notebook.""",
}


def write_notebooks(out, book=None):
    """Write the class notebooks of all chapters.

    Parameters
    ----------
    out : path-like
        A folder, made if need be; the notebooks go into its folders ``student`` and ``instructor``.
    book : str, optional
        The address of the published book; see `without_myst`.
    """
    for kind in FIRST:
        folder = Path(out) / kind
        folder.mkdir(parents=True, exist_ok=True)
        for chapter in practice.chapters():
            text = nbformat.writes(class_notebook(chapter, kind, book))
            (folder / practice.chapter_path(chapter).name).write_text(text + "\n", encoding="utf-8", newline="\n")


def class_notebook(chapter, kind, book=None):
    """Make one class notebook.

    Parameters
    ----------
    chapter : int
        Its number.
    kind : {"student", "instructor"}
        Whom it is for.
    book : str, optional
        As in `write_notebooks`.

    Returns
    -------
    nbformat.NotebookNode
    """
    cells = nbformat.read(practice.chapter_path(chapter), as_version=4).cells
    title, *cells = student_cells(cells) if kind == "student" else instructor_cells(cells, chapter)
    first = new_markdown_cell(set_apart(f"{FIRST[kind]}\n\n{LICENCE}"), id="for-whom")
    cells = [first, title, set_up_cell(chapter), *cells]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = without_myst(cell.source, book)
        elif FOLDED & set(tags(cell)):
            cell.metadata.jupyter = {"source_hidden": True}
    return new_notebook(cells=cells, metadata=copy.deepcopy(METADATA))


def tags(cell):
    return cell.metadata.get("tags", [])


def student_cells(cells):
    """Leave out what gives an answer away, and all outputs."""
    cells = [cell for cell in cells if not {"solution", "instructor", "remove-cell"} & set(tags(cell))]
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return cells


def instructor_cells(cells, chapter):
    """Leave out the empty answers, and add what is only for instructors."""
    kept, cells = [cell for cell in cells if "answer" not in tags(cell)], []
    for is_solution, run in groupby(kept, lambda cell: "solution" in tags(cell)):
        run = list(run)
        if is_solution:
            cells += [new_markdown_cell("**Worked solution**", id=f"solution-{run[0].id}"[:64]), *run]
            checked = dict.fromkeys(re.findall(r'check\("(\d+\.\d+)"', "\n".join(cell.source for cell in run)))
            cells += [new_markdown_cell(expected_answers(name), id=f"expected-{name.replace('.', '-')}") for name in checked]
            continue
        for cell in run:
            cells.append(cell)
            if "instructor" in tags(cell):
                cell.source = set_apart(f"**For the instructor**\n\n{cell.source}")
            elif cell.source == f"quiz({chapter})":
                cells.append(new_markdown_cell(key_to_self_test(chapter), id="key"))
    lesson = lesson_plan(chapter)
    return [cells[0], *([new_markdown_cell(lesson, id="lesson-plan")] if lesson else []), *cells[1:]]


# --- what only instructors see -----------------------------------------------------------------


def expected_answers(exercise):
    """Tabulate what `check` accepts in an exercise, and the usual wrong answers with what they mean."""
    right, *slips = practice.answers(exercise)
    value = f"**{format_answer(right.value, right.within)}**{near(right.within)}"
    rows = [f"| {value} | {in_a_table(f'Right. {right.say}')} |"]
    rows += [f"| {format_answer(slip.value, right.within)} | {in_a_table(slip.say)} |" for slip in slips]
    head = [f"**Expected answers, {exercise}**", "", "| answer | what `check` says |", "| --- | --- |"]
    return "\n".join([*head, *rows])


def format_answer(value, within):
    """Print an answer with as many decimals as tell it from one that is off by more than the tolerance."""
    if hasattr(value, "tolist"):  # of NumPy or pandas
        value = value.tolist()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(format_answer(part, within) for part in value)}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(format_answer(part, within) for part in value))}}}"
    if isinstance(value, float):
        decimals = max(0, math.ceil(-math.log10(within) - 1e-9)) if within else None
        value = f"{value:.10g}" if decimals is None else f"{value:.{decimals}f}"
        return value.replace("-", "−")
    return in_a_table(f'"{value}"') if isinstance(value, str) else str(value).replace("-", "−")


def near(within):
    """Print a tolerance, if there is one."""
    return f" (±{np.format_float_positional(within, trim='-')})" if within else ""


def in_a_table(text):
    """Keep Markdown from reading anything into a text that `check` prints."""
    return re.sub(r"([\\|*_<$`\[\]])", r"\\\1", text.strip())


def key_to_self_test(chapter):
    """Write the key to a self-test: each question and its options with their feedback, the right ones ticked."""
    lines = ["**Key to the self-test**"]
    for question in practice.questions(chapter):
        number = question.name.split(".")[1]
        note = " More than one may be right." if question.kind == "several" else ""
        lines += ["", f"**{number}.** {question.text}{note} (Objective {question.objective})", ""]
        for right, letter, text, say in questions.key(question):
            start = f"{letter})" if letter else text
            start = f"✓ **{start}**" if right else f"✗ {start}"
            lines.append(f"- {start} {text if letter else ''}".rstrip() + f" → {say}")
    return set_apart("\n".join(lines))


def lesson_plan(chapter):
    """Return the chapter's lesson plan, or nothing as long as the book has no lesson plans."""
    path = source.BOOK / "chapters" / "appendix" / "lessons.md"
    if not path.exists():
        return None
    section = re.search(rf"^## {chapter} · [^\n]*\n(.*?)(?=^## |\Z)", path.read_text(encoding="utf-8"), re.M | re.S)
    if not section:
        raise ValueError(f"{path.name} has no section '## {chapter} · …', the lesson plan of chapter {chapter}.")
    return f"## Lesson plan\n\n{section[1].strip()}"
