"""The notebooks run again: the claims asserted in their cells (tag remove-cell) hold, outputs stay to the byte; readable."""

import re
import shutil

import nbformat
import pytest
import yaml
from conftest import ROOT

from _ext.execute import METADATA, execute, notebooks

PAGES = [path for path in (ROOT / "chapters").rglob("*.*") if path.suffix in (".ipynb", ".md")]
NOTEBOOKS = sorted(path for path in PAGES if path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts)
TAGS = {"answer", "hood", "hide-input", "instructor", "nbval-ignore-output", "remove-cell", "remove-input", "slide", "solution"}
VERSIONS = re.compile(r"Python [\d.]+, SciPy [\d.]+ and pandas [\d.]+")  # of the machine that made the book


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def cells(path):
    return nbformat.read(path, as_version=4).cells


@pytest.fixture
def code(cells):
    return [cell for cell in cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def test_the_table_of_contents_lists_every_chapter_and_no_other():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [toc["root"]] + [page["file"] for part in toc["parts"] for page in part["chapters"]]
    assert sorted(listed) == sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in PAGES)
    numbered = [page for page in listed if page[len("chapters/")].isdigit()]
    assert numbered == sorted(numbered)


def test_what_is_run_are_the_notebooks_of_the_book_and_no_copy_that_jupyterlab_keeps(tmp_path, monkeypatch):
    assert notebooks() == NOTEBOOKS
    for name in ("one.ipynb", ".ipynb_checkpoints/one-checkpoint.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr("_ext.execute.CHAPTERS", tmp_path)
    assert notebooks() == [tmp_path / "one.ipynb"]


def test_running_a_notebook_again_changes_no_byte(path, tmp_path):
    """Oracle: a second run, in a copy of the folders it uses."""
    for folder in ("chapters", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    again = tmp_path / path.relative_to(ROOT)
    execute(again)
    text, stored = (VERSIONS.sub("", notebook.read_text(encoding="utf-8")) for notebook in (again, path))
    assert text == stored, "run: make execute"


def test_every_code_cell_ran_in_order_and_without_error(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [cell.source for cell in code for output in cell.outputs if output.output_type == "error"]


def test_metadata_says_nothing_of_the_machine(path):
    assert nbformat.read(path, as_version=4).metadata == METADATA
    assert not re.findall(r"(?:/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\)\S*", path.read_text(encoding="utf-8"))


def test_tags_are_known(cells):
    assert {tag for cell in cells for tag in tags(cell)} <= TAGS


def test_code_cells_that_are_shown_have_at_most_fifteen_lines(code):
    shown = [cell.source for cell in code if not (TAGS - {"answer", "nbval-ignore-output", "solution"}) & set(tags(cell))]
    assert not [source for source in shown if source.count("\n") >= 15]


def test_every_chart_has_a_sentence_that_says_what_it_shows_and_a_table_of_its_numbers(code):
    results = [output.data for cell in code for output in cell.outputs if "data" in output]
    charts = [data for data in results if '<figure class="chart">' in data.get("text/html", "")]
    words = [data["text/plain"] for data in charts]
    assert not [text for text in words if not re.fullmatch(r"[A-Z0-9].{30,}\.", text, re.S)]
    assert not [text for text, data in zip(words, charts) if "<table" not in data["text/html"].split("<details>")[1]]


def test_solutions_are_at_least_four_a_chapter_and_hold_no_heading(path, cells):
    """A heading would end the section that the folded part begins in."""
    starts = [cell for before, cell in zip(cells, cells[1:]) if "solution" in tags(cell) and "solution" not in tags(before)]
    prose = [cell.source for cell in cells if "solution" in tags(cell) and cell.cell_type == "markdown"]
    assert len(starts) >= 4 or path.parent.name == "appendix" or path.stem == "index"
    assert not [source for source in prose if re.search(r"^#+ ", source, re.M)]
