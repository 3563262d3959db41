"""Class notebooks: each a file that runs alone, the student's without the answers, the instructor's with all of them.

Nothing of a reader's own goes into them, nor into anything else that is made with the book.

Oracles: a kernel in an empty folder; the chapters themselves; `check`, for the table of what it accepts; text2qti's
parser, for the key; and a small book built with a repository, for the links to it.
"""

import ast
import base64
import binascii
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from html import unescape
from types import SimpleNamespace

import nbformat
import practice
import pytest
from conftest import EXAMPLE, ROOT, few, keep_chapters, lend_jupyterlite
from looking import listen
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook
from text2qti.config import Config
from text2qti.quiz import Quiz

from _ext import pages
from _ext.browser.kit import write_kit
from _ext.classroom import markdown, notebooks
from _ext.execute import METADATA
from _ext.shared import source, tables

CHAPTERS = practice.chapters()
LAST, MARKDOWN = practice.chapter_path(CHAPTERS[-1]).stem, "appendix/adapting"
KINDS = ["student", "instructor"]
LESSONS = ROOT / "chapters" / "appendix" / "lessons.md"
EITHER = pytest.mark.parametrize("kind", KINDS)
EACH = pytest.mark.parametrize("chapter", CHAPTERS)
GIT = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with the class notebooks."""
    out = tmp_path_factory.mktemp("class")
    notebooks.write_notebooks(out)
    return out


@pytest.fixture
def notebook(made):
    """Read a class notebook as it was written."""
    return lambda chapter, kind: nbformat.read(made / kind / practice.chapter_path(chapter).name, as_version=4)


@pytest.fixture
def cells_of():
    """Read a chapter."""
    return lambda chapter: nbformat.read(practice.chapter_path(chapter), as_version=4).cells


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run cells in an empty folder outside the repository, and return what they print."""

    def run(cells):
        assert not tmp_path.is_relative_to(ROOT) and not list(tmp_path.iterdir())
        monkeypatch.setenv("PYTHONPATH", "")
        client = NotebookClient(
            new_notebook(cells=cells),
            kernel_name="python3",
            resources={"metadata": {"path": tmp_path}},
            extra_arguments=["--log-level=ERROR"],
        )
        client.execute()
        assert not list(tmp_path.iterdir())
        return printed(client.nb.cells)

    return run


def printed(cells):
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def tags(cell):
    return set(cell.metadata.get("tags", []))


def text(cells):
    return "\n".join(cell.source for cell in cells)


WHERE = new_code_cell("import prepost\nprint('prepost is in', prepost.__file__)")


# --- they run ---------------------------------------------------------------------------------


# test_notebooks.py runs every chapter each time; what a class notebook brings with it is the same in each of them.
ONE = few("chapter", practice.chapters(), now=1)


@ONE
def test_a_student_notebook_runs_alone_and_says_which_exercises_are_open(chapter, notebook, run):
    said = run([*notebook(chapter, "student").cells, WHERE])
    assert re.findall(r"^– (\S+) is not answered yet", said, re.M) == practice.checked(chapter)
    assert "✗" not in said and "✓" not in said
    assert "prepost is in" in said and str(ROOT) not in said


@ONE
def test_an_instructor_notebook_runs_alone_and_every_check_passes(chapter, notebook, run):
    said = run([*notebook(chapter, "instructor").cells, WHERE])
    assert re.findall(r"^✓ (\S+) is right\.", said, re.M) == practice.checked(chapter)
    assert "✗" not in said and "is not answered yet" not in said
    assert "prepost is in" in said and str(ROOT) not in said


@EACH
@EITHER
def test_a_notebook_is_valid_and_asks_for_nothing_newer_than_python_3_10(chapter, kind, notebook):
    """Oracles: nbformat's schema, and Python's parser with the grammar of 3.10."""
    made = notebook(chapter, kind)
    nbformat.validate(made)
    assert made.metadata == METADATA
    for cell in made.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source, feature_version=(3, 10))


def test_making_them_again_changes_no_byte(made, tmp_path):
    """Oracle: the program in a process of its own, where sets have another order."""
    program = "import sys; from _ext.classroom import notebooks; notebooks.write_notebooks(sys.argv[1])"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", program, tmp_path], cwd=ROOT, env=environment, check=True)
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*"))
    assert len(files) == 2 * len(CHAPTERS)
    assert [path for path in files if (tmp_path / path).read_bytes() != (made / path).read_bytes()] == []


# --- what is in them ----------------------------------------------------------------------------


@EACH
@EITHER
def test_no_cell_is_lost_but_those_that_the_tags_leave_out(chapter, kind, notebook, cells_of):
    """Oracle: the chapter. What has no markup of MyST is there word by word."""
    gone = {"student": {"solution", "instructor", "remove-cell"}, "instructor": {"answer"}}[kind]
    wanted = [cell for cell in cells_of(chapter) if not gone & tags(cell)]
    cells = {cell.id: cell for cell in notebook(chapter, kind).cells}
    assert [name for name in cells if name in {cell.id for cell in wanted}] == [cell.id for cell in wanted]
    for cell in wanted:
        there = cells[cell.id]
        assert tags(there) == tags(cell)
        if cell.cell_type == "code":
            assert there.source == cell.source
            assert there.outputs == (cell.outputs if kind == "instructor" else [])
        else:
            lines = [line for line in cell.source.splitlines() if not re.search(r"\{[\w:]+\}|\]\(|^:::", line)]
            found = there.source.splitlines()
            assert set(lines) <= {*found, *(line.removeprefix("> ") for line in found)} | {""}


@EACH
def test_a_student_notebook_holds_no_answer(chapter, notebook, cells_of):
    hidden = [cell for cell in cells_of(chapter) if {"solution", "instructor", "remove-cell"} & tags(cell)]
    shown = [cell for cell in cells_of(chapter) if cell not in hidden]
    cells = [cell for cell in notebook(chapter, "student").cells if cell.id != "set-up"]
    assert set(text(hidden).splitlines()) & set(text(cells).splitlines()) <= set(text(shown).splitlines())
    comments = [answer.say for name in practice.checked(chapter) for answer in practice.answers(name)]
    for question in practice.questions(chapter):
        comments += [*(question.say or []), *(option.say for option in question.options)]
    assert [comment for comment in comments if len(comment) > 20 and comment in text(cells)] == []


@EACH
def test_no_exercise_prints_its_own_number(chapter, notebook):
    """To three digits or more; a smaller number may be anything."""
    parts = re.split(r"^### Exercise (\d+\.\d+)", text(notebook(chapter, "student").cells), flags=re.M)
    for name, words in zip(parts[1::2], parts[2::2]):
        value = practice.answers(name)[0].value if name in practice.checked(chapter) else None
        if isinstance(value, float) and value != round(value, 1):
            assert notebooks.format_answer(abs(value), practice.answers(name)[0].within).lstrip("0") not in words


@EACH
def test_every_exercise_of_a_student_notebook_has_a_place_for_the_answer(chapter, notebook, cells_of):
    cells = notebook(chapter, "student").cells
    assert practice.exercises(cells) == practice.exercises(cells_of(chapter))
    places = [i for i, cell in enumerate(cells) if cell.source.startswith("### Exercise")]
    for start, end in zip(places, [*places[1:], len(cells)]):
        assert any("answer" in tags(cell) for cell in cells[start:end])


@EACH
@EITHER
def test_the_first_cell_says_whom_it_is_for_and_the_set_up_follows_the_title(chapter, kind, notebook):
    first, title, set_up, *_ = notebook(chapter, kind).cells
    words = {"student": ["Student notebook", "three dots"], "instructor": ["Instructor notebook", "all the answers"]}
    assert all(word in first.source for word in words[kind])
    assert title.source.startswith(f"# {chapter} · ")
    assert set_up.source.startswith("#@title") and set_up.metadata["cellView"] == "form"
    assert set_up.metadata["jupyter"] == {"source_hidden": True}


@EACH
def test_what_only_instructors_see_is_set_apart(chapter, notebook):
    cells = notebook(chapter, "instructor").cells
    for before, cell in zip(cells, cells[1:]):
        if "instructor" in tags(cell):
            assert cell.source.startswith("> **For the instructor**") and "\n>\n> " in cell.source
            assert all(line.startswith(">") for line in cell.source.splitlines())
        if "solution" in tags(cell) and "solution" not in tags(before):
            assert before.source == "**Worked solution**"


@EACH
def test_the_table_of_expected_answers_is_what_check_says(chapter, notebook, capsys):
    """Oracle: `check`, given the values as the table prints them."""
    cells = notebook(chapter, "instructor").cells
    tables = {cell.id: cell.source for cell in cells if cell.id.startswith("expected-")}
    assert list(tables) == [f"expected-{name.replace('.', '-')}" for name in practice.checked(chapter)]
    for name, table in zip(practice.checked(chapter), tables.values()):
        rows = [re.split(r"(?<!\\)\|", line)[1:3] for line in table.splitlines()[4:]]
        assert len(rows) == len(practice.answers(name)) >= 3
        for place, (value, words) in enumerate(rows):
            value = re.sub(r" \(±.*|\*\*|\\(?=.)", "", value).strip()
            practice.check(name, ast.literal_eval(value if '"' in value else value.replace("−", "-")))
            words = re.sub(r"\\(.)", r"\1", words).strip()
            said = f"✗ {name} is not right yet. {words}" if place else f"✓ {name} is {words.replace('R', 'r', 1)}"
            assert capsys.readouterr().out.strip() == said


@pytest.mark.parametrize(
    "value, within, shown",
    [
        (-2.0599, 0.0005, "−2.0599"),
        (0.126, 0.02, "0.13"),
        (34, 0, "34"),
        (1 / 3, 0, "0.3333333333"),
        ([25.5, 10.5], 0, "[25.5, 10.5]"),
        ({5, 2}, 0, "{2, 5}"),
        (True, 0, "True"),
        ("Pratt's | rule", 0, '"Pratt\'s \\| rule"'),
    ],
)
def test_an_answer_is_shown_to_the_decimals_that_count(value, within, shown):
    assert notebooks.format_answer(value, within) == shown


@EACH
def test_the_key_has_every_question_with_its_right_options_and_all_feedback(chapter, notebook):
    """Oracle: text2qti's own parser of its own format."""
    path = ROOT / "chapters" / "quizzes" / f"{chapter:02d}.txt"
    asked = Quiz(path.read_text(encoding="utf-8"), config=Config(), source_name=path.name).questions_and_delims
    cells = notebook(chapter, "instructor").cells
    place = next(i for i, cell in enumerate(cells) if cell.id == "key")
    assert cells[place - 1].source == f"quiz({chapter})"
    blocks = re.split(r"^> \*\*\d+\.\*\* ", cells[place].source, flags=re.M)[1:]
    assert len(blocks) == len(asked)
    for block, question in zip(blocks, asked):
        assert block.startswith(" ".join(question.question_raw.split()))
        lines = re.findall(r"^> - (.*)", block, re.M)
        right = [choice.correct for choice in question.choices] or [True, False]
        said = [choice.feedback_raw for choice in question.choices]
        said = said or [question.correct_feedback_raw, question.incorrect_feedback_raw]
        assert [line.startswith("✓") for line in lines] == right
        assert [line.split(" → ", 1)[1] for line in lines] == [" ".join(words.split()) for words in said]
        for line, choice in zip(lines, question.choices):
            assert " ".join(choice.choice_raw.split()) in line


@EACH
def test_the_lesson_plan_is_at_the_top_once_there_is_one(chapter, notebook):
    plans = [i for i, cell in enumerate(notebook(chapter, "instructor").cells) if cell.id == "lesson-plan"]
    assert plans == ([3] if LESSONS.exists() else [])


def test_a_lesson_plan_is_its_chapters_section_and_a_missing_one_is_named(tmp_path, monkeypatch):
    path = tmp_path / "chapters" / "appendix" / "lessons.md"
    path.parent.mkdir(parents=True)
    path.write_text("# Lesson plans\n\n## 1 · One\n\nFirst.\n\n## 12 · Twelve\n\nLast.\n\n**50 minutes**\n", "utf-8")
    monkeypatch.setattr(source, "BOOK", tmp_path)
    assert notebooks.lesson_plan(1) == "## Lesson plan\n\nFirst."
    assert notebooks.lesson_plan(12) == "## Lesson plan\n\nLast.\n\n**50 minutes**"
    with pytest.raises(ValueError, match="lessons.md has no section '## 2 · …'"):
        notebooks.lesson_plan(2)


# --- Markdown -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "myst, plain",
    [
        ("a {term}`midrank` here", "a midrank here"),
        ("{term}`W⁺ <W⁺ and W⁻>`", "W⁺"),
        ("so {cite:p}`abrams2022`.", "so ([Abrams et al., 2022](https://doi.org/10.3390/ijerph19095135))."),
        ("{cite:t}`spreng2009`", "[Spreng et al. (2009)](https://doi.org/10.1080/00223890802484381)"),
        (
            "{cite:p}`gelman2006,vonelm2007`",
            "([Gelman and Stern, 2006](https://doi.org/10.1198/000313006X152649); "
            "[von Elm et al., 2007](https://doi.org/10.1371/journal.pmed.0040296))",
        ),
        ("{cite:p}`cohen1988`", "(Cohen, 1988, *Statistical Power Analysis for the Behavioral Sciences*)"),
        ("{cite:p}`oldham1962`", "([Oldham, 1962](https://doi.org/10.1016/0021-9681%2862%2990116-9))"),
        ("before\n\n:::{note}\nOne.\n\nTwo.\n:::\nafter", "before\n\n> **Note.**\n>\n> One.\n>\n> Two.\nafter"),
        ("```{admonition} Beware\n:class: tip\nOf it.\n```", "> **Beware.**\n>\n> Of it."),
        ("[chapter 6](06-chance.ipynb)", "[chapter 6](06-chance.ipynb)"),
        ("[chapter 6](../06-chance.ipynb#the-coin)", "[chapter 6](06-chance.ipynb)"),
        ("the [formula sheet](appendix/formulas.md)", "the formula sheet"),
        ("[R](https://www.r-project.org)", "[R](https://www.r-project.org)"),
        ("$$\nE = \\frac{n(n+1)}{4}\n$$", "$$\nE = \\frac{n(n+1)}{4}\n$$"),
    ],
)
def test_markup_of_myst_becomes_plain_markdown(myst, plain):
    assert markdown.without_myst(myst) == plain


@pytest.mark.parametrize("page", [f"{EXAMPLE}.ipynb", f"{MARKDOWN}.md"])
def test_links_lead_to_the_published_book_if_there_is_one(page):
    link = f"[there](https://example.org/book/chapters/{page.partition('.')[0]}.html)"
    assert markdown.without_myst(f"[there]({page})", "https://example.org/book") == link


@EACH
@EITHER
def test_no_markup_of_myst_is_left_and_every_link_leads_somewhere(chapter, kind, notebook):
    pages = {path.stem for path in (ROOT / "chapters").rglob("*.*") if path.suffix in (".ipynb", ".md")}
    for place, cells in [
        ("notebooks", notebook(chapter, kind).cells),
        ("book", notebooks.class_notebook(chapter, kind, "https://example.org/book").cells),
    ]:
        words = text(cell for cell in cells if cell.cell_type == "markdown")
        assert re.findall(r"\{[a-z:]+\}`|^[> ]*(?::::|`{3,})\{.*", words, re.M) == []
        for link in re.findall(r"\]\(([^)]*)\)", words):
            inside = re.fullmatch(r"https://example\.org/book/chapters/(?:appendix/)?([\w-]+)\.html", link)
            if inside:
                assert place == "book" and inside[1] in pages
            elif not link.startswith("https://"):
                assert place == "notebooks" and practice.chapter_path(int(link[:2])).name == link


# --- the set-up cell ----------------------------------------------------------------------------


def test_chapters_that_meet_in_one_kernel_do_not_get_in_each_others_way(notebook, run):
    """Also run twice, and also where another version of the book was before."""
    one, other = CHAPTERS[0], CHAPTERS[-1]
    first, last = [notebook(chapter, "student").cells[2].source for chapter in (one, other)]
    stale = first.replace(f'NAME = "{source.SLUG}-', f'NAME = "{source.SLUG}-old-')
    ask = "from practice import check, quiz\nimport prepost, practice\n" + "\n".join(
        f'check("{practice.checked(chapter)[0]}", ...)\nquiz({chapter})' for chapter in (one, other)
    )
    homes = "print('home', prepost.DATA.parent.name, practice.HERE.parent == prepost.DATA.parent)"
    ask += f"\n{homes}"
    cells = [stale, f"import prepost, practice\n{homes}", first, first, last, ask, first, ask]
    said = run([new_code_cell(cell) for cell in cells])
    assert said.count("Set-up done.") == 5
    assert re.findall(r"– (\S+) is not", said) == 2 * [practice.checked(one)[0], practice.checked(other)[0]]
    old, new, again = re.findall(r"home (\S+) True", said)
    assert old.startswith(f"{source.SLUG}-old-") and new == again != old


def test_the_set_up_cell_says_what_is_missing_and_what_to_type(notebook, run):
    """In a few lines: what is packed in the cell is not shown with the error."""
    pretend = """
        from importlib import metadata
        real = metadata.version
        def version(package):
            if package == "altair":
                raise metadata.PackageNotFoundError(package)
            return {"pandas": "1.5.3", "scipy": "1.14.0rc1"}.get(package) or real(package)
        metadata.version = version"""
    pretend = "\n".join(line[8:] for line in pretend.splitlines())
    with pytest.raises(CellExecutionError) as error:
        run([new_code_cell(pretend), notebook(CHAPTERS[0], "student").cells[2]])
    assert "needs pandas 2.2 or newer (here: 1.5.3) and altair 5.4 or newer (here: none)" in str(error.value)
    assert '%pip install "pandas>=2.2" "altair>=5.4"' in str(error.value)
    assert "scipy 1.14" not in str(error.value)
    shown = re.sub(r"^-+$.*?^-+$", "", str(error.value), count=1, flags=re.M | re.S)  # nbclient repeats the cell first
    assert "ImportError" in shown and len(shown) < 6000


def test_the_set_up_cell_says_that_python_is_too_old(notebook, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(ImportError, match="needs Python 3.10 or newer, and this is 3.9"):
        exec(notebook(CHAPTERS[0], "student").cells[2].source, {})


# --- their place in the book ----------------------------------------------------------------------


@GIT
@pytest.mark.parametrize(
    "remote, address",
    [
        ("https://github.com/example/before-and-after.git", "https://github.com/example/before-and-after"),
        ("https://github.com/example/before-and-after", "https://github.com/example/before-and-after"),
        ("https://github.com/example/before-and-after/", "https://github.com/example/before-and-after"),
        ("git@github.com:example/before-and-after.git", "https://github.com/example/before-and-after"),
        ("git@github.com:example/a.book", "https://github.com/example/a.book"),
        ("ssh://git@github.com/example/before-and-after.git", "https://github.com/example/before-and-after"),
        ("ssh://git@ssh.github.com:443/example/before-and-after", "https://github.com/example/before-and-after"),
        ("https://user:secret@github.com/example/before-and-after.git", "https://github.com/example/before-and-after"),
        ("https://git.example.org/example/before-and-after.git", None),
        ("https://example.org/github.com/example/before-and-after.git", None),
        ("/srv/github.com/example/before-and-after.git", None),
        ("file:///srv/before-and-after.git", None),
        ("../origin", None),
        (None, None),
    ],
)
def test_the_repository_is_gits_origin_if_that_is_on_github(remote, address, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "origin").mkdir()  # a folder of that name is not a remote
    if remote:
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=tmp_path, check=True)
    assert source.repository(tmp_path) == address
    (tmp_path / "inside").mkdir()  # a book that was unpacked in somebody's repository is not published from there
    assert source.repository(tmp_path / "inside") is None


@pytest.mark.parametrize(
    "server, name, address, pages",
    [
        (None, "example/a-fork", "https://github.com/example/a-fork", "https://example.github.io/a-fork"),
        ("https://github.com", "Example/Book", "https://github.com/Example/Book", "https://example.github.io/Book"),
        (None, "me/me.github.io", "https://github.com/me/me.github.io", "https://me.github.io"),
        ("https://git.example.org", "staff/book", "https://git.example.org/staff/book", None),
        (None, "", None, None),
    ],
)
def test_on_github_actions_the_environment_names_the_repository(server, name, address, pages, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    if server:
        monkeypatch.setenv("GITHUB_SERVER_URL", server)
    monkeypatch.setenv("GITHUB_REPOSITORY", name)
    assert source.repository(tmp_path) == address
    assert source.published(address) == pages


@pytest.mark.parametrize(
    "server, name, added",
    [
        ("https://github.com", "example/book", {"repository_url", "launch_buttons"}),
        ("https://git.example.org", "staff/book", {"repository_url"}),  # Binder cannot reach it
        ("https://github.com", "", set()),
    ],
)
def test_the_buttons_of_a_page_depend_on_the_repository(server, name, added, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_SERVER_URL", server)
    monkeypatch.setenv("GITHUB_REPOSITORY", name)
    config = SimpleNamespace(html_theme_options={}, templates_path=[], html_static_path=[])
    pages.configure(SimpleNamespace(srcdir=tmp_path, confdir=tmp_path), config)
    assert config.html_theme_options.pop("back_to_top_button") is False  # the book has a button of its own
    assert set(config.html_theme_options) & {"repository_url", "launch_buttons"} == added
    assert bool(config.html_theme_options) == bool(added)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book of few pages, built from a copy that has a repository, and in which somebody keeps files of their own."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    copy = tmp_path_factory.mktemp("fork") / "book"
    unwanted = shutil.ignore_patterns(".git", ".venv", "_build", ".*_cache", "__pycache__", ".ipynb_checkpoints")
    shutil.copytree(ROOT, copy, ignore=unwanted)
    lend_jupyterlite(copy)
    keep_chapters(copy, EXAMPLE, LAST)
    subprocess.run(["git", "init", "--quiet", copy], check=True)
    remote = "https://github.com/example/before-and-after.git"
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=copy, check=True)
    for name in PRIVATE:
        keep_private(copy / name)
    codebook = ["appendix/codebook"] if (ROOT / "chapters" / "appendix" / "codebook.ipynb").exists() else []
    pages = [{"file": f"chapters/{name}"} for name in dict.fromkeys([EXAMPLE, LAST, *codebook, MARKDOWN])]
    contents = {"format": "jb-book", "root": "chapters/index", "chapters": pages}
    (copy / "_toc.yml").write_text(json.dumps(contents), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "-q", "."]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (copy / "said.txt").write_text(done.stderr, encoding="utf-8")
    return copy / "_build" / "html"


MARK = "A-REAL-PERSON"
WITH_TABLES = [f"{folder}/{EXAMPLE}.ipynb" for folder in ("class/student", "class/instructor", "lite/files")]
PRIVATE = [  # where people put their survey, their class list, their copy of a chapter
    *(f"data/my-study/{name}" for name in tables.SHAPE),
    *("data/class.csv", "data/class.secret", "data/survey.XLSX", "data/raw/old.csv", "data/raw/before (1).csv"),
    *("data/template/scores.csv", "data/template/old.csv", "data/before.csv", "data/codebook-old.csv"),
    *("my-study/raw/before.csv", "class.csv", "chapters/my-study/raw/before.csv", "chapters/before.csv"),
    *(
        "chapters/answers/old.csv",
        "chapters/quizzes/old.csv",
        f"chapters/{EXAMPLE[:2]}-mine.ipynb",
        f"chapters/{EXAMPLE}-Copy1.ipynb",
    ),
    *(f"chapters/.ipynb_checkpoints/{EXAMPLE}-checkpoint.ipynb", "_build/cohorts/instructor/key.csv"),
]


def keep_private(path):
    """Put a file there that nobody but its owner may read, of the form that its name promises."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"table,code,empathy_1\nraw/before.csv,{MARK},Always\n"
    if path.suffix == ".ipynb":
        chapter = nbformat.read(ROOT / "chapters" / f"{EXAMPLE}.ipynb", as_version=4)
        chapter.cells[1].source += f"\n\n{MARK}"
        text = nbformat.writes(chapter)
    path.write_text(text, encoding="utf-8")


def contents(name, content):
    """Yield a file and all that is packed into it: members of zip files, compressed text within a text."""
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.namelist():
                yield from contents(f"{name}: {entry}", archive.read(entry))
    for packed in re.findall(rb"[A-Za-z0-9+/]{200,}={0,2}", content):
        try:
            yield from contents(f"{name}: packed", zlib.decompress(base64.b64decode(packed)))
        except (binascii.Error, zlib.error):  # something else
            pass


def test_what_a_reader_keeps_in_the_books_folder_is_in_nothing_that_is_made(built, tmp_path):
    write_kit(built, tmp_path)
    (packed,) = tmp_path.glob("*.zip")
    files = {path.relative_to(built).as_posix(): path for path in built.rglob("*") if path.is_file()}
    found, seen = [], set()
    for name, path in {**files, "the kit": packed}.items():
        if not name.startswith("lite/static/"):  # Pyodide, which is in the kit, too
            for place, content in contents(name, path.read_bytes()):
                seen.add(place)
                found += [place] * (MARK.encode() in content or MARK.encode() in place.encode())
    assert not found
    # It was looked into all that could hold it.
    assert {"data.zip: data/raw/before.csv", "data.zip: data/template/items.csv"} <= seen
    for name in WITH_TABLES:
        assert f"{name}: packed" in seen and f"the kit: {source.SLUG}/book/{name}: packed" in seen


def test_a_build_names_the_tables_that_it_leaves_out(built):
    said = (built.parent.parent / "said.txt").read_text(encoding="utf-8")
    named = {name for name in PRIVATE if name.startswith("data/") and not name.endswith(".secret")}
    assert "left out of all that is made from it: " in said and "outside the book's folder" in said
    assert set(re.search("made from it: (.*?)[.] What", said)[1].split(", ")) == named


def test_the_book_has_its_tables_and_no_others(tmp_path):
    """Oracle: the files that git knows."""
    known = subprocess.run(["git", "ls-files", "data"], cwd=ROOT, capture_output=True, text=True)
    if known.returncode:
        pytest.skip("not a git checkout, so nobody knows which files belong to the book")
    names = [path.relative_to(ROOT).as_posix() for path in tables.tables()]
    own = {f"data/{name}" for name in tables.OWN}  # of no study: they describe what readers answer about themselves
    there = [name for name in known.stdout.split() if name.endswith(".csv") and (ROOT / name).exists()]
    assert names == sorted(name for name in there if name not in own)


@GIT
def test_git_does_not_take_a_class_list_or_a_survey_by_accident():
    names = ["class.csv", "data/class.csv", "class.secret", "my-study/raw/before.csv", "data/my-study/raw/before.csv"]
    ignored = subprocess.run(["git", "check-ignore", "--no-index", *names], cwd=ROOT, capture_output=True, text=True)
    if ignored.returncode == 128:
        pytest.skip("not a git checkout")
    assert ignored.stdout.split() == names


def links(page):
    """Return the links of a page: address, and whether it is for downloading."""
    found = re.findall(r'<a [^>]*href="([^"]*)"([^>]*)>', page.read_text(encoding="utf-8"))
    return {unescape(address): "download=" in rest for address, rest in found}


def test_pages_have_buttons_to_their_repository_and_chapters_one_to_binder(built):
    repository = "https://github.com/example/before-and-after"
    for name, suffix in [(EXAMPLE, "ipynb"), (MARKDOWN, "md")]:
        found = links(built / "chapters" / f"{name}.html")
        assert repository in found and f"{repository}/blob/HEAD/chapters/{name}.{suffix}?plain=1" in found
        assert any(link.startswith(f"{repository}/issues/new") for link in found)
        binder = [link for link in found if "mybinder.org" in link]
        address = f"https://mybinder.org/v2/gh/example/before-and-after/HEAD?urlpath=lab/tree/chapters/{name}.ipynb"
        assert binder == ([address] if suffix == "ipynb" else [])


def test_a_chapter_links_to_what_is_for_class_and_it_is_there(built):
    found = links(built / "chapters" / f"{EXAMPLE}.html")
    for kind in KINDS:
        assert found[f"../class/{kind}/{EXAMPLE}.ipynb"]
        made = nbformat.read(built / "class" / kind / f"{EXAMPLE}.ipynb", as_version=4)
        assert made == notebooks.class_notebook(int(EXAMPLE[:2]), kind, "https://example.github.io/before-and-after")
    assert found[f"../slides/{EXAMPLE}.html"] is False
    assert (built / "slides" / f"{EXAMPLE}.html").is_file() and any((built / "lms").iterdir())
    assert not any("class/" in link for link in links(built / "chapters" / f"{MARKDOWN}.html"))


@pytest.mark.parametrize("page", [EXAMPLE, MARKDOWN])
def test_a_page_with_these_buttons_asks_no_other_host_for_anything(page, built, browser):
    """Oracle: Chromium. Also its console is silent, and it is no wider than a telephone."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        tab = context.new_page()
        asked, complaints = listen(tab)
        tab.goto((built / "chapters" / f"{page}.html").as_uri())
        tab.wait_for_load_state("networkidle")
        width = tab.evaluate("document.documentElement.scrollWidth")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == [] and width == 390
