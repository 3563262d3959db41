"""Print the book and its worksheets into a folder, by default _build/pdf: python -m _ext.paper [FOLDER]"""

import sys

import pikepdf

from ..shared.source import BOOK
from . import print_all

for path in print_all(sys.argv[1] if len(sys.argv) > 1 else BOOK / "_build" / "pdf"):
    with pikepdf.open(path) as file:
        print(f"{path}: {len(file.pages)} pages, {path.stat().st_size / 1e6:.1f} MB", flush=True)
