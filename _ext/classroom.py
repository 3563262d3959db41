"""Class notebooks: of each chapter one for students and one for instructors, each a file that needs no other.

The student's has empty answer cells and no outputs; the instructor's has the worked solutions, what `check` accepts,
the key to the self-test, the notes and the lesson plan. Both carry the modules, answers, questions and data in a
set-up cell. All of it is made from the chapter's notebook, its answers and its quiz.

As a program: ``classroom.py [FOLDER]`` writes them into a folder, by default ``_build/class``.
"""

import base64
import copy
import functools
import hashlib
import inspect
import json
import math
import re
import sys
import zlib
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pybtex.database import parse_file
from pybtex.richtext import Text

BOOK = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BOOK / "chapters"), str(BOOK / "_ext")]

import about  # noqa: E402
import practice  # noqa: E402
import study  # noqa: E402
from execute import METADATA  # noqa: E402

NEEDED = {"pandas": "2.2", "scipy": "1.14", "altair": "5.4"}  # the oldest versions that the chapters run on
FOLDED = {"hide-input", "remove-input", "remove-cell"}  # tags of code that Jupyter folds
LICENCE = f"*{about.TITLE}*, by {about.AUTHOR}; text and data CC BY 4.0, code MIT."
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


def chapters():
    """Return the numbers of the chapters that have questions, and so class notebooks."""
    return sorted(int(path.stem) for path in (BOOK / "chapters" / "quizzes").glob("*.txt"))


def make(out, book=None):
    """Write the class notebooks of all chapters.

    Parameters
    ----------
    out : path-like
        A folder, made if need be; the notebooks go into its folders ``student`` and ``instructor``.
    book : str, optional
        The address of the published book, where links to other chapters then lead. Without it they lead to the
        notebook beside this one.
    """
    for kind in FIRST:
        folder = Path(out) / kind
        folder.mkdir(parents=True, exist_ok=True)
        for chapter in chapters():
            text = nbformat.writes(notebook(chapter, kind, book))
            (folder / practice.chapter_path(chapter).name).write_text(text + "\n", encoding="utf-8", newline="\n")


def notebook(chapter, kind, book=None):
    """Make one class notebook.

    Parameters
    ----------
    chapter : int
        Its number.
    kind : {"student", "instructor"}
        Whom it is for.
    book : str, optional
        As in `make`.

    Returns
    -------
    nbformat.NotebookNode
    """
    source = nbformat.read(practice.chapter_path(chapter), as_version=4).cells
    title, *cells = {"student": student_cells, "instructor": instructor_cells}[kind](source, chapter)
    first = new_markdown_cell(set_apart(f"{FIRST[kind]}\n\n{LICENCE}"), id="for-whom")
    cells = [first, title, set_up_cell(chapter), *cells]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, book)
        elif FOLDED & set(tags(cell)):
            cell.metadata.jupyter = {"source_hidden": True}
    return new_notebook(cells=cells, metadata=copy.deepcopy(METADATA))


def tags(cell):
    return cell.metadata.get("tags", [])


def student_cells(source, chapter):
    """Leave out what gives an answer away, and all outputs."""
    cells = [cell for cell in source if not {"solution", "instructor", "remove-cell"} & set(tags(cell))]
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return cells


def instructor_cells(source, chapter):
    """Leave out the empty answers, and add what is only for instructors."""
    cells = []
    kept = [cell for cell in source if "answer" not in tags(cell)]
    for is_solution, run in groupby(kept, lambda cell: "solution" in tags(cell)):
        run = list(run)
        if is_solution:
            cells += [new_markdown_cell("**Worked solution**", id=f"solution-{run[0].id}"[:64]), *run]
            checked = dict.fromkeys(re.findall(r'check\("(\d+\.\d+)"', "\n".join(cell.source for cell in run)))
            cells += [new_markdown_cell(expected(name), id=f"expected-{name.replace('.', '-')}") for name in checked]
            continue
        for cell in run:
            cells.append(cell)
            if "instructor" in tags(cell):
                cell.source = set_apart(f"**For the instructor**\n\n{cell.source}")
            elif cell.source == f"quiz({chapter})":
                cells.append(new_markdown_cell(key(chapter), id="key"))
    lesson = plan(chapter)
    return [cells[0], *([new_markdown_cell(lesson, id="lesson-plan")] if lesson else []), *cells[1:]]


def set_apart(text):
    """Turn Markdown into a quoted block."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


# --- what only instructors see -----------------------------------------------------------------


def expected(exercise):
    """Tabulate what `check` accepts in an exercise, and the usual wrong answers with what they mean."""
    right, *slips = practice.answers(exercise)
    value = f"**{shown(right.value, right.within)}**{near(right.within)}"
    rows = [f"| {value} | {in_a_table(f'Right. {right.say}')} |"]
    rows += [f"| {shown(slip.value, right.within)} | {in_a_table(slip.say)} |" for slip in slips]
    head = [f"**Expected answers, {exercise}**", "", "| answer | what `check` says |", "| --- | --- |"]
    return "\n".join([*head, *rows])


def shown(value, within):
    """Print an answer with as many decimals as tell it from one that is off by more than the tolerance."""
    if hasattr(value, "tolist"):  # of NumPy or pandas
        value = value.tolist()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(shown(part, within) for part in value)}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(shown(part, within) for part in value))}}}"
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


def key(chapter):
    """Write the key to a self-test: each question and its options with their feedback, the right ones ticked."""
    lines = ["**Key to the self-test**"]
    for question in practice.questions(chapter):
        number = question.name.split(".")[1]
        note = " More than one may be right." if question.kind == "several" else ""
        lines += ["", f"**{number}.** {question.text}{note} (Objective {question.objective})", ""]
        if question.kind == "number":
            value = f"**{question.value:g}**".replace("-", "−")
            right, wrong = question.say
            lines += [f"- ✓ {value}{near(question.within)} → {right}", f"- ✗ any other number → {wrong}"]
        for letter, option in zip("abcdefgh", question.options):
            start = f"✓ **{letter})**" if option.right else f"✗ {letter})"
            lines.append(f"- {start} {option.text} → {option.say}")
    return set_apart("\n".join(lines))


def plan(chapter):
    """Return the chapter's lesson plan, or nothing as long as the book has no lesson plans."""
    path = BOOK / "chapters" / "appendix" / "lessons.md"
    if not path.exists():
        return None
    section = re.search(rf"^## {chapter} · [^\n]*\n(.*?)(?=^## |\Z)", path.read_text(encoding="utf-8"), re.M | re.S)
    if not section:
        raise ValueError(f"{path.name} has no section '## {chapter} · …', the lesson plan of chapter {chapter}.")
    return f"## Lesson plan\n\n{section[1].strip()}"


# --- Markdown that any notebook program shows ---------------------------------------------------

FENCE = re.compile(
    r"^(:{3,}|`{3,})\{(admonition|note|tip|hint|important|warning|caution|seealso)\} *([^\n]*)\n"  # where it begins
    r"(?::[\w-]+:[^\n]*\n)*(.*?)\n\1 *$",  # its options, its text, its end
    re.M | re.S,
)
ELSEWHERE = re.compile(r"\[([^\]]*)\]\((?:\.\./)?((?:[\w-]+/)*)([\w-]+)\.(?:ipynb|md)(?:#[^)]*)?\)")


def plain(text, book=None):
    """Turn what only MyST knows into plain Markdown: roles, admonitions, links to other pages of the book."""
    text = FENCE.sub(lambda box: set_apart(f"**{box[3] or box[2].capitalize()}.**\n\n{box[4]}"), text)
    text = re.sub(r"\{term\}`([^`<]+?)(?: <[^>]*>)?`", r"\1", text)
    text = re.sub(r"\{cite:([pt])\}`([^`]*)`", lambda role: cite(role[2].split(","), role[1] == "p"), text)
    return ELSEWHERE.sub(lambda link: to_page(link, book), text)


def to_page(link, book):
    """Lead to a page of the published book, or to the class notebook beside this one, or nowhere."""
    words, folder, page = link.groups()
    if book:
        return f"[{words}]({book}/chapters/{folder}{page}.html)"
    return f"[{words}]({page}.ipynb)" if re.match(r"\d\d-", page) and not folder else words


def cite(names, in_brackets):
    """Name author and year, with a link to the work, or with its title where there is no link."""
    cited = []
    for name in names:
        who, year, link, title = reference(name.strip())
        words = f"{who}, {year}" if in_brackets else f"{who} ({year})"
        cited.append(f"[{words}]({link})" if link else f"{words}, *{title}*")
    return f"({'; '.join(cited)})" if in_brackets else ", ".join(cited)


def reference(name):
    """Look up a work: who wrote it, when, its address or None, its title."""
    entry = references()[name]
    people = [" ".join(person.prelast_names + person.last_names) for person in entry.persons["author"]]
    people = [str(Text.from_latex(person)) for person in people]
    who = " and ".join(people) if len(people) < 3 else f"{people[0]} et al."
    doi = entry.fields.get("doi")
    link = f"https://doi.org/{quote(doi)}" if doi else entry.fields.get("url")
    return who, entry.fields["year"], link, str(Text.from_latex(entry.fields["title"]))


@functools.cache
def references():
    return parse_file(BOOK / "chapters" / "references.bib", bib_format="bibtex").entries


# --- the set-up cell ----------------------------------------------------------------------------


def set_up(packed, name, needed):
    """Unpack what this notebook needs; say first what the computer lacks."""
    import atexit
    import importlib
    import json
    import re
    import shutil
    import sys
    import tempfile
    import zlib
    from base64 import b64decode
    from importlib import metadata
    from pathlib import Path

    def numbers(version):
        return [int(number) for number in re.findall(r"\d+", version)[:2]]

    if sys.version_info < (3, 10):
        here = ".".join(map(str, sys.version_info[:2]))
        raise ImportError(f"This notebook needs Python 3.10 or newer, and this is {here}. Choose another kernel.")
    lacking = {}
    for package, oldest in needed.items():
        try:
            here = metadata.version(package)
        except metadata.PackageNotFoundError:
            here = "none"
        if numbers(here) < numbers(oldest):
            lacking[f"{package}>={oldest}"] = f"{package} {oldest} or newer (here: {here})"
    if lacking:
        wanted = " ".join(f'"{package}"' for package in lacking)
        raise ImportError(
            f"This notebook needs {' and '.join(lacking.values())}. Type the next line into a new cell, "
            f"run it, restart the kernel, and run all cells:\n%pip install {wanted}"
        )

    # Chapters of one book that meet in one kernel share a folder; what another book left behind makes room.
    home = Path(getattr(sys.modules.get("prepost"), "__file__", "")).parent.parent
    if not home.name.startswith(name):
        for module in list(sys.modules):
            if module.split(".")[0] in ("prepost", "practice", "answers"):
                del sys.modules[module]
        home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        sys.path.insert(0, str(home / "chapters"))
    for path, text in json.loads(zlib.decompress(b64decode(packed))).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(text.encode("utf-8"))
    importlib.invalidate_caches()
    importlib.import_module("practice")  # and all that it needs, so that trouble comes now
    print("Set-up done.")


def set_up_cell(chapter):
    """Write the cell that unpacks modules, answers, questions and data; Jupyter and Colab show it folded."""
    shared = [BOOK / "chapters" / "prepost.py", BOOK / "chapters" / "practice.py", *study.tables()]
    own = [f"answers/ch{chapter:02d}.py", f"quizzes/{chapter:02d}.txt"]
    version = hashlib.sha256(pack(shared)).hexdigest()[:8]
    packed = base64.b64encode(pack([*shared, *(BOOK / "chapters" / path for path in own)])).decode()
    lines = [
        "#@title Set-up: run this cell first",
        "# It unpacks the book's two modules, this chapter's answers and questions, and the data",
        "# into a temporary folder. Nothing is fetched from anywhere.",
        f'PACKED = "{packed}"',
        f'NAME = "{about.SLUG}-{version}"',
        f"NEEDED = {json.dumps(NEEDED)}",
        f"\n\n{inspect.getsource(set_up)}\n",
        "set_up(PACKED, NAME, NEEDED)",
    ]
    metadata = {"cellView": "form", "jupyter": {"source_hidden": True}}
    return new_code_cell("\n".join(lines), metadata=metadata, id="set-up")


def pack(paths):
    """Compress text files of the book; a package without an __init__.py gives way to any module of its name."""
    files = {"chapters/answers/__init__.py": ""}
    for path in sorted(paths):
        files[path.relative_to(BOOK).as_posix()] = path.read_bytes().decode("utf-8")
    return zlib.compress(json.dumps(files, ensure_ascii=False).encode("utf-8"), 9)


if __name__ == "__main__":
    out = Path(*sys.argv[1:]) if sys.argv[1:] else BOOK / "_build" / "class"
    make(out)
    print(f"The class notebooks are in {out}")
