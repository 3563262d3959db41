"""Python in the reader's browser: a JupyterLite site with a notebook of each chapter, and the kit that serves it to a class.

In come the chapters' notebooks, their answers and quizzes, the data, and Pyodide, where ``PYODIDE`` names a folder or an
address that holds it. Out comes the folder ``lite`` of the built book; and, from the built book, the kit in
``_build/kit``: a folder and a zip with all pages, ``serve.py`` and a README.

Entries: `publish`, for the book; ``python -m _ext.browser``, for the kit.
"""

import os
import shutil
from pathlib import Path

from .jupyterlite import LITE, build_site


def publish(book):
    """Put the site into the folder of the built book, as links to the same files where the disk knows such links."""
    build_site()
    shutil.rmtree(Path(book) / "lite", ignore_errors=True)
    shutil.copytree(LITE, Path(book) / "lite", copy_function=link_or_copy)


def link_or_copy(source, target):
    """Make a file a second name for another one, which takes no room, or a copy of it."""
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)
