"""Leave out what is about the book's own study: the first step of a book about another one.

In come the numbers of the chapters to keep, such as ``make shorten KEEP="7 13"``; out goes everything that bears the
number of another chapter, and what speaks about the study, with its tests, its lines in the table of contents, its
targets in the Makefile and its steps in the workflows, the pages that were built, and at last this program.
``git checkout -- .`` brings all but the built pages back, as long as nothing is committed; and undoes other changes, too.
"""

import re
import shutil
import sys
from pathlib import Path

from .shared.source import NUMBERED

ABOUT_THE_STUDY = [  # files, and folders with all that is in them
    *(
        "tests/claims",
        "tests/oracles/*.R",
        "tests/oracles/ch[0-9]*.csv",
        "tests/oracles/made.csv",
        "tests/oracles/webr",
        "tests/r_scripts.py",
    ),
    *("chapters/appendix/software.md", "chapters/appendix/instructors.ipynb", "chapters/appendix/lessons.md"),
    *("data/generate.py", "data/published.csv", "data/cohorts.py", "data/ourselves"),
    *("_ext/shorten.py", "tests/test_shorten.py", "tests/sample"),
]
TARGETS = ["cohorts", "oracles", "shorten", "sample"]  # of the Makefile, which run programs that go


def shorten(book, keep):
    """Leave out all chapters but some, and what is about the study.

    Parameters
    ----------
    book : path-like
        The folder of the book, as git has it.
    keep : list of int
        The numbers of the chapters to keep.

    Returns
    -------
    list of pathlib.Path
        The files that were removed.

    Raises
    ------
    ValueError
        If there is no such chapter, if one of the files that go is not there, or if one that is rewritten holds nothing
        to leave out; nothing is changed then.
    """
    book = Path(book)
    chapters = sorted(int(path.name[:2]) for path in book.glob("chapters/[0-9][0-9]-*.ipynb"))
    if not keep or set(keep) - set(chapters):
        raise ValueError(f'Name the chapters to keep, such as KEEP="7 13"; there are {", ".join(map(str, chapters))}.')
    patterns = [pattern.format(f"{chapter:02d}") for chapter in chapters if chapter not in keep for pattern in NUMBERED]
    for pattern in ABOUT_THE_STUDY:
        if not any(book.glob(pattern)):
            raise ValueError(f"There is no {pattern} here: this book is shortened already, or _ext/shorten.py is out of date.")
    named = [path for pattern in [*patterns, *ABOUT_THE_STUDY] for path in book.glob(pattern)]
    files = {path for found in named for path in [found, *found.rglob("*")] if path.is_file()}
    gone = sorted(path for path in files if "__pycache__" not in path.parts)
    names = [path.relative_to(book) for path in gone]
    rewritten = {name: change((book / name).read_text(encoding="utf-8"), names) for name, change in REWRITTEN.items()}
    for name, text in rewritten.items():
        if text == (book / name).read_text(encoding="utf-8"):
            raise ValueError(f"{name} has nothing to leave out: _ext/shorten.py is out of date.")
    for path in named:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for built in ("html", ".doctrees"):  # else pages that are gone would be published with the others
        shutil.rmtree(book / "_build" / built, ignore_errors=True)
    for name, text in rewritten.items():
        (book / name).write_text(text, encoding="utf-8", newline="\n")
    return gone


def _without_pages(toc, gone):
    """Leave out the lines of pages that are gone, and each part that has no page left."""
    for path in gone:
        toc = re.sub(rf"^ *- file: {re.escape(path.with_suffix('').as_posix())}\n", "", toc, flags=re.M)
    return re.sub(r"^  - caption: .*\n    chapters:\n(?!      - )", "", toc, flags=re.M)


def _without_targets(makefile, _):
    makefile = makefile.replace("$(if $(wildcard data/generate.py),generate,tables)", "tables")
    for target in TARGETS:
        makefile = re.sub(rf"^{target}:.*\n(?:\t.*\n)+\n", "", makefile, flags=re.M)
        makefile = re.sub(rf"^(\.PHONY:.*) {target}\b", r"\1", makefile, flags=re.M)
    return makefile


REWRITTEN = {
    "_toc.yml": _without_pages,
    "Makefile": _without_targets,
    ".ci/run": lambda text, _: text.replace("make test sample", "make test"),
    ".github/workflows/book.yml": lambda text, _: re.sub(r" *- run: make sample.*\n", "", text),
    ".github/workflows/versions.yml": lambda text, _: re.sub(r"# And asks R .*\n|\n  oracles:\n(?:    .*\n)+", "", text),
}


if __name__ == "__main__":
    try:
        removed = shorten(Path(__file__).resolve().parent.parent, [int(number) for number in sys.argv[1:]])
    except ValueError as error:
        sys.exit(str(error))
    print(f"{len(removed)} files are gone: git status names them, and git checkout -- . brings them back.")
