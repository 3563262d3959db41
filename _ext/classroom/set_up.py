"""The set-up cell: it carries all that a notebook needs, so that the notebook is one file."""

import base64
import hashlib
import inspect
import json
import zlib

import practice
from nbformat.v4 import new_code_cell

from ..shared.source import BOOK, SLUG
from ..shared.tables import tables

NEEDED = {"pandas": "2.2", "scipy": "1.14", "altair": "5.4"}  # the oldest versions that the chapters run on


def set_up(packed, name, needed):
    """Unpack what this notebook needs; say first what the computer lacks."""
    import atexit
    import importlib
    import json
    import re
    import shutil
    import sys
    import tempfile
    import zlib
    from base64 import b64decode
    from importlib import metadata
    from pathlib import Path

    def numbers(version):
        return [int(number) for number in re.findall(r"\d+", version)[:2]]

    if sys.version_info < (3, 10):
        here = ".".join(map(str, sys.version_info[:2]))
        raise ImportError(f"This notebook needs Python 3.10 or newer, and this is {here}. Choose another kernel.")
    lacking = {}
    for package, oldest in needed.items():
        try:
            here = metadata.version(package)
        except metadata.PackageNotFoundError:
            here = "none"
        if numbers(here) < numbers(oldest):
            lacking[f"{package}>={oldest}"] = f"{package} {oldest} or newer (here: {here})"
    if lacking:
        wanted = " ".join(f'"{package}"' for package in lacking)
        raise ImportError(
            f"This notebook needs {' and '.join(lacking.values())}. Type the next line into a new cell, "
            f"run it, restart the kernel, and run all cells:\n%pip install {wanted}"
        )

    # Chapters of one book that meet in one kernel share a folder; what another book left behind makes room.
    home = Path(getattr(sys.modules.get("prepost"), "__file__", "")).parent.parent.parent
    if not home.name.startswith(name):
        for module in list(sys.modules):
            if module.split(".")[0] in ("prepost", "practice", "answers"):
                del sys.modules[module]
        home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        sys.path.insert(0, str(home / "chapters"))
    for path, text in json.loads(zlib.decompress(b64decode(packed))).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(text.encode("utf-8"))
    importlib.invalidate_caches()
    importlib.import_module("practice")  # and all that it needs, so that trouble comes now
    print("Set-up done.")


def set_up_cell(chapter):
    """Write the cell that unpacks modules, answers, questions and data; Jupyter and Colab show it folded."""
    folder = BOOK / "chapters"
    shared = read([*(folder / "prepost").glob("*.py"), folder / "practice.py", *tables()])
    answers = [folder / "answers" / name for name in (f"ch{chapter:02d}.py", f"{chapter:02d}.txt")]
    own = read(path for path in answers if path.exists())
    own[f"chapters/quizzes/{chapter:02d}.json"] = practice.pack_questions(chapter)
    version = hashlib.sha256(compress(shared)).hexdigest()[:8]
    packed = base64.b64encode(compress({**shared, **own})).decode()
    lines = [
        "#@title Set-up: run this cell first",
        "# It unpacks the book's two modules, this chapter's answers and questions, and the data",
        "# into a temporary folder. Nothing is fetched from anywhere.",
        f'PACKED = "{packed}"',
        f'NAME = "{SLUG}-{version}"',
        f"NEEDED = {json.dumps(NEEDED)}",
        f"\n\n{inspect.getsource(set_up)}\n",
        "set_up(PACKED, NAME, NEEDED)",
    ]
    metadata = {"cellView": "form", "jupyter": {"source_hidden": True}}
    return new_code_cell("\n".join(lines), metadata=metadata, id="set-up")


def read(paths):
    """Return the text of files of the book, by their places in it."""
    return {path.relative_to(BOOK).as_posix(): path.read_bytes().decode("utf-8") for path in paths}


def compress(files):
    """Compress texts; a package without an __init__.py would give way to any module of its name."""
    files = {"chapters/answers/__init__.py": "", **dict(sorted(files.items()))}
    return zlib.compress(json.dumps(files, ensure_ascii=False).encode("utf-8"), 9)
