"""The kit for a class: the built book with Python for the browser, a small server and a README, in a folder and a zip."""

import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

from prepost.files import write_zip

from ..shared.source import BOOK, SLUG, TITLE
from . import pyodide

KIT = BOOK / "_build" / "kit"
README = Path(__file__).with_name("kit.txt").read_text(encoding="utf-8")
WITH = (
    "It needs no connection to the internet.",
    "Python is in the kit: Pyodide {0}, in book/lite/static/pyodide. Nothing is fetched from anywhere else.\n",
)
WITHOUT = (
    "It MUST have a connection to the internet, see below.",
    "Python is NOT in the kit: each browser fetches Pyodide {0} from {1}\nTo put it into the kit, "
    "where there is a connection:  make kit PYODIDE={1}\n",
)


def write_kit(book=BOOK / "_build" / "html", out=KIT):
    """Put the built book and its server into one folder and one zip file.

    Returns
    -------
    list of tuple
        For each part: its name, the bytes of its files, and the bytes that they take in the zip file.
    """
    shutil.rmtree(out, ignore_errors=True)
    return zip_folder(gather(book, out), Path(out) / f"{SLUG}.zip")


def gather(book, out):
    """Put the built book and its server into one folder; return that."""
    book, folder = Path(book), Path(out) / SLUG
    if not (book / "lite").exists():
        raise ValueError(f"{book} holds no built book with notebooks for the browser. Run: make book")
    shutil.copytree(book, folder / "book", ignore=shutil.ignore_patterns("*.map", ".*", "_sources"))
    shutil.copy2(Path(__file__).with_name("serve.py"), folder)
    site = folder / "book" / "lite"
    network, python = WITH if (site / "static" / "pyodide").exists() else WITHOUT
    first = sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and path.suffix != ".ipynb")
    line = "=" * len(f"{TITLE}: the kit for a class")
    text = README.format(
        title=TITLE, line=line, network=network, pyodide=python.format(pyodide.VERSION, pyodide.CDN), first=round(first / 1e6)
    )
    (folder / "README.txt").write_text(text, encoding="utf-8", newline="\r\n")
    return folder


def zip_folder(folder, target):
    """Write the zip file, the same bytes from the same files, and measure its parts."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = ((path.relative_to(folder.parent).as_posix(), path.read_bytes()) for path in paths)
    write_zip(target, files, time.gmtime(commit_date())[:6])
    sizes = {}
    with zipfile.ZipFile(target) as archive:
        for entry in archive.infolist():
            part = sizes.setdefault(part_of(entry.filename.split("/")[1:]), [0, 0])
            part[0] += entry.file_size
            part[1] += entry.compress_size
    return [(part, *size) for part, size in sorted(sizes.items(), key=lambda item: -item[1][1])]


def part_of(path):
    if path[:3] == ["book", "lite", "static"]:
        return "Python for the browser"
    if path[:3] == ["book", "lite", "files"]:
        return "notebooks for the browser"
    if path[:2] == ["book", "lite"]:
        return "JupyterLite"
    if path[:2] == ["book", "_static"]:
        return "the pages' programs, styles and fonts"
    if path[0] == "book" and path[1] in ("class", "slides", "lms"):
        return f"downloads: {path[1]}"
    return "pages" if path[0] == "book" else "server and README"


def commit_date():
    """Return the moment that dates the files of the kit: that of the commit, so that one commit makes one kit.

    Not a constant from long ago: a browser keeps a file the longer without asking, the older it is.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    try:
        committed = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=BOOK, capture_output=True, text=True)
        return int(committed.stdout)
    except (FileNotFoundError, ValueError):  # no git here, or no repository
        return int(max(path.stat().st_mtime for path in (BOOK / "chapters").iterdir()))


def table(sizes):
    """Print what `write_kit` measured."""
    rows = [*sizes, ("together", *(sum(column) for column in list(zip(*sizes))[1:]))]
    lines = [f"{'':40}{'files, MB':>12}{'zip, MB':>12}"]
    return "\n".join([*lines, *(f"{part:40}{raw / 1e6:12.1f}{packed / 1e6:12.1f}" for part, raw, packed in rows)])
