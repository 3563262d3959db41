"""What makes pages, class material, Python in the browser and print out of the chapters: a room for each.

- ``pages``: the Sphinx extension that turns the chapters into the pages of the book;
- ``live``: the fields for answers on a page, and the page that runs;
- ``classroom``: notebooks, slides and questions for a class;
- ``browser``: the notebooks that run in a reader's browser, and the kit that serves them to a class;
- ``survey``: the page on which readers analyse a survey of their own;
- ``ourselves``: the book's own survey, which its readers fill in before and after;
- ``paper``: the book and its worksheets as PDF;
- ``shared``: what more than one room needs.

Each room says at its beginning what comes in and what goes out. ``python -m _ext.paper``, from the book's folder, does
what a room does; ``execute.py`` runs the chapters, and ``shorten.py`` leaves chapters out.
"""

import sys
from pathlib import Path

# A chapter finds `prepost` and `practice` beside itself, under these names. This lets the rooms find them, too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "chapters"))
