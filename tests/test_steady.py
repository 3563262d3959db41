"""The same sources build the same bytes twice, also elsewhere, and a build that was cut off is made good by the next.

Oracle: a second build in another folder, time zone, language and order of sets, and from nothing, whereas ``make book``
builds anew only what has changed. Run make book first.
"""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLE, HTML, ROOT, in_one_book, keep_chapters, lend_jupyterlite


def test_a_second_build_elsewhere_gives_the_same_bytes(tmp_path):
    book = tmp_path / "another book"
    left_out = shutil.ignore_patterns(".*", "_build", "__pycache__")
    shutil.copytree(ROOT, book, ignore=left_out)
    if (ROOT / ".git").exists():  # the pages link to its repository
        (book / ".git").symlink_to(ROOT / ".git")
    lend_jupyterlite(book)  # test_browser.py builds it again
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-q", "."]
    elsewhere = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(command, cwd=book, env=elsewhere, check=True, capture_output=True)
    again = book / "_build" / "html"
    files = sorted({path.relative_to(top) for top in (HTML, again) for path in top.rglob("*") if path.is_file()})
    assert len(files) > 100
    _, different, missing = filecmp.cmpfiles(HTML, again, files, shallow=False)
    assert not [path.as_posix() for path in different + missing]


# Python runs a module named sitecustomize first. This one ends the build between the last page and the search, and the
# make that runs it, as a loss of power does; or it lets the search warn.
FAULTS = {
    "cut off": "StandaloneHTMLBuilder.gen_additional_pages = lambda _: os.killpg(0, 9)",
    "a warning": "StandaloneHTMLBuilder.gen_additional_pages = lambda _: logging.getLogger('sphinx.book').warning('odd')",
}
FAULTY = "import logging\nimport os\nfrom sphinx.builders.html import StandaloneHTMLBuilder\n"


@in_one_book
@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_a_build_that_was_cut_off_or_failed_is_made_good_by_the_next_one(tmp_path):
    book = tmp_path / "book"
    shutil.copytree(ROOT, book, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__"))
    lend_jupyterlite(book)
    keep_chapters(book, EXAMPLE)  # the build elsewhere makes everything of the others again
    (book / ".venv").symlink_to(sys.prefix)
    (book / "chapters" / "index.ipynb").unlink()
    (book / "_toc.yml").write_text(
        json.dumps({"format": "jb-book", "root": "chapters/index", "chapters": [{"file": "chapters/terms"}]}), encoding="utf-8"
    )
    glossary = "# Terms\n\n:::{glossary}\nrank\n  A place in an order.\n:::\n"
    (book / "chapters" / "terms.md").write_text(glossary, encoding="utf-8")
    (tmp_path / "faulty").mkdir()
    pages = book / "_build" / "html"
    page = pages / "chapters" / "index.html"
    made = ["search.html", "searchindex.js", "data.zip", f"slides/{EXAMPLE}.html"]

    def make(**environment):
        command = ["make", "--old-file=.venv/.installed", "PYTHON=false", "book"]  # whatever happens, it makes no environment
        run = {
            "cwd": book,
            "env": {**os.environ, **environment},
            "start_new_session": True,
            "capture_output": True,
            "text": True,
        }
        return subprocess.run(command, **run)

    for fault, code in FAULTS.items():
        text = f"# A small book\n\nIt has one page, and warns of nothing. Next: {fault}.\n"
        (book / "chapters" / "index.md").write_text(text, encoding="utf-8")
        (tmp_path / "faulty" / "sitecustomize.py").write_text(FAULTY + code, encoding="utf-8")
        for name in made:
            (pages / name).unlink(missing_ok=True)
        faulty = make(PYTHONPATH=str(tmp_path / "faulty"))
        assert faulty.returncode and "The book is built" not in faulty.stdout
        assert fault in page.read_text(encoding="utf-8")
        assert fault != "cut off" or not (pages / made[0]).exists()  # it was cut off where it was meant to be
        assert make().returncode == 0
        assert not [name for name in made if not (pages / name).exists()]
    when = page.stat().st_mtime
    assert make().returncode == 0
    assert page.stat().st_mtime == when  # what is there is not built once more

    (book / "chapters" / "index.md").write_text("# A small book\n\nIt has one page, and a {term}`rank`.\n", encoding="utf-8")
    assert make().returncode == 0
    step_by_step = (pages / "searchindex.js").read_bytes()
    shutil.rmtree(book / "_build" / ".doctrees")
    shutil.rmtree(pages)
    assert make().returncode == 0
    assert (pages / "searchindex.js").read_bytes() == step_by_step  # also the terms, on a page that did not change
    assert b'"rank"' in step_by_step and b"warn" not in step_by_step
