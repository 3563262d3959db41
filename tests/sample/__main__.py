"""Lay out a small book about another study in ``_build/sample``, much as *Adapting the book* leads to one.

In come the files that git knows, the study of ``data/template``, and ``book`` beside this file: two chapters and their
questions. ``make sample`` builds it and runs the tests there, which shows that those that stay in such a book hold in it.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from _ext.shared.source import BOOK as ORIGINAL
from _ext.shared.source import NUMBERED
from _ext.shorten import shorten

HERE = Path(__file__).resolve().parent
SAMPLE = ORIGINAL / "_build" / "sample"
KEPT = ["table", "instruments.csv", "items.csv", "codebook.csv"]  # of the codebook


def main():
    shutil.rmtree(SAMPLE, ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ORIGINAL, capture_output=True, text=True, check=True)
    for name in filter(None, files.stdout.split("\0")):
        if (ORIGINAL / name).exists():
            (SAMPLE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ORIGINAL / name, SAMPLE / name)
    shorten(SAMPLE, [7])
    for pattern in NUMBERED:  # the sample's chapters have other numbers
        for path in SAMPLE.glob(pattern.format("07")):
            path.unlink()
    for page in (SAMPLE / "chapters" / "appendix").iterdir():
        page.unlink()
    shutil.copytree(HERE / "book", SAMPLE, dirs_exist_ok=True)
    replace_study(SAMPLE / "data")
    if (ORIGINAL / "_build" / "lite.txt").exists():  # which takes as long to build as all pages
        shutil.copytree(ORIGINAL / "_build" / "lite", SAMPLE / "_build" / "lite")
        shutil.copy2(ORIGINAL / "_build" / "lite.txt", SAMPLE / "_build")
    subprocess.run([sys.executable, SAMPLE / "data" / "tables.py"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run("git init --quiet && git add --all", shell=True, cwd=SAMPLE, check=True)
    (SAMPLE / ".venv").symlink_to(sys.prefix)


def replace_study(data):
    """Put the template's study in the place of the book's."""
    template = data / "template"
    for name in ("instruments.csv", "items.csv", "raw/before.csv", "raw/after.csv"):
        shutil.copy(template / name, data / name)
    for name in ("responses.csv", "scores.csv"):
        (data / name).unlink()
    rows = (data / "codebook.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    _, *own = (template / "codebook.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if row.split(",")[0] in KEPT]
    (data / "codebook.csv").write_text("".join(kept + own), encoding="utf-8", newline="\n")
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    package |= {"name": "feedback", "title": "Feedback, before and after", "description": "Synthetic data of a workshop."}
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


if __name__ == "__main__":
    main()
