"""The page *Your survey*: files in, questions, a report out, in the reader's browser and nowhere else.

In come the page's empty place in ``chapters/your-survey.md``, the package ``prepost``, the study template, the example of
``example.py``, what `ourselves` says of the book's own survey, and the Python that `browser` laid under ``lite`` of the built book. Out come the tool at that place,
and the folder ``survey`` of the built book.

- ``page.html`` is what the page holds before Python is there: the place for files, and empty places for all that follows.
- ``survey.js`` runs the page; it fetches the rest only when files are chosen. ``survey.css`` is the look of it.
- ``worker.js`` is the thread that Python runs in, so that the page never stands still; ``bridge.py`` is what it calls there.

Entry: `setup`, which `pages` calls.
"""

import hashlib
import json
import shutil
from pathlib import Path

from prepost.files import write_zip

from .. import ourselves
from ..shared.source import BOOK, published, repository
from . import workbooks

HERE = Path(__file__).resolve().parent
PLACE = '<div id="survey-tool"></div>'
FOLDER = "survey"  # of the built book
PACKAGES = ["numpy", "pandas", "scipy", "altair", "openpyxl"]  # of Pyodide: what prepost imports


def setup(app):
    """Let Sphinx call this room: for the page, and when the book is built, after `browser` has laid out Python."""
    app.connect("html-page-context", place, priority=600)
    app.connect("build-finished", publish, priority=600)


def place(app, pagename, templatename, context, doctree):
    """Put the tool onto the page that has its place."""
    if PLACE in context.get("body", ""):
        tool = (HERE / "page.html").read_text(encoding="utf-8")
        context["body"] = context["body"].replace(PLACE, tool)


def publish(app, exception):
    """Write the folder that the page fetches from."""
    if exception or app.builder.format != "html":
        return
    book, out = Path(app.outdir), Path(app.outdir) / FOLDER
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    for name in ("survey.css", "worker.js"):
        shutil.copyfile(HERE / name, out / name)
    write_zip(out / "prepost.zip", modules())
    workbooks.write(out)
    script = (HERE / "survey.js").read_text(encoding="utf-8").strip()
    known = {**python(book), "online": published(repository(app.srcdir)), "edition": fingerprint(out)}
    if ourselves.DATA.exists():
        known["own"] = ourselves.header()
    (out / "survey.js").write_text(f"{script}({json.dumps(known)});\n", encoding="utf-8")


def modules():
    """Yield the name and the content of each module that Python needs there besides its packages."""
    yield "bridge.py", (HERE / "bridge.py").read_bytes()
    for path in sorted((BOOK / "chapters" / "prepost").rglob("*.py")):
        yield path.relative_to(BOOK / "chapters").as_posix(), path.read_bytes()


def python(book):
    """Say what of Python a browser has to fetch: its packages, and its size in bytes; nothing if the book has none."""
    folder = book / "lite" / "static" / "pyodide"
    if not (folder / "pyodide-lock.json").exists():
        return {"packages": [], "bytes": 0}
    known = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    needed, todo = set(), list(PACKAGES)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += known[name]["depends"]
    core = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]
    files = [folder / name for name in [*core, *(known[name]["file_name"] for name in needed)]]
    files += [book / "_static" / "vega.js", book / FOLDER / "prepost.zip"]
    return {"packages": PACKAGES, "bytes": sum(path.stat().st_size for path in files)}


def fingerprint(folder):
    """Sum up the files, so that a browser that has kept those of an older edition asks for these."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
