"""The site for notebooks in the browser: JupyterLite without what nobody needs here, and with the book's own style."""

import hashlib
import html
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..shared import charts
from ..shared.source import BOOK, TITLE
from . import pyodide
from .notebooks import write_notebooks

HERE = Path(__file__).resolve().parent
LITE = BOOK / "_build" / "lite"
VEGA = {"vega_version": "5", "vegalite_version": "5.20.1", "vegaembed_version": "6"}  # what Pyodide's altair 5.4.1 asks for
ADAPT = "adapt _ext/browser/jupyterlite.py to this version of JupyterLite."
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


def build_site(out=LITE, location=None):
    """Build the site: JupyterLite, if that is not up to date, and the notebooks.

    Parameters
    ----------
    out : path-like
        The folder that becomes the site. What it needs of the book, the charts' program and the style, it takes from
        ``../_static``: it stands in the book's folder.
    location : str, optional
        A folder or an address that holds a Pyodide distribution, which becomes part of the site; by default the
        environment's ``PYODIDE``. Without one the pages fetch Pyodide from its publisher.

    Raises
    ------
    ValueError
        If there is no distribution of the right version, or a file of it is damaged.
    """
    out = Path(out)
    location = location or os.environ.get("PYODIDE")
    files = pyodide.distribution(location) if location else {}
    record, wanted = out.parent / f"{out.name}.txt", made_of(files)
    if not record.exists() or record.read_text(encoding="utf-8") != wanted:
        record.unlink(missing_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        build_program(out, self_hosted=bool(files))
        if files:
            pyodide.write_distribution(out / "static" / "pyodide", files)
        record.write_text(wanted, encoding="utf-8")
    write_notebooks(out)


def made_of(files):
    """Say what the site's program is made of: it is built again when that changes."""
    parts = [importlib.metadata.version(name) for name in ("jupyterlite-core", "jupyterlite-pyodide-kernel")]
    sources = [Path(__file__), Path(pyodide.__file__), Path(charts.__file__), charts.HERE / "vega-loader.js"]
    sources += [HERE / name for name in ("notebook.js", "notebook.css", "notebook.html", "front.html", "python.js")]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    return "\n".join([TITLE, *parts, *files, *(pyodide.compiler() or ["not compiled"] if files else [])])


def build_program(out, self_hosted):
    """Build JupyterLite without any notebook."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js" if self_hosted else f"{pyodide.CDN}pyodide.js",
        "loadPyodideOptions": {"packages": pyodide.PACKAGES},  # loaded at once, not one after another when they are imported
    }
    site = {
        "appName": TITLE,
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
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {
            "jupyter-lite.json": {"jupyter-lite-schema-version": 0, "jupyter-config-data": site},
            "overrides.json": SETTINGS,
            "jupyter_lite_config.json": {"LiteBuildConfig": build},
        }.items():
            (Path(folder) / name).write_text(json.dumps(content), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"JupyterLite was not built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        site = Path(folder) / "site"
        check_names(site)
        for path in [path for pattern in UNUSED for path in site.glob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        adapt(site / "notebooks" / "index.html")
        count_bytes(site)
        front = (HERE / "front.html").read_text(encoding="utf-8")
        (site / "index.html").write_text(front.format(title=html.escape(TITLE)), encoding="utf-8")
        # As new files: those of 1985, as JupyterLite packs them, a browser would keep for years without asking again.
        shutil.copytree(site, out, copy_function=shutil.copyfile)


def check_names(site):
    """Make sure that this version of JupyterLite knows all that is switched off or set; it would not say so itself."""
    programs = "".join(path.read_text(encoding="utf-8", errors="replace") for path in site.rglob("*.js"))
    unknown = [name for name in [*DISABLED, *SETTINGS] if name not in programs]
    if unknown:
        raise ValueError(f"There is no {unknown[0]!r} in JupyterLite: {ADAPT}")


def count_bytes(site):
    """Let the programs of Python's worker begin with python.js."""
    folder = site / "extensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static"
    programs = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))}
    numbers = set(re.findall(r"new Worker\(new URL\(\w+\.p\+\w+\.u\((\d+)\)", "".join(programs.values())))
    workers = [path for path in programs if path.name.partition(".")[0] in numbers]
    if not workers:
        raise ValueError(f"Python has no worker in {folder.parent.name}: {ADAPT}")
    for path in workers:
        path.write_text((HERE / "python.js").read_text(encoding="utf-8") + programs[path], encoding="utf-8", newline="\n")


def adapt(page):
    """Let the page of a notebook begin with notebook.js, and draw charts as the book does."""
    text = page.read_text(encoding="utf-8")
    read = {name: (HERE / f"notebook.{name}").read_text(encoding="utf-8") for name in ("html", "css", "js")}
    head = read["html"].format(style=read["css"], drawing=charts.loader(VEGA), script=read["js"])
    for old, new in {
        "<html>": '<html lang="en" data-content_root="../../">',
        "await import(": "await opening;\n        await import(",
        '<link rel="manifest" href="../manifest.webmanifest" />': head.strip(),
    }.items():
        if text.count(old) != 1:
            raise ValueError(f"{page.name} of a notebook has {text.count(old)} of {old!r} instead of 1: {ADAPT}")
        text = text.replace(old, new)
    page.write_text(text, encoding="utf-8", newline="\n")
