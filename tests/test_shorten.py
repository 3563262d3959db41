"""The first step of a book about another study: what goes, and that nothing is left that needs it.

Oracles: the files that git knows, and what programs, workflows and pages name.
"""

import re
import shutil
import subprocess

import pytest
import yaml
from conftest import ROOT
from test_repository import missing_files

from _ext.shorten import TARGETS, shorten


@pytest.fixture
def copy(tmp_path):
    """A copy of what belongs to the book."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if files.returncode:
        pytest.skip("not a git checkout, so nobody knows which files belong to the book")
    for name in files.stdout.split("\0"):
        if name and (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_book_about_another_study_begins_with_one_command(copy):
    before = {path for path in copy.rglob("*") if path.is_file()}
    (copy / "_build" / "html").mkdir(parents=True)
    (copy / "_build" / "html" / "built.html").touch()
    gone = shorten(copy, [7, 13])
    left = {path for path in copy.rglob("*") if path.is_file()}
    assert left == before - set(gone) and len(gone) > 80
    folders = [path for path in copy.rglob("*") if path.is_dir() and path.name != "_build"]
    assert not [folder for folder in folders if not any(folder.iterdir())]
    assert not (copy / "_build" / "html").exists()
    assert [path.name[:2] for path in sorted(copy.glob("chapters/[0-9]*"))] == ["07", "13"]
    toc = (copy / "_toc.yml").read_text(encoding="utf-8")
    pages = re.findall(r"file: (\S+)", toc)
    listed = re.findall(r"file: (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert len(pages) > 5 and pages == [page for page in listed if list(copy.glob(f"{page}.*"))]
    captions = re.findall(r"caption: (.+)", toc)
    assert "The study" not in captions and {"The analysis", "The meaning", "Appendices"} <= set(captions)
    makefile = (copy / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.M)[1].split()
    assert re.findall(r"^([a-z]+):.*## ", makefile, re.M) == phony and not set(TARGETS) & set(phony)
    jobs = yaml.safe_load((copy / ".github" / "workflows" / "versions.yml").read_text(encoding="utf-8"))["jobs"]
    assert "oracles" not in jobs and {"newest", "oldest"} <= set(jobs)
    assert missing_files(copy) == set()
    for name in (".ci/run", ".github/workflows/book.yml", ".github/workflows/versions.yml"):
        assert not {*TARGETS, "R"} & set(re.findall(r"\w+", (copy / name).read_text(encoding="utf-8"))), name
    names = {path.stem for path in gone if path.suffix == ".py"}
    for path in left:
        if path.suffix == ".py":
            assert not names & set(re.findall(r"^(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.M)), path
    with pytest.raises(ValueError, match="shortened already"):
        shorten(copy, [7])


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", ".github/workflows/book.yml", ".github/workflows/versions.yml"])
def test_what_cannot_be_rewritten_is_named_before_anything_is_gone(name, copy):
    before = sorted(copy.rglob("*"))
    (copy / name).write_text("nothing that is known\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"{name} has nothing to leave out"):
        shorten(copy, [7])
    assert sorted(copy.rglob("*")) == before


@pytest.mark.parametrize("keep", [[], [7, 99]])
def test_shortening_to_chapters_that_are_not_there_changes_nothing(keep, copy):
    before = sorted(copy.rglob("*"))
    with pytest.raises(ValueError, match="Name the chapters to keep"):
        shorten(copy, keep)
    assert sorted(copy.rglob("*")) == before
