"""The programs that make a page live, from npm's registry through its own client, and what they are told of this book.

``thebe-lite`` is JupyterLite's server and its Python kernel as one program for any page; ``codemirror`` 5, the editor
that Thebe uses, comes as scripts that need no bundler. Both are pinned, and checked by their hashes; nothing of them lies
in the repository. Without npm, and without what it fetched before, the book is built without the button.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

from ..browser import pyodide
from ..browser.jupyterlite import VEGA
from ..shared import charts
from ..shared.source import BOOK

HERE = Path(__file__).resolve().parent
FETCHED = BOOK / "_build" / "npm"
PROGRAMS = {  # version, hash as the registry states it, and what is needed of it
    "thebe-lite": (
        "0.5.0",
        "sha512-o+HhDbd/9cfYgCBdQ6BqJ5De+9JJobV5hUM/pPXTb5/1JlKILQcWUuRdhfIdYVCPUSBCMAbU3UwjkeRDJrG1HA==",
        ["dist/lib/*.js", "dist/lib/*.LICENSE.txt", "dist/lib/pypi/*"],
    ),
    "codemirror": (
        "5.65.20",
        "sha512-i5dLDDxwkFCbhjvL2pNjShsojoL3XHyDwsGv1jqETUoW+lzpBKKqNTUWgQwVAOa0tUm4BwekT455ujafi8payA==",
        ["lib/codemirror.js", "lib/codemirror.css", "mode/python/python.js", "LICENSE"],
    ),
}
PLAIN = ["page.js", "outputs.js", "page.css"]  # this book's own, which a page asks for when it is made live


def fetch(folder=FETCHED):
    """Make sure that the programs are there.

    Parameters
    ----------
    folder : path-like
        Where they are kept between builds.

    Returns
    -------
    str or None
        What is missing, and why.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (version, digest, _) in PROGRAMS.items():
        path = folder / f"{name}-{version}.tgz"
        if path.exists() and hash_of(path) == digest:
            continue
        npm = shutil.which("npm")
        if not npm:
            return f"there is no npm here to fetch {name} {version} with"
        command = [npm, "pack", f"{name}@{version}", "--prefer-offline", "--fetch-retries=0", "--fetch-timeout=30000"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            reason = next((line for line in done.stderr.splitlines() if "error" in line), "no reason given")
            return f"npm did not fetch {name} {version} ({reason.strip()})"
        if hash_of(path) != digest:
            path.unlink()
            return f"what npm fetched is not the {name} {version} that this book was tested with: its hash differs"
    return None


def hash_of(path):
    """Return the hash of a file as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def write(book, folder=FETCHED):
    """Write the programs into the folder ``_static/live`` of a built book, and what they need to know of it."""
    out = Path(book) / "_static" / "live"
    shutil.rmtree(out, ignore_errors=True)
    for name, (version, _, wanted) in PROGRAMS.items():
        with tarfile.open(Path(folder) / f"{name}-{version}.tgz") as archive:
            for entry in archive.getmembers():
                path = Path(*Path(entry.name).parts[1:])
                if entry.isfile() and any(path.match(pattern) for pattern in wanted):
                    target = out / name / path.relative_to("dist/lib" if name == "thebe-lite" else ".")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.extractfile(entry).read())
    (out / "thebe-lite" / "service-worker.js").unlink()
    for name in PLAIN:
        shutil.copyfile(HERE / "live" / name, out / name)
    (out / "vega-loader.js").write_text(charts.loader(VEGA), encoding="utf-8")
    hosted = (Path(book) / "lite" / "static" / "pyodide").exists()
    settings = {
        "pyodide": "lite/static/pyodide/pyodide.js" if hosted else f"{pyodide.CDN}pyodide.js",
        "packages": pyodide.PACKAGES,
        "vega": VEGA,
    }
    (out / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
