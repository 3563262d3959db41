"""The book on paper: one PDF of all of it, and a worksheet for each chapter.

In come the pages of the built book, so that paper says what they say, and the chapters' exercises and questions. Out
come, in ``_build/pdf``, the book and the folder ``worksheets``. The whole book becomes a single page, which Chromium
prints at once: so links between chapters, bookmarks, and the words for charts and formulas are kept. Solutions and the key
to the self-tests, which are folded on the screen, move to the end.

Entry: `print_all`, or ``python -m _ext.paper [FOLDER]``.
"""

from pathlib import Path

import practice
from playwright.sync_api import sync_playwright

from ..shared.chromium import launch
from ..shared.source import SLUG
from .articles import chapters
from .book import whole_book
from .pdf import to_pdf
from .worksheets import worksheet


def print_all(out):
    """Write the book and the worksheets into the folder ``out``; yield each file's path when it is there."""
    out = Path(out)
    (out / "worksheets").mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield _write(out / f"{SLUG}.pdf", to_pdf(browser, whole_book()))
        for chapter in chapters():
            path = out / "worksheets" / f"{practice.chapter_path(chapter).stem}.pdf"
            yield _write(path, to_pdf(browser, worksheet(chapter)))


def _write(path, pdf):
    path.write_bytes(pdf)
    return path
