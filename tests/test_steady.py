"""The same sources build the same bytes twice, also elsewhere.

Oracle: a second build in another folder, time zone, language and order of sets, and from nothing, whereas ``make book``
builds anew only what has changed. Run make book first.
"""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, lend_jupyterlite

HTML = ROOT / "_build" / "html"


def test_a_second_build_elsewhere_gives_the_same_bytes(tmp_path):
    book = tmp_path / "another book"
    left_out = shutil.ignore_patterns(".*", "_build", "__pycache__")
    shutil.copytree(ROOT, book, ignore=left_out)
    if (ROOT / ".git").exists():  # the pages link to its repository
        (book / ".git").symlink_to(ROOT / ".git")
    lend_jupyterlite(book)  # test_lite.py builds it again
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-q", "."]
    elsewhere = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(command, cwd=book, env=elsewhere, check=True, capture_output=True)
    again = book / "_build" / "html"
    files = sorted({path.relative_to(top) for top in (HTML, again) for path in top.rglob("*") if path.is_file()})
    assert len(files) > 100
    _, different, missing = filecmp.cmpfiles(HTML, again, files, shallow=False)
    assert not [path.as_posix() for path in different + missing]
