"""The book in the reader's browser: a JupyterLite site with a notebook of each chapter, and the kit for a class.

Each notebook is one file that needs no other: a set-up cell carries modules, answers, questions and data. So nothing
depends on a service worker, which browsers refuse on the addresses of a classroom, http://192.168.…

As a program: ``lite.py`` builds the site in ``_build/lite``, and ``lite.py kit`` the kit in ``_build/kit``.
"""

import functools
import hashlib
import html
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from itertools import groupby
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

BOOK = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BOOK / "_ext"))

import about  # noqa: E402
import charts  # noqa: E402
import classroom  # noqa: E402

practice = classroom.practice

LITE = BOOK / "_build" / "lite"
PYODIDE = "0.27.7"  # Python 3.12, pandas 2.2.3, SciPy 1.14.1, NumPy 2.0.2, altair 5.4.1
CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE}/full/"
VEGA = {"vega_version": "5", "vegalite_version": "5.20.1", "vegaembed_version": "6"}  # what altair 5.4.1 asks for
LOCK = "pyodide-lock.json"
CORE = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]
PACKAGES = ["micropip", "ssl", "sqlite3", "comm", "jedi", "ipython", "altair", "numpy", "pandas", "scipy"]
FIRST = """**This notebook runs in your browser.**
Run the cells from top to bottom, each with Shift + Enter; the first one is the folded set-up, and it takes some seconds.
In an exercise, put your answer in place of the three dots and run the cell: `check` says whether it is right.
Worked solutions are folded: open one with the button below its heading.

What you change is saved in this browser and nowhere else; nothing leaves your computer.
*Download*, above, gives you a copy to keep or to hand in."""


# --- notebooks ----------------------------------------------------------------------------------


def notebook(chapter):
    """Make the notebook of a chapter for the browser.

    Parameters
    ----------
    chapter : int
        Its number.

    Returns
    -------
    nbformat.NotebookNode
        The chapter as its student notebook has it, and with the solutions, folded. Its metadata hold an ``edition``,
        which changes with anything in it.
    """
    source = nbformat.read(practice.chapter_path(chapter), as_version=4).cells
    kept = [cell for cell in source if not {"instructor", "remove-cell"} & set(classroom.tags(cell))]
    title, *cells = fold_solutions(kept)
    first = new_markdown_cell(classroom.set_apart(f"{FIRST}\n\n{classroom.LICENCE}"), id="in-the-browser")
    cells = [first, title, classroom.set_up_cell(chapter), *cells]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = classroom.plain(cell.source)
        else:
            cell.outputs, cell.execution_count = [], None
            if classroom.FOLDED & set(classroom.tags(cell)):
                cell.metadata.jupyter = {"source_hidden": True}
    kernel = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
    made = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    made.metadata.edition = hashlib.sha256(nbformat.writes(made).encode()).hexdigest()[:8]
    return made


def fold_solutions(cells):
    """Fold each run of cells tagged "solution".

    Text goes into a <details>. Code must stay a cell to run: it gets a folded heading before it, with which Jupyter
    hides everything up to the next heading; that one must come at once.
    """
    runs = [(is_solution, list(run)) for is_solution, run in groupby(cells, lambda cell: "solution" in classroom.tags(cell))]
    for (is_solution, run), (_, following) in zip(runs, [*runs[1:], (False, [])]):
        if is_solution and any(cell.cell_type == "code" for cell in run):
            if following and not re.match("##?#? ", following[0].source):
                raise ValueError(f"A solution with code ends in cell {run[-1].id}; after it, a heading must come next.")
            folded = {"jp-MarkdownHeadingCollapsed": True}
            yield new_markdown_cell("#### Worked solution", metadata=folded, id=f"solution-{run[0].id}"[:64])
        elif is_solution:
            run[0].source = f"<details><summary>Worked solution</summary>\n\n{run[0].source}"
            run[-1].source += "\n\n</details>"
            if len(run) > 1:
                run = [new_markdown_cell("\n\n".join(cell.source for cell in run), id=run[0].id)]
        yield from run


# --- the site -----------------------------------------------------------------------------------


def make(out=LITE, pyodide=None):
    """Build the site: JupyterLite, if that is not up to date, and the notebooks.

    Parameters
    ----------
    out : path-like
        The folder that becomes the site. What it needs of the book, the charts' program and the style, it takes from
        ``../_static``: it stands in the book's folder.
    pyodide : str, optional
        A folder or an address that holds a Pyodide distribution, which becomes part of the site; by default the
        environment's ``PYODIDE``. Without one the pages fetch Pyodide from its publisher.

    Raises
    ------
    ValueError
        If there is no distribution of the right version, or a file of it is damaged.
    """
    out = Path(out)
    pyodide = pyodide or os.environ.get("PYODIDE")
    files = distribution(pyodide) if pyodide else {}
    stamp, key = out.parent / f"{out.name}.txt", program_key(files)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != key:
        stamp.unlink(missing_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        build_program(out, self_hosted=bool(files))
        if files:
            write_distribution(out / "static" / "pyodide", files)
        stamp.write_text(key, encoding="utf-8")
    write_notebooks(out)


def write_notebooks(out):
    """Write the notebooks, and the list of them that JupyterLite looks into."""
    contents = out / "api" / "contents" / "all.json"
    shutil.rmtree(out / "files", ignore_errors=True)
    (out / "files").mkdir()
    contents.parent.mkdir(parents=True, exist_ok=True)
    common = {"content": None, "format": None, "mimetype": None, "writable": True}
    common |= {"created": "2000-01-01T00:00:00Z", "last_modified": "2000-01-01T00:00:00Z"}
    listed = []
    for chapter in classroom.chapters():
        name, text = practice.chapter_path(chapter).name, nbformat.writes(notebook(chapter)) + "\n"
        (out / "files" / name).write_text(text, encoding="utf-8", newline="\n")
        size = len(text.encode("utf-8"))
        listed.append({**common, "name": name, "path": name, "size": size, "type": "notebook"})
    root = {**common, "name": "", "path": "", "size": None, "type": "directory", "format": "json", "content": listed}
    contents.write_text(json.dumps(root), encoding="utf-8")


def program_key(files):
    """Say what the site's program is made of: it is built again when that changes."""
    parts = [importlib.metadata.version(name) for name in ("jupyterlite-core", "jupyterlite-pyodide-kernel")]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in (Path(__file__), SCRIPT, Path(charts.__file__))]
    return "\n".join([about.TITLE, *parts, *files, *(compiler() or ["not compiled"] if files else [])])


# --- JupyterLite --------------------------------------------------------------------------------

SCRIPT = Path(__file__).with_suffix(".js")
EXTENSION = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "@jupyterlite" / "pyodide-kernel-extension"
# Of the icons' fonts browsers take the one in woff2. Nothing asks for the others, nor for these pages and programs.
UNUSED = ["doc", "lab", "service-worker.js", "jupyterlite.schema.v0.json", "package.json", "icon-*.png", "bootstrap.js"]
UNUSED += ["build/fa-*.svg", "build/fa-*.ttf", "build/fa-*.eot", "build/fa-*.woff", "manifest.webmanifest"]
DISABLED = [
    "@jupyterlite/application-extension:service-worker-manager",  # see above
    "@jupyter-notebook/notebook-extension:checkpoints",  # "Last Checkpoint: 26 years ago"
    # ways to programs that are not here: the file browser, JupyterLab, consoles
    "@jupyter-notebook/notebook-extension:open-tree-tab",
    "@jupyter-notebook/application-extension:pages",
    "@jupyterlab/console-extension",
    "@jupyterlab/tooltip-extension:consoles",
    "@jupyter-notebook/console-extension",
]
SETTINGS = {
    "@jupyter-notebook/notebook-extension:scroll-output": {"autoScrollOutputs": False},  # a self-test in a small box
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 5},  # seconds; two minutes lose too much
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # else scripts of outputs out of sight fail
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
}


def build_program(out, self_hosted):
    """Build JupyterLite without any notebook."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js" if self_hosted else f"{CDN}pyodide.js",
        "loadPyodideOptions": {"packages": PACKAGES},  # loaded at once, not one after another when they are imported
    }
    site = {
        "appName": about.TITLE,
        "exposeAppInBrowser": True,
        "disabledExtensions": DISABLED,
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
    }
    build = {
        "apps": ["notebooks"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(EXTENSION)],
        "output_dir": "site",
    }
    with tempfile.TemporaryDirectory() as place:
        for name, content in {
            "jupyter-lite.json": {"jupyter-lite-schema-version": 0, "jupyter-config-data": site},
            "overrides.json": SETTINGS,
            "jupyter_lite_config.json": {"LiteBuildConfig": build},
        }.items():
            (Path(place) / name).write_text(json.dumps(content), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
        said = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
        if said.returncode:
            raise RuntimeError(f"JupyterLite was not built:\n{said.stdout[-2000:]}{said.stderr[-2000:]}")
        site = Path(place) / "site"
        for path in [path for pattern in UNUSED for path in site.glob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        adapt(site / "notebooks" / "index.html")
        (site / "index.html").write_text(FRONT % html.escape(about.TITLE), encoding="utf-8")
        # As new files: those of 1985, as JupyterLite packs them, a browser would keep for years without asking again.
        shutil.copytree(site, out, copy_function=shutil.copyfile)


FRONT = """<!doctype html>
<html lang="en">
<title>%s</title>
<meta http-equiv="refresh" content="0; url=../index.html">
<script id="jupyter-config-data" type="application/json">{}</script>
</html>
"""
HEAD = """<link rel="icon" href="../../_static/favicon.svg" />
    <link rel="stylesheet" href="../../_static/book.css" />
    <style>%s</style>
    <script>%s</script>
    <script>%s</script>"""
STYLE = """
      dialog.book { max-width: 34rem; padding: 1rem 1.5rem; font: 1rem/1.5 system-ui, sans-serif; }
      dialog.book h1 { margin: 0; font-size: 1.25rem; }
      dialog.book pre { padding: 0.5rem 1rem; border: 1px solid; }
      .book :is(a, button) { min-height: 2.75rem; margin-right: 1rem; padding: 0.6rem 0.25rem; font: inherit; }
      dialog.book button { padding: 0.6rem 1rem; }
      nav.book { position: absolute; inset: 0 0 auto; display: flex; align-items: center; box-sizing: border-box;
        height: 2.75rem; padding: 0 1rem; overflow: auto hidden; white-space: nowrap; color: #1f1f1f;
        background: #fff; font: 1rem/1.5 system-ui, sans-serif; }
      nav.book :is(a, button) { border: 0; color: #0b5cad; background: none; text-decoration: underline; cursor: pointer; }
      body[data-jp-theme-light="false"] nav.book { color: #e0e0e0; background: #111; }
      body[data-jp-theme-light="false"] nav.book :is(a, button) { color: #8ac0ff; }
      body:has(nav.book) > #main { top: 2.75rem; }
      #jp-NotebookLogo { display: none; }
"""


def adapt(page):
    """Let the page of a notebook begin with lite.js, and draw charts as the book does."""
    text = page.read_text(encoding="utf-8")
    drawing = charts.SCRIPT % json.dumps(VEGA)
    head = HEAD % (STYLE, drawing, SCRIPT.read_text(encoding="utf-8"))
    for old, new in {
        "<html>": '<html lang="en" data-content_root="../../">',
        "await import(": "await opening;\n        await import(",
        '<link rel="manifest" href="../manifest.webmanifest" />': head,
    }.items():
        if text.count(old) != 1:
            raise ValueError(f"{page.name} of this version of JupyterLite has no {old!r}: adapt _ext/lite.py to it.")
        text = text.replace(old, new)
    page.write_text(text, encoding="utf-8", newline="\n")


# --- Pyodide ------------------------------------------------------------------------------------


def distribution(place):
    """Look into a Pyodide distribution for what the chapters need, and nothing else.

    Parameters
    ----------
    place : str
        A folder, or the address of one.

    Returns
    -------
    dict
        Name of each file and a function that returns its content.
    """
    lock = json.loads(read(place, LOCK))
    version = lock["info"]["version"]
    if version != PYODIDE:
        raise ValueError(f"{place} holds Pyodide {version}. The notebooks are tested with {PYODIDE}: take that one.")
    there = {normal(name): package for name, package in lock["packages"].items()}
    needed, todo = {}, [normal(name) for name in PACKAGES]
    while todo:
        name = todo.pop()
        if name not in needed:
            if name not in there:
                raise ValueError(f"{place} lacks the package {name}, which the notebooks need.")
            needed[name] = there[name]
            todo += map(normal, there[name]["depends"])
    lock["packages"] = dict(sorted(needed.items()))
    files = {name: lambda name=name: read(place, name) for name in CORE}
    for package in lock["packages"].values():
        name, digest = package["file_name"], package["sha256"]
        files[name] = lambda name=name, digest=digest: read(place, name, digest)
    return {**files, LOCK: lambda: json.dumps(lock).encode()}


def write_distribution(folder, files):
    """Write the files of a distribution, its Python compiled if this computer can."""
    folder.mkdir(parents=True)
    python = compiler()
    lock = json.loads(files.pop(LOCK)())
    packages = {package["file_name"]: package for package in lock["packages"].values()}
    for name, fetch in files.items():
        content = fetch()
        if python and name.endswith((".whl", "stdlib.zip")):
            content = compiled(content, python)
            if name in packages:
                packages[name]["sha256"] = hashlib.sha256(content).hexdigest()
        (folder / name).write_bytes(content)
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


@functools.cache
def compiler():
    """Return the command of a Python of the version that Pyodide has, on which its bytecode depends; None without one."""
    pyenv = [[str(path)] for path in sorted(Path.home().glob(".pyenv/versions/3.12.*/bin/python"))]
    for command in [[sys.executable], ["python3.12"], ["py", "-3.12"], *pyenv]:
        try:
            said = subprocess.run([*command, "--version"], capture_output=True, text=True)
        except OSError:
            continue
        if said.stdout.startswith("Python 3.12."):
            return command
    return None


def compiled(archive, python):
    """Replace the Python files in a wheel by their bytecode, which spares each browser half of its work."""
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(io.BytesIO(archive)) as old:
        old.extractall(place)
        options = ["-b", "-q", "-s", place, "--invalidation-mode", "unchecked-hash"]
        subprocess.run([*python, "-m", "compileall", *options, place], stdout=subprocess.DEVNULL)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
            for path in sorted(path for path in Path(place).rglob("*") if path.is_file()):
                if path.suffix != ".py" or not path.with_suffix(".pyc").exists():  # some are meant to fail
                    entry = zipfile.ZipInfo(path.relative_to(place).as_posix())  # as of 1980
                    new.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()


def normal(name):
    """Spell a package's name in one way: prompt_toolkit is prompt-toolkit."""
    return re.sub("[-_.]+", "-", name).lower()


def read(place, name, digest=None):
    """Read a file of a folder or of an address, and make sure that it is whole."""
    if re.match("https?://", place):
        with urllib.request.urlopen(f"{place.rstrip('/')}/{name}") as reply:
            content = reply.read()
    else:
        path = Path(place) / name
        if not path.exists():
            raise ValueError(f"PYODIDE={place}: there is no {name}. Name the folder that holds Pyodide {PYODIDE}.")
        content = path.read_bytes()
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{name} from {place} is damaged: it is not the file that {LOCK} names.")
    return content


# --- into the book, and the kit -----------------------------------------------------------------


def publish(book):
    """Put the site into the folder of the built book, as links to the same files where the disk knows such links."""
    make()
    shutil.rmtree(Path(book) / "lite", ignore_errors=True)
    shutil.copytree(LITE, Path(book) / "lite", copy_function=link)


def link(source, target):
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)


KIT = BOOK / "_build" / "kit"
README = """{title}: the kit for a class
{line}

What is here
  book/        the book: all pages, notebooks, slides, questions, and Python for the browser
  serve.py     a small program that serves the book to a class
  README.txt   this text

To read
  Open book/index.html in a browser. Everything works from the folder, also from a USB stick, but for the
  notebooks that run in the browser: they need a server.

To teach: one computer serves, all others need nothing but a browser
  1. Connect all devices to the same network. {network}
  2. On the computer that serves, open a terminal in this folder (Windows: type cmd into the address line of the
     folder's window) and type

         python serve.py          (Windows: py serve.py; macOS: python3 serve.py)

     If the computer has no Python: https://www.python.org/downloads/
     If a firewall asks, allow Python to be reached from private networks.
  3. The window shows two addresses: one for this computer, one for the class. Write the second on the board.
  4. Everyone opens it and presses "Run this chapter in your browser" at the top of a chapter.

  python -m http.server, started in the folder book, serves it too. You then find the address yourself: of the class
  it is http:// followed by the address of your computer in the network, and :8000.

What the class can see
  All that is in the folder book, the instructors' notebooks with the answers and the questions with their key, too. To
  keep these from the class, delete the folders book/class/instructor and book/lms before you start the server. The
  links to them then lead nowhere.

What each device loads
  The first notebook loads about {first} MB, the next ones almost nothing. Let the class open its first chapter a few
  minutes before it is needed.

Where the work of a reader is
  In the browser of that reader's device, for this address, and nowhere else. It survives closing the page, not the
  deletion of the browser's data, and it is not found under another address. "Download" above a notebook gives a copy
  to keep or to hand in.

{pyodide}
Licence: text and data CC BY 4.0, code MIT. The programs of others inside are listed with their licences in
book/lite/build/third-party-licenses.json; Python in the browser is Pyodide, MPL 2.0.
"""
WITH = (
    "It needs no connection to the internet.",
    "Python is in the kit: Pyodide {0}, in book/lite/static/pyodide. Nothing is fetched from anywhere else.\n",
)
WITHOUT = (
    "It MUST have a connection to the internet, see below.",
    "Python is NOT in the kit: each browser fetches Pyodide {0} from {1}\nTo put it into the kit, "
    "where there is a connection:  make kit PYODIDE={1}\n",
)


def kit(book=BOOK / "_build" / "html", out=KIT):
    """Put the built book and its server into one folder and one zip file.

    Returns
    -------
    list of tuple
        For each part: its name, the bytes of its files, and the bytes that they take in the zip file.
    """
    shutil.rmtree(out, ignore_errors=True)
    return pack(gather(book, out), Path(out) / f"{about.SLUG}.zip")


def gather(book, out):
    """Put the built book and its server into one folder; return that."""
    book, folder = Path(book), Path(out) / about.SLUG
    if not (book / "lite").exists():
        raise ValueError(f"{book} holds no built book with notebooks for the browser. Run: make book")
    shutil.copytree(book, folder / "book", ignore=shutil.ignore_patterns("*.map", ".*", "_sources"))
    shutil.copy2(Path(__file__).with_name("serve.py"), folder)
    site = folder / "book" / "lite"
    network, pyodide = WITH if (site / "static" / "pyodide").exists() else WITHOUT
    first = sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and path.suffix != ".ipynb")
    line = "=" * len(f"{about.TITLE}: the kit for a class")
    text = README.format(title=about.TITLE, line=line, network=network, pyodide=pyodide.format(PYODIDE, CDN), first=round(first / 1e6))
    (folder / "README.txt").write_text(text, encoding="utf-8", newline="\r\n")
    return folder


def pack(folder, target):
    """Write the zip file, the same bytes from the same files, and measure its parts."""
    date = time.gmtime(commit_date())[:6]
    sizes = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder.parent).as_posix()
            entry = zipfile.ZipInfo(name, date)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
            entry = archive.getinfo(name)
            part = sizes.setdefault(part_of(name.split("/")[1:]), [0, 0])
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
        asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=BOOK, capture_output=True, text=True)
        return int(asked.stdout)
    except (FileNotFoundError, ValueError):  # no git here, or no repository
        return int(max(path.stat().st_mtime for path in (BOOK / "chapters").iterdir()))


def table(sizes):
    """Print what `kit` measured."""
    rows = [*sizes, ("together", *(sum(column) for column in list(zip(*sizes))[1:]))]
    lines = [f"{'':40}{'files, MB':>12}{'zip, MB':>12}"]
    return "\n".join([*lines, *(f"{part:40}{raw / 1e6:12.1f}{packed / 1e6:12.1f}" for part, raw, packed in rows)])


if __name__ == "__main__":
    if sys.argv[1:] == ["kit"]:
        print(table(kit()))
        hosted = (KIT / about.SLUG / "book" / "lite" / "static" / "pyodide").exists()
        print(f"The kit is in {KIT}" + ("" if hosted else f"\n{WITHOUT[1].format(PYODIDE, CDN)}"))
    else:
        make()
        print(f"The notebooks for the browser are in {LITE}")
